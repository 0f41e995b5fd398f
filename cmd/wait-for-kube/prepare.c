#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cmd/wait-for-kube/query.h"
#include "cmd/wait-for-kube/run.h"
#include "common/base/buf.h"
#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/limits.h"
#include "common/base/mem.h"
#include "common/dns/hosts.h"
#include "common/http/libraries.h"
#include "common/run/wait_tool.h"

#include "common/base/banned.h"

enum {
    SELECTORS_MOST = 12 * 1024, /* bytes of a selector */
    PATIENCE = 15000,           /* milliseconds */
};

/* --- operands --- */

static bool check_name(const char *name, struct reason *why)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";
    size_t length = strlen(name);

    return (length > 0 && length < WATCHER_NAME && strspn(name, letters) == length &&
            strcmp(name, ".") != 0 && strcmp(name, "..") != 0) ||
           reason_set(why, CODE_USAGE,
                      "expected KIND/NAME, where NAME has letters, digits, dots and hyphens");
}

/* With --api-version KIND is a plural that only the cluster knows. */
static bool find_kind(const struct wait_for_kube_options *options, char *word, struct kind *own,
                      const struct kind **kind, struct reason *why)
{
    *kind = options->api_version ? own : kinds_find(word);
    if (options->api_version) {
        *own = (struct kind){
            .name = word, .plural = word, .version = options->api_version, .form = KIND_PLAIN};
        if (strcasecmp(word, "secrets") == 0)
            own->form = KIND_SECRET;
        return check_name(word, why);
    }
    return *kind ||
           reason_set(why, CODE_USAGE,
                      "the kind %.60s is not known here: expected pod, job, service, deployment, … or "
                      "--api-version GROUP/VERSION with its plural",
                      word);
}

static bool check_form(const struct wait_for_kube_options *options, const struct kind *kind, const char *name,
                       struct reason *why)
{
    if (name && !check_name(name, why))
        return false;
    if (name && options->selector)
        return reason_set(why, CODE_USAGE, "--selector goes with a KIND alone");
    if (!name && !options->selector)
        return reason_set(why, CODE_USAGE, "expected KIND/NAME, or KIND and --selector");
    return name || kind->form != KIND_SERVICE ||
           reason_set(why, CODE_USAGE, "a service is named: expected service/NAME");
}

static bool check_operand(const void *from, const char *operand, struct reason *why)
{
    const struct wait_for_kube_options *options = from;
    const char *slash = strchr(operand, '/');
    char *word = xstrndup(operand, slash ? (size_t)(slash - operand) : strlen(operand));
    const struct kind *kind;
    struct kind own;
    struct goal goal = {0};

    bool good = find_kind(options, word, &own, &kind, why) &&
                check_form(options, kind, slash ? slash + 1 : NULL, why) &&
                goal_parse(options->goal, &goal, why) && goal_fits(&goal, kind, why);
    goal_free(&goal);
    free(word);
    return good;
}

bool kube_check_usage(const void *options, struct reason *why)
{
    const struct wait_for_kube_options *own = options;

    return wait_tool_check_operands(options,
                                    "an object is missing: expected KIND/NAME, or KIND and --selector",
                                    check_operand, why) &&
           http_options_check(&own->http, why);
}

static char *show_claim(const struct run *run, const char *operand)
{
    struct buf shown;

    if (!run->options->selector)
        return xstrdup(operand);
    buf_init(&shown, SELECTORS_MOST);
    if (!buf_add_format(&shown, "%s -l %s", operand, run->options->selector))
        buf_add_text(&shown, "a selector that is too long");
    return shown.data;
}

static bool parse_claim(struct wait *wait, struct wait_target *target, const char *operand,
                        struct reason *why)
{
    struct run *run = (struct run *)wait;
    struct claim *claim = (struct claim *)target;
    const char *slash = strchr(operand, '/');

    claim->plan = &run->plan;
    claim->shown = show_claim(run, operand);
    claim->base.name = claim->shown;
    claim->word = xstrndup(operand, slash ? (size_t)(slash - operand) : strlen(operand));
    claim->name = slash ? xstrdup(slash + 1) : NULL;
    if (!find_kind(run->options, claim->word, &claim->own_kind, &claim->kind, why))
        return false;
    claim->own_kind.is_cluster = run->namespace[0] == '\0';
    if (!claim->kind->is_cluster && run->namespace[0] == '\0')
        return reason_set(why, CODE_USAGE, "the namespace is not known: --namespace");
    return true;
}

