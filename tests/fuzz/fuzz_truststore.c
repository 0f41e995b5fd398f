/* Trust stores and key stores of any content: JKS, JCEKS, PEM, DER. The first bytes tell the format, as in the tool. What
 * derives a key from a password is left out: how long that takes is the file's choice. */
#include <openssl/err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/strings.h"
#include "common/trust/jks.h"
#include "common/trust/keystore.h"
#include "common/trust/pbe.h"
#include "common/trust/pkcs12.h"
#include "common/trust/truststore.h"

static void try_jks(const uint8_t *data, size_t size)
{
    struct pbe_work work = {0};
    struct jks jks;
    struct reason why;

    if (jks_parse(data, size, &jks, &why)) {
        jks_check(&jks, "changeit");
        for (size_t i = 0; i < jks.count; i++)
            if (jks.entries[i].key.length > 0 && !jks.jceks)
                EVP_PKEY_free(jks_key(&jks.entries[i], "changeit", &work, &why));
    }
    jks_free(&jks);
}

/* What opens files is given one. */
static void try_file(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/fuzz-truststore-XXXXXX";
    int descriptor = mkstemp(path);
    struct strings paths = {0};
    struct reason why;
    struct keystore keystore;

    if (descriptor < 0 || write(descriptor, data, size) != (ssize_t)size)
        abort();
    close(descriptor);
    strings_add(&paths, path, sizeof path - 1);
    struct truststore_source source = {.paths = &paths, .password = "changeit"};
    struct truststore *store = truststore_load(&source, &why);
    if (!store && why.code != CODE_TRUST_STORE)
        abort();
    truststore_free(store);
    struct keystore_source client = {.certificate = path, .password = "changeit"};
    keystore_load(&client, &keystore, &why);
    keystore_free(&keystore);
    unlink(path);
    strings_clear(&paths);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ERR_clear_error();
    try_jks(data, size);
    bool jceks = size > 0 && data[0] == 0xCE;
    if (size > 0 && !jceks && !pkcs12_recognise(data, size) && !memmem(data, size, "ENCRYPTED", 9))
        try_file(data, size);
    return 0;
}
