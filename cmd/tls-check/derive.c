#include "cmd/tls-check/derive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/base/log.h"
#include "common/base/strings.h"

#include "common/base/banned.h"

enum { HOST_SHOWN = 256 /* bytes of a target's host */ };

#define STORE_NAME     "cacerts.jks"
#define STORE_PASSWORD "changeit" /* what the agent's own store comes with */

static bool is_true(const char *value)
{
    return value && strcasecmp(value, "true") == 0;
}

/* A default, in addition to what agent_say logs. */
static void say_default(const char *what, const char *value, const char *whose)
{
    struct log_event event = {.level = LOG_INFO, .name = "agent", .elapsed = -1};

    log_event(&event, "agent: %s %s (%s)", what, value, whose);
}

/* A path as the agent takes it: from its conf folder. */
static void in_conf(const struct agent *agent, const char *name, char *path, size_t size)
{
    if (name[0] == '/' || !agent->conf)
        snprintf(path, size, "%s", name);
    else
        snprintf(path, size, "%s/%s", agent->conf, name);
}

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
    if (!is_true(agent->values[AGENT_SSL]))
        log_warn("the agent will not use TLS: %s%s; it is checked anyway",
                 agent->values[AGENT_SSL] ? "it is disabled in " : "it is not enabled",
                 agent->values[AGENT_SSL] ? agent->from[AGENT_SSL] : " (APPDYNAMICS_CONTROLLER_SSL_ENABLED)");
    if (!port) {
        port = agent_is_saas(host) ? "443" : "8181";
        say_default("controller port", port,
                    agent_is_saas(host) ? "the default for SaaS" : "the default on premises, for TLS");
    }
    bool ipv6 = strchr(host, ':') != NULL;
    snprintf(target, sizeof target, "%s%.255s%s:%.8s", ipv6 ? "[" : "", host, ipv6 ? "]" : "", port);
    strings_add(&settings->common.operands, target, strlen(target));
    return true;
}

