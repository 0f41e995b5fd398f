#include "cmd/tls-check/proxy.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tls-check/http.h"
#include "common/base/mem.h"
#include "common/net/address.h"
#include "common/net/target.h"

#include "common/base/banned.h"

bool proxy_parse(const char *url, struct proxy *proxy, struct reason *why)
{
    static const char expected[] = "expected http://HOST:PORT";
    struct target target;
    char place[HOSTNAME_SIZE + 16];

    if (strchr(url, '@'))
        return reason_set(why, CODE_USAGE,
                          "a user and password do not belong in a URL: use --proxy-auth-file");
    if (strncmp(url, "http://", 7) != 0)
        return reason_set(why, CODE_USAGE, "\"%.100s\": %s", url, expected);
    size_t length = strcspn(url + 7, "/");
    if (length >= sizeof place || (url[7 + length] == '/' && url[7 + length + 1] != '\0'))
        return reason_set(why, CODE_USAGE, "\"%.100s\": %s", url, expected);
    snprintf(place, sizeof place, "%.*s", (int)length, url + 7);
    if (!target_parse(place, "", &target, why))
        return false;
    if (target.kind == TARGET_UNIX)
        return reason_set(why, CODE_USAGE, "\"%.100s\": %s", url, expected);
    proxy->port = target.kind == TARGET_NAME ? target.port : address_port(&target.at.address);
    if (target.kind == TARGET_NAME)
        snprintf(proxy->host, sizeof proxy->host, "%s", target.at.host);
    else
        address_format(&target.at.address, proxy->host);
    return true;
}

void proxy_wrap(const struct proxy *proxy, struct reason *why)
{
    reason_wrap(why, "the proxy %.80s:%u (from %.60s)", proxy->host, proxy->port, proxy->from);
}

void proxy_ask(struct buf *out, const char *host, uint16_t port, const char *credentials)
{
    char place[TARGET_PLACE];

    target_place(host, port, place);
    buf_add_format(out, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", place, place);
    if (credentials) {
        size_t length = strlen(credentials);
        unsigned char *base64 = xcalloc(4 * (length / 3 + 1) + 1, 1);
        EVP_EncodeBlock(base64, (const unsigned char *)credentials, (int)length);
        buf_add_format(out, "Proxy-Authorization: Basic %s\r\n", base64);
        OPENSSL_cleanse(base64, strlen((char *)base64));
        free(base64);
    }
    buf_add_text(out, "\r\n");
}

/* The schemes of authentication that it offers, "Negotiate, NTLM": the first word of each Proxy-Authenticate field. */
static void list_schemes(const struct buf *in, char *text, size_t size)
{
    static const char name[] = "\nProxy-Authenticate:";
    size_t length = 0;

    text[0] = '\0';
    for (const char *at = in->data; (at = strcasestr(at, name)) && length < size;) {
        at += sizeof name - 1;
        at += strspn(at, " \t");
        size_t word = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
        if (word > 0)
            length += (size_t)snprintf(text + length, size - length, "%s%.*s", length > 0 ? ", " : "",
                                       (int)word, at);
    }
}

static void hint_authentication(const struct buf *in, bool credentials, struct reason *why)
{
    char schemes[96];

    list_schemes(in, schemes, sizeof schemes);
    if (schemes[0] != '\0' && !strcasestr(schemes, "Basic"))
        reason_hint(
            why,
            "it offers %s, and only Basic is supported here: exempt this pod or host from authentication there",
            schemes);
    else if (credentials)
        reason_hint(why, "it refuses the user and password in --proxy-auth-file");
    else
        reason_hint(why, "it wants a user and a password%s%s: --proxy-auth-file",
                    schemes[0] != '\0' ? " by " : "", schemes);
}

static enum dialogue_next proxy_refused(int status, const struct buf *in, const struct proxy *proxy,
                                        bool credentials, struct reason *why)
{
    reason_set(why, CODE_PROXY, "the proxy %.100s:%u (from %.60s) answers HTTP %d", proxy->host, proxy->port,
               proxy->from, status);
    if (status == 407)
        hint_authentication(in, credentials, why);
    else if (status == 403)
        reason_hint(why, "its rules do not allow this host or port: have them changed there");
    else if (status >= 300 && status < 400)
        reason_hint(why, "it redirects: is it a captive portal or a login page?");
    else if (status == 400 || status == 405 || status == 501)
        reason_hint(why, "it does not understand CONNECT: is it a web server or a reverse proxy, or does it "
                         "allow no TLS to this port?");
    else if (status >= 502 && status <= 504)
        reason_hint(
            why,
            "the proxy cannot connect to the server: is the server up, and can the proxy reach it? See the proxy's log");
    else
        reason_hint(why, "the proxy does not open a tunnel to the server: look at its log");
    return status >= 500 || status == 408 || status == 429 ? DIALOGUE_RETRY : DIALOGUE_FAILED;
}

enum dialogue_next proxy_next(struct buf *in, const struct proxy *proxy, bool credentials, struct reason *why)
{
    int status = http_status(in);

    if (status == HTTP_MORE)
        return DIALOGUE_MORE;
    if (status == HTTP_GARBLED) {
        reason_set(why, CODE_PROXY, "the proxy %.100s:%u (from %.60s) does not answer as an HTTP proxy",
                   proxy->host, proxy->port, proxy->from);
        reason_hint(why, "are its host and port right?");
        return DIALOGUE_FAILED;
    }
    size_t head = http_head_length(in);
    if (status == 407 && head == 0) /* its fields name what it wants */
        return DIALOGUE_MORE;
    if (status < 200 || status > 299)
        return proxy_refused(status, in, proxy, credentials, why);
    if (head == 0)
        return DIALOGUE_MORE;
    dialogue_drop(in, head);
    return DIALOGUE_DONE;
}
