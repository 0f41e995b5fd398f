/* How Java key stores encrypt private keys: two ways of Sun's own. Only jks.c needs this. */
#ifndef COMMON_TRUST_JKS_KEY_H
#define COMMON_TRUST_JKS_KEY_H

#include <stddef.h>

/* A password as Java digests it: UTF-16, big-endian. */
struct jks_password {
    unsigned char *bytes;
    size_t length;
};

void jks_password_init(struct jks_password *password, const char *utf8);

/* Wipes it, too. */
void jks_password_free(struct jks_password *password);

#endif
