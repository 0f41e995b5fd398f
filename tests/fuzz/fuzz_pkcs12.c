/* PKCS#12 files of any content, opened with a password, without one, and by guessing. What takes seconds by design, deriving a
 * key in millions of rounds, is refused after a thousand. */
#include <openssl/err.h>

#include "common/pbe.h"
#include "common/pkcs12.h"
#include "tests/fuzz/input.h"

/* Last, as it bans functions that headers declare; in place of the one that is in the library. */
#define PBE_ROUNDS_MOST 1000
#include "common/pbe.c"

static void count(void *owner, const struct pkcs12_bag *bag)
{
    MUST(bag->certificate);
    ++*(size_t *)owner;
}

static void try_walk(const uint8_t *data, size_t size, const char *password, bool guess)
{
    EVP_PKEY *key = NULL;
    size_t certificates = 0;
    const struct pkcs12_request request = {
        .password = password, .guess = guess, .on_certificate = count, .owner = &certificates, .key = &key};
    struct pkcs12_result result = {0};
    struct reason why;

    if (pkcs12_walk(data, size, &request, &result, &why))
        MUST(result.certificates == certificates && result.java_sees <= certificates);
    else
        MUST(why.code == CODE_TRUST_STORE && why.text[0] != '\0');
    EVP_PKEY_free(key);
    ERR_clear_error();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_walk(data, size, "changeit", false);
    try_walk(data, size, NULL, false);
    try_walk(data, size, NULL, true);
    return 0;
}
