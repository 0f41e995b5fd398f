/* What was seen, written down: as JSON (--report), for Prometheus (--metrics), for people (--show-chain), as PEM
 * (--export-chain). */
#ifndef TLS_CHECK_REPORT_H
#define TLS_CHECK_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/tls-check/check.h"
#include "common/base/buf.h"
#include "common/base/reason.h"

enum {
    REPORT_VERSION = 1, /* of the JSON's schema: a member added leaves it, one changed or gone raises it */
    REPORT_MAX = 256 * 1024 * 1024,
};

/* One object: see the tool's README. `code` is the run's. */
void report_add_json(struct buf *out, const struct wait *wait, enum code code);

/* The same in numbers, as Prometheus reads them. */
void report_add_metrics(struct buf *out, const struct wait *wait, enum code code);

/* Text, one part a connection. */
void report_add_chain(struct buf *out, const struct wait *wait);

/* All certificates that the servers sent, in their order, with a line before each that tells whose it is. */
void report_add_pem(struct buf *out, const struct wait *wait);

/* Calls `add` for each connection that counts and has shown a certificate. */
void report_each(struct buf *out, const struct wait *wait,
                 void (*add)(struct buf *out, const struct check *check, const struct session *session));

/* Writes what one of the above made to a path, "-" for standard output. */
bool report_write(const char *path, const struct buf *content, struct reason *why);

#endif
