#include "common/net/ber.h"

#include <stdint.h>

#include "common/base/banned.h"

enum { LONG_FORM = 0x80, LENGTH_BYTES_MOST = 4 };

size_t ber_head(struct ber from, size_t *content)
{
    size_t bytes = from.length > 1 && (from.at[1] & LONG_FORM) ? from.at[1] & 0x7Fu : 0;

    if (from.length > 1 && from.at[1] >= LONG_FORM && (bytes == 0 || bytes > LENGTH_BYTES_MOST)) {
        *content = SIZE_MAX;
        return 2;
    }
    if (from.length < 2 + bytes)
        return 0;
    *content = bytes == 0 ? from.at[1] : 0;
    for (size_t i = 0; i < bytes; i++)
        *content = *content << 8 | from.at[2 + i];
    return 2 + bytes;
}

bool ber_take(struct ber *from, unsigned tag, struct ber *content)
{
    size_t length, head = ber_head(*from, &length);

    if (head == 0 || from->at[0] != tag || from->length - head < length)
        return false;
    *content = (struct ber){from->at + head, length};
    from->at += head + length;
    from->length -= head + length;
    return true;
}
