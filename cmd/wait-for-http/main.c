/* wait-for-http: until servers answer as they should. */
#include <stdlib.h>
#include <string.h>

#include "cmd/wait-for-http/question.h"
#include "cmd/wait-for-http/versions.h"
#include "common/base/limits.h"
#include "common/base/mem.h"
#include "common/dns/hosts.h"
#include "common/dns/namespace.h"
#include "common/dns/resolver.h"
#include "common/http/http_options.h"
#include "common/http/libraries.h"
#include "common/http/secrets.h"
#include "common/run/wait_tool.h"

#include "common/base/banned.h"

enum { IN_FLIGHT_MOST = 64, DESCRIPTORS_EACH = 6, REDIRECTS_MAX = 100, TRUST_ANY = 1 };

struct wait_for_http_options {
    struct common_options common;
    const char *statuses;
    struct strings texts, patterns, json, answer_headers;
    int64_t max_redirs;
    struct http_options http;
    int trust; /* index into `trusts` */
    struct resolver_options resolver;
};

static const char *const trusts[] = {"verified", "any", NULL};

static bool check_statuses(const char *value, struct reason *why)
{
    struct statuses statuses;

    return statuses_parse(value, &statuses) ||
           reason_set(why, CODE_USAGE, "expected statuses and ranges of them, such as 200-299,404");
}

#define AT(member) offsetof(struct wait_for_http_options, member)

#define STATUSES "200-399"

static const struct option rows[] = {
    OPTION("status", "LIST", TEXT, statuses, .initial = STATUSES, .check = check_statuses,
           .help = "Statuses and ranges that are ready; everything else is tried again, 404 and 401, too"),
    OPTION("expect", "TEXT", LIST, texts, .check = expect_check_text,
           .help = "The body must have this text, in its first 1 MiB"),
    OPTION("expect-regex", "ERE", LIST, patterns, .check = expect_check_regex,
           .help = "A line of the body must match this extended regular expression"),
    OPTION("expect-json", "POINTER[=VALUE]", LIST, json, .check = expect_check_json,
           .help = "The body must be JSON with a value there (RFC 6901), or with this value: /status=UP"),
    OPTION("expect-header", "'NAME: VALUE'", LIST, answer_headers, .check = expect_check_header,
           .help = "The answer must have this header, with VALUE in it; an empty VALUE: with any value"),
    OPTION("max-redirs", "N", NUMBER, max_redirs, .max = REDIRECTS_MAX, .initial = "0",
           .help = "Follow at most N redirects, never from https to http; secrets, headers and the client "
                   "certificate go to the first host alone. 0: the redirect is the answer"),
    HTTP_ROWS,
    OPTION("trust", "verified|any", CHOICE, trust, .choices = trusts, .initial = "verified",
           .help = "any: verify no certificate. That is for a wait alone: nothing secret can be sent then"),
    OPTION("request", "M", TEXT, http.method, .letter = 'X', .check = http_options_check_method,
           .help = "Use this method in place of GET"),
    OPTION("data-file", "F", TEXT, http.data_file, .check = http_options_check_path,
           .help = "Send this file as the request's body; without --request as a POST"),
    OPTION("stable", "D", DURATION, common.retry.stable,
           .help = "The condition must hold this long without a break"),
    RESOLVER_ROWS,
};

static const struct option_initial initials[] = {
    {"timeout", "4m"},  {"attempt-timeout", "5s"}, {"interval", "100ms"},
    {"backoff", "1.1"}, {"max-interval", "1s"},    {NULL, NULL},
};

static const char *const examples[] = {
    "Wait until a server answers with a status below 400",
    "wait-for-http http://app:8080/healthz",
    "Wait until a Spring application says UP, at most two minutes",
    "wait-for-http --timeout 2m --expect-json /status=UP http://app:8080/actuator/health",
    "Wait until Elasticsearch is yellow or green",
    "wait-for-http --expect-regex '\"status\":\"(yellow|green)\"' http://elastic:9200/_cluster/health",
    "Wait for a server that wants a token, with the company's CA",
    "wait-for-http --bearer-token-file /secrets/token --trust-store /etc/ca/company.pem https://vault:8200/v1/sys/health",
    "Wait for an app behind a unix socket in a shared volume",
    "wait-for-http http+unix:///run/shared/app.sock:/healthz",
    "Wait until a gRPC server's health service says SERVING for one of its services",
    "wait-for-http grpc://shop:50051/shop.Orders",
    NULL,
};

static const char *const libraries[] = {"musl " VERSION_MUSL, HTTP_LIBRARIES, NULL};

