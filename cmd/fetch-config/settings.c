#include "cmd/fetch-config/settings.h"

#include <string.h>

#include "cmd/fetch-config/usage.h"
#include "cmd/fetch-config/versions.h"
#include "common/files/ownership.h"
#include "common/http/reply.h"

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

static const char *const formats[] = {"json", "yaml", "xml", "auto", "none", NULL};

#define AT(member) offsetof(struct fetch_config_options, member)

static const struct option rows[] = {
    OPTION(
        "output", "PATH", LIST, outputs, .letter = 'o', .check = http_options_check_path,
        .help =
            "The n-th one is where the n-th URL goes, and no operand is split at a = then; - is standard output"),
    HTTP_ROWS,
    OPTION("max-redirs", "N", NUMBER, max_redirs, .max = REDIRECTS_MAX, .initial = "5",
           .help = "Follow at most N redirects, never from https to http; secrets, headers and the client "
                   "certificate go to the first host alone"),
    SWITCH(
        "allow-local-redirects", allow_local_redirects,
        .help =
            "Follow a redirect to a loopback, link-local or cloud metadata address from a server that has no such "
            "address itself"),
    OPTION("retry-status", "LIST", TEXT, retry_status, .check = check_statuses,
           .initial = "408,429,500,502,503,504",
           .help = "HTTP statuses worth another attempt, Retry-After honoured; others outside 2xx end it"),
    OPTION("connect-timeout", "D", DURATION, connect_timeout, .initial = "5s",
           .help = "Time to connect, TLS included; 0 = no limit of its own"),
    OPTION("stall-timeout", "D", DURATION, stall_timeout, .initial = "30s",
           .help = "An attempt ends when nothing moves for so long; 0 = never"),
    OPTION("min-size", "S", SIZE, min_size, .initial = "1",
           .help = "Refuse a body smaller than this; 0 = it may be empty"),
    OPTION("max-size", "S", SIZE, max_size, .min = 1, .initial = "64Mi",
           .help = "Refuse a body larger than this"),
    OPTION("max-unpacked-size", "S", SIZE, max_unpacked_size, .min = 1, .initial = "1Gi",
           .help = "Refuse what unpacks to more than this"),
    OPTION("sha256", "HEX", LIST, sha256, .check = check_digest,
           .help = "The n-th one is the SHA-256 of the n-th pair's body"),
    OPTION(
        "sha256-url", "URL", LIST, sha256_url,
        .help =
            "The n-th one leads to the SHA-256 of the n-th pair's body, as sha256sum, shasum or openssl write it"),
    SWITCH(
        "render", render,
        .help =
            "Replace ${NAME}, ${NAME:-default}, ${NAME:?message} and ${file:PATH} before publishing; ${json:NAME}, and "
            "yaml, sh, properties, base64 or urlencode in its place, write the value as it is valid there; $$ is a "
            "dollar, and a NAME that is not set is an error"),
    OPTION("render-prefix", "P", TEXT, render_prefix, .help = "Only names that begin with P are replaced"),
    OPTION(
        "render-files", "DIR", LIST, render_files, .check = http_options_check_path,
        .help =
            "${file:PATH} reads only files below DIR; without it, any file if the template is a file:// URL, "
            "else none"),
    OPTION("validate", "json|yaml|xml|auto|none", CHOICE, validate, .choices = formats, .initial = "none",
           .help = "Parse what would be published; auto goes by the name's ending"),
    SWITCH(
        "extract", extract,
        .help =
            "The body is a tar (plain, gzip, zstd, xz, bzip2) or zip, and PATH a directory; all of it is staged and "
            "checked, then "
            "moved into place"),
    OPTION("strip-components", "N", NUMBER, strip_components, .max = STRIP_MAX,
           .help = "With --extract, drop the first N parts of each path"),
    SWITCH(
        "resume", resume,
        .help =
            "Resume a download that broke off, where the server identifies the file: a strong ETag, or an old Last-Modified"),
    SWITCH("if-changed", if_changed,
           .help = "Leave a file as it is, its times too, if the content is the same"),
    SWITCH("keep-on-error", keep_on_error,
           .help = "If it cannot be fetched and an earlier PATH is there, keep it, warn, exit 0"),
    OPTION(
        "mode", "M", TEXT, mode, .check = ownership_check_mode,
        .help = "Mode of what is written, whatever the umask (default: 0644; with --extract, the archive's)"),
    OPTION("owner", "[UID][:GID]", TEXT, owner, .check = ownership_check_owner,
           .help = "Owner of what is written"),
    OPTION("request", "M", TEXT, http.method, .letter = 'X', .check = http_options_check_method,
           .help = "Use this method in place of GET; a URL needs no PATH then"),
    OPTION("data-file", "F", TEXT, http.data_file, .check = http_options_check_path,
           .help = "Send this file as the request's body; without --request as a POST"),
    SWITCH(
        "progress", progress,
        .help = "A line every second on standard error that reports progress (on by itself on a terminal)"),
    {.name = "chown", .argument = "[UID][:GID]", .stands_for = "owner"},
    RESOLVER_ROWS,
};

