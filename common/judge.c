#include "common/judge.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/judge_say.h"

#include "common/banned.h"

enum { DAY = 86400, RSA_LEAST_JAVA = 1024, RSA_USUAL = 2048, DH_LEAST_JAVA = 1024, DH_LEAST = 2048 };

struct reason *judge_add(struct tls_judgement *judgement)
{
    if (judgement->count < JUDGE_REASONS)
        judgement->count++;
    return &judgement->reasons[judgement->count - 1];
}

struct reason *judge_warn(struct tls_judgement *judgement)
{
    if (judgement->warning_count < JUDGE_REASONS)
        judgement->warning_count++;
    return &judgement->warnings[judgement->warning_count - 1];
}

const char *judge_place(const struct tls_facts *facts, size_t depth, char text[JUDGE_PLACE])
{
    const struct certificate *certificate = depth < facts->chain_count ? &facts->chain[depth] : NULL;
    const char *kind = depth == 0                                ? "certificate"
                       : certificate && certificate->self_issued ? "root"
                                                                 : "intermediate";

    snprintf(text, JUDGE_PLACE, "%s %.100s", kind, certificate ? certificate->subject : "?");
    return text;
}

/* --- what verification found --- */

bool judge_is_about_trust(int error)
{
    switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
        return true;
    default:
        return false;
    }
}

/* A server's own certificate in the store: Java trusts it as it is, and looks at nothing but the name. */
static bool leaf_is_anchor(const struct tls_facts *facts)
{
    return facts->chain_count > 0 && facts->chain_sent == 0;
}

/* Java looks at none of this: anchors are trusted as they are; what a CA's certificate may be used for binds only the CA. */
static bool java_forgives(const struct tls_facts *facts, const struct tls_error *error)
{
    bool from_store = (size_t)error->depth >= facts->chain_sent;

    if (leaf_is_anchor(facts))
        return true;

    switch (error->error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return from_store;
    case X509_V_ERR_INVALID_PURPOSE:
        return error->depth > 0;
    default:
        return false;
    }
}

static bool forgives(const struct tls_facts *facts, const struct tls_error *error)
{
    return facts->profile == TLS_JAVA && java_forgives(facts, error);
}

static void say_time(const struct tls_facts *facts, const struct tls_error *error, struct reason *why)
{
    const struct certificate *certificate = &facts->chain[error->depth];
    bool expired = error->error == X509_V_ERR_CERT_HAS_EXPIRED;
    int64_t when = expired ? certificate->not_after : certificate->not_before;
    char place[JUDGE_PLACE], date[CERTIFICATE_TIME], now[CERTIFICATE_TIME];

    reason_set(why, CODE_EXPIRED, "the %s %s %s", judge_place(facts, (size_t)error->depth, place),
               expired ? "expired on" : "is not valid before", certificate_format_time(when, date));
    certificate_format_time(facts->time, now);
    if (facts->time_given)
        reason_hint(why, "judged as of --verify-time %s", now);
    else if (expired)
        reason_hint(why, "it has to be renewed; unless the clock here is wrong, which says %s", now);
    else
        reason_hint(why, "the clock here says %s: is it, or the one where the certificate was made, wrong?",
                    now);
}

static bool is_about_constraints(int error)
{
    return error == X509_V_ERR_PERMITTED_VIOLATION || error == X509_V_ERR_EXCLUDED_VIOLATION ||
           error == X509_V_ERR_SUBTREE_MINMAX || error == X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE ||
           error == X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX || error == X509_V_ERR_UNSUPPORTED_NAME_SYNTAX ||
           error == X509_V_ERR_PATH_LENGTH_EXCEEDED;
}

