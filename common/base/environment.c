#include "common/base/environment.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/banned.h"

#undef getenv

/* Replaces the C library's getenv for all libraries in the program. It works before main, too: OpenSSL calls it that early. */
char *getenv(const char *name)
{
    (void)name;
    return NULL;
}

const char *environment_get(const char *name)
{
    size_t length = strlen(name);

    for (char **entry = environ; entry && *entry; entry++)
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            return *entry + length + 1;
    return NULL;
}

char **environment_all(void)
{
    return environ;
}

const char *environment_find(char **environment, const char *name)
{
    size_t length = strlen(name);

    for (; environment && *environment; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=' &&
            (*environment)[length + 1] != '\0')
            return *environment + length + 1;
    return NULL;
}
