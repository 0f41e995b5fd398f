/* A second look at a server, over another connection: what it would speak, where it has nothing in common with what was offered;
 * and whether a first message of more than one packet gets through. */
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tls-check/session_step.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { TLS_1_2 = 0x0303 };

/* --- whether to look --- */

/* It refused what was offered, before it showed anything. */
static bool has_nothing_in_common(const struct tls_facts *facts)
{
    if (facts->done || facts->has_chain || facts->client_wanted)
        return false;
    if (facts->end == TLS_END_ALERT)
        return facts->alert == SSL_AD_HANDSHAKE_FAILURE || facts->alert == SSL_AD_PROTOCOL_VERSION ||
               facts->alert == SSL_AD_INSUFFICIENT_SECURITY;
    return facts->end == TLS_END_LIBRARY && strstr(facts->library, "version") != NULL;
}

bool session_wants_second(const struct session *session, enum hello_kind *kind)
{
    *kind = session->outcome == ATTEMPT_OK ? HELLO_LARGE : HELLO_WIDE;
    if (session->is_second || session->second)
        return false;
    return *kind == HELLO_LARGE ? session->plan->large_hello : has_nothing_in_common(&session->facts);
}

/* --- looking --- */

void session_begin_hello(struct session *session)
{
    const struct session *first = session->owner;
    const struct tls_facts *facts = &first->facts;

    session->phase = SESSION_HELLO;
    session->has_asked = true;
    if (!hello_add(&session->out, session->hello, tls_facts_sends_name(facts) ? facts->name : NULL)) {
        reason_set(&session->why, CODE_INTERNAL, "OpenSSL cannot generate a key for this group");
        session_fail(session, ATTEMPT_FAIL);
        return;
    }
    session_send_plain(session);
}

void session_read_hello(struct session *session)
{
    session->answered = hello_read(&session->in, &session->answer);
    if (session->answered != HELLO_MORE) {
        session->outcome = ATTEMPT_OK;
        session_end(session);
    }
}

/* --- what it shows --- */

static bool is_broken(const char *suite)
{
    static const char *const parts[] = {"RC4", "3DES", "_DES_", "NULL", "anon", "MD5"};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strstr(suite, parts[i]))
            return true;
    return false;
}

static void hint_spoken(const struct hello_answer *answer, struct reason *why)
{
    char version[HELLO_NAME], suite[HELLO_NAME], group[HELLO_NAME];

    hello_version_name(answer->version, version);
    hello_suite_name(answer->suite, suite);
    hello_group_name(answer->group, group);
    if (hello_group_is_new(answer->group))
        reason_hint(
            why,
            "it would negotiate %s with the post-quantum group %s, which clients support only since 2025 (OpenSSL "
            "3.5, Go 1.24, Java 25): the server has to allow X25519, too; here: --groups %s",
            version, group, group);
    else if (answer->version < TLS_1_2)
        reason_hint(
            why,
            "it would negotiate %s with %s: no current client supports TLS 1.0 and 1.1, so the server must be updated",
            version, suite);
    else if (is_broken(suite))
        reason_hint(why,
                    "it would negotiate %s with %s, which no client should take: the server needs others",
                    version, suite);
    else
        reason_hint(
            why,
            "it would negotiate %s with %s%s%s: the server needs others besides, or see --min-tls, --max-tls, "
            "--groups and --profile",
            version, suite, answer->group != 0 ? " and the group " : "", answer->group != 0 ? group : "");
}

/* The hint, where the verdict has it and where each reason has its own line. */
static void tell_spoken(struct session *session)
{
    hint_spoken(&session->second->answer, &session->why);
    for (size_t i = 0; i < session->judgement.count; i++)
        if (session->judgement.reasons[i].code == CODE_PROTOCOL)
            memcpy(session->judgement.reasons[i].hint, session->why.hint, sizeof session->why.hint);
}

/* It was never asked: the second connection itself failed. */
static void tell_not_asked(struct session *session)
{
    session->why = session->second->why;
    reason_wrap(&session->why, "in a second connection (--large-hello)");
}

static void tell_dropped(struct session *session)
{
    char address[ADDRESS_TEXT];

    reason_set(
        &session->why, CODE_PROTOCOL,
        "the server does not answer a ClientHello of over %d bytes, although it answers a shorter one: clients that "
        "send one (Go 1.24, Java 25) time out here",
        HELLO_LARGE_BYTES);
    reason_detail(&session->why, " (%s)", address_format(&session->address, address));
    reason_hint(&session->why,
                "a firewall or balancer on the way drops a ClientHello of more than one packet, or looks at "
                "the first alone: have it updated; until then GODEBUG=tlsmlkem=0, or "
                "-Djdk.tls.namedGroups without X25519MLKEM768");
}

static void tell_failure(struct session *session)
{
    session->outcome = ATTEMPT_RETRY;
    if (session->second->has_asked)
        tell_dropped(session);
    else
        tell_not_asked(session);
}

void session_conclude_second(struct session *session)
{
    const struct session *second = session->second;

    if (second->hello == HELLO_WIDE && second->answered == HELLO_ANSWERED)
        tell_spoken(session);
    else if (second->hello == HELLO_LARGE && second->answered != HELLO_ANSWERED &&
             second->answered != HELLO_REFUSED)
        tell_failure(session);
}
