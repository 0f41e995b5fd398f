#include "cmd/wait-for-kube/watcher_url.h"

#include "cmd/wait-for-kube/query.h"

#include "common/base/banned.h"

enum { CHUNK = 500 /* objects that a list asks for at once */ };

bool watcher_set_url(struct watcher *watcher, struct reason *why)
{
    struct buf text;

    buf_init(&text, QUERY_MOST);
    bool fits = buf_add_format(&text, "%s%s?%s%s", watcher->plan->server, watcher->path, watcher->selectors,
                               *watcher->selectors != '\0' ? "&" : "");
    if (watcher->watching)
        fits = fits &&
               query_add(&text, "watch=1&allowWatchBookmarks=true&resourceVersion", watcher->version) &&
               buf_add_format(&text, "&timeoutSeconds=%u", watcher->seconds);
    else
        fits = fits && buf_add_format(&text, "limit=%d", CHUNK) &&
               (!watcher->more || query_add(&text, "&continue", watcher->more));
    bool good = (fits || reason_set(why, CODE_FAILED, "the request's URL is too long")) &&
                url_parse(text.data, "", &watcher->url, why);
    buf_free(&text);
    return good;
}
