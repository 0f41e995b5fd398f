#include "cmd/tls-check/interception.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

/* No part of the chain is in the trust store, and it is not just the server that signed itself. */
static bool shows_unknown_issuer(const struct tls_facts *facts)
{
    return facts->missing && facts->likeness != TRUSTSTORE_SAME_NAME && facts->chain_count > 0 &&
           facts->chain_sent == facts->chain_count &&
           (facts->chain_count > 1 || !facts->chain[0].self_issued);
}

/* One server with several names, or one certificate for all of them, proves nothing. */
static bool are_two(const struct tls_facts *a, const struct tls_facts *b)
{
    return strcasecmp(a->name, b->name) != 0 && strcmp(a->sent[0].sha256, b->sent[0].sha256) != 0;
}

const char *interception_issuer(const struct tls_facts *const facts[], size_t count)
{
    const struct tls_facts *first = NULL;
    bool several = false;

    for (size_t i = 0; i < count; i++) {
        if (facts[i]->sent_count == 0)
            continue;
        if (!shows_unknown_issuer(facts[i]))
            return NULL;
        if (!first)
            first = facts[i];
        else if (strcmp(facts[i]->missing, first->missing) != 0)
            return NULL;
        several = several || are_two(first, facts[i]);
    }
    return several ? first->missing : NULL;
}

/* --- in the hints --- */

static void replace_hint(const struct tls_facts *facts, size_t servers, struct reason *why)
{
    bool java = facts->java_store[0] != '\0';

    if (why->code != CODE_UNTRUSTED)
        return;
    reason_hint(
        why,
        "%zu servers of different names all show this issuer: a proxy in between may intercept TLS and sign with its "
        "own CA: exclude these hosts there, or trust that CA; if it is your own: %s %.60s",
        servers, java ? "keytool -importcert -alias NAME -file CA.pem -keystore" : "add its PEM to",
        java ? reason_word(facts->java_store, 60, "TRUST_STORE") : facts->store);
}

static void hint_at(struct check *check, size_t servers)
{
    const struct session *telling = check_telling(check);

    for (size_t i = 0; i < check->count; i++) {
        struct session *session = &check->sessions[i];
        for (size_t j = 0; j < session->judgement.count && check_counts(check, session); j++)
            replace_hint(&session->facts, servers, &session->judgement.reasons[j]);
    }
    if (telling && telling->facts.sent_count > 0)
        replace_hint(&telling->facts, servers, &check->base.reason);
}

void interception_hint(struct check *checks, size_t count)
{
    size_t most = 0, seen = 0;

    for (size_t i = 0; i < count; i++)
        most += checks[i].count;
    const struct tls_facts **facts = xcalloc(most, sizeof(struct tls_facts *));
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < checks[i].count; j++)
            if (check_counts(&checks[i], &checks[i].sessions[j]) &&
                checks[i].sessions[j].facts.sent_count > 0)
                facts[seen++] = &checks[i].sessions[j].facts;
    const char *issuer = interception_issuer(facts, seen);
    for (size_t i = 0; issuer && !judge_interceptor(issuer) && i < count; i++)
        hint_at(&checks[i], seen);
    free(facts);
}
