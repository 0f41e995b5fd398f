/* wait-for-tcp: until ports accept connections. */
#include <stdlib.h>
#include <string.h>

#include "cmd/wait-for-tcp/probe.h"
#include "cmd/wait-for-tcp/protocol.h"
#include "cmd/wait-for-tcp/versions.h"
#include "common/base/escape.h"
#include "common/base/limits.h"
#include "common/base/mem.h"
#include "common/cli/tool.h"
#include "common/dns/hosts.h"
#include "common/dns/namespace.h"
#include "common/dns/resolver.h"
#include "common/files/sandbox.h"

#include "common/base/banned.h"

enum { IN_FLIGHT_MOST = 512, DESCRIPTORS_EACH = 3, ADDRESSES_MAX = 65536 };

struct wait_for_tcp_options {
    struct common_options common;
    int family; /* index into `families` */
    bool all_addresses;
    int64_t min_addresses;
    int64_t hold;
    const char *send, *send_file, *expect;
    int protocol; /* index into protocol_names */
    const char *user, *password_file;
    bool gone;
    struct resolver_options resolver;
};

static const char *const families[] = {"any", "4", "6", NULL};
static const int family_values[] = {AF_UNSPEC, AF_INET, AF_INET6};

#define AT(member) offsetof(struct wait_for_tcp_options, member)

static const struct option rows[] = {
    OPTION("family", "any|4|6", CHOICE, family, .choices = families, .initial = "any",
           .help = "Address family to connect over"),
    {.letter = '4', .stands_for = "family", .value = "4"},
    {.letter = '6', .stands_for = "family", .value = "6"},
    SWITCH("all-addresses", all_addresses,
           .help = "Every address of the name must accept (headless Services); else one is enough"),
    OPTION("min-addresses", "N", NUMBER, min_addresses, .min = 1, .max = ADDRESSES_MAX, .initial = "1",
           .help = "At least N addresses must accept"),
    OPTION("hold", "D", DURATION, hold, .initial = "50ms",
           .help =
               "The connection must stay open this long, on top of --attempt-timeout, because sidecars and "
               "balancers accept everything; it grows to 500ms, then 4s, once a connection was closed again; "
               "0 = off"),
    OPTION("protocol", PROTOCOL_NAMES, CHOICE, protocol, .choices = protocol_names, .initial = "none",
           .help = "The server must say in its own protocol that it serves; no credentials are needed"),
    OPTION(
        "password-file", "PATH", TEXT, password_file,
        .help =
            "With --protocol redis: log in with the first line of this file, which is read anew for each attempt"),
    OPTION("user", "NAME", TEXT, user, .help = "The user that --password-file is for (Redis 6 and later)"),
    OPTION("send", "TEXT", TEXT, send, .check = escape_check,
           .help = "Send this after connecting, with C escapes: 'PING\\r\\n'"),
    OPTION("send-file", "PATH", TEXT, send_file,
           .help = "The same with the bytes of this file, which is read anew for each attempt: for secrets"),
    OPTION("expect", "TEXT", TEXT, expect, .check = escape_check,
           .help = "Read until this has been seen, with C escapes: '+PONG'"),
    SWITCH(
        "gone", gone,
        .help =
            "Ready when nobody accepts: refused, no such socket, or the name is gone; a timeout proves nothing"),
    OPTION("stable", "D", DURATION, common.retry.stable,
           .help = "The condition must hold this long without a break"),
    RESOLVER_ROWS,
};

static const struct option_initial initials[] = {
    {"timeout", "4m"},  {"attempt-timeout", "2s"}, {"interval", "50ms"},
    {"backoff", "1.1"}, {"max-interval", "1s"},    {NULL, NULL},
};

static const char *const examples[] = {
    "Wait for a database, at most two minutes",
    "wait-for-tcp --timeout 2m mydb:3306",
    "Wait for any one of three brokers",
    "wait-for-tcp --min-targets 1 kafka-0.kafka:9092 kafka-1.kafka:9092 kafka-2.kafka:9092",
    "Wait until PostgreSQL takes logins, not only until its port is open",
    "wait-for-tcp --protocol postgres mydb:5432",
    "Wait until Redis has loaded its data",
    "wait-for-tcp --protocol redis --password-file /run/secrets/redis redis:6379",
    "Wait until a server says what it should",
    "wait-for-tcp --send 'PING\\r\\n' --expect '+PONG' cache:6379",
    "Wait until the old server has gone",
    "wait-for-tcp --gone --stable 2s legacy:8080",
    "Wait for a socket in a shared volume",
    "wait-for-tcp unix:/run/shared/app.sock",
    NULL,
};

