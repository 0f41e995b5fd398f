#include "common/cli/variables.h"

#include <stdio.h>
#include <string.h>

#include "common/base/banned.h"

void variable_name(const char *tool, const char *option, char variable[VARIABLE_NAME])
{
    snprintf(variable, VARIABLE_NAME, "INITKIT_%s%s%s", tool ? tool : "", tool ? "_" : "", option);
    for (char *at = variable; *at != '\0'; at++) {
        if (*at == '-')
            *at = '_';
        else if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    }
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
    const char *prefixes[] = {tool, NULL};

    for (size_t i = 0; i < 2; i++) {
        variable_name(prefixes[i], option, name);
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
    static const char prefix[] = "INITKIT_";
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
