#include "common/http/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/http/http_options.h"
#include "common/net/target.h"

#include "common/base/banned.h"

enum { ORIGIN_NAME = 80 };

/* All parties, and the headers of the options. */
struct secrets {
    const struct secrets_party *parties;
    size_t count;
    struct headers_source *headers;
};

#define FORM "expected ORIGIN=VALUE, where ORIGIN is https://HOST[:PORT]"

/* --- reading the options --- */

const char *secrets_value(const char *text)
{
    const char *end = url_has_origin(text) ? strchr(text, '=') : NULL;

    return end ? end + 1 : text;
}

/* An origin is a URL without a path (RFC 6454, 6.2). */
static bool parse_origin(const char *text, size_t length, const char *pod_namespace, struct url *origin,
                         struct reason *why)
{
    char *name = xstrndup(text, length);
    bool is_grpc = url_names_grpc(name);
    bool good = is_grpc ? url_parse_grpc(name, pod_namespace, origin, why)
                        : url_parse(name, pod_namespace, origin, why);
    const char *path = good ? strstr(origin->text, "://") + 3 : "";

    free(name);
    if (!good)
        return false;
    bool whole_server = is_grpc ? *origin->path == '\0' : strcmp(path + strcspn(path, "/?#"), "/") == 0;
    return whole_server || reason_set(why, CODE_USAGE, FORM);
}

static bool add_entry(struct headers_source *headers, enum headers_kind kind, const char *text,
                      const char *pod_namespace, struct reason *why)
{
    struct headers_entry *entry = &headers->entries[headers->count++];

    entry->kind = kind;
    entry->value = secrets_value(text);
    if (entry->value == text ||
        parse_origin(text, (size_t)(entry->value - text) - 1, pod_namespace, &entry->origin, why))
        return true;
    reason_wrap(why, "%s", headers_option(kind));
    return false;
}

static bool add_entries(const struct http_options *options, struct headers_source *headers,
                        const char *pod_namespace, struct reason *why)
{
    const struct strings *lists[] = {
        [HEADERS_LINE] = &options->headers,
        [HEADERS_LINES_FILE] = &options->header_files,
        [HEADERS_BEARER_FILE] = &options->bearer_token_files,
        [HEADERS_BASIC_FILE] = &options->basic_auth_files,
    };
    enum { KINDS = sizeof lists / sizeof lists[0] };
    size_t count = 0;

    for (size_t kind = 0; kind < KINDS; kind++)
        count += lists[kind]->count;
    headers->entries = xcalloc(count, sizeof *headers->entries);
    for (size_t kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < lists[kind]->count; i++)
            if (!add_entry(headers, (enum headers_kind)kind, lists[kind]->items[i], pod_namespace, why))
                return false;
    return true;
}

/* --- the origins that they belong to --- */

/* Whether a signed party has that origin; without an origin: whether there is any signed party. */
static bool is_signed(const struct secrets *secrets, const struct url *origin)
{
    for (size_t i = 0; i < secrets->count; i++)
        if (secrets->parties[i].is_signed &&
            (!origin->text || url_same_origin(secrets->parties[i].url, origin)))
            return true;
    return false;
}

static bool leads_to(const struct secrets *secrets, const struct url *origin)
{
    for (size_t i = 0; i < secrets->count; i++)
        if (url_same_origin(secrets->parties[i].url, origin))
            return true;
    return false;
}

static bool has_https(const struct secrets *secrets)
{
    for (size_t i = 0; i < secrets->count; i++)
        if (secrets->parties[i].url->scheme == URL_HTTPS)
            return true;
    return false;
}

/* Plain http can be read on the way; beside https URLs, it is probably a mistake. */
static bool check_named(const struct secrets *secrets, const struct headers_entry *entry, struct reason *why)
{
    if (!leads_to(secrets, &entry->origin))
        return reason_set(why, CODE_USAGE, "%s: no URL has the origin %.100s", headers_option(entry->kind),
                          entry->origin.shown);
    return entry->origin.scheme == URL_HTTPS || !has_https(secrets) ||
           reason_set(why, CODE_USAGE,
                      "%s: %.100s is not encrypted, and other URLs are: fetch from it in a separate run",
                      headers_option(entry->kind), entry->origin.shown);
}

