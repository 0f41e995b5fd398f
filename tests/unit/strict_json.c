#include "tests/unit/strict_json.h"

#include <stdint.h>
#include <string.h>

struct reader {
    const unsigned char *at, *end;
    int depth;
};

/* Decodes a code point and looks at its value, which is another way than visible.c's ranges of second bytes. */
static bool utf8_next(const unsigned char **at, const unsigned char *end, uint32_t *decoded)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = *(*at)++;
    int length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    uint32_t point = first & (length == 1 ? 0x7Fu : 0xFFu >> (length + 1));

    if (length == 0)
        return false;
    for (int i = 1; i < length; i++) {
        if (*at == end || **at >> 6 != 2)
            return false;
        point = point << 6 | (*(*at)++ & 0x3Fu);
    }
    *decoded = point;
    return point >= least[length] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

bool strict_utf8(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes, *end = at + length;
    uint32_t point;

    while (at < end)
        if (!utf8_next(&at, end, &point))
            return false;
    return true;
}

/* Written from the list of what has misled people, not from Unicode's properties as visible.c is. */
static bool misleads(uint32_t point)
{
    static const uint32_t singles[] = {0xAD,   0x34F,  0x61C,  0x115F, 0x1160, 0x17B4, 0x17B5,
                                       0x180E, 0x3164, 0xFEFF, 0xFFA0, 0xFFFE, 0xFFFF};

    for (size_t i = 0; i < sizeof singles / sizeof singles[0]; i++)
        if (point == singles[i])
            return true;
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || /* C0, DEL, C1 */
           (point >= 0x200B && point <= 0x200F) ||            /* zero-width, LRM, RLM */
           (point >= 0x2028 && point <= 0x202E) ||            /* separators, embeddings and overrides */
           (point >= 0x2060 && point <= 0x206F) ||            /* joiner, invisible operators, isolates */
           (point >= 0xFE00 && point <= 0xFE0F) ||            /* variation selectors */
           (point >= 0xFFF9 && point <= 0xFFFB) ||            /* annotations */
           (point >= 0xE0000 && point <= 0xE01EF);            /* tags, more variation selectors */
}

bool strict_plain(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes, *end = at + length;
    uint32_t point;

    while (at < end)
        if (!utf8_next(&at, end, &point) || misleads(point))
            return false;
    return true;
}

static bool take(struct reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != (unsigned char)c)
        return false;
    reader->at++;
    return true;
}

static void skip_blanks(struct reader *reader)
{
    while (take(reader, ' ') || take(reader, '\n') || take(reader, '\t') || take(reader, '\r'))
        ;
}

static bool is_digit(const struct reader *reader)
{
    return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static bool read_digits(struct reader *reader)
{
    if (!is_digit(reader))
        return false;
    while (is_digit(reader))
        reader->at++;
    return true;
}

static bool read_number(struct reader *reader)
{
    take(reader, '-');
    if (take(reader, '0')) {
        if (is_digit(reader))
            return false;
    } else if (!read_digits(reader)) {
        return false;
    }
    if (take(reader, '.') && !read_digits(reader))
        return false;
    if (!take(reader, 'e') && !take(reader, 'E'))
        return true;
    if (!take(reader, '+'))
        take(reader, '-');
    return read_digits(reader);
}

static bool read_escape(struct reader *reader)
{
    if (reader->at == reader->end)
        return false;
    if (*reader->at != 'u')
        return *reader->at != '\0' && strchr("\"\\/bfnrt", *reader->at++) != NULL;
    reader->at++;
    for (int i = 0; i < 4; i++, reader->at++)
        if (reader->at == reader->end || *reader->at == '\0' ||
            !strchr("0123456789abcdefABCDEF", *reader->at))
            return false;
    return true;
}

static bool read_string(struct reader *reader)
{
    uint32_t point;

    if (!take(reader, '"'))
        return false;
    while (reader->at < reader->end) {
        if (take(reader, '"'))
            return true;
        if (*reader->at < 0x20)
            return false;
        if (take(reader, '\\') ? !read_escape(reader) : !utf8_next(&reader->at, reader->end, &point))
            return false;
    }
    return false;
}

static bool read_value(struct reader *reader);

/* What is between brackets: members with names, or elements. */
static bool read_inside(struct reader *reader, bool names, char close)
{
    skip_blanks(reader);
    if (take(reader, close))
        return true;
    do {
        skip_blanks(reader);
        if (names && !read_string(reader))
            return false;
        skip_blanks(reader);
        if ((names && !take(reader, ':')) || !read_value(reader))
            return false;
    } while (take(reader, ','));
    return take(reader, close);
}

static bool read_word(struct reader *reader, const char *word)
{
    while (*word != '\0')
        if (!take(reader, *word++))
            return false;
    return true;
}

static bool read_value(struct reader *reader)
{
    bool good;

    if (reader->depth++ > 100)
        return false;
    skip_blanks(reader);
    if (reader->at == reader->end)
        return false;
    switch (*reader->at) {
    case '{':
        good = take(reader, '{') && read_inside(reader, true, '}');
        break;
    case '[':
        good = take(reader, '[') && read_inside(reader, false, ']');
        break;
    case '"':
        good = read_string(reader);
        break;
    case 't':
        good = read_word(reader, "true");
        break;
    case 'f':
        good = read_word(reader, "false");
        break;
    case 'n':
        good = read_word(reader, "null");
        break;
    default:
        good = read_number(reader);
        break;
    }
    reader->depth--;
    skip_blanks(reader);
    return good;
}

bool strict_json(const char *bytes, size_t length)
{
    struct reader reader = {.at = (const unsigned char *)bytes};

    reader.end = reader.at + length;
    return read_value(&reader) && reader.at == reader.end;
}
