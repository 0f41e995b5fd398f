#include "common/base/json.h"

#include <inttypes.h>

#include "common/base/visible.h"

#include "common/base/banned.h"

/* RFC 8259, 7: a character beyond U+FFFF is written as a surrogate pair. */
static void json_add_escape(struct buf *out, uint32_t point)
{
    if (point == '\n')
        buf_add_text(out, "\\n");
    else if (point == '\r')
        buf_add_text(out, "\\r");
    else if (point == '\t')
        buf_add_text(out, "\\t");
    else if (point <= 0xFFFF)
        buf_add_format(out, "\\u%04x", (unsigned)point);
    else
        buf_add_format(out, "\\u%04x\\u%04x", (unsigned)(0xD800 + ((point - 0x10000) >> 10)),
                       (unsigned)(0xDC00 + ((point - 0x10000) & 0x3FF)));
}

void json_add_string(struct buf *out, const char *text)
{
    buf_add_text(out, "\"");
    while (*text != '\0') {
        struct visible_char next = visible_next(text);
        if (!next.is_utf8)
            buf_add_text(out, "\xEF\xBF\xBD");
        else if (*text == '"' || *text == '\\')
            buf_add_format(out, "\\%c", *text);
        else if (next.is_plain)
            buf_add(out, text, (size_t)next.length);
        else
            json_add_escape(out, next.point);
        text += next.length;
    }
    buf_add_text(out, "\"");
}

void json_add_name(struct buf *out, const char *name)
{
    char last = out->length > 0 ? out->data[out->length - 1] : '{';

    if (last != '{' && last != '[')
        buf_add_text(out, ",");
    json_add_string(out, name);
    buf_add_text(out, ":");
}

void json_add_member(struct buf *out, const char *name, const char *text)
{
    json_add_name(out, name);
    json_add_string(out, text);
}

void json_add_member_number(struct buf *out, const char *name, int64_t number)
{
    json_add_name(out, name);
    buf_add_format(out, "%" PRId64, number);
}
