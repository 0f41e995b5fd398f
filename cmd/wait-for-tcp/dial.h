/* One connection to one address: connect, then speak or hold, then tell how it ended. */
#ifndef WAIT_FOR_TCP_DIAL_H
#define WAIT_FOR_TCP_DIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/net/address.h"
#include "common/net/target.h"
#include "common/run/loop.h"

/* What a connection has to stand; the same for all of a run. */
struct dial_script {
    const char *send; /* bytes to send once it is open */
    size_t send_length;
    const char *expect; /* bytes that must then be seen */
    size_t expect_length;
    size_t *
        expect_back; /* Knuth-Morris-Pratt: how much of `expect` still matches after a mismatch behind each byte */
};

enum { DIAL_SEEN = 80 /* bytes of what the peer sent, to be shown */ };

enum dial_state {
    DIAL_IDLE,
    DIAL_CONNECTING,
    DIAL_TALKING, /* sending, or waiting for what is expected */
    DIAL_HOLDING,
    /* Ended: */
    DIAL_ACCEPTED,
    DIAL_ERROR,   /* connecting failed with `error` */
    DIAL_SELF,    /* it met itself: nobody listens */
    DIAL_DROPPED, /* accepted, then ended (`error` 0) or broken by the peer */
    DIAL_UNEXPECTED, /* it did not say what was expected: it ended, told too much, or (ETIMEDOUT) took too long */
    DIAL_UNPROVEN, /* the attempt's time was over before the hold was */
    DIAL_TIMED_OUT,
};

struct dial {
    enum dial_state state;
    int error;
    struct address address; /* its family is 0 for a unix socket */

    char seen[DIAL_SEEN];
    size_t seen_length;

    struct loop *loop;
    const struct dial_script *script;
    int64_t hold; /* milliseconds that it must stay open, whatever is sent; 0: off */
    void (*on_end)(struct dial *dial);
    void *owner;
    struct loop_watch watch;
    struct loop_timer timer; /* the end of the hold */
    size_t sent;
    size_t matched;  /* bytes of `expect` */
    size_t received; /* bytes in all */
};

/* Begins. `on_end` is called when it has ended, perhaps before this returns. */
void dial_start(struct dial *dial, const struct sockaddr *to, socklen_t length);

/* Ends one that has not ended, because its time is over; on_end is not called. */
void dial_stop(struct dial *dial);

bool dial_has_ended(const struct dial *dial);

/* Fills script->expect_back, which the caller frees. */
void dial_prepare(struct dial_script *script);

#endif