static void say_unfit(const struct tls_facts *facts, const struct tls_error *error, struct reason *why)
{
    const struct certificate *certificate = &facts->chain[error->depth];
    char place[JUDGE_PLACE];

    judge_place(facts, (size_t)error->depth, place);
    switch (error->error) {
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s has a weak key (%s)", place, certificate->key);
        reason_hint(why, "it has to be made anew with a key of at least RSA 2048 or EC 256 bits%s",
                    certificate->key_bits >= RSA_LEAST_JAVA ? "; Java still takes this one (--profile java)"
                                                            : "");
        break;
    case X509_V_ERR_CA_MD_TOO_WEAK:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s has a weak signature (%s)", place,
                   certificate->signature);
        reason_hint(why, "it has to be signed anew with SHA-256%s",
                    strcmp(certificate->digest, "SHA1") == 0
                        ? "; Java takes SHA-1 of a private CA (--profile java)"
                        : "");
        break;
    case X509_V_ERR_INVALID_PURPOSE:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s is not meant for servers (its key usage)", place);
        reason_hint(why, "it needs the extended key usage serverAuth, or none");
        break;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s is no CA's, although it signed another", place);
        reason_hint(why, "a CA's certificate needs basicConstraints CA:TRUE and the key usage keyCertSign");
        break;
    default:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s is unfit: %s", place,
                   X509_verify_cert_error_string(error->error));
        if (is_about_constraints(error->error))
            reason_hint(why, "a CA above it limits what it may sign: another name, or another CA");
        else
            reason_hint(why,
                        "show with: openssl x509 -noout -text -in CERTIFICATE.pem; it has to be made anew");
        break;
    }
}

static void add_forgiven(const struct tls_facts *facts, const struct tls_error *error,
                         struct tls_judgement *judgement)
{
    struct reason *why = judge_warn(judgement);

    if (error->error == X509_V_ERR_CERT_HAS_EXPIRED || error->error == X509_V_ERR_CERT_NOT_YET_VALID)
        say_time(facts, error, why);
    else
        say_unfit(facts, error, why);
    why->hint[0] = '\0';
    reason_wrap(why, "only Java trusts this");
}

/* An error that the others explain: without an anchor, signatures and trust settings follow by themselves. */
static bool is_consequence(const struct tls_facts *facts, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (judge_is_about_trust(facts->errors[i].error) && judge_is_about_trust(facts->errors[index].error))
            return true;
    return false;
}

static void judge_errors(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    for (size_t i = 0; i < facts->error_count; i++) {
        const struct tls_error *error = &facts->errors[i];
        bool time = error->error == X509_V_ERR_CERT_HAS_EXPIRED ||
                    error->error == X509_V_ERR_CERT_NOT_YET_VALID;

        if (is_consequence(facts, i) || (size_t)error->depth >= facts->chain_count)
            continue;
        if (forgives(facts, error)) {
            add_forgiven(facts, error, judgement);
            continue;
        }
        struct reason *why = judge_add(judgement);
        if (judge_is_about_trust(error->error) || error->error == X509_V_ERR_CERT_REJECTED ||
            error->error == X509_V_ERR_CERT_SIGNATURE_FAILURE)
            judge_say_untrusted(facts, why);
        else if (time)
            say_time(facts, error, why);
        else
            say_unfit(facts, error, why);
        judgement->permanent = judgement->permanent || error->error != X509_V_ERR_CERT_NOT_YET_VALID;
    }
}

/* --- what the profile java adds --- */

static bool java_refuses_digest(const struct certificate *certificate)
{
    return strncmp(certificate->digest, "MD", 2) == 0;
}

static bool java_refuses_key(const struct certificate *certificate)
{
    bool rsa = strncmp(certificate->key_type, "RSA", 3) == 0;

    return (rsa && certificate->key_bits < RSA_LEAST_JAVA) ||
           (strcmp(certificate->key_type, "EC") == 0 && certificate->key_bits < 224);
}

static void judge_java_certificate(const struct tls_facts *facts, size_t depth,
                                   struct tls_judgement *judgement)
{
    const struct certificate *certificate = &facts->chain[depth];
    bool anchor = depth >= facts->chain_sent;
    struct tls_error key = {.error = depth == 0 ? X509_V_ERR_EE_KEY_TOO_SMALL : X509_V_ERR_CA_KEY_TOO_SMALL,
                            .depth = (int)depth};
    struct tls_error digest = {.error = X509_V_ERR_CA_MD_TOO_WEAK, .depth = (int)depth};

    if (java_refuses_key(certificate) && !(anchor && depth == 0)) {
        say_unfit(facts, &key, judge_add(judgement));
        judgement->permanent = true;
    } else if (strncmp(certificate->key_type, "RSA", 3) == 0 && certificate->key_bits < RSA_USUAL) {
        add_forgiven(facts, &key, judgement);
    }
    if (anchor)
        return; /* nobody looks at the signature of an anchor */
    if (java_refuses_digest(certificate)) {
        say_unfit(facts, &digest, judge_add(judgement));
        judgement->permanent = true;
    } else if (strcmp(certificate->digest, "SHA1") == 0) {
        add_forgiven(facts, &digest, judgement);
    }
}

