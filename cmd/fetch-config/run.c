#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/fetch-config/operand.h"
#include "cmd/fetch-config/run.h"
#include "cmd/fetch-config/usage.h"
#include "common/base/environment.h"
#include "common/base/mem.h"
#include "common/dns/hosts.h"
#include "common/dns/namespace.h"
#include "common/http/secrets.h"
#include "common/net/target.h"

#include "common/base/banned.h"

enum { FILE_MODE = 0644 };

static void run_set_plan(struct run *run)
{
    const struct fetch_config_options *options = run->options;
    struct fetch_plan *plan = &run->plan;

    ownership_init(&run->ownership, options->mode, options->owner);
    plan->mode = ownership_mode(&run->ownership, FILE_MODE, false);
    plan->max_redirs = (unsigned)options->max_redirs;
    plan->allow_local_redirects = options->allow_local_redirects;
    plan->method = options->http.method ? options->http.method : options->http.data_file ? "POST" : NULL;
    plan->data_file = options->http.data_file;
    plan->min_size = options->min_size;
    plan->render = options->render;
    plan->render_prefix = options->render_prefix;
    plan->render_files = &options->render_files;
    plan->validate = (enum validate_format)options->validate;
    plan->progress = options->progress;
    plan->extract = options->extract;
    plan->resume = options->resume;
    plan->unpack = (struct unpack_rules){
        .max_size = options->max_unpacked_size,
        .strip = (size_t)options->strip_components,
        .ownership = &run->ownership,
        .keep_mode = !options->mode,
        .memory = &run->memory,
    };
    reply_parse_statuses(options->retry_status, plan->retry_statuses, &plan->retry_status_count);
    plan->exchange = (struct exchange_plan){
        .tool = fetch_config_tool.name,
        .lookup = {.resolver = &run->resolver,
                   .search = !options->resolver.no_search,
                   .family = AF_UNSPEC,
                   .hosts_path = HOSTS_FILE},
        .connect_timeout = options->connect_timeout,
        .stall_timeout = options->stall_timeout,
        .max_size = options->max_size,
        .max_unpacked_size = options->max_unpacked_size,
    };
    http_options_plan(&options->http, &plan->exchange, &run->https);
}

/* Fills `object` with the https URL of an s3:// URL; other URLs have none. */
static bool add_object(struct run *run, const struct url *url, struct url *object, struct reason *why)
{
    if (url->scheme != URL_S3)
        return true;
    if (!run->aws_is_read && !aws_read(environment_all(), &run->aws, why))
        return false;
    run->aws_is_read = true;
    if (run->aws.source == AWS_NOWHERE)
        return reason_set(
            why, CODE_USAGE,
            "no AWS credentials: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, or AWS_CONTAINER_CREDENTIALS_FULL_URI");
    char *text = aws_object_url(&run->aws, url->host, url->path, why);
    bool good = text && url_parse(text, "", object, why);
    if (text && !good)
        reason_wrap(why, "AWS_ENDPOINT_URL");
    free(text);
    return good;
}

static bool check_path(struct run *run, size_t index, struct reason *why)
{
    struct fetch *fetch = &run->fetches[index];
    const char *path = fetch->path;
    char inside[PATH_MAX];
    int stream = path ? publish_stream(path) : -1;

    if (path)
        operand_find_place(path, run->options->common.operands.count > 1, &fetch->place);
    for (size_t i = 0; i < index; i++)
        if (operand_same_place(&run->fetches[i].place, &fetch->place) ||
            (stream >= 0 && run->fetches[i].path && publish_stream(run->fetches[i].path) == stream))
            return reason_set(why, CODE_USAGE, "%.200s is the PATH of two pairs", path);
    if (!run->plan.extract)
        return true;
    if (!path || stream >= 0)
        return reason_set(why, CODE_USAGE, "--extract: PATH is a directory");
    return snprintf(inside, sizeof inside, "%s/x", path) < PATH_MAX ||
           reason_set(why, CODE_USAGE, "the path is too long");
}

