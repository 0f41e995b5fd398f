#include "common/base/visible.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

struct range {
    uint32_t first, last;
};

/* Characters that act on a terminal or a line, or are invisible, so that two names look the same or text is hidden in a log:
 * - controls (general category Cc): C0, DEL, C1, which terminals that take 8 bits obey;
 * - U+2028, U+2029 (Zl, Zp): line ends for many readers of logs and for JavaScript;
 * - the bidirectional controls, which change the order of the text on the screen;
 * - everything with the property Default_Ignorable_Code_Point (Unicode 16, DerivedCoreProperties.txt), among it the zero-width
 *   characters, U+FEFF, variation selectors and tags; and the annotation marks U+FFF9 to U+FFFB;
 * - noncharacters (U+FDD0 to U+FDEF; the last two of each plane are recognised by their low bits).
 * Emoji and scripts that need a zero-width joiner look worse for it; certificates and host names do not need them. Sorted. */
static const struct range hidden[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x34F, 0x34F},     {0x61C, 0x61C},
    {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F}, {0x3164, 0x3164}, {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

static int compare_range(const void *key, const void *element)
{
    uint32_t point = *(const uint32_t *)key;
    const struct range *range = element;

    return point < range->first ? -1 : point > range->last;
}

static bool is_plain_point(uint32_t point)
{
    if (point >= 0x20 && point < 0x7F) /* most of all text */
        return true;
    return (point & 0xFFFE) != 0xFFFE &&
           !bsearch(&point, hidden, sizeof hidden / sizeof hidden[0], sizeof hidden[0], compare_range);
}

/* RFC 3629, section 4: the range of the second byte excludes overlong forms, surrogates and everything beyond U+10FFFF. 0: not
 * UTF-8. */
static int sequence_length(const unsigned char *at)
{
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

struct visible_char visible_next(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    int length = sequence_length(at);
    struct visible_char found = {.length = length > 0 ? length : 1, .is_utf8 = length > 0, .point = at[0]};

    if (length > 1)
        found.point = at[0] & (0x7Fu >> length);
    for (int i = 1; i < length; i++)
        found.point = found.point << 6 | (at[i] & 0x3Fu);
    found.is_plain = found.is_utf8 && is_plain_point(found.point);
    return found;
}

bool visible_add(struct buf *out, const char *text)
{
    bool fits = true;

    while (fits && *text != '\0') {
        struct visible_char next = visible_next(text);
        if (next.is_plain)
            fits = buf_add(out, text, (size_t)next.length);
        else if (next.length == 1)
            fits = buf_add_format(out, "\\x%02x", (unsigned)next.point);
        else
            fits = buf_add_format(out, next.point > 0xFFFF ? "\\U%08x" : "\\u%04x", (unsigned)next.point);
        text += next.length;
    }
    return fits;
}

bool visible_add_line(struct buf *out, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;

    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        mem_exhausted();
    bool fits = visible_add(out, text) && buf_add_text(out, "\n");
    free(text);
    return fits;
}
