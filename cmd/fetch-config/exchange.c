#include "cmd/fetch-config/exchange.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cmd/fetch-config/handle.h"
#include "cmd/fetch-config/headers.h"
#include "common/deadline.h"
#include "common/mem.h"
#include "common/units.h"

#include "common/banned.h"

enum {
    DRAIN_MOST = 16 * 1024, /* of a body that nobody wants, so that its connection can be used again */
};

static void exchange_release(struct exchange *exchange)
{
    if (exchange->easy && exchange->running)
        multi_remove(exchange->plan->multi, exchange->easy);
    exchange->running = false;
    if (exchange->easy)
        curl_easy_cleanup(exchange->easy);
    exchange->easy = NULL;
    curl_slist_free_all(exchange->resolve);
    curl_slist_free_all(exchange->headers);
    exchange->resolve = NULL;
    exchange->headers = NULL;
    headers_wipe(exchange->proxy_auth);
    exchange->proxy_auth = NULL;
    loop_timer_clear(exchange->plan->loop, &exchange->stall);
    lookup_cancel(&exchange->lookup);
}

void exchange_clear(struct exchange *exchange)
{
    if (!exchange->plan)
        return;
    exchange_release(exchange);
    via_free(&exchange->via);
    free(exchange->reply.location);
    exchange->reply.location = NULL;
}

static void exchange_fail(struct exchange *exchange, enum outcome outcome, const struct reason *why)
{
    exchange->failed = true;
    exchange->outcome = outcome;
    exchange->why = *why;
    exchange_release(exchange);
    exchange->on_end(exchange->owner);
}

/* --- what libcurl calls --- */

static bool wants_body(const struct exchange *exchange)
{
    int status = exchange->reply.status;

    return status >= 200 && status < 300 && status != 206;
}

static char *header_value(CURL *easy, const char *name)
{
    struct curl_header *header;

    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return NULL;
    return xstrdup(header->value);
}

int64_t exchange_max_size(const struct exchange *exchange)
{
    return exchange->request.max_size > 0 ? exchange->request.max_size : exchange->plan->max_size;
}

/* Whether libcurl unpacks what comes. */
static bool is_encoded(const struct exchange *exchange)
{
    char *value = exchange->request.decode ? header_value(exchange->easy, "Content-Encoding") : NULL;
    bool encoded = value && strcasecmp(value, "identity") != 0;

    free(value);
    return encoded;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *owner)
{
    struct exchange *exchange = owner;
    size_t length = size * count;
    long status = 0;

    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    exchange->reply.status = (int)status;
    if (!wants_body(exchange)) {
        exchange->drained += length;
        return exchange->drained <= DRAIN_MOST ? length : CURL_WRITEFUNC_ERROR;
    }
    if (exchange->unpacked == 0)
        exchange->encoded = is_encoded(exchange);
    exchange->unpacked += (int64_t)length;
    if (exchange->encoded && exchange->unpacked > exchange->plan->max_unpacked_size)
        exchange->reply.unpacked_too_far = true;
    else if (!exchange->encoded && exchange->unpacked > exchange_max_size(exchange))
        exchange->reply.too_large = true;
    else if (!exchange->on_body(exchange->owner, bytes, length, &exchange->reply.sink))
        exchange->reply.sink_failed = true;
    else
        return length;
    return CURL_WRITEFUNC_ERROR;
}

/* Called often: counts what has come, whatever the server said would come. */
static int on_progress(void *owner, curl_off_t all, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
    struct exchange *exchange = owner;

    (void)all;
    (void)to_send;
    if (got + sent != exchange->moved) {
        exchange->moved = got + sent;
        exchange->last_activity = deadline_now();
    }
    exchange->reply.received = got;
    if (got <= exchange_max_size(exchange))
        return 0;
    exchange->reply.too_large = true;
    return 1;
}

static size_t on_header(const char *bytes, size_t size, size_t count, void *owner)
{
    struct exchange *exchange = owner;

    (void)bytes;
    exchange->last_activity = deadline_now();
    return size * count;
}

static size_t on_upload(char *bytes, size_t size, size_t count, void *owner)
{
    const struct exchange *exchange = owner;
    ssize_t got = read(exchange->request.upload, bytes, size * count);

    return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

static void on_stall(void *owner)
{
    struct exchange *exchange = owner;
    int64_t now = deadline_now();
    int64_t due = deadline_after(exchange->last_activity, exchange->plan->stall_timeout);

    if (now < due) {
        loop_timer_set(exchange->plan->loop, &exchange->stall, due);
        return;
    }
    exchange->reply.stalled = true;
    multi_remove(exchange->plan->multi, exchange->easy);
    exchange->running = false;
    exchange->transfer.on_done(exchange, CURLE_OPERATION_TIMEDOUT);
}

/* --- the end --- */

/* What the header says, whether libcurl went on to the body or not. */
static int64_t told_length(CURL *easy)
{
    char *value = header_value(easy, "Content-Length");
    int64_t length = -1;

    if (value && !units_parse_number(value, 0, INT64_MAX, &length))
        length = -1;
    free(value);
    return length;
}

static void gather(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    CURL *easy = exchange->easy;
    long status = 0, connect_status = 0, error = 0, opened = 1;
    curl_off_t connected = 0;
    char *address = NULL;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &opened);
    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    reply->status = (int)status;
    reply->connect_status = (int)connect_status;
    reply->error = (int)error;
    reply->expected = told_length(easy);
    reply->connected = status != 0 || connected > 0 || opened == 0;
    snprintf(reply->address, sizeof reply->address, "%s", address ? address : "");
    char *after = header_value(easy, "Retry-After");
    reply->retry_after = after ? reply_retry_after(after, exchange->request.wall_time) : 0;
    free(after);
    reply->location = reply_is_redirect(reply) ? header_value(easy, "Location") : NULL;
}

