/* What servers say in their protocols, and what that means: rows for the tests of wait-for-tcp's protocols. */
#ifndef UNIT_TALK_ROWS_H
#define UNIT_TALK_ROWS_H

#include "cmd/wait-for-tcp/protocol.h"

/* What a server says, all of it. */
struct talk_row {
    const struct protocol *protocol;
    const char *in;
    size_t length;
    enum talk_verdict verdict;
    const char *text;  /* what was found, or the reason; "": nothing */
    const char *words; /* in the reason's detail; NULL: there are none */
};

#define IN(bytes) bytes, sizeof(bytes) - 1

/* Each row holds for bytes that come at once, one by one, and in pieces; cut anywhere, nothing is decided. `secret`: a password was
 * sent, and no words are shown. */
void talk_rows_hold(const struct talk_row *rows, size_t count, bool secret);

/* A server that begins so and never ends is given up within bounds. */
void talk_rows_bounded(const struct protocol *protocol, const char *begins, size_t length);

/* Says it in pieces of that size, as long as nothing is decided. */
enum talk_verdict talk_rows_say(struct talk *talk, const char *in, size_t length, size_t piece);

/* These bytes are what the talk sends behind its opening. */
void talk_rows_sent(const struct talk *talk, const char *bytes, size_t length);

#endif
