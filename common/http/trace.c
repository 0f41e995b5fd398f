#include "common/http/trace.h"

#include <string.h>
#include <strings.h>

#include "common/base/log.h"

#include "common/base/banned.h"

enum { LINE_MOST = 1024 };

static bool is_one_of(const char *line, size_t length, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == length && strncasecmp(line, *names, length) == 0)
            return true;
    return false;
}

static bool has_part(const char *line, size_t length, const char *const *parts)
{
    for (; *parts; parts++)
        for (size_t i = 0; i + strlen(*parts) <= length; i++)
            if (strncasecmp(line + i, *parts, strlen(*parts)) == 0)
                return true;
    return false;
}

static bool may_be_secret(const char *name, size_t length, bool sent)
{
    static const char *const known[] = {"Host",
                                        "User-Agent",
                                        "Accept",
                                        "Accept-Encoding",
                                        "Content-Length",
                                        "Content-Type",
                                        "Proxy-Connection",
                                        "TE",
                                        "grpc-timeout",
                                        "grpc-accept-encoding",
                                        NULL};
    static const char *const parts[] = {"auth", "cookie",   "token",   "secret",
                                        "key",  "password", "session", NULL};

    return sent ? !is_one_of(name, length, known) : has_part(name, length, parts);
}

/* Up to a "?", because a query may be secret. */
static void add_without_query(const char *text, size_t length, struct buf *out)
{
    const char *query = memchr(text, '?', length);
    const char *rest = query ? memchr(query, ' ', length - (size_t)(query - text)) : NULL;

    buf_add(out, text, query ? (size_t)(query - text) : length);
    if (query)
        buf_add_text(out, "?...");
    if (rest)
        buf_add(out, rest, length - (size_t)(rest - text));
}

void trace_line(const char *line, size_t length, bool sent, struct buf *out)
{
    const char *colon = memchr(line, ':', length);
    size_t name = colon ? (size_t)(colon - line) : 0;
    bool first = !colon || memchr(line, ' ', name); /* GET http://host/ HTTP/1.1 */

    if (first)
        add_without_query(line, length, out);
    else if (may_be_secret(line, name, sent))
        buf_add_format(out, "%.*s: ***", (int)name, line);
    else
        add_without_query(line, length, out);
}

static void log_line(const char *line, size_t length, bool sent)
{
    const struct log_event event = {.level = LOG_DEBUG, .elapsed = -1};
    struct buf out;

    buf_init(&out, LINE_MOST);
    trace_line(line, length < LINE_MOST / 2 ? length : LINE_MOST / 2, sent, &out);
    if (out.length > 0)
        log_event(&event, "%s %s", sent ? ">" : "<", out.data);
    buf_free(&out);
}

static int on_debug(CURL *easy, curl_infotype type, char *data, size_t size, void *owner)
{
    (void)easy;
    (void)owner;
    if (type != CURLINFO_HEADER_OUT && type != CURLINFO_HEADER_IN)
        return 0;
    for (size_t at = 0; at < size;) {
        size_t length = 0;
        while (at + length < size && !strchr("\r\n", data[at + length]))
            length++;
        if (length > 0)
            log_line(data + at, length, type == CURLINFO_HEADER_OUT);
        at += length + 1;
    }
    return 0;
}

void trace_set(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
}
