/* Reads file:// URLs. */
#ifndef FETCH_CONFIG_FILE_URL_H
#define FETCH_CONFIG_FILE_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/reason.h"

/* Passes the file's content to on_body in pieces. Any outcome but OK fills `why`; ATTEMPT_RETRY: the deadline came first. */
enum outcome file_url_read(const char *path, int64_t max_size, int64_t deadline,
                           bool (*on_body)(void *owner, const char *bytes, size_t length, struct reason *why),
                           void *owner, struct reason *why);

#endif
