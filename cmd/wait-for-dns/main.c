/* wait-for-dns: waits until names resolve. */
#include <stdlib.h>

#include "cmd/wait-for-dns/name.h"
#include "cmd/wait-for-dns/versions.h"
#include "cmd/wait-for-dns/write.h"
#include "common/base/limits.h"
#include "common/base/mem.h"
#include "common/dns/namespace.h"
#include "common/dns/resolver.h"
#include "common/files/publish.h"
#include "common/run/wait_tool.h"

#include "common/base/banned.h"

enum { IN_FLIGHT_MOST = 512, RECORDS_MAX = 4096, FILE_MODE = 0644 };

enum family { FAMILY_ANY, FAMILY_4, FAMILY_6, FAMILY_BOTH };

struct wait_for_dns_options {
    struct common_options common;
    int family; /* enum family */
    int64_t min_records;
    struct strings expect;
    bool gone;
    bool tcp;
    bool hosts;
    const char *write;
    int write_format; /* enum write_format */
    struct resolver_options resolver;
};

static const char *const families[] = {"any", "4", "6", "both", NULL};
static const char *const write_formats[] = {"lines", "json", "env", "hosts", NULL};

#define AT(member) offsetof(struct wait_for_dns_options, member)

static bool check_path(const char *value, struct reason *why)
{
    return *value != '\0' || reason_set(why, CODE_USAGE, "expected a path, or - for standard output");
}

static const struct option rows[] = {
    OPTION("family", "any|4|6|both", CHOICE, family, .choices = families, .initial = "any",
           .help = "Address family that must have records, for a NAME without TYPE"),
    {.letter = '4', .stands_for = "family", .value = "4"},
    {.letter = '6', .stands_for = "family", .value = "6"},
    OPTION("min-records", "N", NUMBER, min_records, .min = 1, .max = RECORDS_MAX, .initial = "1",
           .help = "Require at least N distinct records"),
    OPTION("expect", "VALUE", LIST, expect, .help = "Require this record; for MX and SRV the host is enough"),
    SWITCH(
        "gone", gone,
        .help = "Ready when the name is gone: NXDOMAIN or no data from every candidate and family; a timeout "
                "or SERVFAIL is never \"gone\""),
    OPTION("stable", "D", DURATION, common.retry.stable,
           .help = "The condition must hold this long without interruption"),
    RESOLVER_ROWS,
    SWITCH("tcp", tcp, .help = "Ask over TCP"),
    SWITCH("hosts", hosts,
           .help = "Read /etc/hosts first (off by default: it has the pod's own name before DNS does)"),
    OPTION("write", "PATH", TEXT, write, .check = check_path,
           .help = "Once ready, write the records to this file atomically; - is standard output"),
    OPTION("write-format", "lines|json|env|hosts", CHOICE, write_format, .choices = write_formats,
           .initial = "lines", .help = "Format of the written records"),
};

static const struct option_initial initials[] = {
    {"timeout", "4m"},  {"attempt-timeout", "3s"}, {"interval", "100ms"},
    {"backoff", "1.1"}, {"max-interval", "1s"},    {NULL, NULL},
};

static const char *const examples[] = {
    "Wait for two Services, by short name and by full name",
    "wait-for-dns myservice mydb.%n.svc.cluster.local",
    "Wait for three members of a cluster, and write them to a file",
    "wait-for-dns --min-records 3 --write /peers/hosts --write-format hosts db-headless",
    "Wait for the SRV record of a port",
    "wait-for-dns _mysql._tcp.db-headless/SRV",
    "Wait until the old Service has been gone for two seconds",
    "wait-for-dns --gone --stable 2s legacy",
    NULL,
};

static const char *const libraries[] = {"musl " VERSION_MUSL, "c-ares " VERSION_CARES, NULL};

static bool check_operand(const void *options, const char *operand, struct reason *why)
{
    struct name *name = xcalloc(1, sizeof *name);
    bool good = name_parse(operand, WAIT_TOOL_ANY_NAMESPACE, name, why);

    (void)options;
    free(name);
    return good;
}

static bool check_usage(const void *from, struct reason *why)
{
    const struct wait_for_dns_options *options = from;

    if (options->gone && (options->write || options->expect.count > 0 || options->min_records > 1))
        return reason_set(why, CODE_USAGE, "--gone: does not go with --write, --expect or --min-records");
    return wait_tool_check_operands(options, "a NAME is missing: expected NAME or NAME/TYPE", check_operand,
                                    why);
}

extern const struct tool wait_for_dns_tool;
const struct tool wait_for_dns_tool = {
    .name = "wait-for-dns",
    .operands = "NAME[/TYPE]...",
    .summary = "Wait until names resolve",
    .description =
        "TYPE is A, AAAA, CNAME, MX, NS, TXT, SRV or PTR (an address may be given for PTR); "
        "without it, A and AAAA are asked for, and either is enough. %n in a name stands for the pod's "
        "namespace. All names are asked for in parallel.\n\n"
        "Names go through the search list of resolv.conf, as in the pod's resolver; a name with a "
        "trailing dot is asked for as it is. An answer counts only if every search candidate before it "
        "was answered with NXDOMAIN or no data. After a SERVFAIL or no answer, a wildcard of another "
        "domain would be a false \"ready\".",
    .examples = examples,
    .libraries = libraries,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .initials = initials,
    .options_size = sizeof(struct wait_for_dns_options),
    .check_usage = check_usage,
    .many_targets = true,
};

