#include "common/files/template_form.h"

#include <stdint.h>
#include <string.h>

#include "common/base/visible.h"

#include "common/base/banned.h"

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

enum template_form template_form_find(const char *name, size_t length)
{
    static const struct {
        const char *name;
        enum template_form form;
    } forms[] = {
        {"json", TEMPLATE_JSON},
        {"yaml", TEMPLATE_JSON},
        {"sh", TEMPLATE_SH},
        {"base64", TEMPLATE_BASE64},
        {"properties", TEMPLATE_PROPERTIES},
        {"urlencode", TEMPLATE_URLENCODE},
    };

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strlen(forms[i].name) == length && memcmp(forms[i].name, name, length) == 0)
            return forms[i].form;
    return TEMPLATE_PLAIN;
}

/* JSON (RFC 8259, 7), and a double-quoted scalar of YAML (1.1 and 1.2). In a surrogate pair, which JSON knows, YAML sees two
 * invalid characters: what is beyond U+FFFF is written as it is. */
static bool add_json_char(struct buf *out, const char *at, const struct visible_char *next)
{
    if (*at == '"' || *at == '\\')
        return buf_add_format(out, "\\%c", *at);
    if (next->is_plain || next->point > 0xFFFF)
        return buf_add(out, at, (size_t)next->length);
    return buf_add_format(out, "\\u%04X", (unsigned)next->point);
}

/* java.util.Properties: what ends or begins a key or value gets a backslash; what is not ASCII is written as UTF-16 units, as the
 * file may be read as ISO 8859-1. */
static bool add_properties_char(struct buf *out, const char *at, const struct visible_char *next)
{
    if (strchr("\\ =:#!", *at) && *at != '\0')
        return buf_add_format(out, "\\%c", *at);
    if (next->length == 1 && next->is_plain)
        return buf_add(out, at, 1);
    if (next->point <= 0xFFFF)
        return buf_add_format(out, "\\u%04X", (unsigned)next->point);
    uint32_t beyond = next->point - 0x10000;
    return buf_add_format(out, "\\u%04X\\u%04X", (unsigned)(0xD800 + (beyond >> 10)),
                          (unsigned)(0xDC00 + (beyond & 0x3FF)));
}

static const char *add_characters(struct buf *out, const char *text, size_t length,
                                  bool (*add)(struct buf *, const char *, const struct visible_char *))
{
    for (size_t at = 0; at < length;) {
        struct visible_char next = visible_next(text + at);
        if (!next.is_utf8)
            return "is not UTF-8";
        if (!add(out, text + at, &next))
            return "is too large";
        at += (size_t)next.length;
    }
    return NULL;
}

static const char *add_json(struct buf *out, const char *text, size_t length)
{
    buf_add_text(out, "\"");
    const char *problem = add_characters(out, text, length, add_json_char);
    return problem || buf_add_text(out, "\"") ? problem : "is too large";
}

static const char *add_properties(struct buf *out, const char *text, size_t length)
{
    return add_characters(out, text, length, add_properties_char);
}

/* POSIX, 2.2.2: nothing is special between single quotes, and only a single quote cannot be there. */
static const char *add_sh(struct buf *out, const char *text, size_t length)
{
    if (memchr(text, '\0', length))
        return "has a NUL byte";
    bool fits = buf_add_text(out, "'");
    for (size_t at = 0; fits && at < length; at++)
        fits = text[at] == '\'' ? buf_add_text(out, "'\\''") : buf_add(out, text + at, 1);
    return fits && buf_add_text(out, "'") ? NULL : "is too large";
}

/* RFC 4648, 4: with padding, in one line. */
static const char *add_base64(struct buf *out, const char *text, size_t length)
{
    static const char digits[] = ALNUM "+/";
    bool fits = true;

    for (size_t at = 0; fits && at < length; at += 3) {
        uint32_t three = 0;
        char four[4];
        for (size_t i = 0; i < 3; i++)
            three = three << 8 | (at + i < length ? (unsigned char)text[at + i] : 0U);
        for (size_t i = 0; i < 4; i++)
            four[i] = at + i <= length ? digits[three >> (18 - 6 * i) & 63] : '=';
        fits = buf_add(out, four, sizeof four);
    }
    return fits ? NULL : "is too large";
}

/* RFC 3986, 2.3: unreserved characters are the only ones that stay, so that it fits into each part of a URL. */
static const char *add_urlencode(struct buf *out, const char *text, size_t length)
{
    bool fits = true;

    for (size_t at = 0; fits && at < length; at++)
        fits = text[at] != '\0' && strchr(ALNUM "-._~", text[at])
                   ? buf_add(out, text + at, 1)
                   : buf_add_format(out, "%%%02X", (unsigned)(unsigned char)text[at]);
    return fits ? NULL : "is too large";
}

const char *template_form_add(struct buf *out, enum template_form form, const char *text, size_t length)
{
    static const char *(*const add[])(struct buf *, const char *, size_t) = {
        [TEMPLATE_JSON] = add_json,           [TEMPLATE_SH] = add_sh,
        [TEMPLATE_BASE64] = add_base64,       [TEMPLATE_PROPERTIES] = add_properties,
        [TEMPLATE_URLENCODE] = add_urlencode,
    };

    return add[form](out, text, length);
}
