#include "common/http/http_options.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/base/log.h"
#include "common/http/headers.h"
#include "common/http/secrets.h"

#include "common/base/banned.h"

bool http_options_check_method(const char *value, struct reason *why)
{
    size_t length = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-");

    if (length > 0 && length < 32 && value[length] == '\0' && strcmp(value, "CONNECT") != 0)
        return true;
    return reason_set(why, CODE_USAGE, "expected a method such as PUT or POST");
}

bool http_options_check_path(const char *value, struct reason *why)
{
    return *value != '\0' || reason_set(why, CODE_USAGE, "expected a path");
}

/* Refuses an origin without a value. */
static bool check_origin(const char *value, struct reason *why)
{
    return secrets_value(value) != value || !url_has_origin(value) ||
           reason_set(why, CODE_USAGE, "expected ORIGIN=VALUE, where ORIGIN is https://HOST[:PORT]");
}

bool http_options_check_header(const char *value, struct reason *why)
{
    if (!check_origin(value, why))
        return false;
    return headers_check(secrets_value(value), why);
}

bool http_options_check_secret(const char *value, struct reason *why)
{
    return check_origin(value, why) && http_options_check_path(secrets_value(value), why);
}

/* --- combinations --- */

static bool check_proxy_auth(const char *file, struct reason *why)
{
    char *secret = headers_read_secret(file, why);
    bool good = secret && strchr(secret, ':');

    if (secret && !good)
        reason_set(why, CODE_USAGE, "%.200s: expected user:password", file);
    if (!good)
        reason_wrap(why, "--proxy-auth-file");
    headers_wipe(secret);
    return good;
}

bool http_options_check(const struct http_options *options, struct reason *why)
{
    return options->client_cert || (!options->client_key && !options->client_key_password_file) ||
           reason_set(why, CODE_USAGE, "--client-key: goes with --client-cert, which is missing");
}

bool http_options_check_files(const struct http_options *options, struct reason *why)
{
    if (options->data_file && access(options->data_file, R_OK) != 0)
        return reason_set(why, CODE_USAGE, "--data-file: %.200s cannot be read", options->data_file);
    return !options->proxy_auth_file || check_proxy_auth(options->proxy_auth_file, why);
}

void http_options_plan(const struct http_options *options, struct exchange_plan *plan, struct https *https)
{
    plan->proxy = options->proxy;
    plan->proxy_auth_file = options->proxy_auth_file;
    plan->environment = environment_all();
    plan->prepare_tls = https_prepare;
    plan->judge_tls = https_judge;
    plan->forget_tls = https_forget;
    plan->tls = https;
    https->trust_source = (struct truststore_source){
        .paths = &options->trust_stores,
        .password_file = options->trust_store_password_file,
    };
    https->client_source = (struct keystore_source){
        .certificate = options->client_cert,
        .key = options->client_key,
        .password_file = options->client_key_password_file,
    };
}

/* --proxy-auth-file is for one proxy. A redirect may lead from http to https, and so to the other variable's. */
static bool check_only_proxy(const struct exchange_plan *plan, const struct url *url,
                             const struct http_proxy *proxy, struct reason *why)
{
    struct url other_url = *url;
    struct http_proxy other;

    other_url.scheme = url->scheme == URL_HTTPS ? URL_HTTP : URL_HTTPS;
    bool good =
        http_proxy_choose(&other_url, plan->tool, plan->proxy, plan->environment, &other, why) &&
        (!other.used || url_same_origin(&proxy->url, &other.url) ||
         reason_set(why, CODE_USAGE,
                    "--proxy-auth-file: %s and %s name different proxies, and a secret is for one: name it "
                    "with --proxy",
                    proxy->source, other.source));
    http_proxy_free(&other);
    return good;
}

bool http_options_check_way(const struct exchange_plan *plan, const struct url *url,
                            const struct reason *no_servers, bool *warned, struct reason *why)
{
    struct http_proxy proxy;
    bool good = http_proxy_choose(url, plan->tool, plan->proxy, plan->environment, &proxy, why);
    const char *host = proxy.used ? proxy.url.host : url->host;

    good = good && (!proxy.used || !plan->proxy_auth_file || check_only_proxy(plan, url, &proxy, why));
    if (good && no_servers && lookup_needs_dns(&plan->lookup, host)) {
        *why = *no_servers;
        good = false;
    }
    if (good && proxy.auth && !*warned) {
        log_warn(
            "%s: holds a user and password, which are used: whoever may see the pod's description sees them, too; "
            "--proxy-auth-file names a file instead",
            proxy.source);
        *warned = true;
    }
    http_proxy_free(&proxy);
    return good;
}
