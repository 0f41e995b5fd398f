/* gRPC's health service, grpc.health.v1.Health/Check: the bytes of a question, and the verdict on an answer. Pure functions.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md and health-checking.md are what is spoken here. */
#ifndef WAIT_FOR_HTTP_GRPC_H
#define WAIT_FOR_HTTP_GRPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/http/reply.h"

enum {
    GRPC_PREFIX = 5,               /* bytes before a message: whether it is compressed, its length */
    GRPC_MESSAGE_MOST = 64 * 1024, /* bytes of a message that are taken */
    GRPC_BODY_MOST = GRPC_PREFIX + GRPC_MESSAGE_MOST, /* bytes of a body that are kept */
    GRPC_REQUEST_MOST = GRPC_PREFIX + 4 + 1024,       /* see URL_SERVICE_MOST */
    GRPC_TIMEOUT = sizeof "grpc-timeout: " + 10,
};

/* What came. Texts are NULL where there was no such header. */
struct grpc_answer {
    const struct reply *reply;
    const char *type;     /* content-type */
    const char *encoding; /* grpc-encoding */
    const char *status;   /* grpc-status; joined by commas if it came several times */
    const char *words;    /* grpc-message, as it came */
    bool in_trailer;      /* `status` came behind the body */
    bool is_http2;
    bool other_alpn;  /* over TLS, and the server did not choose h2 */
    const char *body; /* may be NULL when `length` is 0 */
    size_t length;
    bool is_cut;                /* it goes on */
    const struct strings *sent; /* headers that may be secret, and are not repeated in messages; NULL: none */
};

/* Adds the message that asks for `service`, an empty one for the whole server, with its prefix. */
void grpc_write_question(const char *service, struct buf *out);

/* "grpc-timeout: 5000m"; empty when there is no limit. */
const char *grpc_timeout(int64_t milliseconds, char text[GRPC_TIMEOUT]);

/* Whether a header of the user's can go along as metadata: none that gRPC itself sets. False (CODE_USAGE) fills `why`. */
bool grpc_check_header(const char *line, struct reason *why);

/* The value of a HealthCheckResponse's status: 0 when it has none. False: the bytes are no protobuf message. */
bool grpc_read_status(const void *bytes, size_t length, uint64_t *status);

/* Whether an exchange broke off as only one over HTTP/2 does, or in words of its own; fills `why`. */
bool grpc_judge_broken(const struct reply *reply, bool encrypted, struct reason *why);

/* The verdict on an answer that came whole: ATTEMPT_OK or ATTEMPT_RETRY, which fills `why`. */
enum outcome grpc_judge(const struct grpc_answer *answer, struct reason *why);

/* What is told by an answer to plain HTTP/1.1 on a port that did not answer over HTTP/2; `body` is its beginning. False: nothing,
 * and `why` stays as it is. */
bool grpc_judge_plain(const struct reply *reply, const char *body, size_t length, struct reason *why);

#endif
