/* The verdict on a TLS connection: a pure function from what was seen to what is wrong with it, in the words of fetch-config
 * and tls-check and with their exit codes 20 to 28. */
#ifndef COMMON_TLS_JUDGE_H
#define COMMON_TLS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cli/options.h"
#include "common/tls/judgement.h"
#include "common/tls/tls_facts.h"

struct tls_rules {
    int64_t min_days;  /* of lifetime that must be left: below it fails */
    int64_t warn_days; /* below it warns */
    const struct strings
        *pins; /* base64 of SHA-256 of a key, "sha256//" before it or not; NULL or empty: none */
    bool client_must_be_accepted; /* seen to be, not only sent */
    bool trusts_anyone; /* a client that does not validate: what is wrong with the chain is only a warning */
    int64_t http_low, http_high; /* statuses that pass; 0: none was asked for */
    const struct strings *
        issuers; /* one of these patterns must fit an issuer of the chain; NULL or empty: any issuer will do */
    bool require_staple;  /* an OCSP answer must come with the certificate, and say good */
    int64_t max_validity; /* seconds from the certificate's beginning to its end; 0: any */
};

void judge_tls(const struct tls_facts *facts, const struct tls_rules *rules, struct tls_judgement *judgement);

/* Whether there is a chain, it and the name are verified, nothing that was seen revokes it, and a client of this profile goes
 * on. */
bool judge_lets_pass(const struct tls_facts *facts);

/* Whether the stapled OCSP response says this, and counts: signed by the certificate's issuer or a
 * responder of its, not too old, and about this certificate. */
bool judge_staple_says(const struct tls_facts *facts, enum tls_staple_says what);

/* "good", "revoked", "unknown"; NULL where nothing is said about the certificate. */
const char *judge_staple_word(enum tls_staple_says says);

/* Why it does not count ("it was valid until ..."); NULL: it does, or there is none. `text` may be used for it. */
enum { JUDGE_FLAW = 96 };
const char *judge_staple_flaw(const struct tls_facts *facts, char text[JUDGE_FLAW]);

/* Whether a pattern fits an issuer's name, whatever the letters' case: the whole of it where it has a wildcard (*), else a part. */
bool judge_matches_issuer(const char *issuer, const char *pattern);

/* The product that intercepts TLS, by the name of an issuer; NULL: it is none. */
const char *judge_interceptor(const char *issuer);

/* Whether verification by the profile's rules goes on after this error, with a warning, in a chain whose first `sent` certificates
 * come from the server. */
bool judge_forgives(enum tls_profile profile, const struct tls_error *error, int sent);

#endif
