#include "cmd/fetch-config/settings.h"

#include <string.h>
#include <strings.h>

#include "cmd/fetch-config/headers.h"
#include "cmd/fetch-config/reply.h"
#include "cmd/fetch-config/secrets.h"
#include "cmd/fetch-config/versions.h"
#include "common/files/ownership.h"

#include "common/base/banned.h"

enum { REDIRECTS_MAX = 100, DIGEST_DIGITS = 64, STRIP_MAX = 100 };

static bool check_statuses(const char *value, struct reason *why)
{
    return reply_parse_statuses(value, NULL, NULL) ||
           reason_set(why, CODE_USAGE, "expected statuses such as 429,503");
}

static bool check_digest(const char *value, struct reason *why)
{
    if (strlen(value) == DIGEST_DIGITS && strspn(value, "0123456789abcdefABCDEF") == DIGEST_DIGITS)
        return true;
    return reason_set(why, CODE_USAGE, "expected the 64 hexadecimal digits of a SHA-256");
}

static bool check_method(const char *value, struct reason *why)
{
    size_t length = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-");

    if (length > 0 && length < 32 && value[length] == '\0' && strcmp(value, "CONNECT") != 0)
        return true;
    return reason_set(why, CODE_USAGE, "expected a method such as PUT or POST");
}

static bool check_path(const char *value, struct reason *why)
{
    return *value != '\0' || reason_set(why, CODE_USAGE, "expected a path");
}

/* An origin, and nothing that is for it. */
static bool check_origin(const char *value, struct reason *why)
{
    bool lonely = secrets_value(value) == value &&
                  (strncasecmp(value, "http://", 7) == 0 || strncasecmp(value, "https://", 8) == 0);

    return !lonely ||
           reason_set(why, CODE_USAGE, "expected ORIGIN=VALUE, where ORIGIN is https://HOST[:PORT]");
}

static bool check_header(const char *value, struct reason *why)
{
    if (!check_origin(value, why))
        return false;
    return headers_check(secrets_value(value), why);
}

static bool check_secret_path(const char *value, struct reason *why)
{
    return check_origin(value, why) && check_path(secrets_value(value), why);
}

static const char *const formats[] = {"json", "yaml", "xml", "auto", "none", NULL};

#define AT(member) offsetof(struct fetch_config_options, member)

