/* The order and pace in which an attempt tries the addresses of a name (RFC 8305), and what it passes on to the next attempt.
 *
 * A good address must get its turn some time, even if the DNS answer of its family is late, or if an attempt times out while it
 * tries silent addresses. So the patience with a late family grows from attempt to attempt, and an attempt begins with the
 * first address that the previous one did not try. */
#ifndef COMMON_NET_RACE_H
#define COMMON_NET_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/net/address.h"

enum {
    RACE_PATIENCE = 50, /* milliseconds until an app continues with one family only (RFC 8305, section 3) */
    RACE_WINDOW = 64,   /* connections in parallel, if all addresses are tried */
};

/* All zero before the first attempt. */
struct race {
    unsigned attempts;
    size_t first;                 /* index of the address with which the next attempt begins */
    size_t count, started, ended; /* addresses of the current attempt */
    int64_t last_start;
};

/* Milliseconds to wait for the other family once one has an address (lookup_start). */
int64_t race_patience(const struct race *race);

/* Begins an attempt with `count` addresses, and rotates them so that the first one to try comes first. NULL: nothing to
 * rotate. */
void race_begin(struct race *race, struct address *addresses, size_t count);

/* Whether the next address may be tried now. With `all`, up to `window` are tried in parallel. Otherwise the next one may start
 * when one has ended, or CONNECT_STAGGER after the last start. */
bool race_may_start(const struct race *race, bool all, size_t window, int64_t now);

/* Notes a start, and returns the index of the address to try. */
size_t race_start(struct race *race, int64_t now);

/* Notes that a try has ended: the next need not wait (RFC 8305, section 5). */
void race_note_end(struct race *race);

/* When to call race_may_start again; DEADLINE_NEVER: after a try has ended. */
int64_t race_next(const struct race *race, bool all);

/* Ends the attempt, and keeps how far it came for the next one. */
void race_end(struct race *race);

#endif
