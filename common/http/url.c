#include "common/http/url.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/net/address.h"
#include "common/net/target.h"

#include "common/base/banned.h"

enum { TEXT_MAX = 64 * 1024, HTTP_PORT = 80, HTTPS_PORT = 443 };

/* The part of `handle`, which the caller frees; NULL: it has none. */
static char *part(CURLU *handle, CURLUPart what, unsigned flags)
{
    char *value = NULL;
    char *copy = NULL;
    CURLUcode code = curl_url_get(handle, what, &value, flags);

    if (code == CURLUE_OUT_OF_MEMORY)
        mem_exhausted();
    if (code == CURLUE_OK)
        copy = xstrdup(value);
    curl_free(value);
    return copy;
}

static bool set_host(struct url *url, const char *host, const char *namespace, struct reason *why)
{
    struct address address;
    size_t length = strlen(host);

    if (host[0] == '[' && length > 2 && length - 2 < sizeof url->host) {
        memcpy(url->host, host + 1, length - 2);
        url->host[length - 2] = '\0';
        return address_parse(url->host, 0, &address) ||
               reason_set(why, CODE_USAGE, "the address in brackets is not an IPv6 address");
    }
    return hostname_parse(host, namespace, url->host, why);
}

static bool fill_http(struct url *url, CURLU *handle, struct reason *why)
{
    char *scheme = part(handle, CURLUPART_SCHEME, 0);
    char *host = part(handle, CURLUPART_HOST, 0);
    char *port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);

    url->scheme = scheme && strcmp(scheme, "https") == 0 ? URL_HTTPS : URL_HTTP;
    bool good = scheme && (url->scheme == URL_HTTPS || strcmp(scheme, "http") == 0);
    if (!good)
        reason_set(why, CODE_USAGE, "is neither http nor https");
    good = good && set_host(url, host ? host : "", "", why);
    if (good && !(port && address_parse_port(port, &url->port)))
        good = reason_set(why, CODE_USAGE, "the port is not one from 1 to 65535");
    free(scheme);
    free(host);
    free(port);
    curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0);
    url->text = part(handle, CURLUPART_URL, 0);
    if (url->text) /* no ? in it is anything but the query's beginning */
        url->bare = xstrndup(url->text, strcspn(url->text, "?"));
    url->shown = target_show(url->bare ? url->bare : "");
    return good && url->text;
}

/* libcurl is built without texts for these codes. */
static const char *what_is_wrong(CURLUcode code)
{
    static const struct {
        CURLUcode code;
        const char *text;
    } texts[] = {
        {CURLUE_BAD_HOSTNAME, "the host's name is invalid"},
        {CURLUE_BAD_IPV6, "the address in brackets is invalid"},
        {CURLUE_BAD_PORT_NUMBER, "the port is not a number from 1 to 65535"},
        {CURLUE_NO_HOST, "there is no host"},
        {CURLUE_UNSUPPORTED_SCHEME, "only http and https are supported"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].code == code)
            return texts[i].text;
    return "it is malformed";
}

static bool refuse(CURLUcode code, struct reason *why)
{
    if (code == CURLUE_OUT_OF_MEMORY)
        mem_exhausted();
    if (code == CURLUE_USER_NOT_ALLOWED)
        return reason_set(
            why, CODE_USAGE,
            "a user and password cannot be in a URL: put them into a file for --basic-auth-file");
    return reason_set(why, CODE_USAGE, "is not a URL: %s", what_is_wrong(code));
}

/* Only the host may contain %n, which libcurl would take for an escape. */
static bool expand(const char *text, const char *namespace, struct buf *out, struct reason *why)
{
    const char *authority = strstr(text, "://") + 3;
    size_t length = strcspn(authority, "/?#");
    const char *at = authority;

    bool fits = buf_add(out, text, (size_t)(authority - text));
    while (fits && at < authority + length) {
        bool is_namespace = strncmp(at, "%n", 2) == 0;
        if (is_namespace && namespace[0] == '\0')
            return reason_set(
                why, CODE_USAGE,
                "%%n is not known: set INITKIT_NAMESPACE or POD_NAMESPACE to the pod's namespace");
        fits = is_namespace ? buf_add_text(out, namespace) : buf_add(out, at, 1);
        at += is_namespace ? 2 : 1;
    }
    return (fits && buf_add_text(out, at)) || reason_set(why, CODE_USAGE, "the URL is too long");
}

