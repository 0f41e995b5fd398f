#include "cmd/tls-check/derive.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cmd/tls-check/derive_store.h"
#include "cmd/tls-check/operand.h"
#include "common/base/log.h"
#include "common/base/strings.h"

#include "common/base/banned.h"

static bool derive_target(const struct agent *agent, struct settings *settings, struct reason *why)
{
    const char *host = agent->values[AGENT_HOST], *port = agent->values[AGENT_PORT];
    char target[512];

    if (settings->common.operands.count > 0)
        return true;
    if (!host) {
        reason_set(why, CODE_USAGE, "--as-agent: the controller's host is not set");
        reason_hint(why, "set APPDYNAMICS_CONTROLLER_HOST_NAME, or set --agent-dir to the agent's directory");
        return false;
    }
    if (!agent_is_true(agent->values[AGENT_SSL]))
        log_warn("the agent will not use TLS: %s%s; it is checked anyway",
                 agent->values[AGENT_SSL] ? "it is disabled in " : "it is not enabled",
                 agent->values[AGENT_SSL] ? agent->from[AGENT_SSL] : " (APPDYNAMICS_CONTROLLER_SSL_ENABLED)");
    if (!port) {
        port = agent_is_saas(host) ? "443" : "8181";
        agent_say_default("controller port", port,
                          agent_is_saas(host) ? "the default for SaaS" : "the default on premises, for TLS");
    }
    bool ipv6 = strchr(host, ':') != NULL;
    snprintf(target, sizeof target, "%s%.255s%s:%.8s", ipv6 ? "[" : "", host, ipv6 ? "]" : "", port);
    strings_add(&settings->common.operands, target, strlen(target));
    return true;
}

/* --- the client certificate --- */

static void derive_client(struct derived *derived, struct settings *settings)
{
    const struct agent *agent = &derived->agent;

    if (settings->client_cert || !agent_is_true(agent->values[AGENT_CLIENT_AUTH]) ||
        !agent->values[AGENT_CLIENT_STORE])
        return;
    agent_path(agent, agent->values[AGENT_CLIENT_STORE], derived->client_store, sizeof derived->client_store);
    settings->client_cert = derived->client_store;
    settings->client_alias = agent->values[AGENT_KEY_ALIAS];
    if (settings->client_key_password_file)
        return;
    if (agent_is_true(agent->values[AGENT_ENCRYPTED])) {
        log_warn("the agent's passwords for %s are encrypted (use-encrypted-credentials): "
                 "--client-key-password-file has to name one",
                 derived->client_store);
        return;
    }
    settings->client_password = agent->values[AGENT_CLIENT_PASSWORD];
    settings->client_key_password = agent->values[AGENT_KEY_PASSWORD];
}

/* --- by which way --- */

/* A run has one proxy for all, or none. */
static bool choose_direct(const struct agent *agent, const struct settings *settings, bool *direct,
                          struct reason *why)
{
    const struct strings *operands = &settings->common.operands;
    size_t excepted = 0;
    char host[OPERAND_HOST];

    for (size_t i = 0; i < operands->count; i++) {
        operand_host(operands->items[i], host, sizeof host);
        excepted += agent_needs_no_proxy(agent->values[AGENT_NO_PROXY], host);
    }
    *direct = excepted > 0 && excepted == operands->count;
    return excepted == 0 || *direct ||
           reason_set(
               why, CODE_USAGE,
               "http.nonProxyHosts excludes some of the targets from the proxy, and not others: check them in two runs");
}

static bool set_proxy(struct derived *derived, struct settings *settings, enum agent_item host,
                      enum agent_item port, const char *usual_port, struct reason *why)
{
    const struct agent *agent = &derived->agent;
    struct proxy proxy;

    snprintf(derived->proxy, sizeof derived->proxy, "http://%.255s:%.8s", agent->values[host],
             agent->values[port] ? agent->values[port] : usual_port);
    if (!proxy_parse(derived->proxy, &proxy, why)) {
        reason_wrap(why, "%s", agent->from[host]);
        return false;
    }
    settings->proxy = derived->proxy;
    settings->proxy_from = agent->from[host];
    return true;
}

/* The agent's own settings know no exceptions, Java's do. For https Java looks at https.proxyHost alone; the AppDynamics agent
 * takes http.proxyHost, too. */
