#include "common/base/escape.h"

#include <stddef.h>
#include <string.h>

#include "common/base/banned.h"

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

/* Reads up to `most` digits of `base`. Returns how many there were. */
static int scan_digits(const char *text, int base, int most, unsigned *value)
{
    int length = 0;

    for (*value = 0; length < most && digit_value(text[length]) < base; length++)
        *value = *value * (unsigned)base + (unsigned)digit_value(text[length]);
    return length;
}

/* Reads the escape that follows a backslash. Returns how many characters it takes; 0 when it is invalid. */
static int scan_escape(const char *text, unsigned *byte)
{
    static const char letters[] = "nrtabefv\\\"'";
    static const char bytes[] = "\n\r\t\a\b\033\f\v\\\"'";
    const char *letter = *text != '\0' ? strchr(letters, *text) : NULL;

    if (letter) {
        *byte = (unsigned char)bytes[letter - letters];
        return 1;
    }
    if (*text == 'x') {
        int digits = scan_digits(text + 1, 16, 2, byte);
        return digits == 2 ? 3 : 0;
    }
    int digits = scan_digits(text, 8, 3, byte);
    return *byte <= 0xFF ? digits : 0;
}

bool escape_decode(const char *text, struct buf *bytes, struct reason *why)
{
    for (const char *at = text; *at != '\0';) {
        unsigned byte = (unsigned char)*at;
        int length = 1;
        if (*at == '\\') {
            length = scan_escape(at + 1, &byte);
            if (length == 0)
                return reason_set(
                    why, CODE_USAGE,
                    "invalid escape \"%.10s\" at byte %zu: expected \\n \\r \\t \\\\ \\xHH or \\0 to \\377",
                    at, (size_t)(at - text) + 1);
            length++;
        }
        unsigned char one = (unsigned char)byte;
        if (!buf_add(bytes, &one, 1))
            return reason_set(why, CODE_USAGE, "longer than %zu bytes", bytes->max);
        at += length;
    }
    return true;
}

bool escape_check(const char *text, struct reason *why)
{
    struct buf bytes;

    buf_init(&bytes, ESCAPE_MAX);
    bool good = escape_decode(text, &bytes, why);
    buf_free(&bytes);
    return good;
}
