/* The first message of a handshake, put together by hand, and what a server answers to it: it offers more than any library still
 * speaks, and nothing secret is agreed by it. Pure but for random bytes. */
#ifndef TLS_CHECK_HELLO_H
#define TLS_CHECK_HELLO_H

#include <stdbool.h>

#include "common/base/buf.h"

enum hello_kind {
    HELLO_WIDE, /* every version, cipher suite and group; no key, so that the server names the group that it wants */
    HELLO_LARGE, /* with a key of X25519MLKEM768, as Go 1.24 and Java 25 send it: more than fits into one packet */
};

enum {
    HELLO_LARGE_BYTES = 1400, /* at least */
    HELLO_NAME = 64,          /* of a suite or group, as text */
};

enum hello_next {
    HELLO_MORE,
    HELLO_ANSWERED, /* a ServerHello, or the wish for another first message */
    HELLO_REFUSED,  /* an alert */
    HELLO_GARBLED,
};

struct hello_answer {
    int version, suite; /* as they are on the wire: 0x0303 is TLS 1.2 */
    int group;          /* 0: not said (before TLS 1.3) */
};

/* Adds the message. `server_name`: NULL: none is sent. False: no key of that kind can be made. */
bool hello_add(struct buf *out, enum hello_kind kind, const char *server_name);

/* Reads what has come. */
enum hello_next hello_read(const struct buf *in, struct hello_answer *answer);

/* "TLSv1.1"; "TLS_RSA_WITH_RC4_128_SHA", or its number; "X25519MLKEM768", or its number. Return `text`. */
const char *hello_version_name(int version, char text[HELLO_NAME]);
const char *hello_suite_name(int suite, char text[HELLO_NAME]);
const char *hello_group_name(int group, char text[HELLO_NAME]);

/* Whether a group is post-quantum, which only clients from 2025 on know. */
bool hello_group_is_new(int group);

#endif
