#include "common/http/json_arena.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/suite.h"

struct text_source {
    const char *text;
    size_t left, piece;
};

static size_t next_piece(void *into, size_t size, void *owner)
{
    struct text_source *source = owner;
    size_t length = size < source->piece ? size : source->piece;

    if (length > source->left)
        length = source->left;
    memcpy(into, source->text, length);
    source->text += length;
    source->left -= length;
    return length;
}

static bool is_json(json_load_callback_t read, void *owner, size_t memory, json_error_t *error)
{
    bool good = json_arena_load(read, owner, memory, error) != NULL;

    json_arena_clear();
    return good;
}

/* The same verdict whether it comes at once or byte by byte. */
static void expect_json(const char *text, bool good, int line, int column)
{
    static const size_t pieces[] = {4096, 1};

    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        struct text_source source = {text, strlen(text), pieces[i]};
        json_error_t error;
        ck_assert_msg(is_json(next_piece, &source, 1 << 20, &error) == good, "%s: %s", text, error.text);
        if (good)
            continue;
        ck_assert_msg(error.line == line && error.column == column, "%s: line %d, column %d: %s", text,
                      error.line, error.column, error.text);
        ck_assert_str_ne(error.text, "");
        ck_assert(!strstr(error.text, "near '"));
    }
}

START_TEST(good_json)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "null",
        "true",
        " false ",
        "0",
        "-0",
        "123456789012345678901234567890",
        "\"\\u0000\"",
        "12.5e-3",
        "1E+2",
        "\"\"",
        "\"\\u00e4\\n\\/\"",
        "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"",
        "[1,[2,{\"a\":[]}],{}]",
        "\t\r\n[ ]\n",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        expect_json(texts[i], true, 0, 0);
}
END_TEST

START_TEST(bad_json)
{
    expect_json("", false, 1, 1);
    expect_json(" ", false, 1, 1);
    expect_json("[1,]", false, 1, 4);
    expect_json("{\n  \"a\": 1,\n}", false, 3, 1);
    expect_json("[1 2]", false, 1, 4);
    expect_json("[1}", false, 1, 3);
    expect_json("]", false, 1, 1);
    expect_json("{\"a\" 1}", false, 1, 6);
    expect_json("{a:1}", false, 1, 2);
    expect_json("{'a':1}", false, 1, 2);
    expect_json("01", false, 1, 1);
    expect_json("-", false, 1, 1);
    expect_json("1.", false, 1, 2);
    expect_json(".5", false, 1, 1);
    expect_json("1e", false, 1, 2);
    expect_json("+1", false, 1, 1);
    expect_json("NaN", false, 1, 3);
    expect_json("nul", false, 1, 3);
    expect_json("nulL", false, 1, 4);
    expect_json("\"a", false, 1, 2);
    expect_json("\"\\x\"", false, 1, 3);
    expect_json("\"\\u12g4\"", false, 1, 6);
    expect_json("\"a\nb\"", false, 1, 2);
    expect_json("\"\xC3(\"", false, 1, 1);
    expect_json("\"\xC0\x80\"", false, 1, 1);
    expect_json("\"\xED\xA0\x80\"", false, 1, 1);
    expect_json("\"\\ud800\"", false, 1, 8);
    expect_json("\xEF\xBB\xBF{}", false, 1, 1);
    expect_json("{} x", false, 1, 4);
    expect_json("[\"\xC3\xA4\", x]", false, 1, 7);
    expect_json("// c\n1", false, 1, 1);
}
END_TEST

/* What README says that the grammar allows and we do not. */
START_TEST(good_json_that_is_refused)
{
    char deep[2 * 2049 + 1];

    expect_json("1e400", false, 1, 5);
    expect_json("\"\\ud800\"", false, 1, 8);
    expect_json("\"\\udc00\"", false, 1, 8);
    expect_json("{\"\\u0000\":1}", false, 1, 9);
    expect_json("{\"a\":1,\"a\":2}", false, 1, 10);
    expect_json("[{\"a\":1},{\"a\":2}]", true, 0, 0);
    memset(deep, '[', 2049);
    memset(deep + 2049, ']', 2049);
    deep[2 * 2049] = '\0';
    expect_json(deep, false, 1, 2049);
    deep[2 * 2049 - 1] = '\0';
    expect_json(deep + 1, true, 0, 0);
}
END_TEST

/* An opening, then without end the same piece. */
struct endless_source {
    const char *opening, *piece;
};

static size_t next_of_endless(void *into, size_t size, void *owner)
{
    struct endless_source *source = owner;
    const char *text = source->opening ? source->opening : source->piece;
    size_t length = strlen(text);

    ck_assert(length <= size);
    source->opening = NULL;
    memcpy(into, text, length);
    return length;
}

START_TEST(json_without_end_is_bounded)
{
    static const struct {
        struct endless_source source;
        const char *problem;
    } cases[] = {
        {{"[", "["}, "maximum parsing depth"},
        {{"[1", ",123456789,123456789,123456789,123456789"}, "more than 1 MiB"},
        {{"[[]", ",[],[],[],[],[],[],[],[],[],[],[],[]"}, "more than 1 MiB"},
        {{"\"", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}, "more than 1 MiB"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct endless_source source = cases[i].source;
        json_error_t error;
        ck_assert(!is_json(next_of_endless, &source, 1 << 20, &error));
        expect_contains(error.text, cases[i].problem);
        ck_assert_int_eq(error.line == 0, strstr(error.text, "MiB") != NULL);
    }
    expect_json("[]", true, 0, 0); /* all of that was given back */
}
END_TEST

/* Wherever it is that the memory ends: within a string, a number, a name, or between. */
START_TEST(the_memory_may_end_anywhere)
{
    enum { LONG = 700 };
    char text[5 * LONG + 100], letters[LONG + 1], digits[LONG + 1];
    size_t refused = 0, most = 64 * 1024;

    memset(letters, 'a', LONG);
    memset(digits, '1', LONG);
    letters[LONG] = digits[LONG] = '\0';
    snprintf(text, sizeof text, "[[],\"%s\",0.%s,[],{\"b%s\":true},0.1e0%s,[]]", letters, digits, letters,
             "1");
    for (size_t memory = 0; memory < most; memory += memory / 100 + 8) {
        struct text_source source = {text, strlen(text), SIZE_MAX};
        json_error_t error;
        if (is_json(next_piece, &source, memory, &error))
            continue;
        ck_assert_int_eq(error.line, 0);
        expect_contains(error.text, "of memory");
        refused++;
    }
    ck_assert_uint_gt(refused, 100);
    expect_json(text, true, 0, 0);
}
END_TEST

SUITE("json_arena", good_json, bad_json, good_json_that_is_refused, json_without_end_is_bounded,
      the_memory_may_end_anywhere)
