/* The environment variables of the process. Only documented variables have an effect: a library that looks for its own
 * variables finds none. SSLKEYLOGFILE would write TLS secrets into a file, and OPENSSL_CONF would change the rules. */
#ifndef COMMON_BASE_ENVIRONMENT_H
#define COMMON_BASE_ENVIRONMENT_H

/* A variable's value, owned by the environment; NULL when it is not set. */
const char *environment_get(const char *name);

/* All variables, as "NAME=value"; the list ends with NULL. */
char **environment_all(void);

#endif
