#include "common/http/json_pointer.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/units.h"

#include "common/base/banned.h"

enum { NAME_MOST = 64 * 1024, INDEX_MOST = 1 << 30 };

bool json_pointer_check(const char *pointer, struct reason *why)
{
    if (*pointer != '\0' && *pointer != '/')
        return reason_set(why, CODE_USAGE, "a JSON pointer begins with a slash, such as /status");
    for (const char *at = pointer; *at != '\0'; at++)
        if (*at == '~' && at[1] != '0' && at[1] != '1')
            return reason_set(why, CODE_USAGE, "a JSON pointer has ~ only as ~0 (for ~) or ~1 (for /)");
    return true;
}

/* Decodes the name between two slashes; returns where the next one begins. */
static const char *take_name(const char *at, struct buf *name)
{
    for (; *at != '\0' && *at != '/'; at++) {
        char byte = *at;
        if (byte == '~')
            byte = *++at == '1' ? '/' : '~';
        buf_add(name, &byte, 1);
    }
    return at;
}

/* No sign, no leading zero (RFC 6901, 4). */
static const json_t *element(const json_t *array, const char *name)
{
    int64_t index;
    bool plain = strspn(name, "0123456789") == strlen(name) && (name[0] != '0' || name[1] == '\0');

    if (!plain || !units_parse_number(name, 0, INDEX_MOST, &index))
        return NULL;
    return json_array_get(array, (size_t)index);
}

const json_t *json_pointer_find(const json_t *root, const char *pointer)
{
    struct buf name;

    buf_init(&name, NAME_MOST);
    while (root && *pointer == '/') {
        buf_clear(&name);
        pointer = take_name(pointer + 1, &name);
        const char *key = name.data ? name.data : "";
        root = json_is_array(root) ? element(root, key) : json_object_getn(root, key, name.length);
    }
    buf_free(&name);
    return root;
}

/* As doubles, two different large whole numbers may be equal. */
bool json_pointer_same(const json_t *a, const json_t *b)
{
    if (json_is_integer(a) && json_is_integer(b))
        return json_integer_value(a) == json_integer_value(b);
    if (json_is_number(a) && json_is_number(b))
        return !islessgreater(json_number_value(a), json_number_value(b));
    return json_equal(a, b) == 1;
}

/* --- as text --- */

static bool show_array(const json_t *array, struct buf *out)
{
    bool good = buf_add_text(out, "[");

    for (size_t i = 0; good && i < json_array_size(array); i++)
        good = (i == 0 || buf_add_text(out, ",")) && json_pointer_show(json_array_get(array, i), out);
    return good && buf_add_text(out, "]");
}

static bool show_object(const json_t *object, struct buf *out)
{
    void *at = json_object_iter((json_t *)(uintptr_t)object);
    bool good = buf_add_text(out, "{");

    for (bool first = true; good && at; first = false) {
        good = first || buf_add_text(out, ",");
        json_add_string(out, json_object_iter_key(at));
        good = good && buf_add_text(out, ":") && json_pointer_show(json_object_iter_value(at), out);
        at = json_object_iter_next((json_t *)(uintptr_t)object, at);
    }
    return good && buf_add_text(out, "}");
}

bool json_pointer_show(const json_t *value, struct buf *out)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return show_object(value, out);
    case JSON_ARRAY:
        return show_array(value, out);
    case JSON_STRING:
        json_add_string(out, json_string_value(value));
        return out->length < out->max;
    case JSON_INTEGER:
        return buf_add_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    case JSON_REAL:
        return buf_add_format(out, "%.15g", json_real_value(value));
    case JSON_TRUE:
        return buf_add_text(out, "true");
    case JSON_FALSE:
        return buf_add_text(out, "false");
    case JSON_NULL:
        break;
    }
    return buf_add_text(out, "null");
}
