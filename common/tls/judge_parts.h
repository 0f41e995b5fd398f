/* What the judges of one part each give to judge.c and to each other: judge_chain.c, judge_demands.c, judge_java.c,
 * judge_java_handshake.c, judge_staple.c, judge_untrusted.c, judge_handshake.c. Nobody else uses these. */
#ifndef COMMON_TLS_JUDGE_PARTS_H
#define COMMON_TLS_JUDGE_PARTS_H

#include "common/tls/judge.h"
#include "common/tls/judge_words.h"

/* Everything that verification found: reasons, or warnings where the profile forgives. */
void judge_errors(const struct tls_facts *facts, struct tls_judgement *judgement);

/* A reason where the chain is not verified, and no other reason explains it. */
void judge_unexplained(const struct tls_facts *facts, struct tls_judgement *judgement);

/* What the stapled OCSP response means: "revoked" is a reason, a response that does not count is a warning. */
void judge_staple(const struct tls_facts *facts, struct tls_judgement *judgement);

/* What the rules demand of the certificate beside its chain. */
void judge_demands(const struct tls_facts *facts, const struct tls_rules *rules,
                   struct tls_judgement *judgement);

/* What Java looks at besides: in the chain; and in the handshake, which binds those who trust anybody, too. */
void judge_java(const struct tls_facts *facts, struct tls_judgement *judgement);
void judge_java_handshake(const struct tls_facts *facts, struct tls_judgement *judgement);

/* A reason if the JVM's version refuses something; a warning if only newer updates do; else NULL. */
struct reason *judge_java_add(struct tls_judgement *judgement, bool refused, bool refused_by_newest);

/* A certificate that Java does not read, or not take: facts->java.flaw. */
void judge_java_flaw(const struct tls_facts *facts, struct tls_judgement *judgement);

/* A server's own certificate in the store: Java trusts it as it is, and looks at nothing but the name. */
bool judge_leaf_is_anchor(const struct tls_facts *facts);

/* Why a certificate is unfit; and the same as a warning, since Java takes it. */
void judge_say_unfit(const struct tls_facts *facts, const struct tls_error *error, struct reason *why);
void judge_forgive(const struct tls_facts *facts, const struct tls_error *error,
                   struct tls_judgement *judgement);

/* Cause and remedy of a chain without an anchor. */
void judge_say_untrusted(const struct tls_facts *facts, const struct tls_error *error, struct reason *why);
void judge_say_too_long(const struct tls_facts *facts, struct reason *why);

/* Of a handshake that did not end well. `permanent` is set unless waiting may fix it. */
void judge_say_handshake(const struct tls_facts *facts, struct reason *why, bool *permanent);

/* What is known about why a server would not take the client's certificate. */
void judge_say_client_refused(const struct tls_facts *facts, struct reason *why);

#endif
