#include "cmd/tls-check/http.h"

#include <stdio.h>
#include <string.h>

#include "cmd/tls-check/dialogue.h"

#include "common/base/banned.h"

enum { STATUS_LINE = 12 /* "HTTP/1.1 200" */, HTTPS = 443 };

void http_ask(struct buf *out, const char *host, uint16_t port, const char *path)
{
    bool bracketed = strchr(host, ':') != NULL;

    buf_add_format(out, "GET %s HTTP/1.1\r\nHost: %s%s%s", path, bracketed ? "[" : "", host,
                   bracketed ? "]" : "");
    if (port != HTTPS)
        buf_add_format(out, ":%u", port);
    buf_add_text(out,
                 "\r\nUser-Agent: initkit/" INITKIT_VERSION "\r\nAccept: */*\r\nConnection: close\r\n\r\n");
}

size_t http_head_length(const struct buf *in)
{
    const char *end = memmem(in->data, in->length, "\r\n\r\n", 4);

    return end ? (size_t)(end - in->data) + 4 : 0;
}

/* The three digits; 0 when they are none. */
static int digits(const char *text)
{
    int number = 0;

    for (int i = 0; i < 3; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        number = 10 * number + text[i] - '0';
    }
    return number;
}

int http_status(struct buf *in)
{
    static const char begin[] = "HTTP/1.";
    size_t compared = in->length < sizeof begin - 1 ? in->length : sizeof begin - 1;

    if (memcmp(in->data, begin, compared) != 0)
        return HTTP_GARBLED;
    if (in->length < STATUS_LINE + 1)
        return HTTP_MORE;
    bool ends = in->data[STATUS_LINE] == ' ' || in->data[STATUS_LINE] == '\r' ||
                in->data[STATUS_LINE] == '\n';
    int status = in->data[8] == ' ' && ends ? digits(in->data + 9) : 0;
    if (status < 100)
        return HTTP_GARBLED;
    if (status >= 200 || status == 101)
        return status;
    size_t head = http_head_length(in);
    if (head == 0)
        return HTTP_MORE;
    dialogue_drop(in, head);
    return http_status(in);
}

void http_location(const struct buf *in, char *text, size_t size)
{
    static const char field[] = "\nLocation:";
    const char *at = strcasestr(in->data, field);

    text[0] = '\0';
    if (!at || (size_t)(at - in->data) + 1 >= http_head_length(in))
        return;
    at += sizeof field - 1;
    at += strspn(at, " \t");
    size_t length = strcspn(at, "?#\r\n");
    const char *host = memmem(at, length, "//", 2); /* behind a scheme, or without one (RFC 3986, 4.2) */
    const char *begin = host ? host + 2 : at;
    size_t place = (size_t)(at + length - begin), end = strcspn(begin, "/");
    const char *user = memrchr(begin, '@', end < place ? end : place);
    if (user && host)
        snprintf(text, size, "%.*s%.*s", (int)(begin - at), at, (int)(at + length - user - 1), user + 1);
    else
        snprintf(text, size, "%.*s", (int)length, at);
}
