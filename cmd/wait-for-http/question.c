#include "cmd/wait-for-http/question.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/wait-for-http/response.h"
#include "common/base/deadline.h"
#include "common/http/header.h"
#include "common/http/redirect.h"

#include "common/base/banned.h"

bool question_parse(const char *operand, const char *pod_namespace, struct question *question,
                    struct reason *why)
{
    static const char unix_scheme[] = "http+unix://";

    question->upload = -1;
    if (strncasecmp(operand, unix_scheme, sizeof unix_scheme - 1) == 0)
        return url_parse_unix(operand, &question->url, why);
    if (url_names_grpc(operand))
        return url_parse_grpc(operand, pod_namespace, &question->url, why);
    if (url_has_origin(operand))
        return url_parse(operand, pod_namespace, &question->url, why);
    return reason_set(why, CODE_USAGE,
                      "expected a URL that begins with http://, https://, http+unix://, grpc:// or grpcs://");
}

/* Ends what is under way. */
static void question_release(struct question *question)
{
    exchange_clear(&question->exchange);
    grpc_call_clear(&question->call);
    headers_clear(&question->headers);
    url_free(&question->at);
    buf_free(&question->body);
    if (question->upload >= 0)
        close(question->upload);
    question->upload = -1;
}

void question_free(struct question *question)
{
    if (question->plan)
        question_release(question);
    url_free(&question->url);
}

static void question_end(struct question *question, enum outcome outcome, const struct reason *why)
{
    question_release(question);
    wait_attempt_ended(&question->base, outcome, why);
}

/* --- what has come --- */

static bool on_body(void *owner, const char *bytes, size_t length, struct reason *why)
{
    struct question *question = owner;
    size_t room = EXPECT_BODY - question->body.length;

    (void)why;
    buf_add(&question->body, bytes, length < room ? length : room);
    question->cut = length > room;
    question->exchange.enough = question->cut;
    return !question->cut;
}

static void on_answer(void *owner, CURL *easy)
{
    struct question *question = owner;
    const struct expect *expect = &question->plan->expect;

    question->header_wrong = false;
    for (size_t i = 0; i < expect->header_count && !question->header_wrong; i++) {
        char *values = header_all(easy, expect->headers[i].name);
        question->header_wrong = !expect_judge_header(&expect->headers[i], values, &question->header_why);
        free(values);
    }
}

static enum outcome question_judge(struct question *question, struct reason *why)
{
    const struct exchange *exchange = &question->exchange;
    const struct question_plan *plan = question->plan;
    bool whole = expect_wants_body(&plan->expect);
    const struct response response = {
        .reply = &exchange->reply,
        .body = whole ? question->body.data : exchange->refusal,
        .length = whole ? question->body.length : exchange->refused,
        .is_cut = question->cut,
        .header_wrong = question->header_wrong ? &question->header_why : NULL,
        .sent = exchange->request.headers,
        .encrypted = question->at.scheme == URL_HTTPS,
        .proxy = exchange->proxy.used ? exchange->proxy.url.shown : NULL,
        .proxy_source = exchange->proxy.source,
        .proxy_auth = exchange->had_proxy_auth,
        .deadline = question->deadline,
    };

    if (exchange->failed) {
        *why = exchange->why;
        return exchange->outcome == ATTEMPT_FAIL ? response_passes_on(why) : exchange->outcome;
    }
    enum outcome outcome = response_judge(&response, &plan->statuses, plan->statuses_text, &plan->expect,
                                          why);
    if (outcome != ATTEMPT_OK && (reply_repeats(response.body, response.length, response.sent) ||
                                  reply_repeats(why->detail, strlen(why->detail), response.sent)))
        reason_detail(why, "; what came repeats a header that was sent, which may be secret");
    if (exchange->reply.status == 429 && exchange->reply.retry_after > 0)
        question->base.not_before = deadline_after(deadline_now(), exchange->reply.retry_after);
    return outcome;
}

/* --- the way there --- */

static bool open_upload(struct question *question, struct exchange_request *request, struct reason *why)
{
    const char *path = question->plan->data_file;
    struct stat present;

    request->upload = -1;
    if (!path || (question->redirects > 0 && !question->method))
        return true;
    if (question->upload >= 0)
        close(question->upload);
    question->upload = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (question->upload < 0 || fstat(question->upload, &present) != 0)
        return reason_set(why, CODE_FAILED, "--data-file: %.200s: %s", path, strerror(errno));
    if (!S_ISREG(present.st_mode))
        return reason_set(why, CODE_FAILED, "--data-file: %.200s: is not a file", path);
    request->upload = question->upload;
    request->upload_size = present.st_size;
    return true;
}