/* What the key must be allowed to do follows from the key exchange (EndEntityChecker in the JDK): decrypt, or sign. */
static void judge_java_usage(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    bool decrypts = facts->cipher[0] != '\0' && strncmp(facts->cipher, "TLS_", 4) != 0 &&
                    !strstr(facts->cipher, "DHE-");
    const struct certificate *leaf = &facts->sent[0];

    if (facts->sent_count == 0 || !facts->done || (decrypts ? leaf->enciphers : leaf->signs))
        return;
    struct reason *why = judge_add(judgement);
    judgement->permanent = true;
    reason_set(why, CODE_UNFIT_CERTIFICATE, "the certificate %.100s may not be used for %s (its key usage)",
               leaf->subject, decrypts ? "key encipherment, which this cipher needs" : "digital signatures");
    reason_hint(why, "Java refuses it: it needs the key usage %s, or none",
                decrypts ? "keyEncipherment" : "digitalSignature");
}

static void judge_java(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    if (!leaf_is_anchor(facts)) {
        judge_java_usage(facts, judgement);
        for (size_t i = 0; i < facts->chain_count; i++)
            judge_java_certificate(facts, i, judgement);
    }
    const struct certificate *last = facts->chain_count > 0 ? &facts->chain[facts->chain_count - 1] : NULL;
    if (last && facts->error_count == 0 && facts->chain_count > facts->chain_sent && !last->self_issued) {
        char place[JUDGE_PLACE];
        reason_set(judge_warn(judgement), CODE_UNTRUSTED,
                   "only Java trusts this: the %s is an anchor in %.80s although it is no root",
                   judge_place(facts, facts->chain_count - 1, place), facts->store);
    }
}

/* --- names --- */

static bool label_matches(const char *name, size_t name_length, const char *pattern, size_t pattern_length)
{
    while (pattern_length > 0 && *pattern != '*') {
        if (name_length == 0 || strncasecmp(name, pattern, 1) != 0)
            return false;
        name++, name_length--, pattern++, pattern_length--;
    }
    if (pattern_length == 0)
        return name_length == 0;
    for (size_t skipped = 0; skipped <= name_length; skipped++)
        if (label_matches(name + skipped, name_length - skipped, pattern + 1, pattern_length - 1))
            return true;
    return false;
}

static bool java_pattern_matches(const char *name, const char *pattern)
{
    const char *star = strrchr(pattern, '*');
    size_t stars = 0;

    for (const char *at = pattern; *at != '\0'; at++)
        stars += *at == '*';
    if (stars > 3 || (star && !strchr(star, '.'))) /* a wildcard for a whole domain; many would take long */
        return false;
    for (;;) {
        size_t label = strcspn(name, "."), other = strcspn(pattern, ".");
        if (!label_matches(name, label, pattern, other))
            return false;
        name += label;
        pattern += other;
        if (*name == '\0' || *pattern == '\0')
            return *name == *pattern;
        name++, pattern++;
    }
}

bool judge_java_name(const struct certificate *certificate, const char *name, bool is_address)
{
    const struct option_list *list = is_address ? &certificate->addresses : &certificate->dns;

    for (size_t i = 0; i < list->count; i++)
        if (is_address ? strcasecmp(list->items[i], name) == 0 : java_pattern_matches(name, list->items[i]))
            return true;
    return !is_address && list->count == 0 && certificate->common_name &&
           java_pattern_matches(name, certificate->common_name);
}

/* "a.example, b.example and 3 more". */
static void list_names(const struct certificate *certificate, char *text, size_t size)
{
    const struct option_list *lists[] = {&certificate->dns, &certificate->addresses};
    size_t total = certificate->dns.count + certificate->addresses.count, shown = 0, length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < lists[i]->count && length < 90 && length < size; j++, shown++)
            length += (size_t)snprintf(text + length, size - length, "%s%.60s", length > 0 ? ", " : "",
                                       lists[i]->items[j]);
    if (total == 0)
        snprintf(text, size, "no name%s%.60s", certificate->common_name ? " but the common name " : "",
                 certificate->common_name ? certificate->common_name : "");
    else if (shown < total && length < size)
        snprintf(text + length, size - length, " and %zu more", total - shown);
}