static const char *origin_name(const struct url *url, char name[ORIGIN_NAME])
{
    char place[TARGET_PLACE];

    snprintf(name, ORIGIN_NAME, "%s%s://%.60s", url->is_grpc ? "grpc" : "http",
             url->scheme == URL_HTTPS ? "s" : "", target_place(url->host, url->port, place));
    return name;
}

static bool check_unnamed(const struct secrets *secrets, const struct headers_entry *entry,
                          struct reason *why)
{
    const struct url *first = NULL, *other = NULL;
    char a[ORIGIN_NAME], b[ORIGIN_NAME];

    for (size_t i = 0; i < secrets->count && !other; i++) {
        const struct url *url = secrets->parties[i].is_beside ? NULL : secrets->parties[i].url;
        if (url && !first)
            first = url;
        else if (url && !url_same_origin(first, url))
            other = url;
    }
    return !other ||
           reason_set(why, CODE_USAGE,
                      "%s: the URLs lead to several servers (%s, %s): name the one that it is for: %s "
                      "https://HOST[:PORT]=VALUE",
                      headers_option(entry->kind), origin_name(first, a), origin_name(other, b),
                      headers_option(entry->kind));
}

static bool is_authorization(const struct headers_entry *entry)
{
    return entry->kind == HEADERS_BEARER_FILE || entry->kind == HEADERS_BASIC_FILE;
}

static bool check_pair(const struct headers_entry *a, const struct headers_entry *b, struct reason *why)
{
    bool same = !a->origin.text || !b->origin.text || url_same_origin(&a->origin, &b->origin);

    return !same || !is_authorization(a) || !is_authorization(b) ||
           reason_set(why, CODE_USAGE, "%s: does not go with %s for the same server", headers_option(a->kind),
                      a->kind == b->kind ? "another one" : headers_option(b->kind));
}

static bool check_entries(const struct secrets *secrets, struct reason *why)
{
    const struct headers_source *headers = secrets->headers;

    for (size_t i = 0; i < headers->count; i++) {
        const struct headers_entry *entry = &headers->entries[i];
        if (!(entry->origin.text ? check_named(secrets, entry, why) : check_unnamed(secrets, entry, why)))
            return false;
        for (size_t j = 0; j < i; j++)
            if (!check_pair(&headers->entries[j], entry, why))
                return false;
    }
    return true;
}

/* The files must be valid now, although each attempt reads them again: for each origin that was named, and for the headers that
 * name none. */
static bool check_files(const struct secrets *secrets, struct reason *why)
{
    static const struct url nobody;
    const struct headers_source *headers = secrets->headers;
    bool good = true;

    for (size_t i = 0; good && i <= headers->count; i++) {
        const struct url *origin = i < headers->count ? &headers->entries[i].origin : &nobody;
        struct strings lines = {0};
        if (i < headers->count && !origin->text)
            continue;
        good = headers_read(headers, origin, true, &lines, why);
        if (good && headers_authorizations(&lines) > 0 && is_signed(secrets, origin))
            good = reason_set(why, CODE_USAGE,
                              "an Authorization header does not go with s3://, whose requests are signed");
        headers_clear(&lines);
    }
    return good;
}

bool secrets_prepare(const struct http_options *options, const struct secrets_party *parties, size_t count,
                     const char *pod_namespace, struct headers_source *headers, struct reason *why)
{
    const struct secrets secrets = {parties, count, headers};

    return add_entries(options, headers, pod_namespace, why) && check_entries(&secrets, why) &&
           check_files(&secrets, why);
}

void secrets_free(struct headers_source *headers)
{
    for (size_t i = 0; i < headers->count; i++)
        url_free(&headers->entries[i].origin);
    free(headers->entries);
    *headers = (struct headers_source){0};
}
