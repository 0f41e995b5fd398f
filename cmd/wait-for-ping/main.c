/* wait-for-ping: until hosts answer an echo. */
#include <stdio.h>
#include <string.h>

#include "cmd/wait-for-ping/ping.h"
#include "cmd/wait-for-ping/versions.h"
#include "common/base/limits.h"
#include "common/dns/family.h"
#include "common/dns/hosts.h"
#include "common/dns/namespace.h"
#include "common/dns/resolver.h"
#include "common/net/target.h"
#include "common/run/wait_tool.h"

#include "common/base/banned.h"

enum { IN_FLIGHT_MOST = 512, DESCRIPTORS_EACH = 3 };

struct wait_for_ping_options {
    struct common_options common;
    int family; /* see family.h */
    bool gone;
    struct resolver_options resolver;
};

#define AT(member) offsetof(struct wait_for_ping_options, member)

static const struct option rows[] = {
    FAMILY_ROWS("Address family to ask over"),
    SWITCH(
        "gone", gone,
        .help = "Ready when the host is reported unreachable, or the name is gone; silence proves nothing"),
    OPTION("stable", "D", DURATION, common.retry.stable,
           .help = "The condition must hold this long without a break"),
    RESOLVER_ROWS,
};

static const struct option_initial initials[] = {
    {"timeout", "4m"},  {"attempt-timeout", "2s"}, {"interval", "50ms"},
    {"backoff", "1.1"}, {"max-interval", "1s"},    {NULL, NULL},
};

static const char *const examples[] = {
    "Wait until a host is up, at most two minutes",
    "wait-for-ping --timeout 2m node-7.example.com",
    "Wait for any one of two gateways",
    "wait-for-ping --min-targets 1 10.0.0.1 10.0.1.1",
    "Wait until a host is gone",
    "wait-for-ping --gone --stable 5s 10.0.0.17",
    NULL,
};

static const char *const libraries[] = {"musl " VERSION_MUSL, "c-ares " VERSION_CARES, NULL};

static bool check_operand(const void *options, const char *operand, struct reason *why)
{
    static const char expected[] = "expected a HOST without a port";
    char host[HOSTNAME_SIZE];
    struct address address;

    (void)options;
    if (!target_refuse_foreign(operand, expected, why))
        return false;
    if (address_parse(operand, 0, &address))
        return true;
    if (address_lacks_interface(operand))
        return reason_set(why, CODE_USAGE, "there is no such network interface here (behind the %%)");
    if (strpbrk(operand, ":[]"))
        return reason_set(why, CODE_USAGE,
                          "%s; wait-for-tcp waits for ports, and IPv6 addresses need no brackets here",
                          expected);
    return hostname_parse(operand, WAIT_TOOL_ANY_NAMESPACE, host, why);
}

static bool check_usage(const void *options, struct reason *why)
{
    return wait_tool_check_operands(options, "a HOST is missing: expected a name or an address",
                                    check_operand, why);
}

extern const struct tool wait_for_ping_tool;
const struct tool wait_for_ping_tool = {
    .name = "wait-for-ping",
    .operands = "HOST...",
    .summary = "Wait until hosts answer an ICMP echo request",
    .description =
        "HOST is a name or an address; %n in a name stands for the pod's namespace. All hosts are asked at the "
        "same time. A host is ready when one of its addresses answers with exactly what was sent to it.\n\n"
        "It needs no privileges where net.ipv4.ping_group_range allows this user's group, else CAP_NET_RAW. "
        "An answer says that the host is up, not that a server runs on it: wait-for-tcp is the better "
        "question where there is a port.",
    .examples = examples,
    .libraries = libraries,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .initials = initials,
    .options_size = sizeof(struct wait_for_ping_options),
    .check_usage = check_usage,
    .many_targets = true,
};

struct run {
    struct wait wait;
    struct resolvconf conf;
    char namespace[NAMESPACE_TEXT];
    struct dns_resolver resolver;
    struct ping_plan plan;
};

static void run_set_rules(struct run *run, const struct wait_for_ping_options *options)
{
    run->plan.gone = options->gone;
    run->plan.tour.loop = run->wait.loop;
    run->plan.tour.all = options->gone;
    run->plan.tour.lookup = (struct lookup_plan){
        .resolver = &run->resolver,
        .search = !options->resolver.no_search,
        .family = family_chosen(options->family),
        .all = options->gone,
        .scouts = !options->common.retry.once,
        .gone = options->gone,
        .hosts_path = HOSTS_FILE,
    };
}

static bool run_parse(struct wait *wait, struct wait_target *target, const char *operand, struct reason *why)
{
    struct run *run = (struct run *)wait;
    struct ping *ping = (struct ping *)target;
    struct address address;

    ping->plan = &run->plan;
    if (address_parse(operand, 0, &address)) {
        snprintf(ping->host, sizeof ping->host, "%s", operand);
        return family_check(&address, run->plan.tour.lookup.family, why);
    }
    return hostname_parse(operand, run->namespace, ping->host, why);
}

static bool run_needs_dns(const struct run *run)
{
    const struct ping *pings = run->wait.array;

    for (size_t i = 0; i < run->wait.count; i++)
        if (lookup_needs_dns(&run->plan.tour.lookup, pings[i].host))
            return true;
    return false;
}

static bool run_prepare(struct wait *wait, void *from, struct reason *why)
{
    struct run *run = (struct run *)wait;
    const struct wait_for_ping_options *options = from;
    struct reason no_servers;

    limits_hold_own_memory(); /* DNS servers choose how many addresses a name has */
    run_set_rules(run, options);
    bool servers = resolver_read(&options->resolver, &run->conf, &no_servers);
    run->resolver = (struct dns_resolver){.loop = wait->loop, .conf = &run->conf};
    if (!namespace_find(NAMESPACE_FILE, &run->conf, run->namespace, why) ||
        !wait_tool_add_targets(wait, sizeof(struct ping), run_parse, why))
        return false;
    if (!servers && run_needs_dns(run)) {
        *why = no_servers;
        return false;
    }
    wait->done = options->gone ? "gone" : "ready";
    wait->in_flight_most = wait_capacity(DESCRIPTORS_EACH, IN_FLIGHT_MOST);
    return echo_find_socket_type(&run->plan.socket_type, why);
}

int main(int argc, char **argv)
{
    static const struct wait_tool tool = {
        .tool = &wait_for_ping_tool,
        .run_size = sizeof(struct run),
        .prepare = run_prepare,
        .start = ping_start,
        .cancel = ping_cancel,
    };

    return wait_tool_main(&tool, argc, argv);
}