static const struct option rows[] = {
    {.name = "output",
     .letter = 'o',
     .argument = "PATH",
     .type = OPTION_LIST,
     .offset = AT(outputs),
     .check = check_path,
     .help =
         "The n-th one is where the n-th URL goes, and no operand is split at a = then; - is standard output"},
    {.name = "header",
     .letter = 'H',
     .argument = "'NAME: VALUE'",
     .type = OPTION_LIST,
     .offset = AT(headers),
     .check = check_header,
     .help = "Send this header, to the URL's own host alone; for a secret there is --header-file. "
             "'ORIGIN=NAME: VALUE' is for that origin of several, https://HOST[:PORT]"},
    {.name = "header-file",
     .argument = "F",
     .type = OPTION_LIST,
     .offset = AT(header_files),
     .check = check_secret_path,
     .help = "Send the headers in this file, one a line; it is read anew for each attempt. ORIGIN=F is for "
             "that origin"},
    {.name = "bearer-token-file",
     .argument = "F",
     .type = OPTION_LIST,
     .offset = AT(bearer_token_files),
     .check = check_secret_path,
     .help = "Send the token in this file as Authorization: Bearer; read anew for each attempt. ORIGIN=F is "
             "for that origin"},
    {.name = "basic-auth-file",
     .argument = "F",
     .type = OPTION_LIST,
     .offset = AT(basic_auth_files),
     .check = check_secret_path,
     .help = "Send the user:password in this file as Authorization: Basic. ORIGIN=F is for that origin"},
    {.name = "trust-store",
     .argument = "F",
     .type = OPTION_LIST,
     .offset = AT(trust_stores),
     .help =
         "Trust what is in this file or directory: PEM, DER, PKCS#12, JKS or JCEKS, told apart by content; "
         "\"system\" is the system's own, which is also what counts when nothing is named"},
    {.name = "cacert", .argument = "F", .stands_for = "trust-store"},
    {.name = "trust-store-password-file",
     .argument = "F",
     .type = OPTION_TEXT,
     .offset = AT(trust_store_password_file),
     .help = "The trust store's password is the first line of this file"},
    {.name = "client-cert",
     .argument = "F",
     .type = OPTION_TEXT,
     .offset = AT(client_cert),
     .help = "Show this certificate when the server asks: PEM, PKCS#12 or JKS"},
    {.name = "cert", .argument = "F", .stands_for = "client-cert"},
    {.name = "client-key",
     .argument = "F",
     .type = OPTION_TEXT,
     .offset = AT(client_key),
     .help = "Its private key, when it is in another file"},
    {.name = "key", .argument = "F", .stands_for = "client-key"},
    {.name = "client-key-password-file",
     .argument = "F",
     .type = OPTION_TEXT,
     .offset = AT(client_key_password_file),
     .help = "The password of the private key is the first line of this file"},
    {.name = "proxy",
     .letter = 'x',
     .argument = "URL",
     .type = OPTION_TEXT,
     .offset = AT(proxy),
     .empty_counts = true,
     .help =
         "Go through this HTTP proxy; empty = none. Without it https_proxy, http_proxy and no_proxy count"},
    {.name = "proxy-auth-file",
     .argument = "F",
     .type = OPTION_TEXT,
     .offset = AT(proxy_auth_file),
     .check = check_path,
     .help = "The user:password for the proxy is in this file"},
    {.name = "max-redirs",
     .argument = "N",
     .type = OPTION_NUMBER,
     .offset = AT(max_redirs),
     .max = REDIRECTS_MAX,
     .initial = "5",
     .help = "Follow at most N redirects, never from https to http; secrets, headers and the client "
             "certificate go to the first host alone"},
    {.name = "allow-local-redirects",
     .offset = AT(allow_local_redirects),
     .help =
         "Follow a redirect to a loopback, link-local or cloud metadata address from a server that has no such "
         "address itself"},
    {.name = "retry-status",
     .argument = "LIST",
     .type = OPTION_TEXT,
     .offset = AT(retry_status),
     .check = check_statuses,
     .initial = "408,429,500,502,503,504",
     .help = "HTTP statuses worth another attempt, Retry-After honoured; others outside 2xx end it"},
    {.name = "connect-timeout",
     .argument = "D",
     .type = OPTION_DURATION,
     .offset = AT(connect_timeout),
     .initial = "5s",
     .help = "Time to connect, TLS included; 0 = no limit of its own"},
    {.name = "stall-timeout",
     .argument = "D",
     .type = OPTION_DURATION,
     .offset = AT(stall_timeout),
     .initial = "30s",
     .help = "An attempt ends when nothing moves for so long; 0 = never"},
    {.name = "min-size",
     .argument = "S",
     .type = OPTION_SIZE,
     .offset = AT(min_size),
     .initial = "1",
     .help = "Refuse a body smaller than this; 0 = it may be empty"},
    {.name = "max-size",
     .argument = "S",
     .type = OPTION_SIZE,
     .offset = AT(max_size),
     .min = 1,
     .initial = "64Mi",
     .help = "Refuse a body larger than this"},
    {.name = "max-unpacked-size",
     .argument = "S",
     .type = OPTION_SIZE,
     .offset = AT(max_unpacked_size),
     .min = 1,
     .initial = "1Gi",
     .help = "Refuse what unpacks to more than this"},
    {.name = "sha256",
     .argument = "HEX",
     .type = OPTION_LIST,
     .offset = AT(sha256),
     .check = check_digest,
     .help = "The n-th one is the SHA-256 of the n-th pair's body"},
    {.name = "sha256-url",
     .argument = "URL",
     .type = OPTION_LIST,
     .offset = AT(sha256_url),
     .help =
         "The n-th one leads to the SHA-256 of the n-th pair's body, as sha256sum, shasum or openssl write it"},
    {.name = "render",
     .offset = AT(render),
     .help = "Replace ${NAME}, ${NAME:-default}, ${NAME:?message} and ${file:PATH} before publishing; $$ is "
             "a dollar, and a "
             "NAME that is not set is an error"},
    {.name = "render-prefix",
     .argument = "P",
     .type = OPTION_TEXT,
     .offset = AT(render_prefix),
     .help = "Only names that begin with P are replaced"},
    {.name = "render-files",
     .argument = "DIR",
     .type = OPTION_LIST,
     .offset = AT(render_files),
     .check = check_path,
     .help =
         "${file:PATH} reads only files below DIR; without it, any file if the template is a file:// URL, "
         "else none"},
    {.name = "validate",
     .argument = "json|yaml|xml|auto|none",
     .type = OPTION_CHOICE,
     .offset = AT(validate),
     .choices = formats,
     .initial = "none",
     .help = "Parse what would be published; auto goes by the name's ending"},
    {.name = "extract",
     .offset = AT(extract),
     .help =
         "The body is a tar (plain, gzip, zstd, xz, bzip2) or zip, and PATH a directory; all of it is staged and "
         "checked, then "
         "moved into place"},
    {.name = "strip-components",
     .argument = "N",
     .type = OPTION_NUMBER,
     .offset = AT(strip_components),
     .max = STRIP_MAX,
     .help = "With --extract, drop the first N parts of each path"},
    {.name = "resume",
     .offset = AT(resume),
     .help =
         "Go on with a body that broke off, where the server named it strongly (ETag, an old Last-Modified)"},
    {.name = "if-changed",
     .offset = AT(if_changed),
     .help = "Leave a file as it is, its times too, if the content is the same"},
    {.name = "keep-on-error",
     .offset = AT(keep_on_error),
     .help = "If it cannot be fetched and an earlier PATH is there, keep it, warn, exit 0"},
    {.name = "mode",
     .argument = "M",
     .type = OPTION_TEXT,
     .offset = AT(mode),
     .check = ownership_check_mode,
     .help = "Mode of what is written, whatever the umask (default: 0644; with --extract, the archive's)"},
    {.name = "owner",
     .argument = "[UID][:GID]",
     .type = OPTION_TEXT,
     .offset = AT(owner),
     .check = ownership_check_owner,
     .help = "Owner of what is written"},
    {.name = "request",
     .letter = 'X',
     .argument = "M",
     .type = OPTION_TEXT,
     .offset = AT(request),
     .check = check_method,
     .help = "Use this method in place of GET; a URL needs no PATH then"},
    {.name = "data-file",
     .argument = "F",
     .type = OPTION_TEXT,
     .offset = AT(data_file),
     .check = check_path,
     .help = "Send this file as the request's body; without --request as a POST"},
    {.name = "progress",
     .offset = AT(progress),
     .help = "A line every second on standard error that tells how far it is (on by itself on a terminal)"},
    {.name = "chown", .argument = "[UID][:GID]", .stands_for = "owner"},
    RESOLVER_ROWS(struct fetch_config_options),
};

