#include "common/http/redirect.h"

#include <string.h>

#include "common/base/banned.h"

const char *redirect_method(int status, const char *method)
{
    if (!method || strcmp(method, "HEAD") == 0)
        return method;
    if (status == 303)
        return NULL;
    return (status == 301 || status == 302) && strcmp(method, "POST") == 0 ? NULL : method;
}

static bool redirect_check(const struct redirect_rules *rules, const struct url *from, const struct url *to,
                           struct reason *why)
{
    if (from->scheme == URL_HTTPS && to->scheme == URL_HTTP)
        return reason_set(why, CODE_HTTP_STATUS,
                          "redirects from https to http (%.150s), which is never followed", to->shown);
    if (rules->has_body && !url_same_party(rules->first, to))
        return reason_set(why, CODE_HTTP_STATUS,
                          "redirects to another host (%.150s), which is not sent the request's body",
                          to->shown);
    return true;
}

bool redirect_next(const struct redirect_rules *rules, const struct url *from, const struct reply *reply,
                   struct url *to, struct reason *why)
{
    struct reason wrong;

    memset(to, 0, sizeof *to);
    if (!reply->location)
        return reason_set(why, CODE_HTTP_STATUS, "HTTP status %d without a Location", reply->status);
    if (rules->followed >= rules->most) {
        reason_set(why, CODE_HTTP_STATUS, "HTTP status %d: redirected more than %u time%s", reply->status,
                   rules->most, rules->most == 1 ? "" : "s");
        reason_hint(why, "a loop? --max-redirs allows more");
        return false;
    }
    if (!url_follow(from, reply->location, to, &wrong))
        return reason_set(why, CODE_HTTP_STATUS, "redirects to a URL that cannot be followed: %.200s",
                          wrong.text);
    return redirect_check(rules, from, to, why);
}
