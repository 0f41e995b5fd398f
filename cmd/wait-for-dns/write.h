/* --write: the records of all names in one file. */
#ifndef WAIT_FOR_DNS_WRITE_H
#define WAIT_FOR_DNS_WRITE_H

#include <stddef.h>

#include "cmd/wait-for-dns/name.h"
#include "common/base/buf.h"

enum write_format { WRITE_LINES, WRITE_JSON, WRITE_ENV, WRITE_HOSTS };

enum { WRITE_MAX = 64 * 1024 * 1024 };

/* Adds the whole content of the file. Names without records are left out (with --min-targets). */
void write_format(enum write_format format, const struct name *names, size_t count, struct buf *out);

#endif