static const struct option_initial initials[] = {
    {"timeout", "4m"},  {"attempt-timeout", "0"}, {"interval", "250ms"},
    {"backoff", "1.5"}, {"max-interval", "5s"},   {NULL, NULL},
};

static const char *const examples[] = {
    "A configuration, whole or not at all",
    "fetch-config http://config-server/app.yaml=/etc/app/app.yaml",
    "Two files that belong together, only if both can be had",
    "fetch-config http://c/app.yaml=/etc/app/app.yaml http://c/log.yaml=/etc/app/log.yaml",
    "With a token that is rotated, and keeping the last one when the server is away",
    "fetch-config --bearer-token-file /secrets/token --keep-on-error http://c/app.yaml=/etc/app/app.yaml",
    "From a server with a certificate of the company's own",
    "fetch-config --trust-store /etc/ca/company.pem https://config-server/config.yaml=/app/config.yaml",
    "A ConfigMap's template, filled in from variables and Secret files",
    "fetch-config --render --validate yaml file:///templates/app.yaml=/etc/app/app.yaml",
    "Sources out of an archive, without the folder that they are in",
    "fetch-config --extract --strip-components 1 https://host/app-1.2.tar.gz=/app",
    "An object from S3, with the pod's own role",
    "fetch-config s3://bucket/models/current.bin=/models/current.bin",
    "Wait until a server answers 2xx",
    "fetch-config http://app:8080/healthz -o /dev/null",
    "Register with a configuration centre",
    "fetch-config http://consul:8500/v1/agent/service/register -X PUT --data-file /etc/app/service.json",
    NULL,
};

static const char *const libraries[] = {"musl " VERSION_MUSL,
                                        "curl " VERSION_CURL,
                                        "openssl " VERSION_OPENSSL,
                                        "zlib " VERSION_ZLIB,
                                        "libzstd " VERSION_ZSTD,
                                        "xz-utils " VERSION_XZUTILS,
                                        "bzip2 " VERSION_BZIP2,
                                        "libarchive " VERSION_ARCHIVE,
                                        "libyaml " VERSION_YAML,
                                        "jansson " VERSION_JANSSON,
                                        "expat " VERSION_EXPAT,
                                        "c-ares " VERSION_CARES,
                                        NULL};

const struct tool fetch_config_tool = {
    .name = "fetch-config",
    .operands = "URL=PATH...",
    .summary = "Fetch files from servers, whole or not at all",
    .description =
        "URL is http://, https://, file:// or s3://BUCKET/KEY; %n in its host stands for the "
        "pod's namespace. It is parted from PATH at the last = that is followed by /, ./ or a "
        "lone -, which is standard output. Where the URL has a ? or --data-file is sent, that = may "
        "be a part of it: then the URL is written by itself, and PATH as --output. A PATH of "
        "/dev/stdout, /dev/stderr or /dev/null is written to; anything else that is no file is refused.\n\n"
        "Several pairs are one set: they are fetched at the same time and checked, then all of "
        "them are published; if "
        "one fails none is, and what was there stays as it was.",
    .examples = examples,
    .libraries = libraries,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .initials = initials,
    .options_size = sizeof(struct fetch_config_options),
    .judges_servers = true,
};
