/* One operand, and the attempts at it: a request, its redirects where they are followed, the judgement of the answer. */
#ifndef WAIT_FOR_HTTP_QUESTION_H
#define WAIT_FOR_HTTP_QUESTION_H

#include "cmd/wait-for-http/expect.h"
#include "cmd/wait-for-http/grpc_call.h"
#include "cmd/wait-for-http/statuses.h"
#include "common/base/buf.h"
#include "common/http/exchange.h"
#include "common/http/headers.h"
#include "common/run/wait.h"

/* The same for all operands of a run. */
struct question_plan {
    struct exchange_plan exchange;
    struct headers_source headers;
    struct statuses statuses;
    const char *statuses_text;
    struct expect expect;
    unsigned max_redirs;
    const char *method;    /* NULL: GET */
    const char *data_file; /* NULL: no body */
};

enum { QUESTION_FOUND = 32 };

struct question {
    struct wait_target base;
    const struct question_plan *plan;
    struct url url;
    char found[QUESTION_FOUND]; /* "HTTP 200"; "SERVING" */

    int64_t deadline;
    struct url at; /* the present hop's */
    const char *method;
    unsigned redirects;
    enum reach reach; /* of the present hop */
    struct strings headers;
    int upload; /* --data-file; -1: closed */
    struct exchange exchange;
    struct grpc_call call; /* of grpc://, through the exchange */
    struct buf body;
    bool cut;          /* there is more of it */
    bool header_wrong; /* for `header_why` */
    struct reason header_why;
};

/* Parses an operand. False (CODE_USAGE) fills `why`. question_free in either case. */
bool question_parse(const char *operand, const char *pod_namespace, struct question *question,
                    struct reason *why);

/* The two halves of an attempt, as struct wait calls them. */
void question_start(struct wait_target *target, int64_t deadline);
void question_cancel(struct wait_target *target, struct reason *doing);

void question_free(struct question *question);

#endif
