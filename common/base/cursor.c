#include "common/base/cursor.h"

#include "common/base/banned.h"

const unsigned char *cursor_take(struct cursor *cursor, size_t length)
{
    const unsigned char *at = cursor->at;

    if (cursor->broken || length > cursor->left) {
        cursor->broken = true;
        cursor->left = 0;
        return NULL;
    }
    cursor->at += length;
    cursor->left -= length;
    return at;
}

uint32_t cursor_take_number(struct cursor *cursor, size_t bytes)
{
    const unsigned char *at = cursor_take(cursor, bytes);
    uint32_t number = 0;

    for (size_t i = 0; at && i < bytes; i++)
        number = number << 8 | at[i];
    return number;
}

struct cursor cursor_take_part(struct cursor *cursor, size_t length_bytes)
{
    uint32_t length = cursor_take_number(cursor, length_bytes);
    const unsigned char *at = cursor_take(cursor, length);

    return (struct cursor){.at = at, .left = at ? length : 0, .broken = !at};
}