static void on_done(void *owner, CURLcode code)
{
    struct exchange *exchange = owner;

    if (code == CURLE_OUT_OF_MEMORY)
        mem_exhausted();
    exchange->running = false;
    exchange->reply.code = code;
    gather(exchange);
    exchange->plan->judge_tls(exchange);
    exchange_release(exchange);
    exchange->on_end(exchange->owner);
}

/* --- the beginning --- */

static void set_callbacks(struct exchange *exchange)
{
    CURL *easy = exchange->easy;

    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->reply.said);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, exchange);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload);
    curl_easy_setopt(easy, CURLOPT_READDATA, exchange);
}

static void exchange_connect(struct exchange *exchange)
{
    const struct exchange_plan *plan = exchange->plan;
    struct reason why;

    exchange->easy = curl_easy_init();
    if (!exchange->easy)
        mem_exhausted();
    handle_set(exchange);
    set_callbacks(exchange);
    if (plan->stall_timeout > 0)
        loop_timer_set(plan->loop, &exchange->stall,
                       deadline_after(exchange->last_activity, plan->stall_timeout));
    if (exchange->request.url->scheme == URL_HTTPS && plan->prepare_tls &&
        !plan->prepare_tls(exchange, &why)) {
        exchange_fail(exchange, ATTEMPT_FAIL, &why);
        return;
    }
    exchange->transfer = (struct multi_transfer){.on_done = on_done, .owner = exchange};
    exchange->running = true;
    multi_add(plan->multi, exchange->easy, &exchange->transfer);
}

static void on_addresses(void *owner, struct curl_slist *resolve, const struct reason *why)
{
    struct exchange *exchange = owner;
    struct reason wrapped;

    if (why) {
        wrapped = *why;
        if (exchange->via.used)
            reason_wrap(&wrapped, "the proxy %.100s (from %s)", exchange->via.url.shown,
                        exchange->via.source);
        exchange_fail(exchange, ATTEMPT_RETRY, &wrapped);
        return;
    }
    exchange->resolve = resolve;
    exchange_connect(exchange);
}

static bool read_proxy_auth(struct exchange *exchange, struct reason *why)
{
    const char *file = exchange->plan->proxy_auth_file;

    if (!exchange->via.used || !file)
        return true;
    exchange->proxy_auth = headers_read_secret(file, why);
    if (exchange->proxy_auth && !strchr(exchange->proxy_auth, ':')) {
        headers_wipe(exchange->proxy_auth);
        exchange->proxy_auth = NULL;
        reason_set(why, CODE_USAGE, "%.200s: expected user:password", file);
    }
    return exchange->proxy_auth != NULL;
}

void exchange_start(struct exchange *exchange, const struct exchange_request *request)
{
    const struct exchange_plan *plan = exchange->plan;
    struct reason why;

    memset(&exchange->reply, 0, sizeof exchange->reply);
    exchange->request = *request;
    exchange->failed = false;
    exchange->unpacked = 0;
    exchange->drained = 0;
    exchange->tls = NULL;
    exchange->moved = 0;
    exchange->last_activity = deadline_now();
    exchange->stall = (struct loop_timer){.on_due = on_stall, .owner = exchange};
    exchange->lookup.plan = &plan->lookup;
    exchange->lookup.on_end = on_addresses;
    exchange->lookup.owner = exchange;
    exchange->transfer = (struct multi_transfer){.on_done = on_done, .owner = exchange};
    if (!via_choose(request->url, request->direct ? "" : plan->proxy, plan->environment, &exchange->via,
                    &why) ||
        !read_proxy_auth(exchange, &why)) {
        exchange_fail(exchange, ATTEMPT_FAIL, &why);
        return;
    }
    const struct url *next = exchange->via.used ? &exchange->via.url : request->url;
    lookup_start(&exchange->lookup, next->host, next->port, request->deadline);
}

int64_t exchange_expected(const struct exchange *exchange)
{
    curl_off_t expected = -1;

    if (exchange->easy)
        curl_easy_getinfo(exchange->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &expected);
    return expected;
}

void exchange_doing(const struct exchange *exchange, struct reason *doing)
{
    char *address = NULL;

    if (!exchange->easy) {
        reason_set(doing, CODE_FAILED, "resolving the name");
        return;
    }
    curl_easy_getinfo(exchange->easy, CURLINFO_PRIMARY_IP, &address);
    if (exchange->reply.received > 0) {
        reason_set(doing, CODE_FAILED, "receiving the body");
        reason_detail(doing, ", %" PRId64 " bytes so far", exchange->reply.received);
    } else if (address && *address != '\0') {
        reason_set(doing, CODE_FAILED, "waiting for an answer");
        reason_detail(doing, " from %s", address);
    } else {
        reason_set(doing, CODE_FAILED, "connecting");
    }
}
