/* wait-for-tcp: until ports accept connections. */
#include "cmd/wait-for-tcp/probe.h"
#include "cmd/wait-for-tcp/protocol.h"
#include "cmd/wait-for-tcp/versions.h"
#include "common/base/escape.h"
#include "common/base/limits.h"
#include "common/dns/family.h"
#include "common/dns/hosts.h"
#include "common/dns/namespace.h"
#include "common/dns/resolver.h"
#include "common/run/wait_tool.h"

#include "common/base/banned.h"

enum { IN_FLIGHT_MOST = 512, DESCRIPTORS_EACH = 3, ADDRESSES_MAX = 65536 };

struct wait_for_tcp_options {
    struct common_options common;
    int family; /* see family.h */
    bool all_addresses;
    int64_t min_addresses;
    int64_t hold;
    const char *send, *send_file, *expect;
    int protocol; /* index into protocol_names */
    const char *user, *password_file;
    bool gone;
    struct resolver_options resolver;
};

#define AT(member) offsetof(struct wait_for_tcp_options, member)

static const struct option rows[] = {
    FAMILY_ROWS("Address family to connect over"),
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
            "With --protocol redis: log in with the first line of this file, which is read again for each attempt"),
    OPTION("user", "NAME", TEXT, user, .help = "The user that --password-file is for (Redis 6 and later)"),
    OPTION("send", "TEXT", TEXT, send, .check = escape_check,
           .help = "Send this after connecting, with C escapes: 'PING\\r\\n'"),
    OPTION("send-file", "PATH", TEXT, send_file,
           .help = "The same with the bytes of this file, which is read again for each attempt: for secrets"),
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

static bool check_operand(const void *options, const char *operand, struct reason *why)
{
    struct target target;

    (void)options;
    return target_parse(operand, WAIT_TOOL_ANY_NAMESPACE, &target, why);
}

static bool check_usage(const void *options, struct reason *why)
{
    return check_conversation(options, why) &&
           wait_tool_check_operands(options,
                                    "a TARGET is missing: expected HOST:PORT, [IPV6]:PORT or unix:PATH",
                                    check_operand, why);
}

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
    .check_usage = check_usage,
    .many_targets = true,
};

struct run {
    struct wait wait;
    struct resolvconf conf;
    char namespace[NAMESPACE_TEXT];
    struct dns_resolver resolver;
    struct probe_plan plan;
    struct buf expect;
};

static void run_set_rules(struct run *run, const struct wait_for_tcp_options *options)
{
    struct probe_plan *plan = &run->plan;
    struct reason ignored; /* the option table has checked the escapes */

    buf_init(&run->expect, ESCAPE_MAX);
    escape_decode(options->expect ? options->expect : "", &run->expect, &ignored);
    plan->tour.loop = run->wait.loop;
    plan->tour.all = options->gone || options->all_addresses || options->min_addresses > 1;
    plan->tour.lookup = (struct lookup_plan){
        .resolver = &run->resolver,
        .search = !options->resolver.no_search,
        .family = family_chosen(options->family),
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

static bool check_min_addresses(const struct target *target, size_t wanted, struct reason *why)
{
    return target->kind == TARGET_NAME || wanted <= 1 ||
           reason_set(why, CODE_USAGE, "--min-addresses %zu: this target is a single address", wanted);
}

static bool run_parse(struct wait *wait, struct wait_target *target, const char *operand, struct reason *why)
{
    struct run *run = (struct run *)wait;
    struct probe *probe = (struct probe *)target;

    probe->plan = &run->plan;
    return target_parse(operand, run->namespace, &probe->target, why) &&
           (probe->target.kind != TARGET_ADDRESS ||
            family_check(&probe->target.at.address, run->plan.tour.lookup.family, why)) &&
           check_min_addresses(&probe->target, run->plan.rules.min_addresses, why);
}

static bool run_needs_dns(const struct run *run)
{
    const struct probe *probes = run->wait.array;

    for (size_t i = 0; i < run->wait.count; i++) {
        const struct target *target = &probes[i].target;
        if (target->kind == TARGET_NAME && lookup_needs_dns(&run->plan.tour.lookup, target->at.host))
            return true;
    }
    return false;
}

/* The files have to be there now, although they are read again for each attempt. */
static bool check_opening(const struct probe_plan *plan, struct reason *why)
{
    struct buf bytes;

    buf_init(&bytes, OPENING_MOST);
    bool good = opening_read(&plan->opening, plan->protocol, &bytes, why);
    opening_wipe(&bytes);
    return good;
}

static bool run_prepare(struct wait *wait, void *from, struct reason *why)
{
    struct run *run = (struct run *)wait;
    struct wait_for_tcp_options *options = from;
    struct reason no_servers;

    limits_hold_own_memory(); /* DNS servers choose how many addresses a name has */
    if (options->common.retry.attempt_timeout > 0)
        options->common.retry.attempt_timeout += options->hold;
    run_set_rules(run, options);
    if (!check_opening(&run->plan, why))
        return false;
    bool servers = resolver_read(&options->resolver, &run->conf, &no_servers);
    run->resolver = (struct dns_resolver){.loop = wait->loop, .conf = &run->conf};
    if (!namespace_find(NAMESPACE_FILE, &run->conf, run->namespace, why) ||
        !wait_tool_add_targets(wait, sizeof(struct probe), run_parse, why))
        return false;
    if (!servers && run_needs_dns(run)) {
        *why = no_servers;
        return false;
    }
    wait->done = options->gone ? "gone" : "ready";
    wait->in_flight_most = wait_capacity(DESCRIPTORS_EACH, IN_FLIGHT_MOST);
    return true;
}

static bool run_release(struct wait *wait)
{
    struct run *run = (struct run *)wait;

    needle_free(&run->plan.needle);
    buf_free(&run->expect);
    return true;
}

int main(int argc, char **argv)
{
    static const struct wait_tool tool = {
        .tool = &wait_for_tcp_tool,
        .run_size = sizeof(struct run),
        .prepare = run_prepare,
        .start = probe_start,
        .cancel = probe_cancel,
        .release = run_release,
    };

    return wait_tool_main(&tool, argc, argv);
}
