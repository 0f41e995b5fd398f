#include "common/json.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "common/banned.h"

/* RFC 3629, section 4: the second byte's range tells overlong forms, surrogates and what is beyond U+10FFFF. */
int json_utf8_length(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    unsigned char low = 0x80, high = 0xBF;
    int length;

    if (at[0] < 0x80)
        return 1;
    if (at[0] >= 0xC2 && at[0] <= 0xDF)
        length = 2;
    else if (at[0] >= 0xE0 && at[0] <= 0xEF)
        length = 3;
    else if (at[0] >= 0xF0 && at[0] <= 0xF4)
        length = 4;
    else
        return 0;
    if (at[0] == 0xE0)
        low = 0xA0;
    else if (at[0] == 0xED)
        high = 0x9F;
    else if (at[0] == 0xF0)
        low = 0x90;
    else if (at[0] == 0xF4)
        high = 0x8F;
    if (at[1] < low || at[1] > high)
        return 0;
    for (int i = 2; i < length; i++)
        if (at[i] < 0x80 || at[i] > 0xBF)
            return 0;
    return length;
}

static void json_add_control(struct buf *out, unsigned char byte)
{
    switch (byte) {
    case '\n':
        buf_add_text(out, "\\n");
        break;
    case '\r':
        buf_add_text(out, "\\r");
        break;
    case '\t':
        buf_add_text(out, "\\t");
        break;
    default:
        buf_add_format(out, "\\u%04x", byte);
        break;
    }
}

void json_add_string(struct buf *out, const char *text)
{
    buf_add_text(out, "\"");
    while (*text != '\0') {
        int length = json_utf8_length(text);
        if (length == 0) {
            buf_add_text(out, "\xEF\xBF\xBD");
            text++;
            continue;
        }
        if (*text == '"' || *text == '\\')
            buf_add_format(out, "\\%c", *text);
        else if ((unsigned char)*text < 0x20 || *text == 0x7F)
            json_add_control(out, (unsigned char)*text);
        else
            buf_add(out, text, (size_t)length);
        text += length;
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
