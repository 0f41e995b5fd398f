/* One connection to one address: connect, then speak or hold, then tell how it ended. */
#ifndef WAIT_FOR_TCP_DIAL_H
#define WAIT_FOR_TCP_DIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/wait-for-tcp/needle.h"
#include "cmd/wait-for-tcp/talk.h"
#include "common/net/address.h"
#include "common/net/target.h"
#include "common/run/loop.h"

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
    /* It did not say what was expected: it ended, said too much (EMSGSIZE) or something else (EPROTO), or took too long
     * (ETIMEDOUT). */
    DIAL_UNEXPECTED,
    DIAL_NOT_YET,  /* its protocol says that it does not serve: see `talk` */
    DIAL_NEVER,    /* and that waiting cannot change it */
    DIAL_UNPROVEN, /* the attempt's time was over before the hold was */
    DIAL_TIMED_OUT,
};

struct dial {
    enum dial_state state;
    int error;
    struct address address; /* its family is 0 for a unix socket */

    char seen[DIAL_SEEN];
    size_t seen_length;

    /* Set by the owner: */
    struct loop *loop;
    const struct needle *needle;     /* what must be seen, if anything */
    const struct protocol *protocol; /* NULL: none is spoken */
    const char *send;                /* what is sent once it is open */
    size_t send_length;
    bool secret;  /* `send` holds a secret, so what the peer says is not shown: it may repeat it */
    int64_t hold; /* milliseconds that it must stay open, whatever is sent; 0: off */
    void (*on_end)(struct dial *dial);
    void *owner;

    struct loop_watch watch;
    struct loop_timer timer; /* the end of the hold */
    struct talk *talk;       /* owned; NULL without a protocol, or before it is connected */
    bool watches, writable;  /* what comes; and whether the socket takes more */
    size_t sent;
    size_t matched;  /* bytes of what is expected */
    size_t received; /* bytes in all, but while it holds */
    bool broken;     /* nothing more can be sent; what has come is still read */
};

/* Begins. `on_end` is called when it has ended, perhaps before this returns. */
void dial_start(struct dial *dial, const struct sockaddr *to, socklen_t length);

/* Ends one that has not ended, because its time is over; on_end is not called. */
void dial_stop(struct dial *dial);

bool dial_has_ended(const struct dial *dial);

/* Stops it, and releases what it holds but for itself. */
void dial_clear(struct dial *dial);

#endif
