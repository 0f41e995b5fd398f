#include "cmd/tls-check/http.h"

#include <string.h>

#include "cmd/tls-check/dialogue.h"

#include "common/banned.h"

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
