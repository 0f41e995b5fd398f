/* A URL, where it redirects to (the second line), and how an operand is split. */
#include "cmd/fetch-config/operand.h"
#include "common/http/http_proxy.h"
#include "common/http/url.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *location, *text = input_first_line(data, size, &location);
    char *part = NULL;
    const char *path = NULL;
    struct url url, next;
    struct reason why;
    struct http_proxy proxy;

    if (operand_split(text, &part, &path)) {
        MUST(strlen(part) + 1 + strlen(path) == strlen(text));
        free(part);
    }
    if (url_parse(text, "ns", &url, &why)) {
        MUST(url.scheme != URL_HTTP || (url.host[0] != '\0' && url.port != 0 && !strchr(url.shown, '?')));
        if (url.scheme == URL_HTTP || url.scheme == URL_HTTPS) {
            if (url_follow(&url, location, &next, &why))
                MUST(next.scheme == URL_HTTP || next.scheme == URL_HTTPS);
            url_free(&next);
            http_proxy_choose(&url, "fetch-config", location, NULL, &proxy, &why);
            http_proxy_free(&proxy);
            http_proxy_is_excepted(location, url.host, url.port);
        }
    } else {
        MUST(why.code == CODE_USAGE && why.text[0] != '\0');
    }
    url_free(&url);
    free(text);
    free(location);
    return 0;
}
