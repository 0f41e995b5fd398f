#include "cmd/tls-check/agent.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd/tls-check/agent_parts.h"
#include "common/base/buf.h"
#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { FILE_MAX = 1024 * 1024, PATH_TEXT = 4096 };

/* The names of an item in each source; NULL: it cannot be said there. */
static const struct {
    const char *words, *variable, *property, *element;
    bool secret;
} items[AGENT_ITEMS] = {
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

static void agent_set(struct agent *agent, enum agent_item item, char *value, const char *from)
{
    if (!value || *value == '\0' || agent->values[item]) {
        free(value);
        return;
    }
    agent->values[item] = value;
    agent->from[item] = xstrdup(from);
}

/* --- properties --- */

/* The end of a word: blanks end it, but not within quotes (JAVA_TOOL_OPTIONS knows single and double ones). */
static const char *word_end(const char *at)
{
    char quote = '\0';

    for (; *at != '\0' && (quote || (*at != ' ' && *at != '\t' && *at != '\n')); at++) {
        if (quote == *at)
            quote = '\0';
        else if (!quote && (*at == '"' || *at == '\''))
            quote = *at;
    }
    return at;
}

char *agent_property(const char *options, const char *name)
{
    size_t length = strlen(name);
    char *found = NULL;

    while (*(options += strspn(options, " \t\n")) != '\0') {
        const char *end = word_end(options);
        struct buf word;
        buf_init(&word, FILE_MAX);
        for (const char *at = options; at < end; at++)
            if (*at != '"' && *at != '\'')
                buf_add(&word, at, 1);
        if (strncmp(word.data, "-D", 2) == 0 && strncmp(word.data + 2, name, length) == 0 &&
            word.data[2 + length] == '=') {
            free(found); /* the last one counts, as in Java */
            found = xstrdup(word.data + 3 + length);
        }
        buf_free(&word);
        options = end;
    }
    return found;
}

static void gather_properties(struct agent *agent)
{
    /* The launcher puts JDK_JAVA_OPTIONS on the command line, which beats JAVA_TOOL_OPTIONS. */
    static const char *const variables[] = {"JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"};

    for (size_t v = 0; v < sizeof variables / sizeof variables[0]; v++) {
        const char *options = environment_get(variables[v]);
        for (int i = 0; options && i < AGENT_ITEMS; i++)
            if (items[i].property)
                agent_set(agent, (enum agent_item)i, agent_property(options, items[i].property),
                          variables[v]);
    }
}

void agent_gather_java(struct agent *agent)
{
    memset(agent, 0, sizeof *agent);
    gather_properties(agent);
}

/* As sun.net.spi.DefaultProxySelector has it: a wildcard at the beginning or the end of a pattern. */
static bool matches_pattern(const char *pattern, size_t length, const char *host)
{
    size_t host_length = strlen(host);
    bool head = length > 0 && pattern[0] == '*', tail = length > 1 && pattern[length - 1] == '*';
    size_t fixed = length - head - tail;

    pattern += head;
    if (length == 1 && head)
        return true;
    if (head && tail) {
        for (size_t i = 0; i + fixed <= host_length; i++)
            if (strncasecmp(host + i, pattern, fixed) == 0)
                return true;
        return false;
    }
    if (host_length < fixed || (!head && !tail && host_length != fixed))
        return false;
    return strncasecmp(head ? host + host_length - fixed : host, pattern, fixed) == 0;
}

bool agent_needs_no_proxy(const char *patterns, const char *host)
{
    if (!patterns)
        patterns = "localhost|127.*|[::1]|::1|0.0.0.0|[::0]";
    while (*patterns != '\0') {
        size_t length = strcspn(patterns, "|");
        if (length > 0 && matches_pattern(patterns, length, host))
            return true;
        patterns += length + (patterns[length] == '|');
    }
    return false;
}

static void gather_variables(struct agent *agent)
{
    for (int i = 0; i < AGENT_ITEMS; i++) {
        const char *value = items[i].variable ? environment_get(items[i].variable) : NULL;
        if (value)
            agent_set(agent, (enum agent_item)i, xstrdup(value), items[i].variable);
    }
}

/* --- controller-info.xml --- */

void agent_set_element(struct agent *agent, const char *name, const char *text, size_t length,
                       const char *path)
{
    for (int i = 0; i < AGENT_ITEMS; i++)
        if (items[i].element && strcmp(items[i].element, name) == 0)
            agent_set(agent, (enum agent_item)i, xstrndup(text, length), path);
}

/* A file that is not there says nothing. */
static bool gather_file(struct agent *agent, const char *path, struct reason *why)
{
    struct buf content;
    int error;

    buf_init(&content, FILE_MAX);
    bool absent = !file_read(path, &content, &error, why);
    bool good = absent ? error == ENOENT || error == ENOTDIR : agent_take_xml(agent, content.data, path, why);
    buf_free(&content);
    return good;
}

static int is_version(const struct dirent *entry)
{
    return strncmp(entry->d_name, "ver", 3) == 0 && entry->d_name[3] >= '0' && entry->d_name[3] <= '9';
}

/* The newest version's folder comes before the one that all share. */
static bool gather_files(struct agent *agent, const char *directory, struct reason *why)
{
    struct dirent **versions;
    char path[PATH_TEXT], conf[PATH_TEXT];
    int count = scandir(directory, &versions, is_version, versionsort);

    if (count < 0)
        return reason_set(why, CODE_USAGE, "--agent-dir: %.200s cannot be read", directory);
    snprintf(conf, sizeof conf, "%s/conf", directory);
    if (count > 0)
        snprintf(conf, sizeof conf, "%s/%s/conf", directory, versions[count - 1]->d_name);
    for (int i = 0; i < count; i++)
        free(versions[i]);
    free(versions);
    agent->conf = xstrdup(conf);
    snprintf(path, sizeof path, "%.4000s/controller-info.xml", conf);
    if (!gather_file(agent, path, why))
        return false;
    snprintf(path, sizeof path, "%.4000s/conf/controller-info.xml", directory);
    return gather_file(agent, path, why);
}

/* --- all of it --- */

bool agent_gather(struct agent *agent, const char *directory, struct reason *why)
{
    memset(agent, 0, sizeof *agent);
    gather_variables(agent);
    gather_properties(agent);
    return !directory || gather_files(agent, directory, why);
}

void agent_free(struct agent *agent)
{
    for (int i = 0; i < AGENT_ITEMS; i++) {
        free(agent->values[i]);
        free(agent->from[i]);
    }
    free(agent->conf);
    memset(agent, 0, sizeof *agent);
}

bool agent_is_saas(const char *host)
{
    static const char domain[] = ".saas.appdynamics.com";
    size_t length = strlen(host), tail = sizeof domain - 1;

    return length > tail && strcasecmp(host + length - tail, domain) == 0;
}

void agent_say(const struct agent *agent)
{
    struct log_event event = {.level = LOG_INFO, .name = "agent", .elapsed = -1};

    for (int i = 0; i < AGENT_ITEMS; i++)
        if (agent->values[i])
            log_event(&event, "agent: %s %s (from %s)", items[i].words,
                      items[i].secret ? "given" : agent->values[i], agent->from[i]);
}
