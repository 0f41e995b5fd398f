/* OCSP answers of any content, about the first certificate of one fixed chain. The seeds are answers about it: of its issuer,
 * of the responder that it certified, of others. */
#include <openssl/pem.h>

#include "common/tls/judge.h"
#include "common/tls/tls_facts.h"

#include "tests/fuzz/input.h"

enum { THEN = 1795500000 /* 2026-11-24: within the certificates' time and the seeds' */ };

static const char chain_text[] = "-----BEGIN CERTIFICATE-----\n"
                                 "MIIB2jCCAYCgAwIBAgICA/QwCgYIKoZIzj0EAwIwNTEWMBQGA1UECgwNRXhhbXBs\n"
                                 "ZSBUcnVzdDEbMBkGA1UEAwwSRXhhbXBsZSBJc3N1aW5nIENBMB4XDTI2MTEyMTA3\n"
                                 "MzMyNVoXDTI3MTIyNjA3MzMyNVowFjEUMBIGA1UEAwwLc2VydmVyLnRlc3QwWTAT\n"
                                 "BgcqhkjOPQIBBggqhkjOPQMBBwNCAASw6jWYNi2qwCO5ymhwsSOqmxIA+eFE8hLE\n"
                                 "9huxsbFp3FIxRPxmoy+tvF7ReUmlsWVhY+kPHrLZQJbM84W1po/do4GeMIGbMAkG\n"
                                 "A1UdEwQCMAAwHQYDVR0OBBYEFHxjdnfVSD8u2782HptKIAKTY3OdMB8GA1UdIwQY\n"
                                 "MBaAFIkZSaCiUJG/BFK4+6XmS5JeBHFKMBYGA1UdEQQPMA2CC3NlcnZlci50ZXN0\n"
                                 "MDYGCCsGAQUFBwEBBCowKDAmBggrBgEFBQcwAoYaaHR0cDovL2NhLnRlc3QvaXNz\n"
                                 "dWluZy5jcnQwCgYIKoZIzj0EAwIDSAAwRQIgMMSCZGsFKl+j+8Ta6axJvjegsSRy\n"
                                 "I1PDVZgnab2V3yUCIQDHe7wTZfth5SzsgHoadwbSaFLL7TJmOkIhs0pOkjmfFA==\n"
                                 "-----END CERTIFICATE-----\n"
                                 "-----BEGIN CERTIFICATE-----\n"
                                 "MIIB+TCCAZ6gAwIBAgICA+wwCgYIKoZIzj0EAwIwOTEWMBQGA1UECgwNRXhhbXBs\n"
                                 "ZSBUcnVzdDEfMB0GA1UEAwwWRXhhbXBsZSBHbG9iYWwgUm9vdCBHMjAeFw0yNjEx\n"
                                 "MjEwNzMzMjRaFw0yNzEyMjYwNzMzMjRaMDUxFjAUBgNVBAoMDUV4YW1wbGUgVHJ1\n"
                                 "c3QxGzAZBgNVBAMMEkV4YW1wbGUgSXNzdWluZyBDQTBZMBMGByqGSM49AgEGCCqG\n"
                                 "SM49AwEHA0IABOCcsbs5qRdi+a9uQtETrOAouCYPTpz/N34o6vbLXWzGIbfoAjpi\n"
                                 "kXDQQCWclos5J0a40bbRQsm+p+d4JDqu0B2jgZkwgZYwDwYDVR0TAQH/BAUwAwEB\n"
                                 "/zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFIkZSaCiUJG/BFK4+6XmS5JeBHFK\n"
                                 "MB8GA1UdIwQYMBaAFGdQY6uOht5GcDX6ow5sIcN0rt92MDMGCCsGAQUFBwEBBCcw\n"
                                 "JTAjBggrBgEFBQcwAoYXaHR0cDovL2NhLnRlc3Qvcm9vdC5jcnQwCgYIKoZIzj0E\n"
                                 "AwIDSQAwRgIhANtFJeFFyPx/0CUF+BBRcdZl2eL5Y6qiauzTJSbhGwrbAiEAwgX2\n"
                                 "TgSqgo6ZLzIKwD2W7NHGD3E5A6ZneNqFG0bd+PA=\n"
                                 "-----END CERTIFICATE-----\n";

static STACK_OF(X509) * read_chain(void)
{
    BIO *text = BIO_new_mem_buf(chain_text, -1);
    STACK_OF(X509) *chain = sk_X509_new_null();
    X509 *x509;

    while ((x509 = PEM_read_bio_X509(text, NULL, NULL, NULL)))
        sk_X509_push(chain, x509);
    BIO_free(text);
    return chain;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static STACK_OF(X509) * chain;
    struct tls_facts facts;
    struct tls_judgement judgement;
    struct tls_rules rules = {0};

    if (!chain)
        chain = read_chain();
    tls_facts_init(&facts);
    facts.time = THEN;
    tls_staple_parse(data, size, chain, THEN, &facts.staple);
    MUST(facts.staple.says != TLS_STAPLE_NONE);
    MUST(!facts.staple.proven || judge_staple_word(facts.staple.says));
    facts.has_chain = facts.verified = facts.done = facts.name_matches = true;
    judge_tls(&facts, &rules, &judgement);
    /* What nobody has proven condemns nobody. */
    MUST(facts.staple.proven || judgement.count == 0);
    tls_facts_free(&facts);
    return 0;
}
