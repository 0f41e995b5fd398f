/* What a Java agent would connect to, and with what: from the AppDynamics agent's variables and controller-info.xml, and from the
 * system properties of any. */
#ifndef TLS_CHECK_AGENT_H
#define TLS_CHECK_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/reason.h"

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
    AGENT_JVM_PROTOCOLS,
    AGENT_VALIDATION,
    AGENT_ENCRYPTED, /* the passwords in the file */
    AGENT_JAVA_STORE,
    AGENT_JAVA_STORE_PASSWORD,
    AGENT_JAVA_STORE_TYPE,
    AGENT_JAVA_KEYS,
    AGENT_JAVA_KEYS_PASSWORD,
    AGENT_HTTPS_PROXY_HOST, /* of Java's own */
    AGENT_HTTPS_PROXY_PORT,
    AGENT_HTTP_PROXY_HOST,
    AGENT_HTTP_PROXY_PORT,
    AGENT_NO_PROXY,
    AGENT_ITEMS,
};

struct agent {
    char *values[AGENT_ITEMS]; /* NULL: nowhere said */
    char *from[AGENT_ITEMS];   /* where it was said */
    char *conf;                /* the folder that relative paths start in; NULL: there is none */
};

/* Gathers what variables, _JAVA_OPTIONS, JDK_JAVA_OPTIONS, JAVA_TOOL_OPTIONS and the files below `directory` (may be NULL) say; the
 * first of them that says something about an item counts. False (CODE_USAGE) where a file cannot be read. agent_free in either
 * case. */
bool agent_gather(struct agent *agent, const char *directory, struct reason *why);

/* The same from the three variables with Java's options alone. */
void agent_gather_java(struct agent *agent);
void agent_free(struct agent *agent);

/* The value of a property in the words of a Java command line, "-Dname=value", quotes taken off; the caller frees. NULL:
 * it is not there. */
char *agent_property(const char *options, const char *name);

/* Takes the values of a controller-info.xml that no earlier source has set. `path` names the file. False (CODE_USAGE): it is not
 * XML. */
bool agent_take_xml(struct agent *agent, const char *xml, const char *path, struct reason *why);

/* Whether Java goes to that host without the proxy: `patterns` is http.nonProxyHosts, "localhost|*.internal|10.*"; NULL: not said,
 * and then this machine alone is excepted. */
bool agent_needs_no_proxy(const char *patterns, const char *host);

/* Whether a controller of that name is AppDynamics' own: those are validated in full without being told to. */
bool agent_is_saas(const char *host);

/* Says what was derived, and from where; secrets only by their place. */
void agent_say(const struct agent *agent);

/* Says a default of `whose`, in addition to that. */
void agent_say_default(const char *what, const char *value, const char *whose);

/* Whether a value is "true"; NULL is not. */
bool agent_is_true(const char *value);

/* A path as the agent takes it: from its conf folder. */
void agent_path(const struct agent *agent, const char *name, char *path, size_t size);

#endif
