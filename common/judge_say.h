/* The words of a verdict on a chain. Only judge*.c use these. */
#ifndef COMMON_JUDGE_SAY_H
#define COMMON_JUDGE_SAY_H

#include "common/judge.h"

/* A place for another reason, or warning; the last one again when there is no room. */
struct reason *judge_add(struct tls_judgement *judgement);
struct reason *judge_warn(struct tls_judgement *judgement);

/* Cause and remedy of a chain without an anchor. */
void judge_say_untrusted(const struct tls_facts *facts, struct reason *why);

/* Of a handshake that did not end well. `permanent` is set unless waiting may mend it. */
void judge_say_handshake(const struct tls_facts *facts, struct reason *why, bool *permanent);

/* What is known about why a server would not take the client's certificate. */
void judge_say_client_refused(const struct tls_facts *facts, struct reason *why);

/* "the certificate", "the intermediate CN=x", "the root CN=x". Returns `text`. */
enum { JUDGE_PLACE = 160 };
const char *judge_place(const struct tls_facts *facts, size_t depth, char text[JUDGE_PLACE]);

#endif
