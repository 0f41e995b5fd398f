#include "common/tls/java_letters.h"

#include <string.h>
#include <strings.h>

#include "common/base/visible.h"

#include "common/base/banned.h"

enum {
    LABEL_MOST = 63,
    /* RFC 3492, 5: the parameters of Punycode. */
    BASE = 36,
    T_MIN = 1,
    T_MAX = 26,
    SKEW = 38,
    DAMP = 700,
    BIAS = 72,
};

static uint32_t to_lower(uint32_t letter)
{
    return letter >= 'A' && letter <= 'Z' ? letter + 'a' - 'A' : letter;
}

/* Beyond ASCII only those are compared which no normalization changes: small letters of Latin-1, Greek and Cyrillic, and the
 * ideographs. A name with others fits nothing. */
static bool is_plain(uint32_t letter)
{
    return letter < JAVA_BEYOND_ASCII || (letter >= 0xE0 && letter <= 0xFF && letter != 0xF7) ||
           (letter >= 0x3B1 && letter <= 0x3C9 && letter != 0x3C2) || (letter >= 0x430 && letter <= 0x45F) ||
           (letter >= 0x4E00 && letter <= 0x9FA5);
}

static int digit_of(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0' + 26;
    byte = (char)to_lower((unsigned char)byte);
    return byte >= 'a' && byte <= 'z' ? byte - 'a' : -1;
}

static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
    uint32_t k = 0;

    delta = first ? delta / DAMP : delta / 2;
    for (delta += delta / count; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
        delta /= BASE - T_MIN;
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

/* One number of Punycode; false: it does not end. Labels are too short for 64 bits to overflow, and what is over 32 is none. */
static bool take_delta(const char **at, const char *end, uint32_t bias, uint64_t *delta)
{
    uint64_t weight = 1;

    *delta = 0;
    for (uint32_t k = BASE;; k += BASE) {
        int digit = *at < end ? digit_of(*(*at)++) : -1;
        if (digit < 0)
            return false;
        *delta += (uint64_t)digit * weight;
        uint32_t threshold = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
        if ((uint32_t)digit < threshold)
            return *delta <= UINT32_MAX;
        weight *= BASE - threshold;
        if (weight > UINT32_MAX)
            return false;
    }
}

/* What a JVM makes of a label behind "xn--". */
enum reading {
    READ,
    UNKNOWN, /* it is not known here */
    REFUSED, /* it takes no name with that */
};

/* The letters that it stands for (RFC 3492, 6.2). False: it is not Punycode. */
static bool decode(const char *label, size_t length, struct java_letters *out)
{
    const char *end = label + length, *at = label, *last = memrchr(label, '-', length);
    uint64_t delta, index = 0, letter = JAVA_BEYOND_ASCII;
    uint32_t bias = BIAS;

    out->count = 0;
    for (; last && at < last; at++)
        out->at[out->count++] = to_lower((unsigned char)*at);
    at = last ? last + 1 : label;
    for (bool first = true; at < end; first = false) {
        if (!take_delta(&at, end, bias, &delta) || out->count == LABEL_MOST)
            return false;
        index += delta;
        letter += index / (out->count + 1);
        index %= out->count + 1;
        bias = adapt((uint32_t)delta, (uint32_t)out->count + 1, first);
        if (letter > 0x10FFFF)
            return false;
        memmove(&out->at[index + 1], &out->at[index], (out->count - index) * sizeof out->at[0]);
        out->at[index++] = (uint32_t)letter;
        out->count++;
    }
    return true;
}

/* Letters of ASCII alone would not be written as Punycode: a JVM leaves those as they are. */
static enum reading judge(const struct java_letters *out)
{
    bool ascii = true, plain = true;

    if (out->count > 0 && (out->at[0] == '-' || out->at[out->count - 1] == '-'))
        return REFUSED;
    for (size_t i = 0; i < out->count; i++) {
        plain = plain && is_plain(out->at[i]);
        ascii = ascii && out->at[i] < JAVA_BEYOND_ASCII;
    }
    return plain && !ascii ? READ : UNKNOWN;
}

/* Adds a label as it is, or what its Punycode stands for. Where it is not known how a JVM reads it, JAVA_MARK goes in front: the
 * label then equals itself, and java_name.c lets it match no pattern but "*". False: a JVM takes no name with that label. */
static bool add_label(struct java_letters *to, const char *label, size_t length)
{
    if (length > 4 && length <= LABEL_MOST && strncasecmp(label, "xn--", 4) == 0) {
        struct java_letters out;
        enum reading reading = decode(label + 4, length - 4, &out) ? judge(&out) : UNKNOWN;
        if (reading == READ) {
            memcpy(to->at + to->count, out.at, out.count * sizeof out.at[0]);
            to->count += out.count;
        }
        if (reading != UNKNOWN)
            return reading == READ;
        to->at[to->count++] = JAVA_MARK;
    }
    for (size_t i = 0; i < length; i++)
        to->at[to->count++] = to_lower((unsigned char)label[i]);
    return true;
}

bool java_letters_read(const char *text, struct java_letters *to)
{
    to->count = 0;
    if (strlen(text) > JAVA_LETTERS)
        return false;
    for (const char *at = text; *at != '\0';) {
        size_t length = strcspn(at, ".");
        if (!add_label(to, at, length))
            return false;
        at += length;
        if (*at == '.')
            to->at[to->count++] = (unsigned char)*at++;
    }
    return true;
}

bool java_letters_read_utf8(const char *text, struct java_letters *to)
{
    bool ascii = true;

    for (const char *at = text; *at != '\0'; at++)
        ascii = ascii && (unsigned char)*at < JAVA_BEYOND_ASCII;
    if (ascii)
        return java_letters_read(text, to);
    to->count = 0;
    while (*text != '\0') {
        struct visible_char next = visible_next(text);
        if (to->count == JAVA_LETTERS || !is_plain(next.point) || next.length == 0)
            return false;
        to->at[to->count++] = to_lower(next.point);
        text += next.length;
    }
    return true;
}
