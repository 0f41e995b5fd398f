/* What an AppDynamics Java agent would connect to, and with what: from its variables, system properties and
 * controller-info.xml. */
#ifndef TLS_CHECK_AGENT_H
#define TLS_CHECK_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/reason.h"

enum agent_item {
    AGENT_HOST,
    AGENT_PORT,
    AGENT_SSL,
    AGENT_STORE, /* a path */
    AGENT_STORE_PASSWORD,
    AGENT_CLIENT_AUTH,
    AGENT_CLIENT_STORE, /* a path */
    AGENT_CLIENT_PASSWORD,
    AGENT_KEY_PASSWORD,
    AGENT_KEY_ALIAS,
    AGENT_PROXY_HOST,
    AGENT_PROXY_PORT,
    AGENT_PROXY_USER,
    AGENT_PROTOCOL,
    AGENT_VALIDATION,
    AGENT_ITEMS,
};

struct agent {
    char *values[AGENT_ITEMS]; /* NULL: nowhere said */
    char *from[AGENT_ITEMS];   /* where it was said */
    char *conf;                /* the folder that relative paths start in; NULL: there is none */
};

/* Gathers what variables, JAVA_TOOL_OPTIONS and the files below `directory` (may be NULL) say; the first of them that
 * says something about an item counts. False (CODE_USAGE) where a file cannot be read. agent_free in either case. */
bool agent_gather(struct agent *agent, const char *directory, struct reason *why);
void agent_free(struct agent *agent);

/* The value of a property in the words of a Java command line, "-Dname=value", quotes taken off; the caller frees. NULL:
 * it is not there. */
char *agent_property(const char *options, const char *name);

/* The text of the first element of that name in an XML file, comments passed over, entities resolved; the caller frees.
 * NULL: it is not there, or empty. */
char *agent_element(const char *xml, const char *name);

/* Whether a controller of that name is AppDynamics' own: those are validated in full without being told to. */
bool agent_is_saas(const char *host);

/* Says what was derived, and from where; secrets only by their place. */
void agent_say(const struct agent *agent);

#endif
