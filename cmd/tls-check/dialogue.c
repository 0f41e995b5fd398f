#include "cmd/tls-check/dialogue.h"

#include <stdio.h>
#include <string.h>

#include "common/base/banned.h"

void dialogue_drop(struct buf *in, size_t length)
{
    memmove(in->data, in->data + length, in->length - length + 1);
    in->length -= length;
}

bool dialogue_take_line(struct buf *in, char *line, size_t size)
{
    const char *end = memchr(in->data, '\n', in->length);

    if (!end)
        return false;
    size_t length = (size_t)(end - in->data), kept = length;
    if (kept > 0 && in->data[kept - 1] == '\r')
        kept--;
    snprintf(line, size, "%.*s", (int)(kept < size ? kept : size - 1), in->data);
    dialogue_drop(in, length + 1);
    return true;
}
