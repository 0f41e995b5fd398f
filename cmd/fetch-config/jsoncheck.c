#include "cmd/fetch-config/jsoncheck.h"

#include <string.h>

#include "common/banned.h"

/* What is expected or under way. */
enum {
    VALUE,
    FIRST_ITEM, /* a value or ] */
    FIRST_KEY,  /* a string or } */
    KEY,
    COLON,
    AFTER, /* a comma or the closing bracket; at the top, nothing more */
    STRING,
    ESCAPE,
    HEX,
    LITERAL,
    MINUS,
    ZERO,
    DIGITS,
    POINT,
    FRACTION,
    EXPONENT,
    EXPONENT_SIGN,
    EXPONENT_DIGITS,
};

void jsoncheck_begin(struct jsoncheck *check)
{
    memset(check, 0, sizeof *check);
    check->line = 1;
    check->column = 1;
}

static bool fail(struct jsoncheck *check, const char *problem)
{
    check->problem = problem;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- brackets --- */

static bool in_object(const struct jsoncheck *check)
{
    size_t level = check->depth - 1;

    return check->depth > 0 && (check->objects[level / 8] >> (level % 8) & 1);
}

static bool open_bracket(struct jsoncheck *check, bool object)
{
    size_t level = check->depth;
    unsigned bit = 1u << (level % 8);

    if (level == JSONCHECK_DEPTH)
        return fail(check, "brackets are nested too deeply");
    check->depth++;
    check->objects[level / 8] = (uint8_t)(object ? check->objects[level / 8] | bit
                                                 : check->objects[level / 8] & ~bit);
    check->state = object ? FIRST_KEY : FIRST_ITEM;
    return true;
}

static bool close_bracket(struct jsoncheck *check, char bracket)
{
    if (check->depth == 0 || in_object(check) != (bracket == '}'))
        return fail(check, bracket == '}' ? "this } closes nothing" : "this ] closes nothing");
    check->depth--;
    check->state = AFTER;
    return true;
}

/* --- values --- */

static void begin_string(struct jsoncheck *check, int after)
{
    check->state = STRING;
    check->after_string = after;
}

static bool begin_literal(struct jsoncheck *check, const char *rest)
{
    check->state = LITERAL;
    check->rest = rest;
    return true;
}

static bool begin_value(struct jsoncheck *check, char c)
{
    switch (c) {
    case '{':
        return open_bracket(check, true);
    case '[':
        return open_bracket(check, false);
    case '"':
        begin_string(check, AFTER);
        return true;
    case 't':
        return begin_literal(check, "rue");
    case 'f':
        return begin_literal(check, "alse");
    case 'n':
        return begin_literal(check, "ull");
    case '-':
        check->state = MINUS;
        return true;
    default:
        check->state = c == '0' ? ZERO : DIGITS;
        return is_digit(c) || fail(check, "a value was expected");
    }
}

static bool step_after(struct jsoncheck *check, char c)
{
    if (c == '}' || c == ']')
        return close_bracket(check, c);
    if (check->depth == 0)
        return fail(check, "there is more behind the value");
    if (c != ',')
        return fail(check, in_object(check) ? "a comma or } was expected" : "a comma or ] was expected");
    check->state = in_object(check) ? KEY : VALUE;
    return true;
}

static bool step_key(struct jsoncheck *check, char c)
{
    if (c == '}' && check->state == FIRST_KEY)
        return close_bracket(check, c);
    if (c != '"')
        return fail(check, "a name in quotes was expected");
    begin_string(check, COLON);
    return true;
}

/* What stands between tokens. */
static bool step_structure(struct jsoncheck *check, char c)
{
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        return true;
    switch (check->state) {
    case FIRST_ITEM:
        return c == ']' ? close_bracket(check, c) : begin_value(check, c);
    case FIRST_KEY:
    case KEY:
        return step_key(check, c);
    case COLON:
        check->state = VALUE;
        return c == ':' || fail(check, "a colon was expected");
    case AFTER:
        return step_after(check, c);
    default:
        return begin_value(check, c);
    }
}

/* --- strings --- */

/* RFC 3629, section 4: the second byte's range tells overlong forms, surrogates and what is beyond U+10FFFF. */
static bool begin_character(struct jsoncheck *check, unsigned char byte)
{
    check->low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
    check->high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
    check->continuation = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
    return (byte >= 0xC2 && byte <= 0xF4) || fail(check, "this is no UTF-8");
}

static bool step_character(struct jsoncheck *check, unsigned char byte)
{
    if (byte < check->low || byte > check->high)
        return fail(check, "this is no UTF-8");
    check->low = 0x80;
    check->high = 0xBF;
    check->continuation--;
    return true;
}

static bool step_string(struct jsoncheck *check, char c)
{
    unsigned char byte = (unsigned char)c;

    if (check->continuation > 0)
        return step_character(check, byte);
    if (byte >= 0x80)
        return begin_character(check, byte);
    if (byte < 0x20)
        return fail(check, "a control character cannot be in a string");
    if (c == '"')
        check->state = check->after_string;
    else if (c == '\\')
        check->state = ESCAPE;
    return true;
}

static bool step_escape(struct jsoncheck *check, char c)
{
    if (check->state == HEX) {
        check->state = --check->hex == 0 ? STRING : HEX;
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
               fail(check, "four hexadecimal digits were expected");
    }
    check->hex = 4;
    check->state = c == 'u' ? HEX : STRING;
    return (c != '\0' && strchr("\"\\/bfnrtu", c)) || fail(check, "there is no such escape");
}

/* --- numbers --- */

/* The state behind `c`, -1 when the number is over, -2 when it cannot go on so. */
static int number_next(int state, char c)
{
    bool exponent = c == 'e' || c == 'E';

    switch (state) {
    case MINUS:
        return c == '0' ? ZERO : is_digit(c) ? DIGITS : -2;
    case ZERO:
        return c == '.' ? POINT : exponent ? EXPONENT : is_digit(c) ? -2 : -1;
    case DIGITS:
        return is_digit(c) ? DIGITS : c == '.' ? POINT : exponent ? EXPONENT : -1;
    case POINT:
        return is_digit(c) ? FRACTION : -2;
    case FRACTION:
        return is_digit(c) ? FRACTION : exponent ? EXPONENT : -1;
    case EXPONENT:
        return c == '+' || c == '-' ? EXPONENT_SIGN : is_digit(c) ? EXPONENT_DIGITS : -2;
    case EXPONENT_SIGN:
        return is_digit(c) ? EXPONENT_DIGITS : -2;
    default:
        return is_digit(c) ? EXPONENT_DIGITS : -1;
    }
}

static bool step_number(struct jsoncheck *check, char c)
{
    int next = number_next(check->state, c);

    if (next == -2)
        return fail(check, "this is no number");
    check->state = next == -1 ? AFTER : next;
    return next != -1 || step_structure(check, c);
}

/* --- all of it --- */

static bool step(struct jsoncheck *check, char c)
{
    switch (check->state) {
    case STRING:
        return step_string(check, c);
    case ESCAPE:
    case HEX:
        return step_escape(check, c);
    case LITERAL:
        if (c != *check->rest)
            return fail(check, "a value was expected: true, false or null?");
        if (*++check->rest == '\0')
            check->state = AFTER;
        return true;
    default:
        return check->state >= MINUS ? step_number(check, c) : step_structure(check, c);
    }
}

bool jsoncheck_feed(struct jsoncheck *check, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (check->problem || !step(check, text[i]))
            return false;
        if (text[i] == '\n') {
            check->line++;
            check->column = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            check->column++;
        }
    }
    return !check->problem;
}

bool jsoncheck_end(struct jsoncheck *check)
{
    if (check->problem)
        return false;
    if (check->state >= MINUS && number_next(check->state, ' ') == -1)
        check->state = AFTER;
    if (check->state == AFTER && check->depth == 0)
        return true;
    return fail(check,
                check->state == VALUE && check->depth == 0 ? "there is no value" : "it ends too early");
}
