/* What the readers of a key store's formats share: keystore_read.c, keystore_pem.c. Nobody else uses it. */
#ifndef COMMON_TRUST_KEYSTORE_PARTS_H
#define COMMON_TRUST_KEYSTORE_PARTS_H

#include "common/base/buf.h"
#include "common/trust/keystore.h"
#include "common/trust/pbe.h"

/* What one file is read with. */
struct keystore_reading {
    const struct keystore_source *source;
    const char *path;
    char *password;       /* of the file and its key; NULL: none */
    struct pbe_work work; /* that opening its keys took so far */
    struct keystore *keystore;
    bool wants_certificate, wants_key;
};

/* Certificates and a key in PEM, as far as they are wanted. False fills `why`. */
bool keystore_pem_read(const struct keystore_reading *reading, const struct buf *content, struct reason *why);

#endif
