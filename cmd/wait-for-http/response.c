#include "cmd/wait-for-http/response.h"

#include "common/base/deadline.h"

#include "common/base/banned.h"

enum outcome response_passes_on(const struct reason *why)
{
    bool stays = why->code >= CODE_UNTRUSTED && why->code <= CODE_PROXY && why->code != CODE_HTTP_STATUS;

    return stays || why->code == CODE_INTERNAL ? ATTEMPT_FAIL : ATTEMPT_RETRY;
}

static void hint_at_status(int status, struct reason *why)
{
    if (status == 401 || status == 403)
        reason_hint(
            why,
            "are the credentials right (--bearer-token-file, --basic-auth-file, --header-file)? if that status means "
            "that the server is up: --status");
    else if (status == 404 || status == 410)
        reason_hint(why, "is the path right? some servers answer so until the app is deployed");
    else if (status >= 500)
        reason_hint(why, "the server reports that it is not ready: look at its logs");
    else if (status >= 300 && status < 400)
        reason_hint(why, "redirects are followed with --max-redirs N");
}

static enum outcome judge_status(const struct response *response, const char *statuses_text,
                                 struct reason *why)
{
    int status = response->reply->status;

    reason_set(why, CODE_HTTP_STATUS, "HTTP status %d%s, expected %.100s", status, reply_phrase(status),
               statuses_text);
    hint_at_status(status, why);
    expect_show_body(response->body, response->length, why);
    reply_add_words(status, response->encrypted, response->sent, response->body, response->length, why);
    return ATTEMPT_RETRY;
}

enum outcome response_judge_transfer(const struct response *response, struct reason *why)
{
    const struct reply_rules rules = {
        .proxy = response->proxy,
        .proxy_source = response->proxy_source,
        .proxy_auth = response->proxy_auth,
        .encrypted = response->encrypted,
        .max_size = INT64_MAX,
        .max_unpacked_size = INT64_MAX,
        .now = deadline_now(),
        .deadline = DEADLINE_NEVER,
    };
    struct reply reply = *response->reply;

    if (reply.status >= 300)
        reply.status = 200;
    reply.resumed = true; /* a 206 is a status as any other here */
    enum outcome outcome = reply_judge(&reply, &rules, why);
    return outcome == ATTEMPT_FAIL ? response_passes_on(why) : outcome;
}

enum outcome response_judge(const struct response *response, const struct statuses *statuses,
                            const char *statuses_text, const struct expect *expect, struct reason *why)
{
    const struct reply *reply = response->reply;
    bool final = reply->status >= 200 && !reply->header_cut && !reply->tls_failed;

    if (final && reply->status == 407 && response->proxy) {
        reason_set(why, CODE_PROXY, "the proxy %.120s (from %s) answered 407%s", response->proxy,
                   response->proxy_source, reply_phrase(407));
        reason_hint(why, response->proxy_auth
                             ? "are the user and password for the proxy right (--proxy-auth-file)?"
                             : "it wants a user and password: --proxy-auth-file");
        return ATTEMPT_FAIL;
    }
    if (final && !statuses_have(statuses, reply->status))
        return judge_status(response, statuses_text, why);
    enum outcome outcome = response_judge_transfer(response, why);
    if (outcome != ATTEMPT_OK)
        return outcome;
    if (response->header_wrong) {
        *why = *response->header_wrong;
        return ATTEMPT_RETRY;
    }
    return expect_judge_body(expect, response->body, response->length, response->is_cut, response->deadline,
                             why)
               ? ATTEMPT_OK
               : ATTEMPT_RETRY;
}
