#include "common/base/reason.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/banned.h"

void reason_defuse(char *text)
{
    static const char word[] = "hint:";

    for (char *at = text; (at = strcasestr(at, word)); at += sizeof word - 1)
        at[sizeof word - 2] = ';';
}

bool reason_set(struct reason *reason, enum code code, const char *format, ...)
{
    va_list arguments;

    reason->code = code;
    reason->detail[0] = '\0';
    reason->hint[0] = '\0';
    va_start(arguments, format);
    vsnprintf(reason->text, sizeof reason->text, format, arguments);
    va_end(arguments);
    reason_defuse(reason->text);
    return false;
}

void reason_detail(struct reason *reason, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason->detail, sizeof reason->detail, format, arguments);
    va_end(arguments);
    reason_defuse(reason->detail);
}

void reason_hint(struct reason *reason, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason->hint, sizeof reason->hint, format, arguments);
    va_end(arguments);
}

void reason_wrap(struct reason *reason, const char *format, ...)
{
    char context[sizeof reason->text];
    char inner[sizeof reason->text];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(context, sizeof context, format, arguments);
    va_end(arguments);
    memcpy(inner, reason->text, sizeof inner);
    snprintf(reason->text, sizeof reason->text, "%.120s: %.190s", context, inner);
    reason_defuse(reason->text);
}

static const char letters_and_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static bool is_word_byte(char c, const char *marks)
{
    return c != '\0' && (strchr(letters_and_digits, c) || strchr(marks, c));
}

const char *reason_word(const char *text, size_t most, const char *otherwise)
{
    size_t length = 0;

    if (!text || !is_word_byte(text[0], "/."))
        return otherwise;
    while (is_word_byte(text[length], "-._~:/%?=+,@"))
        length++;
    return length <= most && text[length] == '\0' ? text : otherwise;
}

bool reason_same(const struct reason *a, const struct reason *b)
{
    return a->code == b->code && strcmp(a->text, b->text) == 0;
}

uint64_t reason_hash(const struct reason *reason)
{
    uint64_t hash = 14695981039346656037u ^ (uint64_t)reason->code; /* FNV-1a */

    for (const char *at = reason->text; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    return hash != 0 ? hash : 1;
}

enum code code_first(enum code a, enum code b)
{
    static const enum code order[] = {
        CODE_TRUST_STORE,        CODE_PROXY,      CODE_PROTOCOL,
        CODE_CLIENT_CERTIFICATE, CODE_UNTRUSTED,  CODE_EXPIRED,
        CODE_UNFIT_CERTIFICATE,  CODE_WRONG_NAME, CODE_PIN,
        CODE_HTTP_STATUS,        CODE_FAILED,
    };

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (order[i] == a || order[i] == b)
            return order[i];
    return a != CODE_OK ? a : b;
}