/* --- watchers --- */

static void on_change(void *owner)
{
    struct group *group = owner;
    const struct wait *wait = &group->run->wait;
    struct claim *claims = wait->array;

    for (size_t i = 0; i < wait->count; i++)
        if (claims[i].watcher == &group->watcher)
            claim_look_again(&claims[i]);
}

/* One object by its name, which a Role with resourceNames allows, too; services by their slices' label; several others among
 * all. Names that do not fit into a URL are looked for among all, too; a selector that does not fit is refused: without it, all
 * objects would be those that are waited for. */
static bool set_selectors(const struct run *run, struct group *group, struct reason *why)
{
    const struct strings *names = &group->names;
    const char *selector = run->options->selector;
    bool slices = group->watcher.kind->form == KIND_SERVICE, fits = true;
    struct buf text, out;

    buf_init(&text, SELECTORS_MOST);
    buf_init(&out, SELECTORS_MOST);
    if (selector)
        fits = buf_add_text(&text, selector);
    else if (names->count == 1)
        buf_add_format(&text, "%s=%s", slices ? "kubernetes.io/service-name" : "metadata.name",
                       names->items[0]);
    else
        for (size_t i = 0; slices && fits && i < names->count; i++)
            fits = buf_add_format(&text, "%s%s%s", i == 0 ? "kubernetes.io/service-name in (" : ",",
                                  names->items[i], i + 1 == names->count ? ")" : "");
    if (fits && text.length > 0)
        fits = query_add(&out, selector || slices ? "labelSelector" : "fieldSelector", text.data);
    group->watcher.selectors = xstrdup(fits && out.data ? out.data : "");
    buf_free(&text);
    buf_free(&out);
    return fits || !selector || reason_set(why, CODE_USAGE, "--selector: is too long for a URL");
}

static bool same_kind(const struct kind *a, const struct kind *b)
{
    return strcmp(a->plural, b->plural) == 0 && strcmp(a->version, b->version) == 0;
}

static struct group *group_for(struct run *run, const struct kind *kind)
{
    for (size_t i = 0; i < run->group_count; i++)
        if (same_kind(run->groups[i].watcher.kind, kind))
            return &run->groups[i];
    struct group *group = &run->groups[run->group_count++];
    group->run = run;
    group->watcher = (struct watcher){
        .plan = &run->plan.watcher, .kind = kind, .on_change = on_change, .owner = group};
    return group;
}

static bool make_groups(struct run *run, struct reason *why)
{
    struct claim *claims = run->wait.array;

    run->groups = xcalloc(run->wait.count, sizeof *run->groups);
    for (size_t i = 0; i < run->wait.count; i++) {
        struct claim *claim = &claims[i];
        struct group *group = group_for(run, claim->kind);
        claim->watcher = &group->watcher;
        if (claim->name && !strings_have(&group->names, claim->name))
            strings_add(&group->names, claim->name, strlen(claim->name));
    }
    for (size_t i = 0; i < run->group_count; i++) {
        struct group *group = &run->groups[i];
        const struct kind *kind = group->watcher.kind;
        bool slices = kind->form == KIND_SERVICE;
        group->watcher.of = run->options->selector ? NULL : &group->names;
        group->watcher.namespace = kind->is_cluster ? NULL : run->namespace;
        group->watcher.path = query_path(slices ? "discovery.k8s.io/v1" : kind->version,
                                         group->watcher.namespace, slices ? "endpointslices" : kind->plural);
        if (!set_selectors(run, group, why))
            return false;
    }
    return true;
}

static void start_watchers(struct run *run)
{
    for (size_t i = 0; i < run->group_count; i++)
        watcher_start(&run->groups[i].watcher,
                      (uint32_t)getpid() * 40503u + (uint32_t)deadline_now() + (uint32_t)i);
}

/* --- all of it --- */

static bool find_cluster(struct run *run, struct reason *why)
{
    const struct wait_for_kube_options *options = run->options;
    const struct cluster_options where = {
        .server = options->server,
        .token_file = options->token_file,
        .trust_stores = options->http.trust_stores,
        .account = CLUSTER_ACCOUNT,
        .host = environment_get("KUBERNETES_SERVICE_HOST"),
        .port = environment_get("KUBERNETES_SERVICE_PORT"),
    };

    return cluster_find(&where, &run->cluster, why);
}

