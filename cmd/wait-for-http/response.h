/* The verdict on an answer: a pure function of what came. */
#ifndef WAIT_FOR_HTTP_RESPONSE_H
#define WAIT_FOR_HTTP_RESPONSE_H

#include "cmd/wait-for-http/expect.h"
#include "cmd/wait-for-http/statuses.h"
#include "common/http/reply.h"

struct response {
    const struct reply *reply;
    const char *body; /* as much of it as there is; may be NULL when `length` is 0 */
    size_t length;
    bool is_cut;                       /* it goes on */
    const struct reason *header_wrong; /* a header is not what is expected; NULL: all are */
    const struct strings *sent;        /* headers; NULL: none */
    bool encrypted;
    const char *proxy; /* as shown; NULL: none */
    const char *proxy_source;
    bool proxy_auth;
    int64_t deadline; /* of the attempt */
};

/* Anything but OK fills `why`. Waiting may change all but what a certificate, a key or a proxy is wrong about. */
enum outcome response_judge(const struct response *response, const struct statuses *statuses,
                            const char *statuses_text, const struct expect *expect, struct reason *why);

/* The same without what is asked of the status, the headers and the body. */
enum outcome response_judge_transfer(const struct response *response, struct reason *why);

/* Whether what is wrong for good for one who fetches is so for one who waits. */
enum outcome response_passes_on(const struct reason *why);

#endif
