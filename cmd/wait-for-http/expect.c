#include "cmd/wait-for-http/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/base/stop.h"
#include "common/base/visible.h"
#include "common/http/headers.h"
#include "common/http/json_arena.h"
#include "common/http/json_pointer.h"

#include "common/base/banned.h"

enum {
    JSON_MEMORY = 16 * 1024 * 1024, /* bytes that the values of a body may take */
    WRONG = 100,                    /* of what regcomp says */
};

/* --- what the options say --- */

bool expect_check_text(const char *value, struct reason *why)
{
    return *value != '\0' || reason_set(why, CODE_USAGE, "expected a text");
}

/* A back-reference (\1) may take time without bounds, and POSIX has none in extended expressions. */
static bool has_back_reference(const char *pattern)
{
    for (; *pattern != '\0'; pattern++)
        if (*pattern == '\\' && *++pattern >= '1' && *pattern <= '9')
            return true;
        else if (*pattern == '\0')
            break;
    return false;
}

bool expect_check_regex(const char *value, struct reason *why)
{
    regex_t regex;
    char wrong[WRONG];

    if (has_back_reference(value))
        return reason_set(why, CODE_USAGE, "back-references such as \\1 are not supported");
    int error = regcomp(&regex, value, REG_EXTENDED | REG_NOSUB);
    if (error == 0)
        regfree(&regex);
    else
        regerror(error, &regex, wrong, sizeof wrong);
    return error == 0 || reason_set(why, CODE_USAGE, "invalid extended regular expression: %s", wrong);
}

bool expect_check_json(const char *value, struct reason *why)
{
    size_t length = strcspn(value, "=");
    char *pointer = xstrndup(value, length);
    bool good = json_pointer_check(pointer, why);

    free(pointer);
    return good;
}

bool expect_check_header(const char *value, struct reason *why)
{
    return headers_check_form(value, why);
}

static void add_json(struct expect *expect, const char *text)
{
    struct expect_json *json = &expect->json[expect->json_count++];
    size_t length = strcspn(text, "=");

    json->pointer = xstrndup(text, length);
    if (text[length] == '\0')
        return;
    json->text = text + length + 1;
    json->value = json_loads(json->text, JSON_DECODE_ANY, NULL);
}

static void add_header(struct expect *expect, const char *text)
{
    struct expect_header *header = &expect->headers[expect->header_count++];
    size_t length = strcspn(text, ":");

    header->name = xstrndup(text, length);
    header->value = text + length + 1 + strspn(text + length + 1, " \t");
}