/* Whether PATH seems to be writable. */
static bool check_place(struct run *run, const char *path, struct reason *why)
{
    char inside[PATH_MAX];

    if (!path || !run->plan.extract)
        return !path || body_file_check(path, &run->clean, why);
    extract_stage_recover(path);
    snprintf(inside, sizeof inside, "%.*s/x", PATH_MAX - 3, path);
    return body_file_check(inside, &run->clean, why);
}

/* The n-th checksum belongs to the n-th pair. */
static bool add_checksum(struct run *run, size_t index, const char *namespace, struct reason *why)
{
    const struct fetch_config_options *options = run->options;
    struct fetch *fetch = &run->fetches[index];

    if (index < options->sha256.count)
        fetch->sha256 = options->sha256.items[index];
    if (index >= options->sha256_url.count)
        return true;
    if (fetch->sha256)
        return reason_set(why, CODE_USAGE, "has both a --sha256 and a --sha256-url");
    const char *text = options->sha256_url.items[index];
    if (url_parse(text, namespace, &fetch->sum_url, why) &&
        add_object(run, &fetch->sum_url, &fetch->sum_object, why))
        return true;
    char *shown = target_show(text);
    reason_wrap(why, "--sha256-url %s", shown);
    free(shown);
    return false;
}

static bool add_pair(struct run *run, size_t index, const char *namespace, struct reason *why)
{
    struct fetch *fetch = &run->fetches[index];
    char *text = usage_split(run->options, index, &fetch->path, why);
    bool good = text && url_parse(text, namespace, &fetch->url, why);

    free(text);
    if (!good || !add_checksum(run, index, namespace, why))
        return false;
    if ((fetch->url.scheme == URL_FILE || fetch->url.scheme == URL_S3) && run->plan.method)
        return reason_set(why, CODE_USAGE, "--request and --data-file are for http and https");
    if (!add_object(run, &fetch->url, &fetch->object, why))
        return false;
    fetch->base.name = fetch->url.shown;
    return check_path(run, index, why);
}

static bool run_add_pairs(struct run *run, const char *namespace, struct reason *why)
{
    const struct strings *operands = &run->options->common.operands;

    run->fetches = xcalloc(operands->count, sizeof *run->fetches);
    run->targets = xcalloc(operands->count, sizeof(struct wait_target *));
    for (run->count = 0; run->count < operands->count; run->count++) {
        struct fetch *fetch = &run->fetches[run->count];
        fetch->upload = -1;
        run->targets[run->count] = &fetch->base;
        if (!add_pair(run, run->count, namespace, why)) {
            char *shown = target_show(operands->items[run->count++]);
            reason_wrap(why, "%s", shown);
            free(shown);
            return false;
        }
        fetch->plan = &run->plan;
    }
    return true;
}

/* A PATH below another one: the other would be both file and directory, or its archive could contain this one. */
static bool check_nesting(const struct run *run, struct reason *why)
{
    const struct operand_place **places = xcalloc(run->count, sizeof(struct operand_place *));
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++)
        if (run->fetches[i].place.whole && publish_stream(run->fetches[i].path) < 0)
            places[count++] = &run->fetches[i].place;
    size_t found = operand_find_nested(places, count);
    bool good = found == count;
    if (!good)
        reason_set(why, CODE_USAGE, "the PATH %.120s is below the PATH %.120s of another pair",
                   places[found + 1]->whole, places[found]->whole);
    free(places);
    return good;
}

