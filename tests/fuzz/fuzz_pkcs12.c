/* PKCS#12 files of any content, opened with a password, without one, and by guessing. What takes seconds by design, deriving a
 * key in millions of rounds, is refused after a thousand. */
#include <openssl/err.h>

#include "common/trust/pbe.h"
#include "common/trust/pkcs12.h"
#include "tests/fuzz/input.h"

/* Last, as it bans functions that headers declare; in place of the one that is in the library. */
#define PBE_ROUNDS_MOST 1000
#include "common/trust/pbe.c"

static bool count(void *owner, const struct pkcs12_bag *bag)
{
    MUST(bag->certificate);
    ++*(size_t *)owner;
    return true;
}

static void forget(void *owner, EVP_PKEY *key, const char *alias)
{
    (void)owner, (void)alias;
    EVP_PKEY_free(key);
}

static void try_walk(const uint8_t *data, size_t size, const char *password, bool guess,
                     const struct java_version *java)
{
    size_t certificates = 0;
    const struct pkcs12_request request = {
        .password = password,
        .guess = guess,
        .java = java,
        .on_certificate = count,
        .on_key = forget,
        .owner = &certificates,
    };
    struct pkcs12_result result = {0};
    struct reason why;

    if (pkcs12_walk(data, size, &request, &result, &why))
        MUST(result.certificates == certificates && result.java_sees <= certificates);
    else
        MUST(why.code == CODE_TRUST_STORE && why.text[0] != '\0');
    ERR_clear_error();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct java_version java = {.train = 25, .update = JAVA_NEWEST};

    try_walk(data, size, "changeit", false, NULL);
    try_walk(data, size, NULL, false, NULL);
    try_walk(data, size, NULL, true, NULL);
    try_walk(data, size, "changeit", false, &java);
    try_walk(data, size, "", false, &java);
    return 0;
}