void expect_init(struct expect *expect, const struct strings *texts, const struct strings *patterns,
                 const struct strings *json, const struct strings *headers)
{
    *expect = (struct expect){.texts = texts, .patterns = patterns};
    expect->regexes = xcalloc(patterns->count, sizeof *expect->regexes);
    expect->json = xcalloc(json->count, sizeof *expect->json);
    expect->headers = xcalloc(headers->count, sizeof *expect->headers);
    for (size_t i = 0; i < patterns->count; i++)
        if (regcomp(&expect->regexes[expect->regex_count++], patterns->items[i],
                    REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0)
            mem_exhausted(); /* it was good when the options were checked */
    for (size_t i = 0; i < json->count; i++)
        add_json(expect, json->items[i]);
    for (size_t i = 0; i < headers->count; i++)
        add_header(expect, headers->items[i]);
}

void expect_free(struct expect *expect)
{
    for (size_t i = 0; i < expect->regex_count; i++)
        regfree(&expect->regexes[i]);
    for (size_t i = 0; i < expect->json_count; i++) {
        free(expect->json[i].pointer);
        json_decref(expect->json[i].value);
    }
    for (size_t i = 0; i < expect->header_count; i++)
        free(expect->headers[i].name);
    free(expect->regexes);
    free(expect->json);
    free(expect->headers);
}

bool expect_wants_body(const struct expect *expect)
{
    return expect->texts->count + expect->regex_count + expect->json_count > 0;
}

/* --- showing what came --- */

/* What does not fit is cut, and says so. */
static void show(const char *text, bool is_cut, const char *before, struct reason *why)
{
    reason_detail(why, "%s%.*s%s", before, EXPECT_SHOWN, text,
                  is_cut || strlen(text) > EXPECT_SHOWN ? "..." : "");
}

void expect_show_body(const char *body, size_t length, struct reason *why)
{
    char head[EXPECT_SHOWN + 1];
    struct buf shown;

    if (length == 0) {
        reason_detail(why, "; its body is empty");
        return;
    }
    snprintf(head, sizeof head, "%.*s", (int)(length < EXPECT_SHOWN ? length : EXPECT_SHOWN), body);
    buf_init(&shown, EXPECT_SHOWN);
    visible_add(&shown, head);
    show(shown.length > 0 ? shown.data : "", length > EXPECT_SHOWN, "; its body begins: ", why);
    buf_free(&shown);
}

/* --- headers --- */

bool expect_judge_header(const struct expect_header *header, const char *values, struct reason *why)
{
    if (values && strstr(values, header->value))
        return true;
    if (!values)
        return reason_set(why, CODE_FAILED, "the answer has no header %.100s", header->name);
    reason_set(why, CODE_FAILED, "the header %.100s does not have %.100s", header->name, header->value);
    show(values, false, ", but ", why);
    return false;
}

/* --- text and patterns --- */

static bool judge_texts(const struct expect *expect, const char *body, size_t length, bool is_cut,
                        struct reason *why)
{
    for (size_t i = 0; i < expect->texts->count; i++) {
        const char *text = expect->texts->items[i];
        if (memmem(body, length, text, strlen(text)))
            continue;
        reason_set(why, CODE_FAILED, "the body%s does not have %.200s", is_cut ? ", in its first 1 MiB," : "",
                   text);
        expect_show_body(body, length, why);
        return false;
    }
    return true;
}

/* Line by line, as grep does: what takes long can be ended in between. 1: found, 0: not, -1: no more time. */
static int find_line(const regex_t *regex, const char *body, size_t length, int64_t deadline)
{
    struct buf line;
    int found = 0;

    buf_init(&line, EXPECT_BODY);
    for (size_t at = 0; found == 0 && at <= length; at++) {
        const char *end = memchr(body + at, '\n', length - at);
        size_t bytes = end ? (size_t)(end - body) - at : length - at;
        buf_clear(&line);
        buf_add(&line, body + at, bytes);
        for (size_t i = 0; i < line.length; i++)
            if (line.data[i] == '\0')
                line.data[i] = ' '; /* regexec would end there */
        if (stop_signal() != 0 || deadline_now() >= deadline)
            found = -1;
        else if (regexec(regex, line.data ? line.data : "", 0, NULL, 0) == 0)
            found = 1;
        at += bytes;
    }
    buf_free(&line);
    return found;
}

static bool judge_patterns(const struct expect *expect, const char *body, size_t length, bool is_cut,
                           int64_t deadline, struct reason *why)
{
    for (size_t i = 0; i < expect->regex_count; i++) {
        const char *pattern = expect->patterns->items[i];
        int found = find_line(&expect->regexes[i], body, length, deadline);
        if (found > 0)
            continue;
        if (found < 0)
            return reason_set(why, CODE_FAILED,
                              "the attempt's time was over before %.200s was looked for in all of the body",
                              pattern);
        reason_set(why, CODE_FAILED, "no line of the body%s matches %.200s", is_cut ? "'s first 1 MiB" : "",
                   pattern);
        expect_show_body(body, length, why);
        return false;
    }
    return true;
}

/* --- JSON --- */

/* A string is compared as it is, everything else as JSON. */
static bool is_wanted(const struct expect_json *json, const json_t *value)
{
    if (!json->text)
        return true;
    if (json_is_string(value))
        return json_string_length(value) == strlen(json->text) &&
               strcmp(json_string_value(value), json->text) == 0;
    return json->value && json_pointer_same(value, json->value);
}

static bool judge_value(const struct expect_json *json, const json_t *root, struct reason *why)
{
    const json_t *value = json_pointer_find(root, json->pointer);
    const char *place = *json->pointer == '\0' ? "the whole of it" : json->pointer;
    struct buf shown;

    if (value && is_wanted(json, value))
        return true;
    if (!value) {
        reason_set(why, CODE_FAILED, "the JSON has no value at %.200s", place);
        value = root;
    } else {
        reason_set(why, CODE_FAILED, "%.150s is not %.150s", place, json->text);
    }
    buf_init(&shown, EXPECT_SHOWN);
    bool whole = json_pointer_show(value, &shown);
    show(shown.length > 0 ? shown.data : "", !whole, value == root ? ": " : ", but ", why);
    buf_free(&shown);
    return false;
}

static bool judge_json(const struct expect *expect, const char *body, size_t length, bool is_cut,
                       struct reason *why)
{
    json_error_t error;
    bool good = true;

    if (expect->json_count == 0)
        return true;
    if (is_cut)
        return reason_set(why, CODE_FAILED, "the body is larger than 1 MiB: no JSON is read from that");
    const json_t *root = json_arena_load_bytes(body, length, JSON_MEMORY, &error);
    if (!root) {
        reason_set(why, CODE_FAILED, "the body is not JSON: %.100s", error.text);
        expect_show_body(body, length, why);
        good = false;
    }
    for (size_t i = 0; good && i < expect->json_count; i++)
        good = judge_value(&expect->json[i], root, why);
    json_arena_clear();
    return good;
}

bool expect_judge_body(const struct expect *expect, const char *body, size_t length, bool is_cut,
                       int64_t deadline, struct reason *why)
{
    return judge_texts(expect, body, length, is_cut, why) &&
           judge_patterns(expect, body, length, is_cut, deadline, why) &&
           judge_json(expect, body, length, is_cut, why);
}
