#include "common/http/json_pointer.h"

#include "common/http/json_arena.h"
#include "tests/unit/suite.h"

static struct reason why;

/* The document of RFC 6901, 5. */
static const char document[] =
    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
    "\"k\\\"l\":6,\" \":7,\"m~n\":8,\"long\":[0,1,2,3,4,5,6,7,8,9,10]}";

static const json_t *load(const char *text)
{
    json_error_t error;
    const json_t *value = json_arena_load_bytes(text, strlen(text), 1 << 20, &error);

    ck_assert_msg(value != NULL, "%s: %s", text, error.text);
    return value;
}

/* What `pointer` leads to in `text`, as text. */
static const char *found(const char *text, const char *pointer)
{
    static char shown[256];
    struct buf out;

    ck_assert_msg(json_pointer_check(pointer, &why), "%s", why.text);
    const json_t *value = json_pointer_find(load(text), pointer);
    buf_init(&out, sizeof shown - 1);
    if (value)
        json_pointer_show(value, &out);
    snprintf(shown, sizeof shown, "%s", value ? out.data : "none");
    buf_free(&out);
    json_arena_clear();
    return shown;
}

START_TEST(the_examples_of_the_document)
{
    ck_assert_str_eq(found(document, "/foo"), "[\"bar\",\"baz\"]");
    ck_assert_str_eq(found(document, "/foo/0"), "\"bar\"");
    ck_assert_str_eq(found(document, "/"), "0");
    ck_assert_str_eq(found(document, "/a~1b"), "1");
    ck_assert_str_eq(found(document, "/c%d"), "2");
    ck_assert_str_eq(found(document, "/e^f"), "3");
    ck_assert_str_eq(found(document, "/g|h"), "4");
    ck_assert_str_eq(found(document, "/i\\j"), "5");
    ck_assert_str_eq(found(document, "/k\"l"), "6");
    ck_assert_str_eq(found(document, "/ "), "7");
    ck_assert_str_eq(found(document, "/m~0n"), "8");
    ck_assert_str_eq(found("[1]", ""), "[1]");
    ck_assert_str_eq(found("{\"~1\":true}", "/~01"), "true");
}
END_TEST

START_TEST(nothing_there)
{
    static const char *const pointers[] = {"/foo/2",
                                           "/foo/00",
                                           "/foo/-",
                                           "/foo/01",
                                           "/foo/+1",
                                           "/foo/1e0",
                                           "/foo/ 1",
                                           "/foo/",
                                           "/foo/0/0",
                                           "/absent",
                                           "/long/11",
                                           "/long/1x",
                                           "/long/99999999999999999999"};

    for (size_t i = 0; i < COUNT_OF(pointers); i++)
        ck_assert_str_eq(found(document, pointers[i]), "none");
    ck_assert_str_eq(found(document, "/long/10"), "10");
    ck_assert_str_eq(found("3", "/a"), "none");
}
END_TEST

START_TEST(what_is_no_pointer)
{
    ck_assert(!json_pointer_check("a", &why));
    ck_assert_int_eq(why.code, CODE_USAGE);
    ck_assert(!json_pointer_check("/a~", &why));
    ck_assert(!json_pointer_check("/a~2", &why));
    ck_assert(json_pointer_check("/a~0~1", &why));
}
END_TEST

static bool same(const char *a, const char *b)
{
    json_t *value = json_loads(b, JSON_DECODE_ANY, NULL);
    bool result = json_pointer_same(load(a), value);

    json_arena_clear();
    json_decref(value);
    return result;
}

START_TEST(values_that_are_the_same)
{
    ck_assert(same("3", "3.0"));
    ck_assert(same("1e2", "100"));
    ck_assert(same("{\"a\":[1,null]}", "{\"a\": [1, null]}"));
    ck_assert(!same("3", "4"));
    ck_assert(!same("\"3\"", "3"));
    ck_assert(!same("9007199254740993", "9007199254740992")); /* as doubles they are */
    ck_assert(!same("[1]", "[1,2]"));
    ck_assert(!same("null", "false"));
}
END_TEST

START_TEST(large_numbers_are_taken)
{
    ck_assert_str_eq(found("[123456789012345678901234567890,1]", "/1"), "1");
}
END_TEST

START_TEST(what_is_shown_is_bounded)
{
    struct buf out;

    buf_init(&out, 8);
    ck_assert(!json_pointer_show(load("[\"a long text\",{\"b\":1}]"), &out));
    ck_assert_uint_le(out.length, 8);
    buf_free(&out);
    json_arena_clear();
    ck_assert_str_eq(found("{\"a\":[1.5,true,false,null,\"\\u001b\"]}", ""),
                     "{\"a\":[1.5,true,false,null,\"\\u001b\"]}");
}
END_TEST

SUITE("json_pointer", the_examples_of_the_document, nothing_there, what_is_no_pointer,
      values_that_are_the_same, large_numbers_are_taken, what_is_shown_is_bounded)