/* Whoever is asked may be anybody then. */
static bool check_trust(const struct wait_for_http_options *options, struct reason *why)
{
    const struct http_options *http = &options->http;
    const char *given = http->headers.count > 0              ? "--header"
                        : http->header_files.count > 0       ? "--header-file"
                        : http->bearer_token_files.count > 0 ? "--bearer-token-file"
                        : http->basic_auth_files.count > 0   ? "--basic-auth-file"
                        : http->client_cert                  ? "--client-cert"
                        : http->data_file                    ? "--data-file"
                        : http->trust_stores.count > 0       ? "--trust-store"
                                                             : NULL;

    return options->trust != TRUST_ANY || !given ||
           reason_set(why, CODE_USAGE, "--trust any: does not go with %s", given);
}

static bool check_operand(const void *options, const char *operand, struct reason *why)
{
    struct question *question = xcalloc(1, sizeof *question);
    bool good = question_parse(operand, WAIT_TOOL_ANY_NAMESPACE, question, why);

    (void)options;
    url_free(&question->url);
    free(question);
    return good;
}

static bool check_usage(const void *from, struct reason *why)
{
    const struct wait_for_http_options *options = from;

    return wait_tool_check_operands(options, "a URL is missing: expected http://HOST[:PORT]/PATH",
                                    check_operand, why) &&
           http_options_check(&options->http, why) && check_trust(options, why);
}

extern const struct tool wait_for_http_tool;
const struct tool wait_for_http_tool = {
    .name = "wait-for-http",
    .operands = "URL...",
    .summary = "Wait until servers answer over HTTP or gRPC as they should",
    .description =
        "URL is http://, https://, http+unix:///SOCKET:/PATH, grpc://HOST:PORT[/SERVICE] or grpcs:// (with TLS); %n in "
        "its host stands for the pod's namespace. All URLs are asked at the same time, each over a connection of its "
        "own for every attempt.\n\n"
        "A server is ready when its answer has one of the statuses of --status, and all that --expect and its kin "
        "ask for. A gRPC server is ready when its health service (grpc.health.v1) reports SERVING. A certificate that "
        "cannot be trusted ends the run at once.",
    .examples = examples,
    .libraries = libraries,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .initials = initials,
    .options_size = sizeof(struct wait_for_http_options),
    .check_usage = check_usage,
    .many_targets = true,
    .judges_servers = true,
};

struct run {
    struct wait wait;
    const struct wait_for_http_options *options;
    struct resolvconf conf;
    char namespace[NAMESPACE_TEXT];
    struct dns_resolver resolver;
    struct question_plan plan;
    struct https https;
};

static void run_set_plan(struct run *run)
{
    const struct wait_for_http_options *options = run->options;
    struct question_plan *plan = &run->plan;

    plan->statuses_text = options->statuses;
    statuses_parse(options->statuses, &plan->statuses);
    expect_init(&plan->expect, &options->texts, &options->patterns, &options->json, &options->answer_headers);
    plan->max_redirs = (unsigned)options->max_redirs;
    plan->method = options->http.method ? options->http.method : options->http.data_file ? "POST" : NULL;
    plan->data_file = options->http.data_file;
    plan->exchange = (struct exchange_plan){
        .tool = wait_for_http_tool.name,
        .lookup = {.resolver = &run->resolver,
                   .search = !options->resolver.no_search,
                   .family = AF_UNSPEC,
                   .scouts = !options->common.retry.once,
                   .hosts_path = HOSTS_FILE},
        .max_size = INT64_MAX,
        .max_unpacked_size = INT64_MAX,
        .trace = options->common.log_level >= LOG_DEBUG,
    };
    http_options_plan(&options->http, &plan->exchange, &run->https);
    run->https.trusts_anyone = options->trust == TRUST_ANY;
}

static bool run_parse(struct wait *wait, struct wait_target *target, const char *operand, struct reason *why)
{
    struct run *run = (struct run *)wait;
    struct question *question = (struct question *)target;

    if (!question_parse(operand, run->namespace, question, why))
        return false;
    question->base.name = question->url.shown;
    question->plan = &run->plan;
    return true;
}

static bool prepare_secrets(struct run *run, struct reason *why)
{
    const struct question *questions = run->wait.array;
    struct secrets_party *parties = xcalloc(run->wait.count, sizeof *parties);

    for (size_t i = 0; i < run->wait.count; i++)
        parties[i].url = &questions[i].url;
    bool good = secrets_prepare(&run->options->http, parties, run->wait.count, run->namespace,
                                &run->plan.headers, why);
    free(parties);
    return good;
}

