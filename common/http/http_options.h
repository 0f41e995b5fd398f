/* The options of every tool that sends HTTP requests: headers and secrets, TLS, a proxy, another method. */
#ifndef COMMON_HTTP_OPTIONS_H
#define COMMON_HTTP_OPTIONS_H

#include "common/base/strings.h"
#include "common/cli/options.h"
#include "common/http/https.h"
#include "common/tls/tls_options.h"

struct http_options {
    struct strings headers, header_files, bearer_token_files, basic_auth_files;
    struct strings trust_stores;
    const char *trust_store_password_file;
    const char *client_cert, *client_key, *client_key_password_file;
    const char *proxy, *proxy_auth_file;
    const char *method, *data_file; /* NULL: GET, no body */
};

/* The libraries that a tool with these options is linked with; the tool's versions.h has their versions. */
#define HTTP_LIBRARIES                                                                                  \
    "curl " VERSION_CURL, "nghttp2 " VERSION_NGHTTP2, "openssl " VERSION_OPENSSL, "zlib " VERSION_ZLIB, \
        "libzstd " VERSION_ZSTD, "xz-utils " VERSION_XZUTILS, "bzip2 " VERSION_BZIP2,                   \
        "jansson " VERSION_JANSSON, "c-ares " VERSION_CARES

/* Rows for a table whose struct has the member `struct http_options http`: those of a proxy, and all. */
#define PROXY_ROWS                                                                                              \
    OPTION(                                                                                                     \
        "proxy", "URL", TEXT, http.proxy, .letter = 'x', .empty_counts = true,                                  \
        .help =                                                                                                 \
            "Go through this HTTP proxy; empty = none. Without it https_proxy, http_proxy and no_proxy count"), \
        OPTION("proxy-auth-file", "F", TEXT, http.proxy_auth_file, .check = http_options_check_path,            \
               .help = "The user:password for the proxy is in this file")

#define HTTP_ROWS                                                                                                 \
    OPTION("header", "'NAME: VALUE'", LIST, http.headers, .letter = 'H', .check = http_options_check_header,      \
           .help = "Send this header, to the URL's own host alone; for a secret there is --header-file. "         \
                   "'ORIGIN=NAME: VALUE' is for that origin of several, https://HOST[:PORT]"),                    \
        OPTION(                                                                                                   \
            "header-file", "F", LIST, http.header_files, .check = http_options_check_secret,                      \
            .help =                                                                                               \
                "Send the headers in this file, one a line; each attempt reads it again. ORIGIN=F is for "        \
                "that origin"),                                                                                   \
        OPTION(                                                                                                   \
            "bearer-token-file", "F", LIST, http.bearer_token_files, .check = http_options_check_secret,          \
            .help =                                                                                               \
                "Send the token in this file as Authorization: Bearer; each attempt reads it again. ORIGIN=F is " \
                "for that origin"),                                                                               \
        OPTION(                                                                                                   \
            "basic-auth-file", "F", LIST, http.basic_auth_files, .check = http_options_check_secret,              \
            .help =                                                                                               \
                "Send the user:password in this file as Authorization: Basic. ORIGIN=F is for that origin"),      \
        TLS_ROWS_AT(http.), PROXY_ROWS

bool http_options_check_header(const char *value, struct reason *why);
bool http_options_check_secret(const char *value, struct reason *why);
bool http_options_check_path(const char *value, struct reason *why);
bool http_options_check_method(const char *value, struct reason *why);

/* Whether they can be combined: for a tool's check_usage. False fills `why` (CODE_USAGE). */
bool http_options_check(const struct http_options *options, struct reason *why);

/* Whether the files that are read later are valid now. False fills `why` (CODE_USAGE). */
bool http_options_check_files(const struct http_options *options, struct reason *why);

/* Fills the members of `plan` and `https` that come from options. `options` must outlive both. */
void http_options_plan(const struct http_options *options, struct exchange_plan *plan, struct https *https);

/* Whether `url` can be reached: the proxy is valid, and there is DNS if it is needed (`no_servers` is the reason why there is
 * none; NULL: there is). Warns of a password in a variable, once for all URLs with the same `warned`. False fills `why`. */
bool http_options_check_way(const struct exchange_plan *plan, const struct url *url,
                            const struct reason *no_servers, bool *warned, struct reason *why);

#endif
