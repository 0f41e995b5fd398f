/* An answer of gRPC's health service: a line that says what else there is, its headers, a line each (content-type, grpc-status,
 * grpc-message), and its body. The first line is also read as a URL and as a header of the user's. */
#include "cmd/wait-for-http/grpc.h"
#include "common/http/url.h"
#include "tests/fuzz/input.h"

/* One message, whole and not compressed: numbers have several encodings, so more is not told by its bytes. */
static bool is_framed(const char *body, size_t length)
{
    const uint8_t *bytes = (const uint8_t *)body;

    return length >= GRPC_PREFIX + 2 && bytes[0] == 0 &&
           length - GRPC_PREFIX ==
               ((size_t)bytes[1] << 24 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 8 | bytes[4]);
}

static void judge(const char *first, const char *type, const char *status, const char *words,
                  const char *body, size_t length)
{
    char *secret = input_text((const uint8_t *)"Authorization: Bearer geheimnis", 31);
    const struct strings sent = {.items = &secret, .count = 1};
    const struct reply reply = {.status = *first == 'x' ? 503 : 200, .connected = true};
    const struct grpc_answer answer = {
        .reply = &reply,
        .type = type,
        .status = status,
        .words = words,
        .encoding = words,
        .in_trailer = *first != 'h',
        .is_http2 = true,
        .is_cut = *first == 'c',
        .body = body,
        .length = length,
        .sent = &sent,
    };
    struct reason why = {0};

    if (grpc_judge(&answer, &why) == ATTEMPT_OK) {
        MUST(is_framed(body, length) && strcmp(status, "0") == 0 && *first != 'x' && *first != 'h' &&
             *first != 'c');
    } else {
        MUST((why.code == CODE_FAILED || why.code == CODE_HTTP_STATUS) && why.text[0] != '\0');
        MUST(!strstr(why.detail, "geheimnis"));
    }
    grpc_judge_plain(&reply, body, length, &why);
    free(secret);
}

static void ask(const char *text)
{
    struct reason why;
    struct buf out;
    struct url url;
    uint64_t status;

    grpc_check_header(text, &why);
    if (!url_names_grpc(text))
        return;
    buf_init(&out, GRPC_REQUEST_MOST);
    if (url_parse_grpc(text, "ns", &url, &why)) {
        MUST(url.host[0] != '\0' && url.port != 0 && url.shown && strlen(url.path) <= URL_SERVICE_MOST);
        grpc_write_question(url.path, &out);
        MUST(out.length >= GRPC_PREFIX &&
             grpc_read_status(out.data + GRPC_PREFIX, out.length - GRPC_PREFIX, &status));
        MUST(status == 0);
    } else {
        MUST(why.code == CODE_USAGE && why.text[0] != '\0');
    }
    url_free(&url);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *lines[4], *rest = NULL;
    size_t used = 0;

    for (size_t i = 0; i < 4; i++) {
        lines[i] = input_first_line(data + used, size - used, &rest);
        used += strlen(lines[i]) + 1;
        used = used < size ? used : size;
        free(rest);
    }
    ask(lines[0]);
    judge(lines[0], lines[1], lines[2], lines[3], (const char *)data + used, size - used);
    for (size_t i = 0; i < 4; i++)
        free(lines[i]);
    return 0;
}
