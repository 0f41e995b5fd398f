/* The environment variables of the process. Only documented variables have an effect: a library that looks for its own
 * variables finds none. SSLKEYLOGFILE would write TLS secrets into a file, and OPENSSL_CONF would change the rules. */
#ifndef COMMON_BASE_ENVIRONMENT_H
#define COMMON_BASE_ENVIRONMENT_H

/* A variable's value, owned by the environment; NULL when it is not set. */
const char *environment_get(const char *name);

/* All variables, as "NAME=value"; the list ends with NULL. */
char **environment_all(void);

/* A variable's value in a list of that form, which may be NULL; NULL when it is not set, or empty. */
const char *environment_find(char **environment, const char *name);

#endif