static void judge_name(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    char names[192];

    if (facts->name_matches || facts->sent_count == 0)
        return;
    struct reason *why = judge_add(judgement);
    list_names(&facts->sent[0], names, sizeof names);
    reason_set(why, CODE_WRONG_NAME, "the certificate is not for %.100s: it has %s", facts->name, names);
    judgement->permanent = true;
    if (facts->name_is_address)
        reason_hint(why, "an address has to be among its alternative names; or connect by a name that is "
                         "(--server-name NAME)");
    else if (!tls_facts_sends_name(facts))
        reason_hint(
            why, "Java sends no server name (SNI) for a name without a dot, so the server showed its default "
                 "certificate: use the full name, or have this name put into the certificate");
    else
        reason_hint(
            why,
            "use one of those names, have this one put into the certificate, or see why the server shows its "
            "default certificate for it");
}

/* --- lifetime and pins --- */

static void judge_days(const struct tls_facts *facts, const struct tls_rules *rules,
                       struct tls_judgement *judgement)
{
    const struct certificate *shortest = NULL;
    size_t depth = 0;
    char place[JUDGE_PLACE], date[CERTIFICATE_TIME];

    for (size_t i = 0; i < facts->chain_count; i++) {
        if (facts->chain[i].not_after < facts->time || (i >= facts->chain_sent && facts->profile == TLS_JAVA))
            continue; /* said already, or nobody's concern */
        if (!shortest || facts->chain[i].not_after < shortest->not_after) {
            shortest = &facts->chain[i];
            depth = i;
        }
    }
    if (!shortest)
        return;
    int64_t left = (shortest->not_after - facts->time) / DAY;
    if (left >= rules->min_days && left >= rules->warn_days)
        return;
    bool fails = left < rules->min_days;
    struct reason *why = fails ? judge_add(judgement) : judge_warn(judgement);
    judgement->permanent = judgement->permanent || fails;
    reason_set(why, CODE_EXPIRED, "the %s expires on %s, in %lld day%s", judge_place(facts, depth, place),
               certificate_format_time(shortest->not_after, date), (long long)left, left == 1 ? "" : "s");
    if (fails)
        reason_hint(why, "it has to be renewed: --min-days %lld asks for more", (long long)rules->min_days);
    else
        reason_hint(why, "it has to be renewed soon");
}

static bool pin_is_there(const struct tls_facts *facts, const char *pin)
{
    if (strncmp(pin, "sha256//", 8) == 0)
        pin += 8;
    for (size_t i = 0; i < facts->chain_count; i++)
        if (strcmp(facts->chain[i].pin, pin) == 0)
            return true;
    return false;
}

static void judge_pins(const struct tls_facts *facts, const struct tls_rules *rules,
                       struct tls_judgement *judgement)
{
    if (!rules->pins || rules->pins->count == 0 || facts->chain_count == 0)
        return;
    for (size_t i = 0; i < rules->pins->count; i++)
        if (pin_is_there(facts, rules->pins->items[i]))
            return;
    struct reason *why = judge_add(judgement);
    judgement->permanent = true;
    reason_set(why, CODE_PIN, "no key in the chain is pinned; the certificate's is sha256//%s",
               facts->chain[0].pin);
    reason_hint(why,
                "if the server's key was changed on purpose, pin the new one; else somebody stands between");
}

/* --- the client's certificate, HTTP --- */

static void judge_client(const struct tls_facts *facts, const struct tls_rules *rules,
                         struct tls_judgement *judgement)
{
    bool by_http = facts->client_wanted && facts->http_status == 400;

    if (facts->acceptance == TLS_ACCEPTANCE_REFUSED || by_http) {
        judge_say_client_refused(facts, judge_add(judgement));
        judgement->permanent = true;
        return;
    }
    if (!rules->client_must_be_accepted ||
        (facts->client_wanted && facts->client_given && facts->acceptance == TLS_ACCEPTANCE_PROVEN))
        return;
    struct reason *why = judge_add(judgement);
    judgement->permanent = true;
    if (!facts->client_wanted)
        reason_set(why, CODE_CLIENT_CERTIFICATE, "the server does not ask for a client certificate");
    else if (!facts->client_given)
        reason_set(why, CODE_CLIENT_CERTIFICATE,
                   "the server asks for a client certificate, and none was given");
    else
        reason_set(why, CODE_CLIENT_CERTIFICATE,
                   "the server says nothing about the client certificate that it got");
    reason_hint(
        why, "%s",
        facts->client_wanted && facts->client_given
            ? "ask for a page that needs it (--http-path): an answer proves that it was accepted"
            : "--client-cert-accepted wants to see one accepted: is mutual TLS on, and at this port?");
}

