/* Is it JSON (RFC 8259)? A stream in, yes or a place out; memory does not grow with the text. */
#ifndef FETCH_CONFIG_JSONCHECK_H
#define FETCH_CONFIG_JSONCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSONCHECK_DEPTH = 1024 /* brackets within brackets, at most */ };

struct jsoncheck {
    int state;
    int after_string; /* the state behind a string */
    const char *rest; /* of the literal under way */
    size_t depth;
    uint8_t objects[JSONCHECK_DEPTH / 8]; /* a bit a level: an object, not an array */
    unsigned continuation;                /* bytes of a character that are still to come */
    unsigned char low, high;              /* of the next of them */
    unsigned hex;                         /* digits of a \uXXXX that are still to come */
    size_t line, column;                  /* of the next byte, from 1; characters */
    const char *problem;                  /* at that place; NULL: none so far */
};

void jsoncheck_begin(struct jsoncheck *check);

/* The next piece. False when it is no JSON: `problem`, `line` and `column` say why. */
bool jsoncheck_feed(struct jsoncheck *check, const char *text, size_t length);

/* The end of the text. */
bool jsoncheck_end(struct jsoncheck *check);

#endif