static bool parse_http(const char *text, const char *namespace, struct url *url, struct reason *why)
{
    CURLU *handle = curl_url();
    struct buf whole;

    if (!handle)
        mem_exhausted();
    if (strchr("/?#:", strstr(text, "://")[3])) { /* libcurl takes http:///x for http://x */
        curl_url_cleanup(handle);
        return reason_set(why, CODE_USAGE, "the host is empty");
    }
    buf_init(&whole, TEXT_MAX);
    bool good = expand(text, namespace, &whole, why);
    if (good) {
        CURLUcode code = curl_url_set(handle, CURLUPART_URL, whole.data, CURLU_DISALLOW_USER);
        good = code == CURLUE_OK ? fill_http(url, handle, why) : refuse(code, why);
    }
    buf_free(&whole);
    curl_url_cleanup(handle);
    return good;
}

/* file:///PATH and file://localhost/PATH (RFC 8089); %XX is decoded, a NUL among it refused. */
static bool parse_file(const char *text, struct url *url, struct reason *why)
{
    const char *path = text + strlen("file://");
    int length = 0;

    if (strncasecmp(path, "localhost/", 10) == 0)
        path += 9;
    if (*path != '/')
        return reason_set(why, CODE_USAGE, "expected file:///PATH");
    char *decoded = curl_easy_unescape(NULL, path, 0, &length);
    url->path = xstrdup(decoded ? decoded : "");
    curl_free(decoded);
    bool whole = length > 0 && strlen(url->path) == (size_t)length;
    url->scheme = URL_FILE;
    url->text = xstrdup(text);
    url->bare = xstrdup(text);
    url->shown = target_show(text);
    return whole || reason_set(why, CODE_USAGE, "%%00 cannot be in a path");
}

