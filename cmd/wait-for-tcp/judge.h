/* The verdict on one attempt's connections: pure, so that every rule has a unit test. */
#ifndef WAIT_FOR_TCP_JUDGE_H
#define WAIT_FOR_TCP_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/wait-for-tcp/describe.h"
#include "cmd/wait-for-tcp/dial.h"
#include "common/base/reason.h"

struct judge_rules {
    bool gone;          /* --gone */
    bool all_addresses; /* --all-addresses */
    size_t min_addresses;
};

/* Whether the connections that have ended settle the attempt already: enough accept, or with --gone one does. */
bool judge_is_settled(const struct judge_rules *rules, const struct dial *dials, size_t count);

/* The outcome, and for ATTEMPT_RETRY and ATTEMPT_FAIL why. `where` names a unix socket, else NULL. */
enum outcome judge(const struct judge_rules *rules, const struct dial *dials, size_t count, const char *where,
                   enum judge_source source, struct reason *why);

#endif
