#include "cmd/tls-check/derive_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cmd/tls-check/operand.h"
#include "common/base/environment.h"
#include "common/base/log.h"

#include "common/base/banned.h"

#define STORE_NAME     "cacerts.jks"
#define STORE_PASSWORD "changeit" /* what the agent's own store comes with */

/* A store that cannot be seen may exist: reading it will show. */
static bool is_absent(const char *path)
{
    return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static bool is_known_type(const char *type)
{
    static const char *const known[] = {"JKS", "PKCS12", "JCEKS", "PKCS#12"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcasecmp(type, known[i]) == 0)
            return true;
    return false;
}

bool derive_java_store(struct derived *derived, struct settings *settings, struct reason *why)
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

const char *derive_java_store_name(const struct settings *settings)
{
    return settings->trust_stores.count > 0 ? settings->trust_stores.items[0]
                                            : "unknown, and the system's trust store is used in its place";
}

/* Whether one of the targets is AppDynamics' own, whatever controller the settings name. */
static bool has_saas(const struct settings *settings)
{
    const struct strings *operands = &settings->common.operands;
    char host[OPERAND_HOST];

    for (size_t i = 0; i < operands->count; i++) {
        operand_host(operands->items[i], host, sizeof host);
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
    bool validates = !agent->conf || agent_is_true(agent->values[AGENT_VALIDATION]) || has_saas(settings);

    if (!derive_java_store(derived, settings, why))
        return false;
    if (validates) {
        log_warn("the agent has no " STORE_NAME "%s, so it trusts what its Java does: here that is %s",
                 agent->conf ? "" : " that is known (--agent-dir)", derive_java_store_name(settings));
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
    if (password && agent_is_true(agent->values[AGENT_ENCRYPTED]))
        log_warn(
            "the agent's password for %s is encrypted (use-encrypted-credentials, from %s), so that file's integrity "
            "cannot be checked: --trust-store-password-file",
            store, agent->from[AGENT_ENCRYPTED]);
    else
        settings->trust_store_password = password ? password : STORE_PASSWORD;
}

bool derive_store(struct derived *derived, struct settings *settings, struct reason *why)
{
    const struct agent *agent = &derived->agent;
    const char *named = agent->values[AGENT_STORE];

    if (settings->trust_stores.count > 0)
        return true;
    agent_path(agent, named ? named : STORE_NAME, derived->store, sizeof derived->store);
    if (!named && is_absent(derived->store))
        return derive_without_store(derived, settings, why);
    strings_add(&settings->trust_stores, derived->store, strlen(derived->store));
    agent_say_default("trust store", derived->store,
                      named ? "where it looks for that name" : "the agent's own");
    derive_store_password(agent, settings, derived->store);
    return true;
}
