/* Words that several of the judges need: which certificate it is, a command to look at it with. */
#ifndef COMMON_TLS_JUDGE_WORDS_H
#define COMMON_TLS_JUDGE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/tls/tls_facts.h"

/* The hint where the peer has not ended the handshake. */
#define JUDGE_SILENCE \
    "something accepts and does not answer: does this port speak TLS, is the server overloaded?"

/* "the certificate", "the intermediate CN=x", "the root CN=x". Returns `text`. */
enum { JUDGE_PLACE = 160 };
const char *judge_place(const struct tls_facts *facts, size_t depth, char text[JUDGE_PLACE]);

/* Adds an openssl command and its way to this server to the hint; not where that way does not fit, since cut short it would
 * lead elsewhere, or holds what a shell acts on. */
void judge_hint_command(const struct tls_facts *facts, const char *command, struct reason *why);

/* Whether a verification error (X509_V_ERR_...) means that no anchor was found. */
bool judge_is_about_trust(int error);

#endif
