#include "cmd/wait-for-kube/watcher_url.h"

#include <stdlib.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

enum {
    CHUNK = 500, /* objects that a list asks for at once */
    URL_MOST = 16 * 1024,
};

static char *encoded(const char *text)
{
    char *escaped = curl_easy_escape(NULL, text, 0);

    if (!escaped)
        mem_exhausted(); /* does not return, which cppcheck does not know */
    /* cppcheck-suppress nullPointerRedundantCheck */
    char *copy = xstrdup(escaped);
    curl_free(escaped);
    return copy;
}

bool watcher_set_url(struct watcher *watcher, struct reason *why)
{
    char *version = encoded(watcher->version), *more = encoded(watcher->more ? watcher->more : "");
    struct buf text;

    buf_init(&text, URL_MOST);
    bool fits = buf_add_format(&text, "%s%s?%s%s", watcher->plan->server, watcher->path, watcher->selectors,
                               *watcher->selectors != '\0' ? "&" : "");
    if (watcher->watching)
        fits = fits &&
               buf_add_format(&text, "watch=1&allowWatchBookmarks=true&resourceVersion=%s&timeoutSeconds=%u",
                              version, watcher->seconds);
    else
        fits = fits && buf_add_format(&text, "limit=%d%s%s", CHUNK, watcher->more ? "&continue=" : "", more);
    bool good = (fits || reason_set(why, CODE_FAILED, "the request's URL is too long")) &&
                url_parse(text.data, "", &watcher->url, why);
    free(version);
    free(more);
    buf_free(&text);
    return good;
}
