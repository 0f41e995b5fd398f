/* A chain of certificates that have nothing but an extension each: for what looks at names and constraints alone. */
#ifndef UNIT_BARE_CHAIN_H
#define UNIT_BARE_CHAIN_H

#include <openssl/x509.h>

extern STACK_OF(X509) * bare_chain; /* NULL: empty */

/* Adds a certificate. `kind` is the NID of the extension, and `value` as openssl.cnf has it; NULL: none. */
void bare_chain_add(int kind, const char *value);

/* A server with these alternative names below a CA with these constraints. */
void bare_chain_make(const char *names, const char *constraints);

void bare_chain_forget(void);

#endif
