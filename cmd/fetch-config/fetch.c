#include "cmd/fetch-config/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/fetch-config/checksum.h"
#include "cmd/fetch-config/local.h"
#include "cmd/fetch-config/redirect.h"
#include "cmd/fetch-config/render.h"
#include "common/deadline.h"

#include "common/banned.h"

/* Ends what is under way; what was fetched stays. */
static void fetch_release(struct fetch *fetch)
{
    exchange_clear(&fetch->exchange);
    headers_clear(&fetch->headers);
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
    spool_abort(&fetch->spool);
    unpack_abort(&fetch->unpack);
    url_free(&fetch->url);
    url_free(&fetch->sum_url);
    url_free(&fetch->object);
}

static void fetch_end(struct fetch *fetch, enum outcome outcome, const struct reason *why)
{
    fetch_release(fetch);
    if (outcome != ATTEMPT_OK)
        spool_abort(&fetch->spool);
    wait_attempt_ended(&fetch->base, outcome, why);
}

/* --- what has come --- */

static bool check_digest(struct fetch *fetch, struct reason *why)
{
    char digest[SPOOL_DIGEST], wanted[SPOOL_DIGEST];
    const char *slash = strrchr(fetch->url.shown, '/');

    if (!fetch->spool.digest)
        return true;
    spool_digest(&fetch->spool, digest);
    if (fetch->sha256)
        snprintf(wanted, sizeof wanted, "%s", fetch->sha256);
    else if (!checksum_find(fetch->sum.data, slash ? slash + 1 : "", wanted))
        return reason_set(why, CODE_FAILED, "%.150s has no SHA-256 for %.100s", fetch->sum_url.shown,
                          slash ? slash + 1 : "it");
    if (strcasecmp(digest, wanted) == 0)
        return true;
    reason_set(why, CODE_FAILED, "its SHA-256 is %s, not %s", digest, wanted);
    reason_hint(why, "another version than the one expected, or a page in place of the file");
    return false;
}

static bool fill_in(struct fetch *fetch, struct reason *why)
{
    const struct fetch_plan *plan = fetch->plan;
    const struct render_rules rules = {
        .prefix = plan->render_prefix,
        .target = fetch->base.name,
        .path = fetch->path,
        .mode = plan->mode,
        .max_size = plan->exchange.max_unpacked_size,
    };

    return !plan->render || render_spool(&fetch->spool, &rules, why);
}

static bool check_format(struct fetch *fetch, struct reason *why)
{
    enum validate_format format = fetch->plan->validate;

    if (format == VALIDATE_AUTO) {
        format = validate_guess(fetch->path ? fetch->path : fetch->url.shown);
        if (format == VALIDATE_NONE)
            format = validate_guess(fetch->url.shown);
    }
    if (format == VALIDATE_NONE || fetch->spool.kind == SPOOL_NOWHERE)
        return true;
    int descriptor = spool_reopen(&fetch->spool, why);
    bool good = descriptor >= 0 && validate(descriptor, format, why);
    if (descriptor >= 0)
        close(descriptor);
    return good;
}

/* What was staged before belongs to an attempt that failed after it: there is none, checks come before. */
static bool unpack_body(struct fetch *fetch, struct reason *why)
{
    if (!fetch->plan->extract)
        return true;
    int descriptor = spool_reopen(&fetch->spool, why);
    bool good = descriptor >= 0 &&
                unpack_stage(&fetch->unpack, descriptor, fetch->path, &fetch->plan->unpack, why);
    if (descriptor >= 0)
        close(descriptor);
    return good;
}

static void fetch_tell(struct fetch *fetch)
{
    size_t length = (size_t)snprintf(fetch->found, sizeof fetch->found, "%" PRId64 " byte%s",
                                     fetch->spool.size, fetch->spool.size == 1 ? "" : "s");

    if (fetch->plan->extract)
        snprintf(fetch->found + length, sizeof fetch->found - length, ", %zu entries of %" PRId64 " bytes",
                 fetch->unpack.entries, fetch->unpack.size);
    fetch->base.found = fetch->found;
}

static void fetch_check(struct fetch *fetch)
{
    struct reason why;

    if (!check_digest(fetch, &why) || !fill_in(fetch, &why) || !check_format(fetch, &why) ||
        !unpack_body(fetch, &why)) {
        fetch_end(fetch, ATTEMPT_FAIL, &why);
        return;
    }
    fetch_tell(fetch);
    fetch_end(fetch, ATTEMPT_OK, NULL);
}

static bool open_spool(struct fetch *fetch, struct reason *why)
{
    bool digest = fetch->sha256 || fetch->sum_url.text;

    if (fetch->spool.kind == SPOOL_CLOSED && fetch->plan->extract)
        return spool_make_parents(fetch->path, why) &&
               spool_begin_nameless(&fetch->spool, fetch->path, digest, why);
    return fetch->spool.kind != SPOOL_CLOSED ||
           spool_begin(&fetch->spool, fetch->path, fetch->plan->mode, digest, why);
}