/* s3://BUCKET/KEY: the key is everything after the bucket, and is not decoded. */
static bool parse_s3(const char *text, struct url *url, struct reason *why)
{
    const char *bucket = text + strlen("s3://");
    size_t length = strcspn(bucket, "/");

    if (length == 0 || length >= sizeof url->host || bucket[length] == '\0' || bucket[length + 1] == '\0')
        return reason_set(why, CODE_USAGE, "expected s3://BUCKET/KEY");
    if (strspn(bucket, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") < length)
        return reason_set(why, CODE_USAGE, "a bucket's name has letters, digits, dots and hyphens");
    memcpy(url->host, bucket, length);
    url->host[length] = '\0';
    url->scheme = URL_S3;
    url->path = xstrdup(bucket + length + 1);
    url->text = xstrdup(text);
    url->bare = xstrdup(text);
    url->shown = strchr(text, '@') ? target_show(text) : xstrdup(text); /* a ? is an ordinary byte of a key */
    return true;
}

static bool begins(const char *text, const char *prefix)
{
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

static bool check_bytes(const char *text, bool is_key, struct reason *why)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7F)
            return reason_set(why, CODE_USAGE, "expected a %s without control bytes (tabs, line breaks)",
                              is_key ? "bucket and key" : "URL");
        else if (*text == ' ' && !is_key)
            return reason_set(why, CODE_USAGE, "a URL has no blanks: write them as %%20");
    return true;
}

bool url_names_grpc(const char *text)
{
    return begins(text, "grpc://") || begins(text, "grpcs://");
}

bool url_has_origin(const char *text)
{
    return begins(text, "http://") || begins(text, "https://") || url_names_grpc(text);
}

bool url_parse(const char *text, const char *namespace, struct url *url, struct reason *why)
{
    bool is_key = begins(text, "s3://"); /* a blank in it is part of the key */

    memset(url, 0, sizeof *url);
    if (!check_bytes(text, is_key, why))
        return false;
    if (url_has_origin(text) && !url_names_grpc(text))
        return parse_http(text, namespace, url, why);
    if (begins(text, "file://"))
        return parse_file(text, url, why);
    if (is_key)
        return parse_s3(text, url, why);
    return reason_set(why, CODE_USAGE, "expected a URL that begins with http://, https://, file:// or s3://");
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    return a->scheme == b->scheme && a->port == b->port && strcasecmp(a->host, b->host) == 0;
}

/* The socket's path ends at the first ":/". */
bool url_parse_unix(const char *text, struct url *url, struct reason *why)
{
    const char *socket = text + strlen("http+unix://"), *path = strstr(socket, ":/");
    size_t length = path ? (size_t)(path - socket) : strlen(socket);
    struct sockaddr_un address;
    struct buf whole;

    memset(url, 0, sizeof *url);
    if (*socket != '/' || length < 2 || length >= sizeof address.sun_path)
        return reason_set(why, CODE_USAGE,
                          "expected http+unix:///SOCKET:/PATH, where SOCKET has at most %zu bytes",
                          sizeof address.sun_path - 1);
    buf_init(&whole, TEXT_MAX);
    bool good = buf_add_format(&whole, "http://localhost%s", path ? path + 1 : "/") ||
                reason_set(why, CODE_USAGE, "the URL is too long");
    good = good && url_parse(whole.data, "", url, why);
    buf_free(&whole);
    free(url->shown);
    url->shown = target_show(text);
    url->socket = xstrndup(socket, length);
    return good;
}

static bool decode_service(const char *service, struct url *url, struct reason *why)
{
    int length = 0;
    char *decoded = curl_easy_unescape(NULL, service, 0, &length);

    if (!decoded)
        mem_exhausted();
    url->path = xstrdup(decoded);
    curl_free(decoded);
    if (length > URL_SERVICE_MOST)
        return reason_set(why, CODE_USAGE, "a service's name has at most %d bytes", URL_SERVICE_MOST);
    return strlen(url->path) == (size_t)length ||
           reason_set(why, CODE_USAGE, "%%00 cannot be in a service's name");
}

/* As people see it: the host with its namespace, and the service as it was written. */
static void show_grpc(const char *service, struct url *url)
{
    const char *authority = strstr(url->bare, "://") + 3;
    struct buf shown;

    buf_init(&shown, TEXT_MAX);
    buf_add_format(&shown, "grpc%s://%.*s%s%s", url->scheme == URL_HTTPS ? "s" : "",
                   (int)strcspn(authority, "/"), authority, *service == '\0' ? "" : "/", service);
    free(url->shown);
    url->shown = target_show(shown.length > 0 ? shown.data : url->bare);
    buf_free(&shown);
}

bool url_parse_grpc(const char *text, const char *namespace, struct url *url, struct reason *why)
{
    const char *authority = strstr(text, "://") + 3;
    size_t length = strcspn(authority, "/?#");
    const char *service = authority + length + (authority[length] == '/');
    const char *colon = memrchr(authority, ':', length);
    struct buf whole;

    memset(url, 0, sizeof *url);
    if (!colon || memchr(colon, ']', length - (size_t)(colon - authority)) || strpbrk(authority, "?#"))
        return reason_set(why, CODE_USAGE, "expected grpc://HOST:PORT[/SERVICE]");
    buf_init(&whole, TEXT_MAX);
    bool good = buf_add_format(&whole, "http%s://%.*s/grpc.health.v1.Health/Check",
                               begins(text, "grpcs") ? "s" : "", (int)length, authority) ||
                reason_set(why, CODE_USAGE, "the URL is too long");
    good = good && check_bytes(service, false, why) && url_parse(whole.data, namespace, url, why) &&
           decode_service(service, url, why);
    buf_free(&whole);
    url->is_grpc = true;
    if (good)
        show_grpc(service, url);
    return good;
}

bool url_follow(const struct url *from, const char *location, struct url *to, struct reason *why)
{
    CURLU *handle = curl_url();

    memset(to, 0, sizeof *to);
    if (!handle)
        mem_exhausted();
    CURLUcode code = curl_url_set(handle, CURLUPART_URL, from->text, 0);
    if (code == CURLUE_OK)
        code = curl_url_set(handle, CURLUPART_URL, location, CURLU_DISALLOW_USER | CURLU_URLENCODE);
    bool good = code == CURLUE_OK ? fill_http(to, handle, why) : refuse(code, why);
    if (code == CURLUE_USER_NOT_ALLOWED)
        reason_set(why, CODE_USAGE, "the URL holds a user and password");
    const char *host = strstr(location, "://");
    if (good && host && host < location + strcspn(location, "/?#") + 1 && strchr("/?#:", host[3]))
        good = reason_set(why, CODE_USAGE, "the host is empty");
    if (good && from->socket && url_same_origin(from, to))
        to->socket = xstrdup(from->socket);
    curl_url_cleanup(handle);
    return good;
}

bool url_same_party(const struct url *a, const struct url *b)
{
    if (strcasecmp(a->host, b->host) != 0)
        return false;
    if (a->scheme == b->scheme && a->port == b->port)
        return true;
    return a->scheme == URL_HTTP && a->port == HTTP_PORT && b->scheme == URL_HTTPS && b->port == HTTPS_PORT;
}

static char *copy_of(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

void url_copy(const struct url *url, struct url *copy)
{
    *copy = *url;
    copy->text = copy_of(url->text);
    copy->bare = copy_of(url->bare);
    copy->shown = copy_of(url->shown);
    copy->path = copy_of(url->path);
    copy->socket = copy_of(url->socket);
}

void url_free(struct url *url)
{
    free(url->text);
    free(url->bare);
    free(url->shown);
    free(url->path);
    free(url->socket);
    memset(url, 0, sizeof *url);
}
