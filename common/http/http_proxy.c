#include "common/http/http_proxy.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/environment.h"
#include "common/base/mem.h"
#include "common/base/units.h"
#include "common/http/headers.h"
#include "common/net/address.h"

#include "common/base/banned.h"

enum { ENTRY = 300, SHOWN_PROXY_PORT = 1080, PROXY_MOST = 200 };

/* People write "*.svc" for ".svc". */
static bool domain_has(const char *domain, const char *host)
{
    domain += strncmp(domain, "*.", 2) == 0;
    domain += *domain == '.';
    size_t shorter = strlen(domain), longer = strlen(host);
    if (longer > 0 && host[longer - 1] == '.')
        longer--;
    if (shorter > 0 && domain[shorter - 1] == '.')
        shorter--;
    if (shorter == 0 || shorter > longer || strncasecmp(domain, host + longer - shorter, shorter) != 0)
        return false;
    return shorter == longer || host[longer - shorter - 1] == '.';
}

static bool entry_has(char *entry, const char *host, uint16_t port)
{
    struct address network, address;
    int64_t bits = -1;
    uint16_t only = 0;
    char *slash = strchr(entry, '/');
    bool literal = address_parse(host, 0, &address);

    if (strcmp(entry, "*") == 0)
        return true;
    if (slash) {
        *slash = '\0';
        if (!units_parse_number(slash + 1, 0, 128, &bits))
            return false;
    }
    if (address_parse(entry, 0, &network) || address_parse_with_port(entry, 0, &network)) {
        only = address_port(&network);
        return literal && address_in_network(&address, &network, bits) && (only == 0 || only == port);
    }
    char *colon = strrchr(entry, ':');
    if (colon && address_parse_port(colon + 1, &only))
        *colon = '\0';
    return !literal && domain_has(entry, host) && (only == 0 || only == port);
}

bool http_proxy_is_excepted(const char *list, const char *host, uint16_t port)
{
    static const char separators[] = ", \t";

    while (*(list += strspn(list, separators)) != '\0') {
        size_t length = strcspn(list, separators);
        char entry[ENTRY];
        if (length < sizeof entry) {
            memcpy(entry, list, length);
            entry[length] = '\0';
            if (entry_has(entry, host, port))
                return true;
        }
        list += length;
    }
    return false;
}

/* HTTP_PROXY is not read: a web server may set it from a request's "Proxy:" header (httpoxy). */
static const char *from_environment(const struct url *url, char **environment, const char **source)
{
    static const char *const https_names[] = {"https_proxy", "HTTPS_PROXY", NULL};
    static const char *const http_names[] = {"http_proxy", NULL};
    const char *except = environment_find(environment, "no_proxy");

    if (!except)
        except = environment_find(environment, "NO_PROXY");
    if (except && http_proxy_is_excepted(except, url->host, url->port))
        return NULL;
    for (const char *const *name = url->scheme == URL_HTTPS ? https_names : http_names; *name; name++) {
        const char *value = environment_find(environment, *name);
        *source = *name;
        if (value)
            return value;
    }
    return NULL;
}

/* Variables that a cluster sets for all its pods may contain "http://USER:PASSWORD@HOST:PORT". Returns the URL without user and
 * password, in `bare`. */
static const char *take_auth(const char *text, char bare[PROXY_MOST], struct http_proxy *proxy)
{
    const char *scheme = strstr(text, "://"), *user = scheme ? scheme + 3 : text;
    const char *at = strrchr(text, '@');
    int length = 0;

    if (!at || at < user || memchr(user, '/', (size_t)(at - user)))
        return text;
    char *decoded = curl_easy_unescape(NULL, user, (int)(at - user), &length);
    if (!decoded)
        mem_exhausted(); /* does not return, which cppcheck does not know */
    proxy->auth = xcalloc((size_t)length + 2, 1);
    /* cppcheck-suppress nullPointerRedundantCheck */
    memcpy(proxy->auth, decoded, (size_t)length);
    if (!strchr(proxy->auth, ':'))
        proxy->auth[strlen(proxy->auth)] = ':';
    OPENSSL_cleanse(decoded, (size_t)length);
    curl_free(decoded);
    snprintf(bare, PROXY_MOST, "%.*s%s", (int)(user - text), text, at + 1);
    return bare;
}

static bool parse_proxy(const char *text, bool from_cluster, struct http_proxy *proxy, struct reason *why)
{
    char bare[PROXY_MOST];
    char whole[PROXY_MOST + HOSTNAME_SIZE];

    if (strlen(text) >= PROXY_MOST)
        return reason_set(why, CODE_USAGE, "is too long");
    if (from_cluster)
        text = take_auth(text, bare, proxy);
    if (strchr(text, '@'))
        return reason_set(
            why, CODE_USAGE,
            "a user and password cannot be in a URL: put them into a file for --proxy-auth-file");
    snprintf(whole, sizeof whole, "%s%s", strstr(text, "://") ? "" : "http://", text);
    if (strncasecmp(whole, "http://", 7) != 0)
        return reason_set(why, CODE_USAGE, "expected http://HOST:PORT");
    /* As in curl, the default port of a proxy is 1080. */
    size_t authority = strcspn(whole + 7, "/?#");
    const char *colon = strrchr(whole + 7, ':');
    if (!colon || strchr(colon, ']')) {
        whole[7 + authority] = '\0';
        size_t length = strlen(whole);
        snprintf(whole + length, sizeof whole - length, ":%d", SHOWN_PROXY_PORT);
    }
    return url_parse(whole, "", &proxy->url, why);
}

bool http_proxy_choose(const struct url *url, const char *tool, const char *option, char **environment,
                       struct http_proxy *proxy, struct reason *why)
{
    const char *text = option;
    bool from_cluster = !option;

    memset(proxy, 0, sizeof *proxy);
    proxy->source = "--proxy";
    if (text && environment && variable_find(environment, tool, "proxy", true, proxy->variable) == text)
        proxy->source = proxy->variable;
    if (!text)
        text = from_environment(url, environment, &proxy->source);
    if (!text || *text == '\0')
        return true;
    proxy->used = parse_proxy(text, from_cluster, proxy, why);
    if (!proxy->used)
        reason_wrap(why, "%s", proxy->source);
    return proxy->used;
}

void http_proxy_none(struct http_proxy *proxy)
{
    *proxy = (struct http_proxy){0};
}

void http_proxy_free(struct http_proxy *proxy)
{
    url_free(&proxy->url);
    headers_wipe(proxy->auth);
    proxy->auth = NULL;
}