static void question_ask(struct question *question)
{
    bool own = url_same_party(&question->url, &question->at);
    bool whole = expect_wants_body(&question->plan->expect);
    struct exchange_request request = {
        .url = &question->at,
        .method = question->method,
        .headers = own ? &question->headers : NULL,
        .stranger = !own,
        .wants = whole ? EXCHANGE_WANTS_ANY : EXCHANGE_WANTS_NONE,
        .fresh = true,
        .kept = whole,
        .decode = whole,
        .reach = question->reach,
        .deadline = question->deadline,
        .wall_time = time(NULL),
    };
    struct reason why;

    exchange_clear(&question->exchange);
    buf_clear(&question->body);
    question->cut = false;
    if (open_upload(question, &request, &why))
        exchange_start(&question->exchange, &request);
    else
        question_end(question, ATTEMPT_RETRY, &why);
}

static void question_redirect(struct question *question)
{
    const struct redirect_rules rules = {
        .followed = question->redirects,
        .most = question->plan->max_redirs,
        .first = &question->url,
        .has_body = question->upload >= 0 &&
                    redirect_method(question->exchange.reply.status, question->method),
    };
    struct url to;
    struct reason why;

    if (!redirect_next(&rules, &question->at, &question->exchange.reply, &to, &why)) {
        url_free(&to);
        question_end(question, ATTEMPT_RETRY, &why);
        return;
    }
    question->redirects++;
    if (!exchange_was_local(&question->exchange)) /* once out, always out: who was led away may be led back */
        question->reach = REACH_NOT_LOCAL;
    question->method = redirect_method(question->exchange.reply.status, question->method);
    url_free(&question->at);
    question->at = to;
    question_ask(question);
}

static void on_end(void *owner)
{
    struct question *question = owner;
    struct reason why;

    if (!question->exchange.failed && question->plan->max_redirs > 0 &&
        reply_is_redirect(&question->exchange.reply)) {
        question_redirect(question);
        return;
    }
    enum outcome outcome = question_judge(question, &why);
    if (outcome != ATTEMPT_OK && question->redirects > 0)
        reason_wrap(&why, "redirected to %.100s", question->at.shown);
    if (outcome == ATTEMPT_OK) {
        snprintf(question->found, sizeof question->found, "HTTP %d", question->exchange.reply.status);
        question->base.found = question->found;
    }
    question_end(question, outcome, &why);
}

static void on_call_end(void *owner, enum outcome outcome, const struct reason *why)
{
    struct question *question = owner;

    if (outcome == ATTEMPT_OK)
        question->base.found = "SERVING";
    question_end(question, outcome, why);
}

/* Asks, once the headers are there. */
static void question_begin(struct question *question)
{
    if (!question->url.is_grpc) {
        question_ask(question);
        return;
    }
    question->call.on_end = on_call_end;
    question->call.owner = question;
    grpc_call_start(&question->call, &question->exchange, &question->url, &question->headers,
                    question->deadline);
}

void question_start(struct wait_target *target, int64_t deadline)
{
    struct question *question = (struct question *)target;
    struct reason why;

    question->deadline = deadline;
    question->upload = -1;
    question->redirects = 0;
    question->reach = REACH_ANY;
    question->method = question->plan->method;
    question->exchange.plan = &question->plan->exchange;
    question->exchange.on_body = on_body;
    question->exchange.on_answer = on_answer;
    question->exchange.on_end = on_end;
    question->exchange.owner = question;
    buf_init(&question->body, EXPECT_BODY);
    url_copy(&question->url, &question->at);
    if (headers_read(&question->plan->headers, &question->url, true, &question->headers, &why)) {
        question_begin(question);
        return;
    }
    why.code = CODE_FAILED; /* it could be read when the run began: it is being rotated */
    question_end(question, ATTEMPT_RETRY, &why);
}

void question_cancel(struct wait_target *target, struct reason *doing)
{
    struct question *question = (struct question *)target;

    exchange_doing(&question->exchange, doing);
    question_release(question);
}