struct run {
    struct wait wait;
    const struct wait_for_dns_options *options;
    struct resolvconf conf;
    char namespace[NAMESPACE_TEXT];
    struct dns_resolver resolver;
    struct name_plan plan;
};

static void run_set_plan(struct run *run)
{
    const struct wait_for_dns_options *options = run->options;

    run->plan = (struct name_plan){
        .loop = run->wait.loop,
        .resolver = &run->resolver,
        .search = !options->resolver.no_search,
        .scouts = !options->common.retry.once,
        .use_hosts = options->hosts,
        .hosts_path = HOSTS_FILE,
        .types = {options->family == FAMILY_6 ? DNS_AAAA : DNS_A, DNS_AAAA},
        .type_count = options->family == FAMILY_ANY || options->family == FAMILY_BOTH ? 2 : 1,
        .all_records = options->gone || options->family == FAMILY_BOTH || options->write ||
                       options->min_records > 1 || options->expect.count > 0,
        .keeps = options->write != NULL,
        .rules =
            {
                .gone = options->gone,
                .both_families = options->family == FAMILY_BOTH,
                .min_records = (size_t)options->min_records,
                .expect = &options->expect,
            },
    };
}

/* A value that is not an address can never be among the records. */
static bool check_expected_addresses(const struct strings *expect, struct reason *why)
{
    struct address address;

    for (size_t i = 0; i < expect->count; i++)
        if (!address_parse(expect->items[i], 0, &address))
            return reason_set(why, CODE_USAGE,
                              "--expect: \"%.100s\" is not an address, but addresses are asked for",
                              expect->items[i]);
    return true;
}

/* Checks combinations of options and a name. */
static bool check_name(const struct wait_for_dns_options *options, const struct name *name,
                       struct reason *why)
{
    bool has_addresses = !name->typed || name->type == DNS_A || name->type == DNS_AAAA;

    if (options->write && options->write_format == WRITE_HOSTS && !has_addresses)
        return reason_set(why, CODE_USAGE, "--write-format hosts: %s records are not addresses",
                          dns_type_name(name->type));
    return !has_addresses || check_expected_addresses(&options->expect, why);
}

static bool run_parse(struct wait *wait, struct wait_target *target, const char *operand, struct reason *why)
{
    struct run *run = (struct run *)wait;
    struct name *name = (struct name *)target;

    name->plan = &run->plan;
    return name_parse(operand, run->namespace, name, why) && check_name(run->options, name, why);
}

static bool run_write(struct wait *wait, struct reason *why)
{
    const struct run *run = (const struct run *)wait;
    struct name *names = wait->array;
    struct publish publish;
    struct buf out;

    for (size_t i = 0; i < wait->count; i++)
        if (names[i].base.phase != WAIT_READY)
            records_free(&names[i].records); /* of an earlier success: the name is not ready now */
    buf_init(&out, WRITE_MAX);
    write_format((enum write_format)run->options->write_format, names, wait->count, &out);
    bool written = publish_begin(&publish, run->options->write, FILE_MODE, why);
    if (written && !publish_write(&publish, out.data, out.length, why)) {
        publish_abort(&publish);
        written = false;
    }
    written = written && publish_commit(&publish, why);
    if (!written)
        reason_wrap(why, "--write");
    buf_free(&out);
    return written;
}

static bool run_prepare(struct wait *wait, void *from, struct reason *why)
{
    struct run *run = (struct run *)wait;
    const struct wait_for_dns_options *options = run->options = from;

    limits_hold_own_memory(); /* servers choose how many and how long answers are */
    run_set_plan(run);
    if (!resolver_read(&options->resolver, &run->conf, why))
        return false;
    run->resolver = (struct dns_resolver){.loop = wait->loop, .conf = &run->conf, .tcp = options->tcp};
    wait->done = options->gone ? "gone" : "ready";
    wait->in_flight_most = wait_capacity(DNS_DESCRIPTORS, IN_FLIGHT_MOST);
    wait->publish = options->write ? run_write : NULL;
    return namespace_find(NAMESPACE_FILE, &run->conf, run->namespace, why) &&
           wait_tool_add_targets(wait, sizeof(struct name), run_parse, why);
}

static bool run_release(struct wait *wait)
{
    struct name *names = wait->array;

    for (size_t i = 0; i < wait->count; i++)
        records_free(&names[i].records);
    return true;
}

static void allow(const void *from, struct sandbox *sandbox)
{
    const struct wait_for_dns_options *options = from;

    sandbox_allow_file(sandbox, options->write);
}

int main(int argc, char **argv)
{
    static const struct wait_tool tool = {
        .tool = &wait_for_dns_tool,
        .run_size = sizeof(struct run),
        .allow = allow,
        .prepare = run_prepare,
        .start = name_start,
        .cancel = name_cancel,
        .release = run_release,
    };

    return wait_tool_main(&tool, argc, argv);
}
