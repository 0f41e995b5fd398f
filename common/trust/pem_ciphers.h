/* Keys that are encrypted as OpenSSL did before PKCS#8: a header of the PEM block, DEK-Info, names the cipher. */
#ifndef COMMON_TRUST_PEM_CIPHERS_H
#define COMMON_TRUST_PEM_CIPHERS_H

#include <stddef.h>

/* Before OpenSSL reads this text: adds the ciphers that such a header may name to OpenSSL's table of names, which tls_begin
 * leaves empty. Nothing else looks there. */
void pem_ciphers_add(const char *text, size_t length);

#endif
