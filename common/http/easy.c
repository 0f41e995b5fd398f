#include "common/http/easy.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/http/trace.h"

#include "common/base/banned.h"

/* libcurl divides its connect timeout among the addresses, so it is derived from the time left. LATE is added, in milliseconds,
 * so that our own timer ends the attempt, not libcurl. */
enum {
    LATE = 100,
    RECEIVE_BUFFER = 256 * 1024,
    AGENT = 64,
    KEEP_ALIVE_IDLE = 15, /* seconds */
    KEEP_ALIVE_INTERVAL = 5,
    KEEP_ALIVE_COUNT = 3,
};

static struct curl_slist *append(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);

    if (!longer)
        mem_exhausted();
    return longer;
}

static void set_limits(struct exchange *exchange)
{
    const struct exchange_plan *plan = exchange->plan;
    CURL *easy = exchange->easy;
    int64_t left = deadline_left(exchange->request.deadline, deadline_now());
    int64_t connecting = deadline_earlier(plan->connect_timeout > 0 ? plan->connect_timeout : INT_MAX,
                                          left < INT_MAX ? left + LATE : INT_MAX);

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(connecting < INT_MAX ? connecting : INT_MAX));
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)plan->max_size);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
}

/* libcurl must not read variables or files itself, neither for a proxy nor for a password. */
static void set_proxy(struct exchange *exchange)
{
    CURL *easy = exchange->easy;

    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, (long)exchange->request.http2);
    curl_easy_setopt(easy, CURLOPT_PROXY, exchange->proxy.used ? exchange->proxy.url.text : "");
    if (exchange->proxy.used && exchange->proxy_auth) {
        char *colon = strchr(exchange->proxy_auth, ':');
        *colon = '\0';
        curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, exchange->proxy_auth);
        curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, colon + 1);
        *colon = ':';
        curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC);
    }
}

/* A header of the user replaces ours. */
static void set_accepted(struct exchange *exchange)
{
    static const char name[] = "Accept-Encoding:";
    const struct strings *given = exchange->request.headers;

    exchange->accepted = NULL;
    for (size_t i = 0; given && i < given->count; i++)
        if (strncasecmp(given->items[i], name, sizeof name - 1) == 0) {
            exchange->accepted = given->items[i] + sizeof name - 1;
            exchange->accepted += strspn(exchange->accepted, " \t");
            return;
        }
    if (!exchange->request.decode)
        return;
    exchange->accepted = exchange->request.resumable ? "identity" : CODING_ACCEPTED;
    exchange->headers = append(exchange->headers, exchange->request.resumable
                                                      ? "Accept-Encoding: identity"
                                                      : "Accept-Encoding: " CODING_ACCEPTED);
}

static void add_range(struct exchange *exchange)
{
    char line[RESUME_VALIDATOR + 64];

    if (exchange->request.from == 0)
        return;
    snprintf(line, sizeof line, "Range: bytes=%" PRId64 "-", exchange->request.from);
    exchange->headers = append(exchange->headers, line);
    snprintf(line, sizeof line, "If-Range: %s", exchange->request.part->validator);
    exchange->headers = append(exchange->headers, line);
}

static void set_body(CURL *easy, const struct exchange_request *request)
{
    if (request->post) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->post_length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->post);
    } else if (request->upload >= 0) {
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->upload_size);
    }
}

static void set_headers(struct exchange *exchange)
{
    const struct exchange_request *request = &exchange->request;

    exchange->headers = append(NULL, "Expect:"); /* do not wait for a "100 Continue" */
    for (const char *const *line = request->fixed; line && *line; line++)
        exchange->headers = append(exchange->headers, *line);
    for (size_t i = 0; request->headers && i < request->headers->count; i++)
        exchange->headers = append(exchange->headers, request->headers->items[i]);
    set_accepted(exchange);
    add_range(exchange);
    curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers);
}

static void set_request(struct exchange *exchange)
{
    const struct exchange_request *request = &exchange->request;
    CURL *easy = exchange->easy;
    char agent[AGENT];

    snprintf(agent, sizeof agent, "%s/" INITKIT_VERSION, exchange->plan->tool);
    curl_easy_setopt(easy, CURLOPT_URL, request->url->text);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 1L); /* on_body reports what it is */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     (long)(request->http2 ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
    curl_easy_setopt(easy, CURLOPT_RESOLVE, exchange->resolve);
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request->url->socket);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)request->fresh);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, (long)request->fresh);
    curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING,
                     0L); /* coding.h does it, and checks the end of the stream */
    if (request->method)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    if (request->method && strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    set_body(easy, request);
    set_headers(exchange);
}

/* So a peer that is gone is detected within half a minute. */
static void set_keep_alive(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEP_ALIVE_IDLE);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)KEEP_ALIVE_INTERVAL);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPCNT, (long)KEEP_ALIVE_COUNT);
}

void easy_set(struct exchange *exchange)
{
    set_request(exchange);
    set_proxy(exchange);
    set_limits(exchange);
    if (exchange->request.keep_alive)
        set_keep_alive(exchange->easy);
    if (exchange->plan->trace)
        trace_set(exchange->easy);
}
