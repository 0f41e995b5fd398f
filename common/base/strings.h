/* A growing list of strings. It owns copies of them. */
#ifndef COMMON_BASE_STRINGS_H
#define COMMON_BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

/* All zero: empty. */
struct strings {
    char **items;
    size_t count;
};

/* Appends a copy of the first `length` bytes of `text`. */
void strings_add(struct strings *list, const char *text, size_t length);

bool strings_have(const struct strings *list, const char *text);

/* Frees the strings and empties the list. */
void strings_clear(struct strings *list);

#endif