static bool derive_proxy(struct derived *derived, struct settings *settings, struct reason *why)
{
    const struct agent *agent = &derived->agent;
    bool direct;

    if (settings->proxy || settings->connect)
        return true;
    if (agent->values[AGENT_PROXY_USER])
        log_warn("a proxy that wants a user and password, together with TLS, is not supported by the agent");
    if (agent->values[AGENT_PROXY_HOST] && settings->as_agent != 0)
        return set_proxy(derived, settings, AGENT_PROXY_HOST, AGENT_PROXY_PORT, "80", why);
    if (!agent->values[AGENT_HTTPS_PROXY_HOST] &&
        (settings->as_agent == 0 || !agent->values[AGENT_HTTP_PROXY_HOST]))
        return true;
    if (!choose_direct(agent, settings, &direct, why) || direct)
        return direct;
    if (agent->values[AGENT_HTTPS_PROXY_HOST])
        return set_proxy(derived, settings, AGENT_HTTPS_PROXY_HOST, AGENT_HTTPS_PROXY_PORT, "443", why);
    return set_proxy(derived, settings, AGENT_HTTP_PROXY_HOST, AGENT_HTTP_PROXY_PORT, "80", why);
}

/* Whether a list of versions, separated by commas, has this one. */
static bool has_version(const char *list, const char *version)
{
    size_t length = strlen(version);

    for (const char *at = list; *at != '\0';) {
        at += strspn(at, ", \"");
        size_t word = strcspn(at, ", \"");
        if (word == length && strncasecmp(at, version, length) == 0)
            return true;
        at += word;
    }
    return false;
}

/* The older ones are disabled (java.security, jdk.tls.disabledAlgorithms): a JVM that may use only those connects nowhere. */
static bool has_any_version(const struct agent *agent, enum agent_item item, struct reason *why)
{
    const char *list = agent->values[item];

    if (!list || has_version(list, "TLSv1.2") || has_version(list, "TLSv1.3") ||
        (item == AGENT_PROTOCOL && has_version(list, "TLS")))
        return true;
    reason_set(
        why, CODE_PROTOCOL,
        "the agent is configured for %.60s only (from %.100s), which Java has disabled: it cannot connect to any server",
        list, agent->from[item]);
    reason_hint(why, "remove it, or set TLSv1.2");
    return false;
}

static bool derive_version(const struct agent *agent, struct settings *settings, struct reason *why)
{
    enum { MAX_ANY, MAX_TLS_1_2 }; /* among the choices of --max-tls */
    enum { MIN_TLS_1_2, MIN_TLS_1_3 };
    const char *protocol = agent->values[AGENT_PROTOCOL], *jvm = agent->values[AGENT_JVM_PROTOCOLS];

    if (settings->max_tls != MAX_ANY)
        return true;
    if (!has_any_version(agent, AGENT_PROTOCOL, why) || !has_any_version(agent, AGENT_JVM_PROTOCOLS, why))
        return false;
    if (!protocol)
        agent_say_default("speaks", "TLSv1.2 at most", "its default");
    if (!protocol || has_version(protocol, "TLSv1.2") || (jvm && !has_version(jvm, "TLSv1.3")))
        settings->max_tls = MAX_TLS_1_2;
    else if (jvm && !has_version(jvm, "TLSv1.2"))
        settings->min_tls = MIN_TLS_1_3;
    return true;
}

bool derive_from_agent(struct derived *derived, struct settings *settings, struct reason *why)
{
    if (!agent_gather(&derived->agent, settings->agent_dir, why))
        return false;
    agent_say(&derived->agent);
    if (!derive_target(&derived->agent, settings, why) || !derive_proxy(derived, settings, why) ||
        !derive_store(derived, settings, why))
        return false;
    derive_client(derived, settings);
    if (settings->profile == TLS_DEFAULT)
        settings->profile = TLS_JAVA;
    return derive_version(&derived->agent, settings, why);
}

bool derive_from_java(struct derived *derived, struct settings *settings, struct reason *why)
{
    const struct agent *agent = &derived->agent;

    if (settings->as_agent != 0)
        return reason_set(
            why, CODE_USAGE,
            "--java-options and --as-agent do not go together: an agent that has settings of its own reads "
            "Java's, too");
    agent_gather_java(&derived->agent);
    agent_say(&derived->agent);
    if (!derive_proxy(derived, settings, why))
        return false;
    if (settings->trust_stores.count == 0) {
        if (!derive_java_store(derived, settings, why))
            return false;
        if (!agent->values[AGENT_JAVA_STORE])
            log_warn(
                "no javax.net.ssl.trustStore is set, so the agent trusts what its Java does: here that is %s",
                derive_java_store_name(settings));
    }
    if (!settings->client_cert && agent->values[AGENT_JAVA_KEYS]) {
        settings->client_cert = agent->values[AGENT_JAVA_KEYS];
        settings->client_password = agent->values[AGENT_JAVA_KEYS_PASSWORD];
    }
    if (settings->profile == TLS_DEFAULT)
        settings->profile = TLS_JAVA;
    return true;
}

void derived_free(struct derived *derived)
{
    agent_free(&derived->agent);
}
