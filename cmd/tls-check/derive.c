#include "cmd/tls-check/derive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/environment.h"
#include "common/log.h"
#include "common/value.h"

#include "common/banned.h"

#define STORE_NAME     "cacerts.jks"
#define STORE_PASSWORD "changeit" /* what the agent's own store comes with */

static bool is_true(const char *value)
{
    return value && strcasecmp(value, "true") == 0;
}

/* What nobody said: beside what agent_say tells. */
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
        reason_set(why, CODE_USAGE, "--as-agent: nothing names the controller's host");
        reason_hint(why, "set APPDYNAMICS_CONTROLLER_HOST_NAME, or point --agent-dir to the agent's folder");
        return false;
    }
    if (!is_true(agent->values[AGENT_SSL]))
        log_warn("the agent will not use TLS: %s%s; it is checked all the same",
                 agent->values[AGENT_SSL] ? "it is switched off in " : "nothing switches it on",
                 agent->values[AGENT_SSL] ? agent->from[AGENT_SSL] : " (APPDYNAMICS_CONTROLLER_SSL_ENABLED)");
    if (!port) {
        port = agent_is_saas(host) ? "443" : "8181";
        say_default("controller port", port,
                    agent_is_saas(host) ? "the default for SaaS" : "the default on premises, for TLS");
    }
    bool ipv6 = strchr(host, ':') != NULL;
    snprintf(target, sizeof target, "%s%.255s%s:%.8s", ipv6 ? "[" : "", host, ipv6 ? "]" : "", port);
    option_list_add(&settings->common.operands, target, strlen(target));
    return true;
}

/* A store that cannot be seen may be there: it is read, and that tells. */
static bool is_absent(const char *path)
{
    return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Without its own store the agent validates in full what is AppDynamics' own, by Java's trust store, and anything else only
 * when it is told to. Where its folder is not known, nobody knows whether it has one: then it is taken to validate. */
static void derive_without_store(const struct agent *agent, struct settings *settings, char *path,
                                 size_t size)
{
    const char *host = agent->values[AGENT_HOST], *home = environment_get("JAVA_HOME");
    bool validates = !agent->conf || is_true(agent->values[AGENT_VALIDATION]) ||
                     (host && agent_is_saas(host));

    snprintf(path, size, "%.4000s/lib/security/cacerts", home ? home : "");
    if (home && access(path, R_OK) == 0)
        option_list_add(&settings->trust_stores, path, strlen(path));
    if (validates) {
        log_warn("the agent has no " STORE_NAME "%s, so it trusts what its Java does: here that is %s",
                 agent->conf ? "" : " that is known (--agent-dir)",
                 settings->trust_stores.count > 0 ? path
                                                  : "not known, and the system's trust store stands for it");
    } else {
        log_warn("the agent has no " STORE_NAME
                 ", so it takes any certificate of a controller on premises: whoever stands between "
                 "can read what it sends");
        settings->trusts_anyone = true;
    }
}

static void derive_store(struct derived *derived, struct settings *settings)
{
    const struct agent *agent = &derived->agent;
    const char *named = agent->values[AGENT_STORE];

    if (settings->trust_stores.count > 0)
        return;
    in_conf(agent, named ? named : STORE_NAME, derived->store, sizeof derived->store);
    if (!named && is_absent(derived->store)) {
        derive_without_store(agent, settings, derived->store, sizeof derived->store);
        return;
    }
    option_list_add(&settings->trust_stores, derived->store, strlen(derived->store));
    say_default("trust store", derived->store, named ? "where it looks for that name" : "the agent's own");
    if (!settings->trust_store_password_file)
        settings->trust_store_password = agent->values[AGENT_STORE_PASSWORD]
                                             ? agent->values[AGENT_STORE_PASSWORD]
                                             : STORE_PASSWORD;
}

static void derive_client(struct derived *derived, struct settings *settings)
{
    const struct agent *agent = &derived->agent;

    if (settings->client_cert || !is_true(agent->values[AGENT_CLIENT_AUTH]) ||
        !agent->values[AGENT_CLIENT_STORE])
        return;
    in_conf(agent, agent->values[AGENT_CLIENT_STORE], derived->client_store, sizeof derived->client_store);
    settings->client_cert = derived->client_store;
    settings->client_password = agent->values[AGENT_CLIENT_PASSWORD];
    settings->client_key_password = agent->values[AGENT_KEY_PASSWORD];
    settings->client_alias = agent->values[AGENT_KEY_ALIAS];
}

static bool derive_proxy(struct derived *derived, struct settings *settings, struct reason *why)
{
    const struct agent *agent = &derived->agent;
    struct proxy proxy;

    if (settings->proxy || !agent->values[AGENT_PROXY_HOST])
        return true;
    snprintf(derived->proxy, sizeof derived->proxy, "http://%.255s:%.8s", agent->values[AGENT_PROXY_HOST],
             agent->values[AGENT_PROXY_PORT] ? agent->values[AGENT_PROXY_PORT] : "80");
    if (!proxy_parse(derived->proxy, &proxy, why)) {
        reason_wrap(why, "%s", agent->from[AGENT_PROXY_HOST]);
        return false;
    }
    settings->proxy = derived->proxy;
    settings->proxy_from = agent->from[AGENT_PROXY_HOST];
    if (agent->values[AGENT_PROXY_USER])
        log_warn("a proxy that wants a user and password, together with TLS, is not supported by the agent");
    return true;
}

static void derive_version(const struct agent *agent, struct settings *settings)
{
    enum { ANY, TLS_1_2 }; /* among the choices of --max-tls */
    const char *protocol = agent->values[AGENT_PROTOCOL];

    if (settings->max_tls != ANY)
        return;
    if (!protocol)
        say_default("speaks", "TLSv1.2 at most", "its default");
    if (!protocol || strcmp(protocol, "TLSv1.2") == 0)
        settings->max_tls = TLS_1_2;
    else if (strcmp(protocol, "TLSv1.3") != 0 && strcmp(protocol, "TLS") != 0)
        log_warn("the agent is told to speak %s (from %s), which no server should", protocol,
                 agent->from[AGENT_PROTOCOL]);
}

bool derive_from_agent(struct derived *derived, struct settings *settings, struct reason *why)
{
    if (!agent_gather(&derived->agent, settings->agent_dir, why))
        return false;
    agent_say(&derived->agent);
    if (!derive_target(&derived->agent, settings, why) || !derive_proxy(derived, settings, why))
        return false;
    derive_store(derived, settings);
    derive_client(derived, settings);
    derive_version(&derived->agent, settings);
    if (settings->profile == TLS_DEFAULT)
        settings->profile = TLS_JAVA;
    return true;
}

void derived_free(struct derived *derived)
{
    agent_free(&derived->agent);
}
