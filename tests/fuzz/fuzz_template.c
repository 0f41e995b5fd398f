/* A template, behind a line with the prefix: in pieces it gives what it gives as a whole, and only references change. */
#include <stdio.h>

#include "common/files/template.h"
#include "tests/fuzz/input.h"

enum { RESULT_MOST = 1 << 20 };

struct result {
    struct buf text, errors;
    bool good;
};

static bool take(void *owner, const char *bytes, size_t length)
{
    return buf_add(&((struct result *)owner)->text, bytes, length);
}

static void take_error(void *owner, size_t line, size_t column, const char *message)
{
    MUST(line >= 1 && column >= 1 && *message != '\0');
    buf_add_format(&((struct result *)owner)->errors, "%zu:%zu %s\n", line, column, message);
}

static struct result render(const char *text, size_t length, const char *prefix, size_t step)
{
    static char here[] = ".", *directories[] = {here};
    static const struct strings list = {.items = directories, .count = 1};
    static const struct template_files files = {.directories = &list};
    struct result result;
    struct template_sink sink = {take, take_error, &result};
    struct template template;

    buf_init(&result.text, RESULT_MOST);
    buf_init(&result.errors, RESULT_MOST);
    template_begin(&template, &sink, prefix, &files);
    for (size_t at = 0; at < length; at += step)
        if (!template_feed(&template, text + at, length - at < step ? length - at : step))
            break;
    result.good = template_end(&template);
    return result;
}

static bool same(const struct buf *one, const struct buf *other)
{
    return one->length == other->length &&
           (one->length == 0 || memcmp(one->data, other->data, one->length) == 0);
}

static void result_free(struct result *result)
{
    buf_free(&result->text);
    buf_free(&result->errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text, *prefix = input_first_line(data, size, &text);
    size_t length = strlen(text);

    setenv("A", "value ${B} $$", 1);
    setenv("EMPTY", "", 1);
    struct result whole = render(text, length, prefix, length > 0 ? length : 1);
    for (size_t step = 1; step <= 7; step += 3) {
        struct result pieces = render(text, length, prefix, step);
        MUST(pieces.good == whole.good && same(&pieces.text, &whole.text) &&
             same(&pieces.errors, &whole.errors));
        result_free(&pieces);
    }
    MUST(whole.good == (whole.errors.length == 0));
    if (!strchr(text, '$'))
        MUST(whole.good && whole.text.length == length &&
             memcmp(text, whole.text.length ? whole.text.data : "", length) == 0);
    result_free(&whole);
    free(prefix);
    free(text);
    return 0;
}
