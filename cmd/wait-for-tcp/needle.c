#include "cmd/wait-for-tcp/needle.h"

#include <stdlib.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

void needle_begin(struct needle *needle, const char *text, size_t length)
{
    size_t *back = xcalloc(length + 1, sizeof *back);

    for (size_t at = 1, matched = 0; at < length; at++) {
        while (matched > 0 && text[at] != text[matched])
            matched = back[matched - 1];
        matched += text[at] == text[matched];
        back[at] = matched;
    }
    *needle = (struct needle){.text = text, .length = length, .back = back};
}

void needle_free(struct needle *needle)
{
    free(needle->back);
    *needle = (struct needle){0};
}

bool needle_follow(const struct needle *needle, size_t *matched, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length && *matched < needle->length; i++) {
        while (*matched > 0 && bytes[i] != needle->text[*matched])
            *matched = needle->back[*matched - 1];
        *matched += bytes[i] == needle->text[*matched];
    }
    return *matched == needle->length;
}
