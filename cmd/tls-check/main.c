/* tls-check: would a client trust this server, and if not, why. */
#include <stdlib.h>
#include <string.h>

#include "cmd/tls-check/check.h"
#include "cmd/tls-check/derive.h"
#include "cmd/tls-check/interception.h"
#include "cmd/tls-check/report.h"
#include "cmd/tls-check/settings.h"
#include "cmd/tls-check/versions.h"
#include "common/base/deadline.h"
#include "common/base/limits.h"
#include "common/base/mem.h"
#include "common/cli/tool.h"
#include "common/dns/hosts.h"
#include "common/dns/namespace.h"
#include "common/files/sandbox.h"
#include "common/net/target.h"

#include "common/base/banned.h"

enum { IN_FLIGHT_MOST = 32, DESCRIPTORS_EACH = 3 };

static const struct option_initial initials[] = {
    {"timeout", "4m"},  {"attempt-timeout", "10s"}, {"interval", "250ms"},
    {"backoff", "1.5"}, {"max-interval", "5s"},     {NULL, NULL},
};

static const char *const examples[] = {
    "Would the agent trust this controller, with the agent's own trust store?",
    "tls-check --profile java --trust-store /opt/appdynamics/conf/cacerts.jks controller.example.com:443",
    "What does the server send, and how long is it valid?",
    "tls-check --show-chain --warn-days 60 https://config-server/health",
    "Is the client certificate accepted?",
    "tls-check --cert client.p12 --client-key-password-file /secrets/key --client-cert-accepted gateway:8443",
    "The same as the AppDynamics agent will do, from its own settings",
    "tls-check --as-agent appd --agent-dir /opt/appdynamics",
    "Warn, but never hold up the app",
    "tls-check --warn-only controller.example.com",
    NULL,
};

static const char *const libraries[] = {"musl " VERSION_MUSL, "openssl " VERSION_OPENSSL,
                                        "expat " VERSION_EXPAT, "c-ares " VERSION_CARES, NULL};

extern const struct tool tls_check_tool;
const struct tool tls_check_tool = {
    .name = "tls-check",
    .operands = "TARGET...",
    .summary = "Check whether a client would trust a TLS server, and say why not",
    .description =
        "TARGET is HOST[:PORT], [IPV6]:PORT or https://HOST[:PORT]/PATH (then an HTTP request follows the handshake); "
        "the default port is 443, and %n in a host name stands for the pod's namespace.\n\nWhat waiting may fix is "
        "retried until the deadline: a name that does not resolve, a refused connection, a broken handshake, a "
        "certificate that is not valid yet, HTTP 5xx. What it cannot fix ends the run at once: 20 untrusted, 21 wrong "
        "name, 22 expired, 23 client certificate, 24 protocol, 25 pin, 26 HTTP status, 27 unusable file, 28 unfit "
        "certificate, 29 proxy.",
    .examples = examples,
    .libraries = libraries,
    .options = settings_rows,
    .option_count = SETTINGS_ROWS,
    .initials = initials,
    .options_size = sizeof(struct settings),
    .judges_servers = true,
    .many_targets = true,
};

/* Everything that the run needs, released by run_free. */
struct run {
    const struct settings *settings;
    struct resolvconf conf;
    struct dns_resolver resolver;
    struct check_plan plan;
    struct operand connect;
    struct proxy proxy;
    struct check *checks;
    struct wait_target **targets;
    size_t count;
    struct wait wait;
};

static bool run_add_targets(struct run *run, const struct strings *operands, const char *namespace,
                            struct reason *why)
{
    run->checks = xcalloc(operands->count, sizeof *run->checks);
    run->targets = xcalloc(operands->count, sizeof(struct wait_target *));
    for (size_t i = 0; i < operands->count; i++, run->count++) {
        struct check *check = &run->checks[i];
        check->base.name = check->name = target_show(operands->items[i]);
        check->plan = &run->plan;
        run->targets[i] = &check->base;
        if (!operand_parse(operands->items[i], namespace, &check->operand, why)) {
            reason_wrap(why, "%s", check->name);
            return false;
        }
    }
    return true;
}

