/* One connection's conversation in the server's own protocol: bytes in, bytes and a verdict out. Nothing here reads or writes a
 * descriptor. Ready is only what the server's answer says; everything cut, too long or unknown is not. */
#ifndef WAIT_FOR_TCP_TALK_H
#define WAIT_FOR_TCP_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/reason.h"

enum {
    TALK_MESSAGE_MOST = 32 * 1024, /* bytes of one message, and of what is sent */
    TALK_TOTAL_MOST = 256 * 1024,  /* bytes of all answers together */
};

enum talk_verdict {
    TALK_MORE,    /* undecided: `out` may hold what is to be sent, and more has to come */
    TALK_READY,   /* the server says that it serves; `out` may hold a farewell */
    TALK_NOT_YET, /* it says that it does not, for now: `why` is filled */
    TALK_NEVER,   /* it says what waiting cannot change: `why` is filled */
    TALK_INVALID, /* not an answer of this protocol */
};

struct talk;

struct protocol {
    const char *title; /* as messages name it */
    const char *
        opening; /* what is sent after connecting; NULL: the server speaks first, or talk_open_redis made it */
    size_t opening_length;
    enum talk_verdict (*judge)(struct talk *talk); /* looks at `in`, and may take messages off it */
};

struct talk {
    const struct protocol *protocol;
    bool secret;         /* a password was sent: nothing that the server says is shown, as it may hold it */
    unsigned step, mode; /* the protocol's own */
    size_t received;
    struct buf in;     /* what has come and is not yet taken off */
    struct buf out;    /* what is to be sent behind the opening */
    const char *found; /* TALK_READY: on what grounds, or NULL */
    struct reason why;
};

void talk_begin(struct talk *talk, const struct protocol *protocol, bool secret);
void talk_free(struct talk *talk);

/* Takes in what has come and judges it. Not called again once the verdict was another than TALK_MORE. */
enum talk_verdict talk_add(struct talk *talk, const char *bytes, size_t length);

/* --- for the protocols --- */

/* Which answer means what; the first row that fits counts. */
struct talk_rule {
    const char *
        prefix; /* of the answer: a line, or a code and a text; with a "\n" at its end it is all of the line */
    enum talk_verdict verdict;
    const char *text; /* TALK_READY: what was found, or NULL; else the reason's text */
    const char *hint; /* may be NULL */
};

/* The bytes of `in` as they are; big-endian and little-endian numbers. */
const unsigned char *talk_bytes(const struct talk *talk);
uint32_t talk_u32(const unsigned char *at);
uint16_t talk_u16(const unsigned char *at);
uint32_t talk_u32_little(const unsigned char *at);
uint16_t talk_u16_little(const unsigned char *at);

/* Takes the first bytes off `in`. */
void talk_drop(struct talk *talk, size_t length);

/* The length of the first line of `in` without its "\n" or "\r\n"; -1 while it has none. */
int talk_line(const struct talk *talk);
void talk_drop_line(struct talk *talk);

/* Adds to `out`. */
void talk_send(struct talk *talk, const void *bytes, size_t length);

enum talk_verdict talk_ready(struct talk *talk, const char *found);

/* TALK_NOT_YET or TALK_NEVER with this reason; the server's own words, up to the first control byte, go into the detail. */
enum talk_verdict talk_refuse(struct talk *talk, const struct talk_rule *rule, const char *words,
                              size_t length);

/* The verdict of the first rule that `answer` begins with; NULL: none fits. */
const struct talk_rule *talk_find(const struct talk_rule *rules, size_t count, const char *answer,
                                  size_t length);
enum talk_verdict talk_apply(struct talk *talk, const struct talk_rule *rule, const char *words,
                             size_t length);

#endif
