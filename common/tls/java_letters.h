/* Host names as a JVM compares them: letter by letter, their Punycode (RFC 3492) undone. */
#ifndef COMMON_TLS_JAVA_LETTERS_H
#define COMMON_TLS_JAVA_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    JAVA_LETTERS = 255, /* bytes of a name at most */
    JAVA_BEYOND_ASCII = 0x80,
    JAVA_MARK = 0x110000, /* no letter: begins a label of which it is not known how a JVM reads it */
};

/* A name in small letters, a code point for each. */
struct java_letters {
    uint32_t at[2 * JAVA_LETTERS];
    size_t count;
};

/* Reads a name of ASCII, as IDN.toUnicode(IDN.toASCII(text)) does in the JDK.
 * False: it is too long, or a JVM takes no such name. */
bool java_letters_read(const char *text, struct java_letters *to);

/* The same for one that may have its letters as they are, in UTF-8. False also for letters of which it is not known here whether
 * they are written as a JVM would write them. */
bool java_letters_read_utf8(const char *text, struct java_letters *to);

#endif
