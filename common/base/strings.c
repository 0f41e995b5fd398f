#include "common/base/strings.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

void strings_add(struct strings *list, const char *text, size_t length)
{
    /* The capacity is the count rounded up to a power of two. */
    if ((list->count & (list->count - 1)) == 0)
        list->items = xrealloc(list->items, (list->count ? 2 * list->count : 1) * sizeof(char *));
    list->items[list->count++] = xstrndup(text, length);
}

void strings_clear(struct strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    list->items = NULL;
    list->count = 0;
}

bool strings_have(const struct strings *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}
