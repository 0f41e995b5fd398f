#include "common/trust/base64.h"

#include <string.h>

#include "common/base/banned.h"

enum {
    LINE_MOST = 76, /* RFC 2045, 6.8; PEM has 64 */
    INVALID = 0x80,
    PADDING = 0x40,
    BLANK,
    NEWLINE,
};

#define NO_LETTER (UINT32_C(1) << 24)

void base64_init(struct base64 *base64)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    memset(base64->values, INVALID, sizeof base64->values);
    for (size_t i = 0; i < sizeof base64->bits / sizeof(uint32_t); i++)
        base64->bits[i / 256][i % 256] = NO_LETTER;
    for (unsigned char i = 0; letters[i] != '\0'; i++) {
        unsigned char letter = (unsigned char)letters[i];
        base64->values[letter] = i;
        base64->bits[0][letter] = (uint32_t)i << 2;
        base64->bits[1][letter] = (uint32_t)i >> 4 | ((uint32_t)i & 0xF) << 12;
        base64->bits[2][letter] = (uint32_t)i >> 2 << 8 | ((uint32_t)i & 0x3) << 22;
        base64->bits[3][letter] = (uint32_t)i << 16;
    }
    base64->values['='] = PADDING;
    base64->values[' '] = base64->values['\r'] = BLANK;
    base64->values['\n'] = NEWLINE;
}

struct decoding {
    const unsigned char *at, *end, *line;
    unsigned char *to;
    unsigned word, letters, padding; /* of the four letters at hand: their bits, and how many there are */
    bool usual, blank;               /* blank: only the line's end may follow */
};

static bool ends_line(const struct decoding *decoding)
{
    return decoding->at[0] == '\r' && decoding->at + 1 < decoding->end && decoding->at[1] == '\n';
}

/* Takes one byte of the text. False: it cannot stand there. */
static bool take(struct decoding *decoding, unsigned char value)
{
    if (value == NEWLINE) {
        decoding->usual = decoding->usual && decoding->at - decoding->line <= LINE_MOST;
        decoding->line = decoding->at + 1;
        decoding->blank = false;
    } else if (value == BLANK) {
        decoding->usual = decoding->usual && ends_line(decoding);
        decoding->blank = true;
    } else if (decoding->blank) {
        return false;
    } else if (value == PADDING) {
        decoding->padding++;
    } else if (value == INVALID || decoding->padding > 0) {
        return false;
    } else {
        decoding->word = decoding->word << 6 | value;
        decoding->letters++;
    }
    decoding->at++;
    return true;
}

static void put(struct decoding *decoding)
{
    *decoding->to++ = (unsigned char)(decoding->word >> 16);
    *decoding->to++ = (unsigned char)(decoding->word >> 8);
    *decoding->to++ = (unsigned char)decoding->word;
    decoding->word = decoding->letters = 0;
}

/* As far as four letters stand together: nearly all of a text, so nothing else is looked at in between. */
static void take_fours(struct decoding *decoding, const struct base64 *base64)
{
    const unsigned char *at = decoding->at;
    unsigned char *to = decoding->to;

    for (; decoding->end - at >= 4; at += 4, to += 3) {
        uint32_t bits = base64->bits[0][at[0]] | base64->bits[1][at[1]] | base64->bits[2][at[2]] |
                        base64->bits[3][at[3]];
        if (bits >= NO_LETTER)
            break;
        to[0] = (unsigned char)bits;
        to[1] = (unsigned char)(bits >> 8);
        to[2] = (unsigned char)(bits >> 16);
    }
    decoding->at = at;
    decoding->to = to;
}

/* Two or three letters, filled up with padding, stand for one or two bytes. */
static bool finish(struct decoding *decoding)
{
    if (decoding->letters == 0)
        return decoding->padding == 0;
    if (decoding->letters == 1 || decoding->letters + decoding->padding != 4)
        return false;
    decoding->word <<= 6 * decoding->padding;
    unsigned padding = decoding->padding;
    put(decoding);
    decoding->to -= padding;
    return true;
}

enum base64_result base64_decode(const struct base64 *base64, const char *text, size_t length,
                                 unsigned char *to, size_t *decoded)
{
    const unsigned char *at = (const unsigned char *)text;
    struct decoding decoding = {.at = at, .end = at + length, .line = at, .usual = true};

    decoding.to = to;
    while (decoding.at < decoding.end) {
        if (decoding.letters == 0 && decoding.padding == 0 && !decoding.blank)
            take_fours(&decoding, base64);
        if (decoding.at < decoding.end && !take(&decoding, base64->values[*decoding.at]))
            return BASE64_INVALID;
        if (decoding.letters == 4)
            put(&decoding);
    }
    if (!finish(&decoding) || decoding.to == to)
        return BASE64_INVALID;
    *decoded = (size_t)(decoding.to - to);
    return decoding.usual ? BASE64_USUAL : BASE64_UNUSUAL;
}