/* What is asked of HTTP answers says nothing about those of gRPC. */
static bool check_expectations(const struct run *run, struct reason *why)
{
    const struct wait_for_http_options *options = run->options;
    const struct question *questions = run->wait.array;
    const char *given = strcmp(options->statuses, STATUSES) != 0 ? "--status"
                        : options->texts.count > 0               ? "--expect"
                        : options->patterns.count > 0            ? "--expect-regex"
                        : options->json.count > 0                ? "--expect-json"
                        : options->answer_headers.count > 0      ? "--expect-header"
                        : options->max_redirs > 0                ? "--max-redirs"
                        : options->http.method                   ? "--request"
                        : options->http.data_file                ? "--data-file"
                                                                 : NULL;
    bool has_http = false;

    for (size_t i = 0; i < run->wait.count; i++)
        has_http = has_http || !questions[i].url.is_grpc;
    return has_http || !given ||
           reason_set(why, CODE_USAGE, "%s: is for HTTP, and only gRPC is asked: ready is SERVING", given);
}

/* Headers become metadata, for which gRPC keeps some names to itself. */
static bool check_metadata(const struct run *run, struct reason *why)
{
    const struct question *questions = run->wait.array;
    bool good = true;

    for (size_t i = 0; good && i < run->wait.count; i++) {
        struct strings lines = {0};
        if (!questions[i].url.is_grpc)
            continue;
        good = headers_read(&run->plan.headers, &questions[i].url, true, &lines, why);
        for (size_t j = 0; good && j < lines.count; j++)
            good = grpc_check_header(lines.items[j], why);
        headers_clear(&lines);
    }
    return good;
}

/* A proxy that makes no sense, names that nobody can be asked for, a trust store that cannot be read. */
static bool check_ways(struct run *run, const struct reason *no_servers, struct reason *why)
{
    const struct question *questions = run->wait.array;
    const struct http_options *http = &run->options->http;
    bool wants_tls = http->trust_stores.count > 0 || http->client_cert;
    bool warned = false;

    for (size_t i = 0; i < run->wait.count; i++) {
        const struct url *url = &questions[i].url;
        wants_tls = wants_tls || url->scheme == URL_HTTPS;
        if (!url->socket && !http_options_check_way(&run->plan.exchange, url, no_servers, &warned, why))
            return false;
    }
    return !wants_tls || https_load_first(&run->https, run->options->common.retry.timeout, "not ready", why);
}

static bool run_prepare(struct wait *wait, void *from, struct reason *why)
{
    struct run *run = (struct run *)wait;
    const struct wait_for_http_options *options = run->options = from;
    struct exchange_plan *exchange = &run->plan.exchange;
    struct reason no_servers = {0};

    limits_hold_own_memory(); /* servers choose how much a window to unpack takes, or a JSON's values */
    libraries_begin();
    run_set_plan(run);
    if (!http_options_check_files(&options->http, why))
        return false;
    bool servers = resolver_read(&options->resolver, &run->conf, &no_servers);
    if (!namespace_find(NAMESPACE_FILE, &run->conf, run->namespace, why) ||
        !wait_tool_add_targets(wait, sizeof(struct question), run_parse, why) ||
        !check_expectations(run, why) || !prepare_secrets(run, why) || !check_metadata(run, why) ||
        !check_ways(run, servers ? NULL : &no_servers, why))
        return false;
    if (!servers)
        exchange->lookup.no_servers = no_servers;
    run->resolver = (struct dns_resolver){.loop = wait->loop, .conf = &run->conf};
    exchange->loop = wait->loop;
    exchange->multi = multi_new(exchange->loop);
    wait->in_flight_most = wait_capacity(DESCRIPTORS_EACH, IN_FLIGHT_MOST);
    return exchange->multi || reason_set(why, CODE_INTERNAL, "libcurl cannot be set up");
}

static bool run_release(struct wait *wait)
{
    struct run *run = (struct run *)wait;
    struct question *questions = wait->array;

    for (size_t i = 0; i < wait->count; i++)
        question_free(&questions[i]);
    secrets_free(&run->plan.headers);
    expect_free(&run->plan.expect);
    multi_free(run->plan.exchange.multi);
    https_free(&run->https);
    return true;
}

int main(int argc, char **argv)
{
    static const struct wait_tool tool = {
        .tool = &wait_for_http_tool,
        .run_size = sizeof(struct run),
        .prepare = run_prepare,
        .start = question_start,
        .cancel = question_cancel,
        .release = run_release,
    };

    return wait_tool_main(&tool, argc, argv);
}