static bool on_body(void *owner, const char *bytes, size_t length, struct reason *why)
{
    struct fetch *fetch = owner;

    if (fetch->phase != FETCH_BODY)
        return buf_add(&fetch->sum, bytes, length) ||
               reason_set(why, CODE_FAILED, "is larger than %zu bytes", fetch->sum.max);
    if (!open_spool(fetch, why) || !spool_write(&fetch->spool, bytes, length, why))
        return false;
    int64_t expected = exchange_expected(&fetch->exchange);
    progress_say(&fetch->progress, 0, 0, (uint64_t)fetch->spool.size, expected > 0 ? (uint64_t)expected : 0);
    return true;
}

/* --- the way there --- */

static void fetch_request(struct fetch *fetch);
static void fetch_phase_ended(struct fetch *fetch);

/* An empty body has opened nothing yet. */
static void fetch_body_is_here(struct fetch *fetch)
{
    struct reason why;

    if (open_spool(fetch, &why))
        fetch_check(fetch);
    else
        fetch_end(fetch, ATTEMPT_FAIL, &why);
}

/* What the present phase began with. */
static const struct url *fetch_first(const struct fetch *fetch)
{
    switch (fetch->phase) {
    case FETCH_CREDENTIALS:
        return &fetch->asked;
    case FETCH_SUM:
        return &fetch->sum_url;
    case FETCH_BODY:
        break;
    }
    return fetch->url.scheme == URL_S3 ? &fetch->object : &fetch->url;
}

static bool fetch_go(struct fetch *fetch, struct reason *why)
{
    url_free(&fetch->at);
    fetch->redirects = 0;
    fetch->method = fetch->phase == FETCH_BODY ? fetch->plan->method : NULL;
    return url_parse(fetch_first(fetch)->text, "", &fetch->at, why);
}

/* A file that is here already. */
static void fetch_local(struct fetch *fetch, const char *path)
{
    struct reason why;
    enum outcome outcome = local_read(path, fetch->plan->exchange.max_size, on_body, fetch, &why);

    if (outcome != ATTEMPT_OK)
        fetch_end(fetch, outcome, &why);
    else
        fetch_phase_ended(fetch);
}

/* Credentials that have to be asked for are asked for anew by each attempt: they are short-lived. */
static bool fetch_ask(struct fetch *fetch, struct reason *why)
{
    struct aws_question question;
    bool good = aws_ask(fetch->plan->aws, &question, why) && url_parse(question.url, "", &fetch->asked, why);

    if (good && question.form) {
        size_t length = strlen(question.form);
        fetch->upload = memfd_create("initkit", MFD_CLOEXEC);
        good = (fetch->upload >= 0 && write(fetch->upload, question.form, length) == (ssize_t)length) ||
               reason_set(why, CODE_FAILED, "no temporary file can be made: %s", strerror(errno));
    }
    fetch->asked_headers = question.headers;
    question.headers = (struct option_list){0};
    aws_question_free(&question);
    return good;
}

static bool fetch_sign(struct fetch *fetch, struct reason *why)
{
    struct aws_key key;
    bool good = aws_take_key(fetch->plan->aws, fetch->sum.data, fetch->sum.length, &key, why);

    if (good)
        aws_sign(fetch->plan->aws, &key, &fetch->object, time(NULL), &fetch->headers);
    aws_key_free(&key);
    return good;
}

static void fetch_begin_phase(struct fetch *fetch, enum fetch_phase phase)
{
    struct reason why;
    bool good = true;

    fetch->phase = phase;
    if (phase == FETCH_BODY && fetch->url.scheme == URL_S3 && fetch->plan->aws->source == AWS_VARIABLES)
        good = fetch_sign(fetch, &why);
    else if (phase == FETCH_CREDENTIALS)
        good = fetch_ask(fetch, &why);
    if (good && fetch_first(fetch)->scheme == URL_FILE)
        fetch_local(fetch, fetch_first(fetch)->path);
    else if (good && fetch_go(fetch, &why))
        fetch_request(fetch);
    else
        fetch_end(fetch, ATTEMPT_FAIL, &why);
}