/* Statuses that nothing would ever be compared with are a mistake: the run would pass without a request. */
static bool run_wants_statuses_in_vain(const struct run *run)
{
    bool asks = run->plan.session.http_path != NULL;

    for (size_t i = 0; i < run->count; i++)
        asks = asks || run->checks[i].operand.path;
    return !asks && strcmp(run->settings->http_status, SETTINGS_HTTP_STATUS) != 0;
}

static bool run_needs_dns(const struct run *run)
{
    if (run->plan.session.proxy)
        return lookup_needs_dns(&run->plan.lookup, run->proxy.host);
    if (run->plan.connect)
        return lookup_needs_dns(&run->plan.lookup, run->connect.host);
    for (size_t i = 0; i < run->count; i++)
        if (lookup_needs_dns(&run->plan.lookup, run->checks[i].operand.host))
            return true;
    return false;
}

/* Reads trust store and keys once before any attempt, so that a missing file is reported without a connection. */
static bool run_read_credentials(struct run *run, struct reason *why)
{
    int64_t deadline = deadline_limit(deadline_now(), run->settings->common.retry.timeout);
    struct credentials *credentials = credentials_get(&run->plan.credentials, &run->plan.current, deadline,
                                                      why);

    if (!credentials) {
        if (why->code == CODE_FAILED) { /* see store_file_is_late */
            why->code = CODE_DEADLINE;
            reason_wrap(why, "not ready");
        }
        return run->settings->wait_for_trust;
    }
    for (size_t i = 0; i < truststore_warnings(credentials->trust)->count; i++)
        log_warn("%s", truststore_warnings(credentials->trust)->items[i]);
    if (credentials->client.warning[0] != '\0')
        log_warn("%s", credentials->client.warning);
    credentials_release(credentials);
    return true;
}

static bool run_prepare(struct run *run, const struct settings *settings, struct reason *why)
{
    struct reason no_servers;
    char namespace[NAMESPACE_TEXT];

    run->settings = settings;
    if (settings->common.operands.count == 0)
        return reason_set(why, CODE_USAGE,
                          "a TARGET is missing: expected HOST[:PORT] or https://HOST[:PORT]/PATH");
    bool servers = resolver_read(&settings->resolver, &run->conf, &no_servers);
    run->plan.lookup.hosts_path = HOSTS_FILE;
    if (!namespace_find(NAMESPACE_FILE, &run->conf, namespace, why) ||
        !settings_plan(settings, namespace, &run->plan, &run->connect, &run->proxy, why) ||
        !run_add_targets(run, &settings->common.operands, namespace, why))
        return false;
    if (run_wants_statuses_in_vain(run))
        return reason_set(
            why, CODE_USAGE,
            "--http-status goes with --http-path or a TARGET https://HOST/PATH, which is missing");
    if (!servers && run_needs_dns(run)) {
        *why = no_servers;
        return false;
    }
    run->plan.session.loop = loop_new();
    run->resolver = (struct dns_resolver){.loop = run->plan.session.loop, .conf = &run->conf};
    run->plan.lookup.resolver = &run->resolver;
    if (!run->plan.session.loop)
        return reason_set(why, CODE_INTERNAL, "cannot watch descriptors (epoll)");
    return run_read_credentials(run, why);
}

static void run_free(struct run *run)
{
    for (size_t i = 0; run->checks && i < run->settings->common.operands.count; i++)
        check_free(&run->checks[i]);
    credentials_release(run->plan.current);
    loop_free(run->plan.session.loop);
    free(run->checks);
    free(run->targets);
    free(run);
}

/* --- after the last attempt --- */

