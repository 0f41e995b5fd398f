#include "common/http/receive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/base/stop.h"
#include "common/base/units.h"
#include "common/http/body.h"
#include "common/http/framing.h"
#include "common/http/header.h"

#include "common/base/banned.h"

/* --- during the transfer --- */

static bool wants_body(const struct exchange *exchange)
{
    int status = exchange->reply.status;

    if (exchange->request.wants != EXCHANGE_WANTS_GOOD)
        return exchange->request.wants == EXCHANGE_WANTS_ANY && status >= 200;
    return status >= 200 && status < 300 && (status != 206 || exchange->request.from > 0);
}

/* What is not HTTP. libcurl takes an answer without a header for HTTP/0.9, which is allowed only so that its beginning can be
 * reported. */
static void note_foreign(struct reply *reply, const char *bytes, size_t length)
{
    reply->foreign_length = length < sizeof reply->foreign ? length : sizeof reply->foreign;
    memcpy(reply->foreign, bytes, reply->foreign_length);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *owner)
{
    struct exchange *exchange = owner;
    size_t length = size * count;
    long status = 0;

    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    exchange->reply.status = (int)status;
    if (!exchange->headed) {
        note_foreign(&exchange->reply, bytes, length);
        return CURL_WRITEFUNC_ERROR;
    }
    if (!wants_body(exchange))
        return body_drain(exchange, bytes, length) ? length : CURL_WRITEFUNC_ERROR;
    return body_take(exchange, bytes, length) ? length : CURL_WRITEFUNC_ERROR;
}

/* libcurl reads the body of a proxy's refusal to CONNECT in one loop, as long as more of it arrives. Only this callback can end
 * it. */
static bool must_end(struct exchange *exchange)
{
    long connect_status = 0;

    curl_easy_getinfo(exchange->easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    exchange->reply.late = deadline_now() >= exchange->request.deadline;
    return exchange->reply.late || connect_status >= 300 || stop_signal() != 0;
}

/* Called often: counts what was received, whatever length the server announced. */
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
    if (must_end(exchange))
        return 1;
    if (got <= exchange->plan->max_size)
        return 0;
    exchange->reply.too_large = true;
    return 1;
}

/* The status in "HTTP/1.0", "HTTP/1.1" or "HTTP/2", a blank, three digits and no fourth; else -1. */
static long read_status(const char *line, size_t length)
{
    static const char *const versions[] = {"HTTP/1.1 ", "HTTP/1.0 ", "HTTP/2 "};
    size_t at = 0, digits = 0;
    long status = 0;

    for (size_t i = 0; at == 0 && i < sizeof versions / sizeof versions[0]; i++)
        if (length > strlen(versions[i]) && memcmp(line, versions[i], strlen(versions[i])) == 0)
            at = strlen(versions[i]);
    for (; at > 0 && at < length && line[at] >= '0' && line[at] <= '9' && digits <= 3; at++, digits++)
        status = 10 * status + (line[at] - '0');
    return digits == 3 ? status : -1;
}

/* libcurl takes the first three of four digits, and 200 for a line of which it can read nothing but "http/". */
static bool is_status_line(const struct exchange *exchange, const char *line, size_t length)
{
    long status = 0;

    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    return read_status(line, length) == status;
}

/* libcurl takes an end of the connection within the header for an answer without a body. */
static size_t on_header(const char *bytes, size_t size, size_t count, void *owner)
{
    struct exchange *exchange = owner;
    size_t length = size * count;
    long status = 0;

    exchange->last_activity = deadline_now();
    if (!exchange->headed && !exchange->in_header && !is_status_line(exchange, bytes, length)) {
        note_foreign(&exchange->reply, bytes, length);
        return 0;
    }
    exchange->in_header = true;
    if (!exchange->headed && !exchange->hidden)
        exchange->hidden = framing_hidden(bytes, length);
    if (length > 0 && length <= 2 && bytes[length - 1] == '\n') {
        curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
        bool first = !exchange->headed && status >= 200; /* a trailer ends with an empty line, too */
        exchange->reply.status = (int)status;
        exchange->headed = exchange->headed || first;
        exchange->in_header = false;
        if (first && !wants_body(exchange))
            body_begin_refusal(exchange);
        else if (first && !body_begin(exchange))
            return 0;
        else if (first && exchange->on_begin)
            exchange->on_begin(exchange->owner);
    }
    return length;
}

static size_t on_upload(char *bytes, size_t size, size_t count, void *owner)
{
    const struct exchange *exchange = owner;
    ssize_t got = read(exchange->request.upload, bytes, size * count);

    return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

/* The server may have closed a connection that is used again: then the body is sent once more, from its beginning. */
static int on_rewind(void *owner, curl_off_t offset, int origin)
{
    const struct exchange *exchange = owner;

    return lseek(exchange->request.upload, offset, origin) >= 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

void receive_set(struct exchange *exchange)
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
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_rewind);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, exchange);
}

/* --- after the transfer --- */

/* The length in the header, whether libcurl read the body or not. */
static int64_t told_length(CURL *easy)
{
    char *value = header_first(easy, "Content-Length");
    int64_t length = -1;

    if (value && !units_parse_number(value, 0, INT64_MAX, &length))
        length = -1;
    free(value);
    return length;
}

/* A connection that is used again took no time to connect, but has an address. Through a proxy it is the address of the proxy,
 * which may not have answered the CONNECT. */
static bool is_connected(const struct exchange *exchange, const char *address)
{
    bool tunnel = exchange->proxy.used &&
                  (exchange->request.url->scheme == URL_HTTPS || exchange->request.http2);
    curl_off_t connected = 0;

    curl_easy_getinfo(exchange->easy, CURLINFO_CONNECT_TIME_T, &connected);
    return connected > 0 || (!tunnel && *address != '\0');
}

void receive_gather(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    CURL *easy = exchange->easy;
    long status = 0, connect_status = 0, error = 0;
    char *address = NULL;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    if (reply->code == CURLE_WRITE_ERROR && stop_signal() != 0)
        reply->code = CURLE_ABORTED_BY_CALLBACK;
    if ((reply->code == CURLE_ABORTED_BY_CALLBACK || reply->code == CURLE_WRITE_ERROR) && reply->late)
        reply->code = CURLE_OPERATION_TIMEDOUT;
    if (reply->code == CURLE_WRITE_ERROR && exchange->enough && !reply->body_failed)
        reply->code = CURLE_OK;
    else if (reply->code == CURLE_OK && exchange->coding.room && wants_body(exchange))
        body_judge(exchange);
    if (reply->code != CURLE_OK && reply->said[0] == '\0')
        snprintf(reply->said, sizeof reply->said, "error %d", (int)reply->code);
    reply->status = (int)status;
    reply->header_cut = status != 0 && !exchange->headed;
    reply->connect_status = (int)connect_status;
    reply->error = (int)error;
    reply->expected = told_length(easy);
    const char *socket = exchange->request.url->socket;
    snprintf(reply->address, sizeof reply->address, "%s", socket ? socket : address ? address : "");
    reply->connected = status != 0 || is_connected(exchange, reply->address);
    char *after = header_first(easy, "Retry-After");
    reply->retry_after = after ? reply_retry_after(after, exchange->request.wall_time) : 0;
    free(after);
    char *region = reply->status >= 300 ? header_first(easy, "x-amz-bucket-region") : NULL;
    snprintf(reply->region, sizeof reply->region, "%s", region ? region : "");
    free(region);
    if (exchange->on_answer)
        exchange->on_answer(exchange->owner, easy);
    reply->location = reply_is_redirect(reply) ? header_first(easy, "Location") : NULL;
}
