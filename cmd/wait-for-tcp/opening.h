/* What is sent first on a connection. A secret comes from a file, and is read again for each attempt. */
#ifndef WAIT_FOR_TCP_OPENING_H
#define WAIT_FOR_TCP_OPENING_H

#include <stdbool.h>

#include "cmd/wait-for-tcp/talk.h"
#include "common/base/buf.h"
#include "common/base/reason.h"

enum { OPENING_MOST = 64 * 1024 };

/* Where it comes from; at most one of the first three is set. */
struct opening {
    const char *text;          /* --send, with escapes that have been checked */
    const char *file;          /* --send-file: the bytes as they are */
    const char *password_file; /* --password-file: its first line, for Redis */
    const char *user;          /* --user, or NULL */
};

/* Whether it holds a secret. */
bool opening_is_secret(const struct opening *opening);

/* Fills `bytes`, which the caller has initialised with OPENING_MOST, and frees by opening_wipe. False fills `why`. */
bool opening_read(const struct opening *opening, const struct protocol *protocol, struct buf *bytes,
                  struct reason *why);

void opening_wipe(struct buf *bytes);

#endif
