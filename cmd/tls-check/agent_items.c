/* What an agent may be told, by which names, and where the first value that is found is kept. */
#include <stdlib.h>
#include <string.h>

#include "cmd/tls-check/agent_parts.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

const struct agent_names agent_items[AGENT_ITEMS] = {
    [AGENT_HOST] = {"controller host", "APPDYNAMICS_CONTROLLER_HOST_NAME", "appdynamics.controller.hostName",
                    "controller-host", false},
    [AGENT_PORT] = {"controller port", "APPDYNAMICS_CONTROLLER_PORT", "appdynamics.controller.port",
                    "controller-port", false},
    [AGENT_SSL] = {"TLS", "APPDYNAMICS_CONTROLLER_SSL_ENABLED", "appdynamics.controller.ssl.enabled",
                   "controller-ssl-enabled", false},
    [AGENT_STORE] = {"trust store", "APPDYNAMICS_CONTROLLER_KEYSTORE_FILENAME",
                     "appdynamics.controller.keystore.filename", "controller-keystore-filename", false},
    [AGENT_STORE_PASSWORD] = {"trust store password", "APPDYNAMICS_CONTROLLER_KEYSTORE_PASSWORD",
                              "appdynamics.controller.keystore.password", "controller-keystore-password",
                              true},
    [AGENT_CLIENT_AUTH] = {"client certificate", NULL, NULL, "use-ssl-client-auth", false},
    [AGENT_CLIENT_STORE] = {"client key store", NULL, NULL, "asymmetric-keystore-filename", false},
    [AGENT_CLIENT_PASSWORD] = {"client key store password", NULL, NULL, "asymmetric-keystore-password", true},
    [AGENT_KEY_PASSWORD] = {"client key password", NULL, NULL, "asymmetric-key-password", true},
    [AGENT_KEY_ALIAS] = {"client key alias", NULL, NULL, "asymmetric-key-alias", false},
    [AGENT_PROXY_HOST] = {"proxy host", NULL, "appdynamics.http.proxyHost", NULL, false},
    [AGENT_PROXY_PORT] = {"proxy port", NULL, "appdynamics.http.proxyPort", NULL, false},
    [AGENT_PROXY_USER] = {"proxy user", NULL, "appdynamics.http.proxyUser", NULL, false},
    [AGENT_PROTOCOL] = {"TLS version", NULL, "appdynamics.agent.ssl.protocol", NULL, false},
    [AGENT_JVM_PROTOCOLS] = {"TLS versions of the JVM", NULL, "jdk.tls.client.protocols", NULL, false},
    [AGENT_VALIDATION] = {"certificate validation", NULL,
                          "appdynamics.force.default.ssl.certificate.validation",
                          "force-ssl-certificate-validation", false},
    [AGENT_ENCRYPTED] = {"encrypted passwords", NULL, NULL, "use-encrypted-credentials", false},
    [AGENT_JAVA_STORE] = {"trust store of the JVM", NULL, "javax.net.ssl.trustStore", NULL, false},
    [AGENT_JAVA_STORE_PASSWORD] = {"password of that trust store", NULL, "javax.net.ssl.trustStorePassword",
                                   NULL, true},
    [AGENT_JAVA_STORE_TYPE] = {"type of that trust store", NULL, "javax.net.ssl.trustStoreType", NULL, false},
    [AGENT_JAVA_KEYS] = {"key store of the JVM", NULL, "javax.net.ssl.keyStore", NULL, false},
    [AGENT_JAVA_KEYS_PASSWORD] = {"password of that key store", NULL, "javax.net.ssl.keyStorePassword", NULL,
                                  true},
    [AGENT_HTTPS_PROXY_HOST] = {"proxy host for https", NULL, "https.proxyHost", NULL, false},
    [AGENT_HTTPS_PROXY_PORT] = {"proxy port for https", NULL, "https.proxyPort", NULL, false},
    [AGENT_HTTP_PROXY_HOST] = {"proxy host for http", NULL, "http.proxyHost", NULL, false},
    [AGENT_HTTP_PROXY_PORT] = {"proxy port for http", NULL, "http.proxyPort", NULL, false},
    [AGENT_NO_PROXY] = {"hosts without the proxy", NULL, "http.nonProxyHosts", NULL, false},
};

void agent_set(struct agent *agent, enum agent_item item, char *value, const char *from)
{
    if (!value || *value == '\0' || agent->values[item]) {
        free(value);
        return;
    }
    agent->values[item] = value;
    agent->from[item] = xstrdup(from);
}

void agent_set_element(struct agent *agent, const char *name, const char *text, size_t length,
                       const char *path)
{
    for (int i = 0; i < AGENT_ITEMS; i++)
        if (agent_items[i].element && strcmp(agent_items[i].element, name) == 0)
            agent_set(agent, (enum agent_item)i, xstrndup(text, length), path);
}
