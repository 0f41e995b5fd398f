#include "cmd/tls-check/agent.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "common/environment.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include "common/banned.h"

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
    [AGENT_VALIDATION] = {"certificate validation", NULL,
                          "appdynamics.force.default.ssl.certificate.validation",
                          "force-ssl-certificate-validation", false},
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
    const char *options = environment_get("JAVA_TOOL_OPTIONS");
    static const struct {
        enum agent_item item;
        const char *name;
    } plain[] = {{AGENT_PROXY_HOST, "http.proxyHost"}, {AGENT_PROXY_PORT, "http.proxyPort"}};

    for (int i = 0; options && i < AGENT_ITEMS; i++)
        if (items[i].property)
            agent_set(agent, (enum agent_item)i, agent_property(options, items[i].property),
                      "JAVA_TOOL_OPTIONS");
    for (size_t i = 0; options && i < sizeof plain / sizeof plain[0]; i++)
        agent_set(agent, plain[i].item, agent_property(options, plain[i].name), "JAVA_TOOL_OPTIONS");
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

/* Blanks out comments, so that what was commented out is not there. */
static void drop_comments(char *xml)
{
    for (char *at = strstr(xml, "<!--"); at; at = strstr(at, "<!--")) {
        char *end = strstr(at, "-->");
        size_t length = end ? (size_t)(end + 3 - at) : strlen(at);
        memset(at, ' ', length);
        at += length;
    }
}

static void add_resolved(struct buf *out, const char *at, const char *end)
{
    static const struct {
        const char *entity;
        char c;
    } known[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

    while (at < end) {
        size_t taken = 0;
        for (size_t i = 0; i < sizeof known / sizeof known[0] && taken == 0; i++)
            if (strncmp(at, known[i].entity, strlen(known[i].entity)) == 0) {
                buf_add(out, &known[i].c, 1);
                taken = strlen(known[i].entity);
            }
        if (taken == 0)
            buf_add(out, at, 1);
        at += taken > 0 ? taken : 1;
    }
}

static char *find_element(const char *xml, const char *name)
{
    char open[96], close[96];
    struct buf value;

    snprintf(open, sizeof open, "<%s>", name);
    snprintf(close, sizeof close, "</%s>", name);
    const char *at = strstr(xml, open);
    const char *end = at ? strstr(at, close) : NULL;
    if (!end)
        return NULL;
    at += strlen(open);
    at += strspn(at, " \t\r\n");
    while (end > at && strchr(" \t\r\n", end[-1]))
        end--;
    if (end <= at)
        return NULL;
    buf_init(&value, FILE_MAX);
    add_resolved(&value, at, end);
    return value.data;
}

char *agent_element(const char *xml, const char *name)
{
    char *copy = xstrdup(xml);

    drop_comments(copy);
    char *value = find_element(copy, name);
    free(copy);
    return value;
}

/* A file that is not there says nothing. */
static bool gather_file(struct agent *agent, const char *path, struct reason *why)
{
    struct buf content;
    int error;

    buf_init(&content, FILE_MAX);
    bool good = file_read(path, &content, &error, why);
    for (int i = 0; good && i < AGENT_ITEMS; i++)
        if (items[i].element)
            agent_set(agent, (enum agent_item)i, agent_element(content.data, items[i].element), path);
    buf_free(&content);
    return good || error == 2 /* ENOENT */ || error == 20 /* ENOTDIR */;
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