static const struct option_initial initials[] = {
    {"timeout", "4m"},  {"attempt-timeout", "0"}, {"interval", "250ms"},
    {"backoff", "1.5"}, {"max-interval", "5s"},   {NULL, NULL},
};

static const char *const examples[] = {
    "A configuration, all or nothing",
    "fetch-config http://config-server/app.yaml=/etc/app/app.yaml",
    "Two files that belong together, only if both are available",
    "fetch-config http://c/app.yaml=/etc/app/app.yaml http://c/log.yaml=/etc/app/log.yaml",
    "With a token that is rotated, keeping the old file while the server is down",
    "fetch-config --bearer-token-file /secrets/token --keep-on-error http://c/app.yaml=/etc/app/app.yaml",
    "From a server with a certificate of the company's own",
    "fetch-config --trust-store /etc/ca/company.pem https://config-server/config.yaml=/app/config.yaml",
    "A ConfigMap's template, filled in from variables and Secret files",
    "fetch-config --render --validate yaml file:///templates/app.yaml=/etc/app/app.yaml",
    "Files from an archive, without its top-level directory",
    "fetch-config --extract --strip-components 1 https://host/app-1.2.tar.gz=/app",
    "An object from S3, with the pod's own role",
    "fetch-config s3://bucket/models/current.bin=/models/current.bin",
    "Wait until a server answers 2xx",
    "fetch-config http://app:8080/healthz -o /dev/null",
    "Register with a configuration centre",
    "fetch-config http://consul:8500/v1/agent/service/register -X PUT --data-file /etc/app/service.json",
    NULL,
};

static const char *const libraries[] = {"musl " VERSION_MUSL,          HTTP_LIBRARIES,
                                        "libarchive " VERSION_ARCHIVE, "libyaml " VERSION_YAML,
                                        "expat " VERSION_EXPAT,        NULL};

const struct tool fetch_config_tool = {
    .name = "fetch-config",
    .operands = "URL=PATH...",
    .summary = "Fetch files from servers, all or nothing",
    .description =
        "URL is http://, https://, file:// or s3://BUCKET/KEY; %n in its host stands for the "
        "pod's namespace. It is parted from PATH at the last = that is followed by /, ./ or a "
        "lone -, which is standard output. Where the URL has a ? or --data-file is sent, that = may "
        "be a part of it: then the URL is written by itself, and PATH as --output. A PATH of "
        "/dev/stdout, /dev/stderr or /dev/null is written to; anything else that is not a file is refused.\n\n"
        "Several pairs are one set: they are fetched at the same time and checked, then all of "
        "them are published; if "
        "one fails none is, and what was there stays as it was.",
    .examples = examples,
    .libraries = libraries,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .initials = initials,
    .options_size = sizeof(struct fetch_config_options),
    .check_usage = usage_check,
    .judges_servers = true,
};
