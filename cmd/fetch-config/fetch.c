#include "cmd/fetch-config/fetch.h"

#include <openssl/crypto.h>
#include <unistd.h>

#include "cmd/fetch-config/aws_refusal.h"
#include "cmd/fetch-config/cancel.h"
#include "cmd/fetch-config/checksum.h"
#include "cmd/fetch-config/file_url.h"
#include "cmd/fetch-config/partial.h"
#include "cmd/fetch-config/pipeline.h"
#include "cmd/fetch-config/request.h"
#include "common/base/deadline.h"
#include "common/http/redirect.h"

#include "common/base/banned.h"

/* Releases the present exchange and its secrets; the body that was fetched stays. */
static void fetch_release(struct fetch *fetch)
{
    exchange_clear(&fetch->exchange);
    headers_clear(&fetch->headers);
    headers_clear(&fetch->sum_headers);
    headers_clear(&fetch->asked_headers);
    url_free(&fetch->at);
    url_free(&fetch->asked);
    if (fetch->sum.data)
        OPENSSL_cleanse(fetch->sum.data, fetch->sum.capacity);
    buf_free(&fetch->sum);
    if (fetch->upload >= 0)
        close(fetch->upload);
    fetch->upload = -1;
}

void fetch_free(struct fetch *fetch)
{
    if (fetch->plan)
        fetch_release(fetch);
    partial_drop(fetch);
    unpack_abort(&fetch->unpack);
    operand_place_free(&fetch->place);
    url_free(&fetch->url);
    url_free(&fetch->sum_url);
    url_free(&fetch->object);
    url_free(&fetch->sum_object);
}

static void fetch_end(struct fetch *fetch, enum outcome outcome, const struct reason *why)
{
    if (outcome != ATTEMPT_OK)
        partial_settle(fetch, outcome);
    fetch_release(fetch);
    wait_attempt_ended(&fetch->base, outcome, why);
}

/* --- receiving the body --- */

/* An archive is kept in a file without a name, on the volume that it is unpacked to. */
static bool open_archive_file(struct fetch *fetch, bool digest, struct reason *why)
{
    int folder = body_file_reach_directory(fetch->path, true, why);
    bool good = folder >= 0 &&
                body_file_begin_nameless(&fetch->body, folder, fetch->plan->unpack.memory, digest, why);

    if (folder >= 0)
        close(folder);
    return good;
}

static bool open_body_file(struct fetch *fetch, struct reason *why)
{
    const struct body_file_place place = pipeline_place(fetch);
    bool digest = fetch->sha256 || fetch->sum_url.text;

    if (fetch->body.kind != BODY_FILE_CLOSED)
        return true;
    return fetch->plan->extract ? open_archive_file(fetch, digest, why)
                                : body_file_begin(&fetch->body, &place, digest, why);
}

static bool on_body(void *owner, const char *bytes, size_t length, struct reason *why)
{
    struct fetch *fetch = owner;

    if (fetch->phase != FETCH_BODY)
        return buf_add(&fetch->sum, bytes, length) ||
               reason_set(why, CODE_FAILED, "is larger than %zu bytes", fetch->sum.max);
    partial_begin(fetch);
    int64_t expected = fetch->part.url ? fetch->part.total : exchange_expected(&fetch->exchange);
    if (!open_body_file(fetch, why) || !body_file_expect(&fetch->body, expected, why) ||
        !body_file_write(&fetch->body, bytes, length, why))
        return false;
    progress_say(&fetch->progress, 0, 0, (uint64_t)fetch->body.size, expected > 0 ? (uint64_t)expected : 0);
    return true;
}

/* --- phases and requests --- */

static void fetch_request(struct fetch *fetch);
static void fetch_phase_ended(struct fetch *fetch);

/* The body is complete. An empty one has not opened a file yet. */
static void fetch_body_is_here(struct fetch *fetch)
{
    struct reason why;

    partial_begin(fetch);
    if (!partial_is_whole(fetch, &why)) {
        fetch_end(fetch, ATTEMPT_RETRY, &why);
    } else if (open_body_file(fetch, &why) && pipeline_run(fetch, &why)) {
        fetch_end(fetch, ATTEMPT_OK, NULL);
    } else {
        partial_drop(fetch);
        fetch_end(fetch, cancel_outcome(&why), &why);
    }
}