static const char *const libraries[] = {"musl " VERSION_MUSL, "c-ares " VERSION_CARES, NULL};

extern const struct tool wait_for_tcp_tool;
const struct tool wait_for_tcp_tool = {
    .name = "wait-for-tcp",
    .operands = "TARGET...",
    .summary = "Wait until TCP ports accept connections",
    .description =
        "TARGET is HOST:PORT, [IPV6]:PORT, tcp://HOST:PORT or unix:PATH; %n in a host name "
        "stands for the pod's namespace. All targets are tried at the same time.\n\n"
        "A port is ready when a connection is accepted and stays open for --hold. The name is "
        "resolved anew for every attempt, /etc/hosts first, and all its addresses are tried, "
        "IPv6 and IPv4 by turns. With --protocol the server must also say that it serves: one that starts, "
        "recovers or loads its data is not ready.",
    .examples = examples,
    .libraries = libraries,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .initials = initials,
    .options_size = sizeof(struct wait_for_tcp_options),
    .many_targets = true,
};

/* Everything that the run needs, released by run_free. */
struct run {
    struct resolvconf conf;
    struct dns_resolver resolver;
    struct probe_plan plan;
    struct probe *probes;
    size_t count; /* of those that have been told apart */
    struct wait_target **targets;
    struct buf expect;
    struct wait wait;
};

static void run_set_rules(struct run *run, const struct wait_for_tcp_options *options)
{
    struct probe_plan *plan = &run->plan;
    struct reason ignored; /* the option table has checked the escapes */

    escape_decode(options->expect ? options->expect : "", &run->expect, &ignored);
    plan->lookup = (struct lookup_plan){
        .resolver = &run->resolver,
        .search = !options->resolver.no_search,
        .family = family_values[options->family],
        .all = options->gone || options->all_addresses,
        .scouts = !options->common.retry.once,
        .gone = options->gone,
        .hosts_path = HOSTS_FILE,
    };
    plan->rules = (struct judge_rules){
        .gone = options->gone,
        .all_addresses = options->all_addresses,
        .min_addresses = (size_t)options->min_addresses,
    };
    plan->hold = options->gone ? 0 : options->hold;
    plan->opening = (struct opening){
        .text = options->send,
        .file = options->send_file,
        .password_file = options->password_file,
        .user = options->user,
    };
    plan->protocol = protocol_chosen(options->protocol);
    needle_begin(&plan->needle, run->expect.data, run->expect.length);
}

/* A literal address of the family that was ruled out can never be ready. */
static bool check_family(const struct target *target, int family, struct reason *why)
{
    if (target->kind != TARGET_ADDRESS || family == AF_UNSPEC ||
        address_family(&target->at.address) == family)
        return true;
    return reason_set(why, CODE_USAGE, "--family %s excludes this address", family == AF_INET ? "4" : "6");
}

static bool check_min_addresses(const struct target *target, size_t wanted, struct reason *why)
{
    return target->kind == TARGET_NAME || wanted <= 1 ||
           reason_set(why, CODE_USAGE, "--min-addresses %zu: this target is a single address", wanted);
}

static bool run_add_targets(struct run *run, const struct common_options *options, const char *pod_namespace,
                            struct reason *why)
{
    const struct strings *operands = &options->operands;

    run->probes = xcalloc(operands->count, sizeof *run->probes);
    run->targets = xcalloc(operands->count, sizeof(struct wait_target *));
    for (size_t i = 0; i < operands->count; i++) {
        struct probe *probe = &run->probes[run->count++];
        probe->base.name = probe->shown = target_show(operands->items[i]);
        probe->plan = &run->plan;
        run->targets[i] = &probe->base;
        if (!target_parse(operands->items[i], pod_namespace, &probe->target, why) ||
            !check_family(&probe->target, run->plan.lookup.family, why) ||
            !check_min_addresses(&probe->target, run->plan.rules.min_addresses, why))
            return options_refuse_operand(options, probe->shown, why);
    }
    return true;
}

static bool run_needs_dns(const struct run *run, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct target *target = &run->probes[i].target;
        if (target->kind == TARGET_NAME && lookup_needs_dns(&run->plan.lookup, target->at.host))
            return true;
    }
    return false;
}

