/* Exit codes, how an attempt ends, and why: the values that travel upwards until the verdict is said. */
#ifndef COMMON_BASE_REASON_H
#define COMMON_BASE_REASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit codes of every tool. 20-29 mean the same in fetch-config and tls-check. */
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
    ATTEMPT_RETRY, /* waiting may mend it */
    ATTEMPT_FAIL,  /* it cannot */
};

/* Why something is not as it should be. No ownership: copy it freely. */
struct reason {
    enum code code;   /* the exit code it has as a verdict */
    char text[320];   /* what is wrong; what reasons are compared by */
    char detail[128]; /* said right after the text, not compared: addresses, seconds */
    char hint[320];   /* what to look at next; may be empty */
};

/* Sets code and text, and empties detail and hint. Text that does not fit is cut. Returns false, so that a check can
 * end in `return reason_set(...)`. */
bool reason_set(struct reason *reason, enum code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void reason_detail(struct reason *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));
void reason_hint(struct reason *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "CONTEXT: " before the text. */
void reason_wrap(struct reason *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes "hint:" in what a peer may have said "hint;": a line's hint is ours, and begins behind that word. Text and detail of a
 * reason are done by the functions above. */
void reason_defuse(char *text);

/* `text` when a command or a URL in a hint may hold it as it is: at most `most` bytes of letters, digits and
 * -._~:/%?=+,@ that begin with a letter, a digit, a slash or a dot. Else `otherwise`. What a peer or a mounted file says must
 * not become a command that somebody pastes into a shell, and what is cut would lead elsewhere. `text` may be NULL. */
const char *reason_word(const char *text, size_t most, const char *otherwise);

/* The same trouble, wherever it came from and however long it lasts. */
bool reason_same(const struct reason *a, const struct reason *b);

/* A number that stands for it: the same for reasons that are the same. Never 0. */
uint64_t reason_hash(const struct reason *reason);

/* The code of a run in which both went wrong (cli.md, "Several at once"). */
enum code code_first(enum code a, enum code b);

#endif