/* A wait that is soon over asks for nothing but its list and its watch, and one that times out knows why by then. */
static int64_t patience_of(const struct retry_policy *retry)
{
    if (retry->once)
        return 0;
    return retry->timeout > 0 && retry->timeout / 2 < PATIENCE ? retry->timeout / 2 : PATIENCE;
}

static void set_plan(struct run *run)
{
    const struct wait_for_kube_options *options = run->options;
    struct watcher_plan *plan = &run->plan.watcher;

    run->plan.min_objects = (unsigned)options->min_objects;
    run->plan.min_endpoints = (unsigned)options->min_endpoints;
    run->plan.patience = patience_of(&options->common.retry);
    run->plan.inquiries = run->inquiries;
    for (size_t i = 0; i < CLAIM_INQUIRIES; i++) {
        run->inquiries[i].plan = plan;
        run->inquiries[i].namespace = run->namespace;
    }
    plan->server = run->cluster.server;
    plan->interval = options->common.retry.interval;
    plan->max_interval = options->common.retry.max_interval;
    plan->attempt_timeout = options->common.retry.attempt_timeout;
    if (run->cluster.token_file)
        plan->headers = (struct headers_source){.entries = &run->cluster.token, .count = 1};
    plan->exchange = (struct exchange_plan){
        .tool = run->wait.verdict->tool,
        .lookup = {.resolver = &run->resolver,
                   .search = !options->resolver.no_search,
                   .family = AF_UNSPEC,
                   .scouts = !options->common.retry.once,
                   .hosts_path = HOSTS_FILE},
        .max_size = INT64_MAX,
        .max_unpacked_size = INT64_MAX,
        .trace = options->common.log_level >= LOG_DEBUG,
    };
    run->http = options->http;
    run->http.trust_stores = run->cluster.trust_stores;
    http_options_plan(&run->http, &plan->exchange, &run->https);
}

/* Unlike a host's, the namespace may be said to be none: for objects that are in none. */
static bool find_namespace(struct run *run, struct reason *why)
{
    const char *given = run->options->namespace;

    if (!given)
        return namespace_find(NAMESPACE_FILE, &run->conf, run->namespace, why);
    if (*given != '\0' && (strlen(given) >= sizeof run->namespace || !check_name(given, why)))
        return reason_set(why, CODE_USAGE, "--namespace: expected the name of a namespace");
    snprintf(run->namespace, sizeof run->namespace, "%s", given);
    return true;
}

bool kube_prepare(struct wait *wait, void *options, struct reason *why)
{
    struct run *run = (struct run *)wait;
    struct exchange_plan *exchange = &run->plan.watcher.exchange;
    struct reason no_servers = {0};
    bool warned = false;

    run->options = options;
    limits_hold_own_memory(); /* the cluster chooses how many objects there are */
    libraries_begin();
    bool servers = resolver_read(&run->options->resolver, &run->conf, &no_servers);
    if (!goal_parse(run->options->goal, &run->plan.watcher.goal, why) || !find_namespace(run, why) ||
        !wait_tool_add_targets(wait, sizeof(struct claim), parse_claim, why) ||
        !http_options_check_files(&run->options->http, why) || !find_cluster(run, why))
        return false;
    set_plan(run);
    if (!http_options_check_way(exchange, &run->cluster.url, servers ? NULL : &no_servers, &warned, why) ||
        (run->cluster.url.scheme == URL_HTTPS &&
         !https_load_first(&run->https, run->options->common.retry.timeout, "not ready", why)))
        return false;
    if (!servers)
        exchange->lookup.no_servers = no_servers;
    if (!make_groups(run, why))
        return false;
    run->resolver = (struct dns_resolver){.loop = wait->loop, .conf = &run->conf};
    exchange->loop = wait->loop;
    exchange->multi = multi_new(exchange->loop);
    if (!exchange->multi)
        return reason_set(why, CODE_INTERNAL, "libcurl cannot be set up");
    start_watchers(run);
    wait->in_flight_most = wait->count;
    wait->done = run->plan.watcher.goal.kind == GOAL_DELETED ? "gone" : "ready";
    return true;
}
