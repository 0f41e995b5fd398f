/* The process's variables. Only what the documents name has an effect: libraries that look for variables of their own find none
 * (SSLKEYLOGFILE would write TLS secrets into a file, OPENSSL_CONF would change the rules). */
#ifndef COMMON_BASE_ENVIRONMENT_H
#define COMMON_BASE_ENVIRONMENT_H

/* A variable's value, owned by the environment; NULL: it is not set. */
const char *environment_get(const char *name);

/* All of them, "NAME=value", NULL behind the last. */
char **environment_all(void);

#endif