static void fetch_go(struct fetch *fetch)
{
    url_free(&fetch->at);
    fetch->redirects = 0;
    fetch->reach = fetch->phase == FETCH_CREDENTIALS ? fetch->asked_reach : REACH_ANY;
    fetch->method = fetch->phase == FETCH_BODY ? fetch->plan->method : NULL;
    url_copy(request_first_url(fetch), &fetch->at);
    fetch_request(fetch);
}

/* A file:// URL is read at once, without an exchange. */
static void fetch_local(struct fetch *fetch, const char *path)
{
    struct reason why;
    enum outcome outcome = file_url_read(path, fetch->plan->exchange.max_size, fetch->deadline, on_body,
                                         fetch, &why);

    if (outcome != ATTEMPT_OK)
        fetch_end(fetch, outcome, &why);
    else
        fetch_phase_ended(fetch);
}

static void fetch_begin_phase(struct fetch *fetch, enum fetch_phase phase)
{
    struct reason why;
    bool good = true;

    fetch->phase = phase;
    if (phase == FETCH_CREDENTIALS)
        good = request_credentials(fetch, &why);
    if (good && request_first_url(fetch)->scheme == URL_FILE)
        fetch_local(fetch, request_first_url(fetch)->path);
    else if (good)
        fetch_go(fetch);
    else
        fetch_end(fetch, ATTEMPT_FAIL, &why);
}

static void fetch_phase_ended(struct fetch *fetch)
{
    struct reason why;

    switch (fetch->phase) {
    case FETCH_CREDENTIALS:
        if (!request_sign(fetch, &why)) {
            fetch_end(fetch, ATTEMPT_FAIL, &why);
            return;
        }
        OPENSSL_cleanse(fetch->sum.data, fetch->sum.capacity);
        buf_clear(&fetch->sum);
        fetch_begin_phase(fetch, fetch->sum_url.text ? FETCH_SUM : FETCH_BODY);
        break;
    case FETCH_SUM:
        fetch_begin_phase(fetch, FETCH_BODY);
        break;
    case FETCH_BODY:
        fetch_body_is_here(fetch);
        break;
    }
}

static void fetch_redirect(struct fetch *fetch)
{
    const struct redirect_rules rules = {
        .followed = fetch->redirects,
        .most = fetch->plan->max_redirs,
        .first = request_first_url(fetch),
        .has_body = fetch->upload >= 0 && redirect_method(fetch->exchange.reply.status, fetch->method),
    };
    struct url to;
    struct reason why;

    if (!redirect_next(&rules, &fetch->at, &fetch->exchange.reply, &to, &why)) {
        url_free(&to);
        fetch_end(fetch, ATTEMPT_FAIL, &why);
        return;
    }
    fetch->redirects++;
    /* Stays so for all later hops: a server elsewhere may redirect to another one that redirects back here. */
    if (!fetch->plan->allow_local_redirects && !exchange_was_local(&fetch->exchange))
        fetch->reach = REACH_NOT_LOCAL;
    fetch->method = redirect_method(fetch->exchange.reply.status, fetch->method);
    url_free(&fetch->at);
    fetch->at = to;
    fetch_request(fetch);
}

static enum outcome fetch_judge(struct fetch *fetch, struct reason *why)
{
    const struct exchange_plan *plan = &fetch->plan->exchange;
    const struct exchange *exchange = &fetch->exchange;
    const struct reply_rules rules = {
        .retry_statuses = fetch->plan->retry_statuses,
        .retry_status_count = fetch->plan->retry_status_count,
        .proxy = exchange->proxy.used ? exchange->proxy.url.shown : NULL,
        .proxy_source = exchange->proxy.source,
        .proxy_auth = exchange->had_proxy_auth,
        .encrypted = fetch->at.scheme == URL_HTTPS,
        .connect_timeout = plan->connect_timeout,
        .stall_timeout = plan->stall_timeout,
        .max_size = plan->max_size,
        .max_unpacked_size = plan->max_unpacked_size,
        .now = deadline_now(),
        .deadline = fetch->base.retry.deadline,
    };

    if (exchange->failed) {
        *why = exchange->why;
        return exchange->outcome;
    }
    enum outcome outcome = reply_judge(&exchange->reply, &rules, why);
    if (outcome == ATTEMPT_RETRY && exchange->reply.retry_after > 0)
        fetch->base.not_before = deadline_after(rules.now, exchange->reply.retry_after);
    return outcome;
}

