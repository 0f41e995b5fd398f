/* The order and the pace in which an attempt tries the addresses of a name (RFC 8305), and what attempts learn from each other.
 *
 * Two things must not keep a good address from its turn for ever: a family whose DNS answer is late, and so many silent addresses
 * that an attempt's time ends before the good one. So patience with the late family grows from attempt to attempt, and an attempt
 * begins where the last one had to stop. */
#ifndef COMMON_NET_RACE_H
#define COMMON_NET_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/net/address.h"

enum {
    RACE_PATIENCE = 50, /* milliseconds before an app goes on with one family (RFC 8305, section 3) */
    RACE_WINDOW = 64,   /* connections at the same time, where all addresses are wanted */
};

/* Zeroed before the first attempt. */
struct race {
    unsigned attempts;
    size_t first;                 /* of the ordered addresses, the one that the next attempt begins with */
    size_t count, started, ended; /* of the present attempt */
    int64_t last_start;
};

/* Milliseconds to wait for the other family once one has an address (lookup_start). */
int64_t race_patience(const struct race *race);

/* An attempt has these addresses: turns them so that the one to begin with comes first. NULL: there are none to turn. */
void race_begin(struct race *race, struct address *addresses, size_t count);

/* Whether the next one may be tried now: with `all`, up to `window` at the same time; else one after another, the next when the
 * last one has ended or CONNECT_STAGGER is over. */
bool race_may_start(const struct race *race, bool all, size_t window, int64_t now);

/* Returns the index of the address to try. */
size_t race_start(struct race *race, int64_t now);

/* One has ended: the next need not wait (RFC 8305, section 5). */
void race_note_end(struct race *race);

/* When race_may_start is worth another look; DEADLINE_NEVER: when one has ended. */
int64_t race_next(const struct race *race, bool all);

/* The attempt is over, having got as far as that. */
void race_end(struct race *race);

#endif
