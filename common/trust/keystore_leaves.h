/* Which of a file's certificates belong to its keys. Only keystore*.c know this. */
#ifndef COMMON_TRUST_KEYSTORE_LEAVES_H
#define COMMON_TRUST_KEYSTORE_LEAVES_H

#include "common/trust/keystore.h"

/* Whether all keys are wanted, and not only the first, or the one of an alias. */
bool keystore_takes_all(const struct keystore_source *source);

/* Adds a certificate, which becomes the store's, to those of the file. */
void keystore_add_certificate(struct keystore *keystore, X509 *certificate);

/* Finds each key's own certificate among those of the file, and its chain. False fills `why` (CODE_CLIENT_CERTIFICATE): the
 * first key has none. */
bool keystore_find_leaves(struct keystore *keystore, const struct keystore_source *source,
                          struct reason *why);

#endif
