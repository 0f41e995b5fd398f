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
    /* The launcher puts JDK_JAVA_OPTIONS on the command line, which beats JAVA_TOOL_OPTIONS; the JVM reads _JAVA_OPTIONS last. */
    static const char *const variables[] = {"_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"};

    for (size_t v = 0; v < sizeof variables / sizeof variables[0]; v++) {
        const char *options = environment_get(variables[v]);
        for (int i = 0; options && i < AGENT_ITEMS; i++)
            if (agent_items[i].property)
                agent_set(agent, (enum agent_item)i, agent_property(options, agent_items[i].property),
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
        const char *value = agent_items[i].variable ? environment_get(agent_items[i].variable) : NULL;
        if (value)
            agent_set(agent, (enum agent_item)i, xstrdup(value), agent_items[i].variable);
    }
}

/* --- controller-info.xml --- */

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

    length -= length > 0 && host[length - 1] == '.';
    return length > tail && strncasecmp(host + length - tail, domain, tail) == 0;
}

void agent_say(const struct agent *agent)
{
    struct log_event event = {.level = LOG_INFO, .name = "agent", .elapsed = -1};

    for (int i = 0; i < AGENT_ITEMS; i++)
        if (agent->values[i])
            log_event(&event, "agent: %s %s (from %s)", agent_items[i].words,
                      agent_items[i].secret ? "given" : agent->values[i], agent->from[i]);
}

bool agent_is_true(const char *value)
{
    return value && strcasecmp(value, "true") == 0;
}

void agent_say_default(const char *what, const char *value, const char *whose)
{
    struct log_event event = {.level = LOG_INFO, .name = "agent", .elapsed = -1};

    log_event(&event, "agent: %s %s (%s)", what, value, whose);
}

void agent_path(const struct agent *agent, const char *name, char *path, size_t size)
{
    if (name[0] == '/' || !agent->conf)
        snprintf(path, size, "%s", name);
    else
        snprintf(path, size, "%s/%s", agent->conf, name);
}
