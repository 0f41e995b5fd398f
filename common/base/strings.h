/* A list of strings that grows. It owns copies of them. */
#ifndef COMMON_BASE_STRINGS_H
#define COMMON_BASE_STRINGS_H

#include <stddef.h>

/* Zeroed, it is empty. */
struct strings {
    char **items;
    size_t count;
};

/* Appends a copy of `length` bytes. */
void strings_add(struct strings *list, const char *text, size_t length);

/* Frees the strings; the list is empty then. */
void strings_clear(struct strings *list);

#endif