/* What cannot go together. */
static bool check_conversation(const struct wait_for_tcp_options *options, struct reason *why)
{
    bool speaks = options->protocol != 0;

    if (options->gone &&
        (options->send || options->send_file || options->expect || speaks || options->min_addresses > 1))
        return reason_set(
            why, CODE_USAGE,
            "--gone: does not go with --protocol, --send, --send-file, --expect or --min-addresses");
    if (speaks && (options->send || options->send_file || options->expect))
        return reason_set(why, CODE_USAGE, "--protocol: does not go with --send, --send-file or --expect");
    if (options->send && options->send_file)
        return reason_set(why, CODE_USAGE, "--send-file: does not go with --send");
    if (options->password_file && protocol_chosen(options->protocol) != &protocol_redis)
        return reason_set(why, CODE_USAGE, "--password-file: goes with --protocol redis alone");
    if (options->user && !options->password_file)
        return reason_set(why, CODE_USAGE, "--user: needs --password-file");
    return true;
}

/* The files have to be there now, although they are read anew for each attempt. */
static bool check_opening(const struct probe_plan *plan, struct reason *why)
{
    struct buf bytes;

    buf_init(&bytes, OPENING_MOST);
    bool good = opening_read(&plan->opening, plan->protocol, &bytes, why);
    opening_wipe(&bytes);
    return good;
}

static bool run_prepare(struct run *run, const struct wait_for_tcp_options *options, struct reason *why)
{
    const struct strings *operands = &options->common.operands;
    struct reason no_servers;
    char pod_namespace[NAMESPACE_TEXT];

    run_set_rules(run, options);
    if (!check_conversation(options, why))
        return false;
    if (operands->count == 0)
        return reason_set(why, CODE_USAGE,
                          "a TARGET is missing: expected HOST:PORT, [IPV6]:PORT or unix:PATH");
    if (!check_opening(&run->plan, why))
        return false;
    bool servers = resolver_read(&options->resolver, &run->conf, &no_servers);
    if (!namespace_find(NAMESPACE_FILE, &run->conf, pod_namespace, why))
        return false;
    if (!run_add_targets(run, &options->common, pod_namespace, why))
        return false;
    if (!servers && run_needs_dns(run, operands->count)) {
        *why = no_servers;
        return false;
    }
    run->plan.loop = loop_new();
    run->resolver = (struct dns_resolver){.loop = run->plan.loop, .conf = &run->conf};
    return run->plan.loop || reason_set(why, CODE_INTERNAL, "cannot watch descriptors (epoll)");
}

static void run_free(struct run *run)
{
    for (size_t i = 0; i < run->count; i++)
        free(run->probes[i].shown);
    loop_free(run->plan.loop);
    needle_free(&run->plan.needle);
    free(run->probes);
    free(run->targets);
    buf_free(&run->expect);
    free(run);
}

static int run_wait(struct run *run, const struct common_options *common, const struct verdict *verdict)
{
    run->wait = (struct wait){
        .loop = run->plan.loop,
        .options = common,
        .verdict = verdict,
        .targets = run->targets,
        .count = common->operands.count,
        .done = run->plan.rules.gone ? "gone" : "ready",
        .in_flight_most = wait_capacity(DESCRIPTORS_EACH, IN_FLIGHT_MOST),
        .start = probe_start,
        .cancel = probe_cancel,
    };
    return wait_run(&run->wait);
}

static void enter_sandbox(const struct common_options *options)
{
    struct sandbox sandbox;

    sandbox_begin(&sandbox, (enum sandbox_mode)options->sandbox);
    sandbox_enter(&sandbox, options->termination_log);
}

int main(int argc, char **argv)
{
    struct wait_for_tcp_options options;
    struct verdict verdict;
    struct reason why;
    int code;

    if (tool_begin(&wait_for_tcp_tool, argc, argv, &options, &verdict, &code)) {
        struct run *run = xcalloc(1, sizeof *run);
        enter_sandbox(&options.common);
        limits_hold_own_memory(); /* DNS servers choose how many addresses a name has */
        buf_init(&run->expect, ESCAPE_MAX);
        if (options.common.retry.attempt_timeout > 0)
            options.common.retry.attempt_timeout += options.hold;
        code = run_prepare(run, &options, &why) ? run_wait(run, &options.common, &verdict)
                                                : verdict_refuse(&verdict, &why);
        run_free(run);
    }
    options_free(&wait_for_tcp_tool, &options);
    return code;
}