/* The servers that requests are sent to: each pair's, and that of its checksum. */
static bool prepare_secrets(struct run *run, const char *namespace, struct reason *why)
{
    struct secrets_party *parties = xcalloc(run->count, 2 * sizeof *parties);
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        const struct fetch *fetch = &run->fetches[i];
        bool s3 = fetch->url.scheme == URL_S3;
        if (fetch->url.scheme != URL_FILE)
            parties[count++] = (struct secrets_party){.url = s3 ? &fetch->object : &fetch->url,
                                                      .is_signed = s3};
        if (fetch->sum_url.text)
            parties[count++] = (struct secrets_party){.url = &fetch->sum_url, .is_beside = true};
    }
    bool good = secrets_prepare(&run->options->http, parties, count, namespace, &run->plan.headers, why);
    free(parties);
    return good;
}

/* Refuses invalid proxies, and names that no DNS server could resolve. */
static bool check_ways(struct run *run, const struct reason *no_servers, struct reason *why)
{
    bool warned = false;

    for (size_t i = 0; i < run->count; i++) {
        const struct fetch *fetch = &run->fetches[i];
        const struct url *url = fetch->url.scheme == URL_S3 ? &fetch->object : &fetch->url;
        if (url->scheme != URL_FILE &&
            !http_options_check_way(&run->plan.exchange, url, no_servers, &warned, why))
            return false;
    }
    return true;
}

/* Trust store and client certificate are read before the first attempt; also if only a redirect may need them. */
static bool check_tls(struct run *run, struct reason *why)
{
    bool wanted = run->options->http.trust_stores.count > 0 || run->options->http.client_cert;

    for (size_t i = 0; i < run->count; i++)
        wanted = wanted || run->fetches[i].url.scheme == URL_HTTPS ||
                 run->fetches[i].object.scheme == URL_HTTPS ||
                 run->fetches[i].sum_object.scheme == URL_HTTPS ||
                 (run->fetches[i].sum_url.text && run->fetches[i].sum_url.scheme == URL_HTTPS);
    return !wanted || https_load_first(&run->https, run->options->common.retry.timeout, "not fetched", why);
}

/* Options about the published file are refused if there is none. */
static bool check_files(const struct run *run, struct reason *why)
{
    const struct fetch_config_options *options = run->options;
    const char *name = options->mode         ? "--mode"
                       : options->owner      ? "--owner"
                       : options->if_changed ? "--if-changed"
                                             : NULL;

    for (size_t i = 0; name && i < run->count; i++)
        if (options->extract || body_file_makes_file(run->fetches[i].path))
            return true;
    return !name ||
           reason_set(
               why, CODE_USAGE,
               "%s: expected a PATH that is a file: standard output and devices keep their owner and mode",
               name);
}

bool run_prepare(struct run *run, struct reason *why)
{
    struct reason no_servers = {0};
    char namespace[NAMESPACE_TEXT];

    run_set_plan(run);
    run->plan.aws = &run->aws;
    if (!usage_check(run->options, why) || !http_options_check_files(&run->options->http, why))
        return false;
    bool servers = resolver_read(&run->options->resolver, &run->conf, &no_servers);
    if (!namespace_find(NAMESPACE_FILE, &run->conf, namespace, why) || !run_add_pairs(run, namespace, why) ||
        !check_nesting(run, why) || !prepare_secrets(run, namespace, why) || !check_files(run, why) ||
        !check_ways(run, servers ? NULL : &no_servers, why) || !check_tls(run, why))
        return false;
    if (!servers)
        run->plan.exchange.lookup.no_servers = no_servers;
    for (size_t i = 0; i < run->count; i++)
        if (!check_place(run, run->fetches[i].path, why))
            return false;
    run->plan.exchange.loop = loop_new();
    run->resolver = (struct dns_resolver){.loop = run->plan.exchange.loop, .conf = &run->conf};
    if (!run->plan.exchange.loop)
        return reason_set(why, CODE_INTERNAL, "cannot watch descriptors (epoll)");
    run->plan.exchange.multi = multi_new(run->plan.exchange.loop);
    return run->plan.exchange.multi || reason_set(why, CODE_INTERNAL, "libcurl cannot be set up");
}
