#include "common/cli/variables.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

static const char prefix[] = "INITKIT_";

/* Writes the words of an option's or a tool's name, and returns their end. */
static char *add_words(char *at, const char *end, const char *words)
{
    for (; *words != '\0' && at < end; words++)
        *at++ = *words == '-' ? '_' : *words >= 'a' && *words <= 'z' ? (char)(*words - 'a' + 'A') : *words;
    return at;
}

void variable_name(const char *tool, const char *option, char variable[VARIABLE_NAME])
{
    const char *end = &variable[VARIABLE_NAME - 1];
    char *at = add_words(variable, end, prefix);

    if (tool)
        at = add_words(add_words(at, end, tool), end, "_");
    *add_words(at, end, option) = '\0';
}

char **variables_ours(char **environment)
{
    size_t count = 0;

    for (char **entry = environment; entry && *entry; entry++)
        count += strncmp(*entry, prefix, sizeof prefix - 1) == 0;
    char **ours = xcalloc(count + 1, sizeof *ours);
    count = 0;
    for (char **entry = environment; entry && *entry; entry++)
        if (strncmp(*entry, prefix, sizeof prefix - 1) == 0)
            ours[count++] = *entry;
    return ours;
}

const char *variable_value(char **environment, const char *name)
{
    size_t length = strlen(name);

    for (; environment && *environment; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return NULL;
}

const char *variable_find(char **environment, const char *tool, const char *option, bool empty_counts,
                          char name[VARIABLE_NAME])
{
    const char *tools[] = {tool, NULL};

    for (size_t i = 0; i < 2 && environment && *environment; i++) {
        variable_name(tools[i], option, name);
        const char *value = variable_value(environment, name);
        if (value && (*value != '\0' || empty_counts))
            return value;
    }
    return NULL;
}

/* The options of all tools. `make docs` generates the list, so that common/ does not depend on the tools. */
static const char *const known_variables[] = {
#include "common/cli/variables.inc"
};

static bool is_known(const char *name, size_t length)
{
    /* Kubernetes sets these for a Service named initkit. */
    static const char *const prefixes[] = {"SERVICE_", "PORT_"};
    static const char *const names[] = {"NAMESPACE", "TARGETS", "PORT"};

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == length && strncmp(name, names[i], length) == 0)
            return true;
    for (size_t i = 0; i < sizeof known_variables / sizeof known_variables[0]; i++)
        if (strlen(known_variables[i]) == length && strncmp(name, known_variables[i], length) == 0)
            return true;
    return false;
}

void variables_warn_unknown(char **environment, void (*warn)(const char *name))
{
    char name[VARIABLE_NAME];

    for (; environment && *environment; environment++) {
        if (strncmp(*environment, prefix, sizeof prefix - 1) != 0)
            continue;
        const char *rest = *environment + sizeof prefix - 1;
        if (is_known(rest, strcspn(rest, "=")))
            continue;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*environment, "="), *environment);
        warn(name);
    }
}
