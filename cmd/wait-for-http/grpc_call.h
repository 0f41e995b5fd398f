/* One call of gRPC's health service: through an exchange, until its verdict. */
#ifndef WAIT_FOR_HTTP_GRPC_CALL_H
#define WAIT_FOR_HTTP_GRPC_CALL_H

#include "cmd/wait-for-http/grpc.h"
#include "common/http/exchange.h"

enum { GRPC_CALL_HEADERS = 6 };

struct grpc_call {
    /* Set by the owner. It is called once, and may clear the call; `why` may not be set with ATTEMPT_OK. */
    void (*on_end)(void *owner, enum outcome outcome, const struct reason *why);
    void *owner;

    struct exchange *exchange;
    const struct url *url;
    int64_t deadline;
    struct buf question;
    char timeout[GRPC_TIMEOUT];
    const char *fixed[GRPC_CALL_HEADERS];
    struct buf body;
    bool is_cut;                            /* there is more of it than GRPC_BODY_MOST */
    char *type, *encoding, *status, *words; /* as in struct grpc_answer */
    bool in_trailer, is_http2, other_alpn;
    struct reason why;
};

/* Begins; `exchange` has its plan, `headers` are the user's. All of them live until grpc_call_clear. */
void grpc_call_start(struct grpc_call *call, struct exchange *exchange, const struct url *url,
                     const struct strings *headers, int64_t deadline);

/* Releases what the call has; the exchange is the owner's to clear, before this. */
void grpc_call_clear(struct grpc_call *call);

#endif