/* A signature is for one host and path. S3 answers with a redirect to the bucket's place if the region is wrong. */
static bool fetch_follows(const struct fetch *fetch)
{
    return fetch->phase != FETCH_CREDENTIALS && !request_is_s3(fetch);
}

/* Codes of S3 and STS for throttling are retried whatever the status, 400 too; but not if Retry-After exceeds the deadline. */
static bool fetch_passes(const struct fetch *fetch)
{
    const struct exchange *exchange = &fetch->exchange;

    return !exchange->failed && exchange->reply.status >= 400 && exchange->reply.retry_after == 0 &&
           (fetch->phase == FETCH_CREDENTIALS || request_is_s3(fetch)) &&
           aws_refusal_passes(exchange->refusal, exchange->refused);
}

static void tell_of_refusal(const struct fetch *fetch, struct reason *why)
{
    const struct exchange *exchange = &fetch->exchange;
    bool credentials = fetch->phase == FETCH_CREDENTIALS;

    if (exchange->failed)
        return;
    if (!credentials && !request_is_s3(fetch)) {
        reply_add_words(exchange->reply.status, fetch->at.scheme == URL_HTTPS, exchange->request.headers,
                        exchange->refusal, exchange->refused, why);
        return;
    }
    aws_refusal_tell(credentials ? REFUSER_STS : REFUSER_S3, exchange->reply.status, exchange->reply.region,
                     exchange->refusal, exchange->refused, why);
    if (credentials)
        reason_wrap(why, "credentials from %.100s", fetch->asked.shown);
}

static void on_end(void *owner)
{
    struct fetch *fetch = owner;
    struct reason why;

    if (!fetch->exchange.failed && reply_is_redirect(&fetch->exchange.reply) && fetch_follows(fetch)) {
        fetch_redirect(fetch);
        return;
    }
    enum outcome outcome = fetch_judge(fetch, &why);
    if (outcome == ATTEMPT_FAIL && fetch_passes(fetch))
        outcome = ATTEMPT_RETRY;
    if (outcome != ATTEMPT_OK && fetch->redirects > 0)
        reason_wrap(&why, "redirected to %.100s", fetch->at.shown);
    if (outcome != ATTEMPT_OK && fetch->phase == FETCH_SUM)
        reason_wrap(&why, "--sha256-url");
    if (outcome != ATTEMPT_OK) {
        tell_of_refusal(fetch, &why);
        fetch_end(fetch, outcome, &why);
        return;
    }
    fetch_phase_ended(fetch);
}

static void fetch_request(struct fetch *fetch)
{
    struct exchange_request request;
    struct reason why;

    exchange_clear(&fetch->exchange);
    if (request_fill(fetch, &request, &why))
        exchange_start(&fetch->exchange, &request);
    else
        fetch_end(fetch, ATTEMPT_FAIL, &why);
}

void fetch_start(struct wait_target *target, int64_t deadline)
{
    struct fetch *fetch = (struct fetch *)target;
    struct reason why;

    fetch->deadline = deadline;
    fetch->begun = false;
    fetch->upload = -1;
    fetch->exchange.plan = &fetch->plan->exchange;
    fetch->exchange.on_body = on_body;
    fetch->exchange.on_end = on_end;
    fetch->exchange.owner = fetch;
    buf_init(&fetch->sum, CHECKSUM_FILE);
    progress_begin(&fetch->progress, fetch->plan->progress, fetch->base.name);
    if (!request_read_headers(fetch, &why)) {
        /* The file could be read when the run began: it is being replaced, as tokens are. */
        why.code = CODE_FAILED;
        fetch_end(fetch, ATTEMPT_RETRY, &why);
        return;
    }
    bool ask = request_needs_s3(fetch) && fetch->plan->aws->source != AWS_VARIABLES;
    if (request_needs_s3(fetch) && !ask && !request_sign(fetch, &why)) {
        fetch_end(fetch, ATTEMPT_FAIL, &why);
        return;
    }
    fetch_begin_phase(fetch, ask ? FETCH_CREDENTIALS : fetch->sum_url.text ? FETCH_SUM : FETCH_BODY);
}

void fetch_cancel(struct wait_target *target, struct reason *doing)
{
    struct fetch *fetch = (struct fetch *)target;

    exchange_doing(&fetch->exchange, doing);
    fetch_release(fetch);
    partial_drop(fetch);
}
