/* What peers say in plain text before TLS, and the head of an HTTP answer behind it, in pieces. */
#include <stdint.h>
#include <stdlib.h>

#include "cmd/tls-check/http.h"
#include "cmd/tls-check/proxy.h"
#include "cmd/tls-check/starttls.h"

/* The first byte says the protocol, the second how long the pieces are. */
static void talk(const uint8_t *data, size_t size)
{
    enum starttls_protocol protocol = (enum starttls_protocol)(1 + data[0] % STARTTLS_LDAP);
    size_t piece = 1 + data[1] % 64u;
    struct buf in, out;
    struct reason why;
    int step = 0;
    enum dialogue_next next = DIALOGUE_MORE;

    buf_init(&in, DIALOGUE_MAX);
    buf_init(&out, DIALOGUE_MAX);
    for (size_t at = 2; at < size && next == DIALOGUE_MORE; at += piece) {
        if (!buf_add(&in, data + at, size - at < piece ? size - at : piece))
            break;
        next = starttls_next(protocol, &step, &in, &out, &why);
    }
    buf_free(&in);
    buf_free(&out);
}

static void answer(const uint8_t *data, size_t size)
{
    struct proxy proxy = {.host = "proxy", .port = 1, .from = "fuzz"};
    struct buf in;
    struct reason why;

    buf_init(&in, DIALOGUE_MAX);
    if (buf_add(&in, data, size))
        proxy_next(&in, &proxy, true, &why);
    buf_clear(&in);
    if (buf_add(&in, data, size)) {
        int status = http_status(&in);
        if (status != HTTP_MORE && status != HTTP_GARBLED && (status < 100 || status > 999))
            abort();
        char location[32];
        http_location(&in, location, sizeof location);
    }
    buf_free(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 2)
        talk(data, size);
    answer(data, size);
    return 0;
}
