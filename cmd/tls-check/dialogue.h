/* What is said in plain text before TLS begins: to a proxy, or to a server that starts TLS on a command. Pure: bytes that came
 * go in, bytes to send come out; the session does the sending. */
#ifndef TLS_CHECK_DIALOGUE_H
#define TLS_CHECK_DIALOGUE_H

#include <stddef.h>

#include "common/base/buf.h"
#include "common/base/reason.h"

enum dialogue_next {
    DIALOGUE_MORE,   /* send what is in `out`, then come again with more in `in` */
    DIALOGUE_DONE,   /* send what is in `out`, then go on */
    DIALOGUE_RETRY,  /* `why` tells what is wrong; waiting may fix it */
    DIALOGUE_FAILED, /* it cannot */
};

enum { DIALOGUE_MAX = 16 * 1024 /* bytes that a peer may say in one step */ };

/* Takes `length` bytes off the front. */
void dialogue_drop(struct buf *in, size_t length);

/* Takes the first line off `in`, into `line`, without its end. False: it is not there yet. */
bool dialogue_take_line(struct buf *in, char *line, size_t size);

#endif