static void judge_http(const struct tls_facts *facts, const struct tls_rules *rules,
                       struct tls_judgement *judgement)
{
    int status = facts->http_status;

    if (rules->http_low == 0 || status == 0 || (status >= rules->http_low && status <= rules->http_high) ||
        (facts->client_wanted && status == 400))
        return;
    struct reason *why = judge_add(judgement);
    judgement->permanent = judgement->permanent || status < 500;
    reason_set(why, CODE_HTTP_STATUS, "HTTP status %d, wanted %lld-%lld", status, (long long)rules->http_low,
               (long long)rules->http_high);
    if (status >= 500)
        reason_hint(why, "TLS is fine; the server has trouble behind it: look at its log");
    else if (status == 401 || status == 403)
        reason_hint(
            why,
            "TLS is fine; the path wants credentials: ask for another with --http-path, or let it pass with "
            "--http-status");
    else
        reason_hint(why, "TLS is fine; is the path right (--http-path)?");
}

/* --- all of it --- */

static void judge_exchange(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    int least = facts->profile == TLS_JAVA ? DH_LEAST_JAVA : DH_LEAST;

    if (facts->dh_bits == 0 || facts->dh_bits >= least)
        return;
    struct reason *why = judge_add(judgement);
    judgement->permanent = true;
    reason_set(why, CODE_PROTOCOL, "the key exchange is weak: Diffie-Hellman with %d bits", facts->dh_bits);
    reason_hint(why, "the server needs parameters of 2048 bits, or an elliptic curve");
}

static void judge_staple(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    if (facts->staple != TLS_STAPLE_REVOKED)
        return;
    struct reason *why = judge_add(judgement);
    judgement->permanent = true;
    reason_set(why, CODE_UNTRUSTED, "the certificate was revoked, says the server's own OCSP answer");
    reason_hint(why, "the server needs a new certificate and key");
}

static void judge_chain(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    if (!facts->has_chain)
        return;
    judge_errors(facts, judgement);
    if (facts->profile == TLS_JAVA)
        judge_java(facts, judgement);
    judge_name(facts, judgement);
}

static void make_warnings(struct tls_judgement *judgement)
{
    for (size_t i = 0; i < judgement->count; i++)
        *judge_warn(judgement) = judgement->reasons[i];
    judgement->count = 0;
    judgement->permanent = false;
}

bool judge_lets_pass(const struct tls_facts *facts)
{
    struct tls_judgement judgement = {0};

    judge_chain(facts, &judgement);
    return judgement.count == 0;
}

void judge_tls(const struct tls_facts *facts, const struct tls_rules *rules, struct tls_judgement *judgement)
{
    memset(judgement, 0, sizeof *judgement);
    judge_chain(facts, judgement);
    if (rules->trusts_anyone)
        make_warnings(judgement);
    if (facts->has_chain) {
        judge_days(facts, rules, judgement);
        judge_pins(facts, rules, judgement);
    }
    judge_staple(facts, judgement);
    judge_exchange(facts, judgement);
    if (!facts->done) {
        bool permanent = false;
        judge_say_handshake(facts, judge_add(judgement), &permanent);
        judgement->permanent = judgement->permanent || permanent;
        return;
    }
    judge_client(facts, rules, judgement);
    judge_http(facts, rules, judgement);
}

enum outcome judge_sum_up(const struct tls_judgement *judgement, struct reason *why)
{
    const struct reason *first = NULL;
    char text[sizeof why->text];
    size_t length;

    for (size_t i = 0; i < judgement->count; i++) {
        const struct reason *reason = &judgement->reasons[i];
        if (!first || (reason->code != first->code && code_first(reason->code, first->code) == reason->code))
            first = reason;
    }
    if (!first)
        return ATTEMPT_OK;
    *why = *first;
    length = (size_t)snprintf(text, sizeof text, "%s%s", first->text, first->detail);
    for (size_t i = 0; i < judgement->count && length < sizeof text; i++)
        if (&judgement->reasons[i] != first)
            length += (size_t)snprintf(text + length, sizeof text - length, "; also: %s",
                                       judgement->reasons[i].text);
    snprintf(why->text, sizeof why->text, "%s", text);
    why->detail[0] = '\0';
    return judgement->permanent ? ATTEMPT_FAIL : ATTEMPT_RETRY;
}
