/* file:// URLs. */
#ifndef FETCH_CONFIG_LOCAL_H
#define FETCH_CONFIG_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/reason.h"

/* Hands the file's content over in pieces. Anything but OK fills `why`. */
enum outcome local_read(const char *path, int64_t max_size,
                        bool (*on_body)(void *owner, const char *bytes, size_t length, struct reason *why),
                        void *owner, struct reason *why);

#endif