static void fetch_phase_ended(struct fetch *fetch)
{
    struct reason why;

    switch (fetch->phase) {
    case FETCH_CREDENTIALS:
        if (!fetch_sign(fetch, &why)) {
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
        .first = fetch_first(fetch),
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
        .proxy = exchange->via.used ? exchange->via.url.shown : NULL,
        .proxy_source = exchange->via.source,
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

/* A signature is for one host and path: S3 redirects to where the bucket is, and means that the region is wrong. */
static bool fetch_follows(const struct fetch *fetch)
{
    return fetch->phase == FETCH_SUM || (fetch->phase == FETCH_BODY && fetch->url.scheme != URL_S3);
}

static void hint_at_s3(const struct fetch *fetch, struct reason *why)
{
    int status = fetch->exchange.reply.status;

    if (fetch->phase == FETCH_CREDENTIALS)
        reason_wrap(why, "credentials from %.100s", fetch->asked.shown);
    else if (fetch->url.scheme == URL_S3 && fetch->phase == FETCH_BODY && (status == 301 || status == 307))
        reason_hint(why, "the bucket is in another region: is AWS_REGION right?");
    else if (fetch->url.scheme == URL_S3 && fetch->phase == FETCH_BODY && status == 403)
        reason_hint(why, "may this role read the object, and is AWS_REGION right?");
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
    if (outcome != ATTEMPT_OK && fetch->redirects > 0)
        reason_wrap(&why, "redirected to %.100s", fetch->at.shown);
    if (outcome != ATTEMPT_OK && fetch->phase == FETCH_SUM)
        reason_wrap(&why, "--sha256-url");
    if (outcome != ATTEMPT_OK) {
        hint_at_s3(fetch, &why);
        fetch_end(fetch, outcome, &why);
        return;
    }
    fetch_phase_ended(fetch);
}

/* What is compressed already is to arrive as it is: its checksum was made of it so. */
static bool may_be_encoded(const struct url *url)
{
    static const char *const endings[] = {".gz", ".tgz", ".zst", ".zip"};
    size_t length = strlen(url->shown);

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && strcasecmp(url->shown + length - ending, endings[i]) == 0)
            return false;
    }
    return true;
}

static bool fetch_open_upload(struct fetch *fetch, struct exchange_request *request, struct reason *why)
{
    const char *path = fetch->plan->data_file;
    struct stat present;

    request->upload = -1;
    if (fetch->phase == FETCH_CREDENTIALS && fetch->upload >= 0) {
        request->method = "POST";
        request->upload = fetch->upload;
        request->upload_size = lseek(fetch->upload, 0, SEEK_END);
        lseek(fetch->upload, 0, SEEK_SET);
    }
    if (!path || fetch->phase != FETCH_BODY || (fetch->redirects > 0 && !fetch->method))
        return true;
    if (fetch->upload >= 0)
        close(fetch->upload);
    fetch->upload = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fetch->upload < 0 || fstat(fetch->upload, &present) != 0)
        return reason_set(why, CODE_FAILED, "--data-file: %.200s: %s", path, strerror(errno));
    if (!S_ISREG(present.st_mode))
        return reason_set(why, CODE_FAILED, "--data-file: %.200s: is not a file", path);
    request->upload = fetch->upload;
    request->upload_size = present.st_size;
    return true;
}

/* Secrets and custom headers are for the URL's own host. */
static const struct option_list *fetch_headers(const struct fetch *fetch)
{
    const struct url *own = fetch->url.scheme == URL_S3 ? &fetch->object : &fetch->url;

    if (fetch->phase == FETCH_CREDENTIALS)
        return &fetch->asked_headers;
    if (fetch->phase == FETCH_SUM && fetch->url.scheme == URL_S3)
        return NULL;
    return own->host[0] != '\0' && url_same_party(own, &fetch->at) ? &fetch->headers : NULL;
}

static void fetch_request(struct fetch *fetch)
{
    struct exchange_request request = {
        .url = &fetch->at,
        .method = fetch->method,
        .headers = fetch_headers(fetch),
        .decode = !(fetch->plan->extract && fetch->phase == FETCH_BODY) && may_be_encoded(&fetch->at),
        .direct = fetch->phase == FETCH_CREDENTIALS && fetch->plan->aws->source == AWS_CONTAINER,
        .deadline = fetch->deadline,
        .wall_time = time(NULL),
    };
    struct reason why;

    exchange_clear(&fetch->exchange);
    if (fetch_open_upload(fetch, &request, &why))
        exchange_start(&fetch->exchange, &request);
    else
        fetch_end(fetch, ATTEMPT_FAIL, &why);
}

void fetch_start(struct wait_target *target, int64_t deadline)
{
    struct fetch *fetch = (struct fetch *)target;
    struct reason why;

    fetch->deadline = deadline;
    fetch->upload = -1;
    fetch->exchange.plan = &fetch->plan->exchange;
    fetch->exchange.on_body = on_body;
    fetch->exchange.on_end = on_end;
    fetch->exchange.owner = fetch;
    buf_init(&fetch->sum, CHECKSUM_FILE);
    progress_begin(&fetch->progress, fetch->plan->progress, fetch->base.name);
    if (!headers_read(&fetch->plan->headers, &fetch->headers, &why)) {
        /* It could be read when the run began: it is being rotated. */
        why.code = CODE_FAILED;
        fetch_end(fetch, ATTEMPT_RETRY, &why);
        return;
    }
    bool ask = fetch->url.scheme == URL_S3 && fetch->plan->aws->source != AWS_VARIABLES;
    fetch_begin_phase(fetch, ask ? FETCH_CREDENTIALS : fetch->sum_url.text ? FETCH_SUM : FETCH_BODY);
}

void fetch_cancel(struct wait_target *target, struct reason *doing)
{
    struct fetch *fetch = (struct fetch *)target;

    exchange_doing(&fetch->exchange, doing);
    fetch_release(fetch);
    spool_abort(&fetch->spool);
}
