/* Exit codes, the outcome of an attempt, and the reason for it: values that are handed up until the verdict is reported. */
#ifndef COMMON_BASE_REASON_H
#define COMMON_BASE_REASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit codes of every tool. 20-29 mean the same in all tools that use them. */
enum code {
    CODE_OK = 0,
    CODE_FAILED = 1,
    CODE_USAGE = 2,
    CODE_INTERNAL = 3,
    CODE_UNTRUSTED = 20,
    CODE_WRONG_NAME = 21,
    CODE_EXPIRED = 22,
    CODE_CLIENT_CERTIFICATE = 23,
    CODE_PROTOCOL = 24,
    CODE_PIN = 25,
    CODE_HTTP_STATUS = 26,
    CODE_TRUST_STORE = 27,
    CODE_UNFIT_CERTIFICATE = 28,
    CODE_PROXY = 29,
    CODE_DEADLINE = 124,
    CODE_SIGINT = 130,
    CODE_SIGTERM = 143,
};

enum outcome {
    ATTEMPT_OK,
    ATTEMPT_RETRY, /* a later attempt may succeed */
    ATTEMPT_FAIL,  /* no later attempt can succeed: a permanent failure */
};

/* Why something failed. It owns no memory: copy it freely. */
struct reason {
    enum code code;   /* the exit code, if this is the verdict */
    char text[320];   /* what is wrong; reasons are compared by it */
    char detail[128]; /* printed right after the text, not compared: addresses, seconds */
    char hint[320];   /* what to check next; may be empty */
};

/* Sets code and text, and clears detail and hint. Text that does not fit is cut. Always returns false, so that a check can end
 * with `return reason_set(...)`. */
bool reason_set(struct reason *reason, enum code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void reason_detail(struct reason *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));
void reason_hint(struct reason *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "CONTEXT: " before the text. */
void reason_wrap(struct reason *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Replaces "hint:" by "hint;" in text that may come from a peer: only the tool itself may add a hint to a line. The functions
 * above do this for text and detail. */
void reason_defuse(char *text);

/* Returns `text` if it is safe in a command or URL of a hint, else `otherwise`. Safe are at most `most` bytes of letters,
 * digits and -._~:/%?=+,@ that begin with a letter, a digit, a slash or a dot. Text of a peer or a mounted file must not become
 * part of a command that somebody pastes into a shell, and a URL that was cut would lead elsewhere. `text` may be NULL. */
const char *reason_word(const char *text, size_t most, const char *otherwise);

/* Whether both have the same code and text; detail and hint may differ. */
bool reason_same(const struct reason *a, const struct reason *b);

/* A hash: the same for reasons for which reason_same is true. Never 0. */
uint64_t reason_hash(const struct reason *reason);

/* The exit code of a run whose targets failed with both codes. */
enum code code_first(enum code a, enum code b);

#endif