static void say_reason(const struct check *check, enum log_level level, const struct reason *reason)
{
    struct log_event event = {.level = level, .target = check->base.name, .elapsed = -1, .reason = reason};

    log_event(&event, "%s%s%s%s", reason->text, reason->detail, reason->hint[0] != '\0' ? "; hint: " : "",
              reason->hint);
}

/* The verdict has room for one reason in full; where there are several, each gets its own line. */
static void say_more(const struct check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        const struct session *session = &check->sessions[i];
        if (!check_counts(check, session))
            continue;
        for (size_t j = 0; j < session->judgement.warning_count; j++)
            say_reason(check, LOG_WARN, &session->judgement.warnings[j]);
        for (size_t j = 0; j < session->judgement.count && session->judgement.count > 1; j++)
            say_reason(check, LOG_ERROR, &session->judgement.reasons[j]);
    }
}

static bool run_write(const struct run *run, enum code code, struct reason *why)
{
    const struct settings *settings = run->settings;
    struct buf content;
    bool good = true;

    buf_init(&content, REPORT_MAX);
    if (settings->show_chain) {
        report_add_chain(&content, &run->wait);
        good = report_write("-", &content, why);
    }
    if (good && settings->report) {
        buf_clear(&content);
        report_add_json(&content, &run->wait, code);
        good = report_write(settings->report, &content, why);
    }
    if (good && settings->metrics) {
        buf_clear(&content);
        report_add_metrics(&content, &run->wait, code);
        good = report_write(settings->metrics, &content, why);
    }
    if (good && settings->export_chain) {
        buf_clear(&content);
        report_add_pem(&content, &run->wait);
        good = report_write(settings->export_chain, &content, why);
    }
    buf_free(&content);
    return good;
}

static bool run_conclude(struct wait *wait, enum code code, struct reason *why)
{
    const struct run *run = wait->owner;

    interception_hint(run->checks, run->count);
    for (size_t i = 0; i < run->count; i++)
        say_more(&run->checks[i]);
    if (run_write(run, code, why))
        return true;
    if (code != CODE_OK)
        log_warn("%s", why->text);
    return false;
}

static int run_wait(struct run *run, const struct common_options *common, const struct verdict *verdict)
{
    run->wait = (struct wait){
        .loop = run->plan.session.loop,
        .options = common,
        .verdict = verdict,
        .targets = run->targets,
        .count = run->count,
        .done = "ready",
        .in_flight_most = wait_capacity(DESCRIPTORS_EACH, IN_FLIGHT_MOST),
        .start = check_start,
        .cancel = check_cancel,
        .conclude = run_conclude,
        .owner = run,
    };
    return wait_run(&run->wait);
}

static void enter_sandbox(const struct settings *settings)
{
    struct sandbox sandbox;

    sandbox_begin(&sandbox, (enum sandbox_mode)settings->common.sandbox);
    sandbox_allow_file(&sandbox, settings->report);
    sandbox_allow_file(&sandbox, settings->metrics);
    sandbox_allow_file(&sandbox, settings->export_chain);
    sandbox_enter(&sandbox, settings->common.termination_log);
}

int main(int argc, char **argv)
{
    struct settings settings;
    struct verdict verdict;
    struct reason why;
    int code;

    if (tool_begin(&tls_check_tool, argc, argv, &settings, &verdict, &code)) {
        enter_sandbox(&settings);
        limits_hold_own_memory(); /* servers choose how much their certificates take, and there may be many */
        tls_begin();
        struct derived *derived = xcalloc(1, sizeof *derived);
        struct run *run = xcalloc(1, sizeof *run);
        bool good = (settings.as_agent == 0 || derive_from_agent(derived, &settings, &why)) &&
                    (!settings.java_options || derive_from_java(derived, &settings, &why));
        good = good && run_prepare(run, &settings, &why);
        code = good ? run_wait(run, &settings.common, &verdict) : verdict_refuse(&verdict, &why);
        run_free(run);
        derived_free(derived);
        free(derived);
    }
    options_free(&tls_check_tool, &settings);
    return code;
}