/* A store that cannot be seen may exist: reading it will show. */
static bool is_absent(const char *path)
{
    return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Of HOST[:PORT], [IPV6]:PORT or https://HOST[:PORT]/PATH. */
static void host_of(const char *operand, char *host, size_t size)
{
    static const char https[] = "https://";

    if (strncmp(operand, https, sizeof https - 1) == 0)
        operand += sizeof https - 1;
    bool bracket = *operand == '[';
    operand += bracket;
    snprintf(host, size, "%.*s", (int)strcspn(operand, bracket ? "]" : ":/"), operand);
}

/* --- whom to trust --- */

static bool is_known_type(const char *type)
{
    static const char *const known[] = {"JKS", "PKCS12", "JCEKS", "PKCS#12"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcasecmp(type, known[i]) == 0)
            return true;
    return false;
}

/* What the JVM is told to trust, or what comes with it: the first of lib/security/jssecacerts and cacerts. Adds nothing where
 * neither is known. False: it is told something that is not read here. */
static bool derive_java_store(struct derived *derived, struct settings *settings, struct reason *why)
{
    static const char *const usual[] = {"jssecacerts", "cacerts"};
    const struct agent *agent = &derived->agent;
    const char *type = agent->values[AGENT_JAVA_STORE_TYPE], *home = environment_get("JAVA_HOME");

    if (agent->values[AGENT_JAVA_STORE]) {
        if (type && !is_known_type(type))
            return reason_set(why, CODE_TRUST_STORE,
                              "javax.net.ssl.trustStoreType %.40s (from %.60s) is not supported", type,
                              agent->from[AGENT_JAVA_STORE_TYPE]);
        strings_add(&settings->trust_stores, agent->values[AGENT_JAVA_STORE],
                    strlen(agent->values[AGENT_JAVA_STORE]));
        if (!settings->trust_store_password_file)
            settings->trust_store_password = agent->values[AGENT_JAVA_STORE_PASSWORD];
        return true;
    }
    for (size_t i = 0; home && settings->trust_stores.count == 0 && i < sizeof usual / sizeof usual[0]; i++) {
        snprintf(derived->store, sizeof derived->store, "%.4000s/lib/security/%s", home, usual[i]);
        if (access(derived->store, R_OK) == 0)
            strings_add(&settings->trust_stores, derived->store, strlen(derived->store));
    }
    return true;
}

static const char *name_of_java_store(const struct settings *settings)
{
    return settings->trust_stores.count > 0 ? settings->trust_stores.items[0]
                                            : "unknown, and the system's trust store is used in its place";
}

/* Whether one of the targets is AppDynamics' own, whatever controller the settings name. */
static bool has_saas(const struct settings *settings)
{
    const struct strings *operands = &settings->common.operands;
    char host[HOST_SHOWN];

    for (size_t i = 0; i < operands->count; i++) {
        host_of(operands->items[i], host, sizeof host);
        if (agent_is_saas(host))
            return true;
    }
    return false;
}

/* Without its own store the agent validates in full what is AppDynamics' own, by Java's trust store, and anything else only
 * when it is configured to. Without --agent-dir it is unknown whether it has one: then it is taken to validate. */
static bool derive_without_store(struct derived *derived, struct settings *settings, struct reason *why)
{
    const struct agent *agent = &derived->agent;
    bool validates = !agent->conf || is_true(agent->values[AGENT_VALIDATION]) || has_saas(settings);

    if (!derive_java_store(derived, settings, why))
        return false;
    if (validates) {
        log_warn("the agent has no " STORE_NAME "%s, so it trusts what its Java does: here that is %s",
                 agent->conf ? "" : " that is known (--agent-dir)", name_of_java_store(settings));
    } else {
        log_warn(
            "the agent has no " STORE_NAME
            ", so it takes any certificate of a controller on premises: anybody on the way can read what it sends");
        settings->trusts_anyone = true;
    }
    return true;
}

/* Its own password, or that which comes with the agent. One that the agent decrypts by itself is of no use here. */
static void derive_store_password(const struct agent *agent, struct settings *settings, const char *store)
{
    const char *password = agent->values[AGENT_STORE_PASSWORD];

    if (settings->trust_store_password_file)
        return;
    if (password && is_true(agent->values[AGENT_ENCRYPTED]))
        log_warn(
            "the agent's password for %s is encrypted (use-encrypted-credentials, from %s), so that file's integrity "
            "cannot be checked: --trust-store-password-file",
            store, agent->from[AGENT_ENCRYPTED]);
    else
        settings->trust_store_password = password ? password : STORE_PASSWORD;
}

static bool derive_store(struct derived *derived, struct settings *settings, struct reason *why)
{
    const struct agent *agent = &derived->agent;
    const char *named = agent->values[AGENT_STORE];

    if (settings->trust_stores.count > 0)
        return true;
    in_conf(agent, named ? named : STORE_NAME, derived->store, sizeof derived->store);
    if (!named && is_absent(derived->store))
        return derive_without_store(derived, settings, why);
    strings_add(&settings->trust_stores, derived->store, strlen(derived->store));
    say_default("trust store", derived->store, named ? "where it looks for that name" : "the agent's own");
    derive_store_password(agent, settings, derived->store);
    return true;
}

static void derive_client(struct derived *derived, struct settings *settings)
{
    const struct agent *agent = &derived->agent;

    if (settings->client_cert || !is_true(agent->values[AGENT_CLIENT_AUTH]) ||
        !agent->values[AGENT_CLIENT_STORE])
        return;
    in_conf(agent, agent->values[AGENT_CLIENT_STORE], derived->client_store, sizeof derived->client_store);
    settings->client_cert = derived->client_store;
    settings->client_alias = agent->values[AGENT_KEY_ALIAS];
    if (settings->client_key_password_file)
        return;
    if (is_true(agent->values[AGENT_ENCRYPTED])) {
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
    char host[HOST_SHOWN];

    for (size_t i = 0; i < operands->count; i++) {
        host_of(operands->items[i], host, sizeof host);
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
        say_default("speaks", "TLSv1.2 at most", "its default");
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
                name_of_java_store(settings));
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
