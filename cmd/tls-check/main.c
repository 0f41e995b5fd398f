/* tls-check: would a client trust this server, and if not, why. */
#include <string.h>

#include "cmd/tls-check/check.h"
#include "cmd/tls-check/derive.h"
#include "cmd/tls-check/interception.h"
#include "cmd/tls-check/report.h"
#include "cmd/tls-check/settings.h"
#include "cmd/tls-check/versions.h"
#include "common/base/deadline.h"
#include "common/base/limits.h"
#include "common/dns/hosts.h"
#include "common/dns/namespace.h"
#include "common/run/wait_tool.h"

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

static bool check_operand(const void *options, const char *text, struct reason *why)
{
    struct operand operand = {0};
    bool good = operand_parse(text, WAIT_TOOL_ANY_NAMESPACE, &operand, why);

    (void)options;
    free(operand.path);
    return good;
}

static bool check_targets(const struct settings *settings, struct reason *why)
{
    return wait_tool_check_operands(settings,
                                    "a TARGET is missing: expected HOST[:PORT] or https://HOST[:PORT]/PATH",
                                    check_operand, why);
}

/* The target may be found where the agent's configuration is. */
static bool check_usage(const void *options, struct reason *why)
{
    const struct settings *settings = options;

    return (settings->as_agent != 0 && settings->common.operands.count == 0) || check_targets(settings, why);
}

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
    .check_usage = check_usage,
    .judges_servers = true,
    .many_targets = true,
};

struct run {
    struct wait wait;
    const struct settings *settings;
    struct derived derived;
    struct resolvconf conf;
    char namespace[NAMESPACE_TEXT];
    struct dns_resolver resolver;
    struct check_plan plan;
    struct operand connect;
    struct proxy proxy;
};

static bool run_parse(struct wait *wait, struct wait_target *target, const char *operand, struct reason *why)
{
    struct run *run = (struct run *)wait;
    struct check *check = (struct check *)target;

    check->plan = &run->plan;
    return operand_parse(operand, run->namespace, &check->operand, why);
}

/* Statuses that nothing would ever be compared with are a mistake: the run would pass without a request. */
static bool run_wants_statuses_in_vain(const struct run *run)
{
    const struct check *checks = run->wait.array;
    bool asks = run->plan.session.http_path != NULL;

    for (size_t i = 0; i < run->wait.count; i++)
        asks = asks || checks[i].operand.path;
    return !asks && strcmp(run->settings->http_status, SETTINGS_HTTP_STATUS) != 0;
}

static bool run_needs_dns(const struct run *run)
{
    const struct check *checks = run->wait.array;

    if (run->plan.session.proxy)
        return lookup_needs_dns(&run->plan.lookup, run->proxy.host);
    if (run->plan.connect)
        return lookup_needs_dns(&run->plan.lookup, run->connect.host);
    for (size_t i = 0; i < run->wait.count; i++)
        if (lookup_needs_dns(&run->plan.lookup, checks[i].operand.host))
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
    const struct run *run = (const struct run *)wait;
    struct check *checks = wait->array;

    interception_hint(checks, wait->count);
    for (size_t i = 0; i < wait->count; i++)
        say_more(&checks[i]);
    if (run_write(run, code, why))
        return true;
    if (code != CODE_OK)
        log_warn("%s", why->text);
    return false;
}

/* --- the run --- */

static bool run_find_targets(struct run *run, struct reason *why)
{
    const struct settings *settings = run->settings;
    struct reason no_servers;

    bool servers = resolver_read(&settings->resolver, &run->conf, &no_servers);
    run->plan.lookup.hosts_path = HOSTS_FILE;
    if (!namespace_find(NAMESPACE_FILE, &run->conf, run->namespace, why) ||
        !settings_plan(settings, run->namespace, &run->plan, &run->connect, &run->proxy, why) ||
        !wait_tool_add_targets(&run->wait, sizeof(struct check), run_parse, why))
        return false;
    if (run_wants_statuses_in_vain(run))
        return reason_set(
            why, CODE_USAGE,
            "--http-status goes with --http-path or a TARGET https://HOST/PATH, which is missing");
    if (!servers && run_needs_dns(run)) {
        *why = no_servers;
        return false;
    }
    return true;
}

static bool run_prepare(struct wait *wait, void *from, struct reason *why)
{
    struct run *run = (struct run *)wait;
    struct settings *settings = from;

    run->settings = settings;
    limits_hold_own_memory(); /* servers choose how much their certificates take, and there may be many */
    tls_begin();
    if ((settings->as_agent != 0 && !derive_from_agent(&run->derived, settings, why)) ||
        (settings->java_options && !derive_from_java(&run->derived, settings, why)))
        return false;
    if (!check_targets(settings, why) || !run_find_targets(run, why))
        return false;
    run->resolver = (struct dns_resolver){.loop = wait->loop, .conf = &run->conf};
    run->plan.session.loop = wait->loop;
    run->plan.lookup.resolver = &run->resolver;
    wait->in_flight_most = wait_capacity(DESCRIPTORS_EACH, IN_FLIGHT_MOST);
    wait->conclude = run_conclude;
    return run_read_credentials(run, why);
}

static bool run_release(struct wait *wait)
{
    struct run *run = (struct run *)wait;
    struct check *checks = wait->array;

    for (size_t i = 0; i < wait->count; i++)
        check_free(&checks[i]);
    credentials_release(run->plan.current);
    derived_free(&run->derived);
    return true;
}

static void allow(const void *from, struct sandbox *sandbox)
{
    const struct settings *settings = from;

    sandbox_allow_file(sandbox, settings->report);
    sandbox_allow_file(sandbox, settings->metrics);
    sandbox_allow_file(sandbox, settings->export_chain);
}

int main(int argc, char **argv)
{
    static const struct wait_tool tool = {
        .tool = &tls_check_tool,
        .run_size = sizeof(struct run),
        .allow = allow,
        .prepare = run_prepare,
        .start = check_start,
        .cancel = check_cancel,
        .release = run_release,
    };

    return wait_tool_main(&tool, argc, argv);
}
