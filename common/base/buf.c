#include "common/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

enum { FIRST_CAPACITY = 128 };

void buf_init(struct buf *buf, size_t max)
{
    buf->capacity = FIRST_CAPACITY;
    buf->data = xcalloc(buf->capacity, 1);
    buf->length = 0;
    buf->max = max;
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    memset(buf, 0, sizeof *buf);
}

void buf_clear(struct buf *buf)
{
    buf->length = 0;
    buf->data[0] = '\0';
}

static bool buf_make_room(struct buf *buf, size_t more)
{
    if (more > buf->max - buf->length)
        return false;
    size_t needed = buf->length + more + 1;
    if (needed <= buf->capacity)
        return true;
    while (buf->capacity < needed)
        buf->capacity *= 2;
    buf->data = xrealloc(buf->data, buf->capacity);
    return true;
}

bool buf_add(struct buf *buf, const void *bytes, size_t length)
{
    if (!buf_make_room(buf, length))
        return false;
    if (length > 0)
        memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
    return true;
}

bool buf_add_text(struct buf *buf, const char *text)
{
    return buf_add(buf, text, strlen(text));
}

bool buf_add_format(struct buf *buf, const char *format, ...)
{
    va_list arguments, again;

    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);

    bool fits = length >= 0 && buf_make_room(buf, (size_t)length);
    if (fits) {
        vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
    return fits;
}
