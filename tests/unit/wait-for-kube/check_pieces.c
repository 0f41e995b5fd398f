#include "cmd/wait-for-kube/pieces.h"

#include <stdio.h>

#include "tests/unit/suite.h"

struct taken {
    char text[1024];
    size_t length, most;
    unsigned count;
};

static bool take(void *owner, enum pieces_kind kind, const char *bytes, size_t length)
{
    struct taken *taken = owner;

    taken->length += (size_t)snprintf(taken->text + taken->length, sizeof taken->text - taken->length,
                                      "%s%c%.*s", taken->length > 0 ? " " : "",
                                      kind == PIECES_META ? 'M' : 'I', (int)length, bytes);
    return taken->most == 0 || ++taken->count < taken->most;
}

/* What comes of a text in pieces of `step` bytes; "wrong" or "cut" where it is no whole list. */
static const char *pieces_of(const char *text, size_t step, size_t most)
{
    static struct taken taken;
    struct pieces pieces = {.on_object = take, .owner = &taken};
    bool good = true;

    taken = (struct taken){.most = most};
    pieces_begin(&pieces);
    for (size_t at = 0; good && at < strlen(text); at += step) {
        size_t left = strlen(text) - at;
        good = pieces_feed(&pieces, text + at, left < step ? left : step);
    }
    bool whole = pieces_are_whole(&pieces);
    pieces_free(&pieces);
    return !good ? "wrong" : !whole ? "cut" : taken.text;
}

static void expect(const char *text, const char *result)
{
    for (size_t step = 1; step <= 1024; step *= 4)
        ck_assert_str_eq(pieces_of(text, step, 0), result);
}

START_TEST(lists)
{
    expect(
        "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[{\"a\":1},{\"b\":[{}]}]}\n",
        "M{\"resourceVersion\":\"7\"} I{\"a\":1} I{\"b\":[{}]}");
    expect("{\"items\":[],\"metadata\":{}}", "M{}");
    expect(" {\"items\": [ {\"metadata\":{\"x\":\"}]\\\"\"}} ] , \"metadata\" : {} } ",
           "I{\"metadata\":{\"x\":\"}]\\\"\"}} M{}");
    expect("{\"items\":null,\"metadata\":{}}", "M{}");
}
END_TEST

START_TEST(what_only_looks_like_items)
{
    expect("{\"x\":{\"items\":[{\"a\":1}],\"metadata\":{\"b\":2}},\"metadata\":{}}", "M{}");
    expect("{\"x\":\"items\",\"y\":[{\"a\":1}],\"metadata\":{}}", "M{}");
    expect("{\"items\":[[{\"a\":1}],{\"b\":2}]}", "I{\"b\":2}");
    expect("{\"itemsitemsitemsitems\":[{\"a\":1}]}", "");
    expect("{\"items\":[1,\"x\"],\"z\":[{\"a\":1}]}", "");
}
END_TEST

START_TEST(what_is_no_list)
{
    expect("nonsense", "wrong");
    expect("[{}]", "wrong");
    expect("{}{}", "wrong");
    expect("{} x", "wrong");
    expect("}", "wrong");
    expect("{\"items\":[{\"a\":1]]}", "wrong");
    expect("{\"items\":[}", "wrong");
    expect("{]", "wrong");
    expect("", "cut");
    expect("{\"items\":[{\"a\":1}", "cut");
    expect("{\"items\":[{\"a\":\"", "cut");
}
END_TEST

START_TEST(its_bounds)
{
    char *deep = calloc(PIECES_DEPTH + 3, 1);

    deep[0] = '{';
    memset(deep + 1, '[', PIECES_DEPTH + 1);
    ck_assert_str_eq(pieces_of(deep, 4096, 0), "wrong");
    deep[PIECES_DEPTH] = '\0';
    ck_assert_str_eq(pieces_of(deep, 4096, 0), "cut");
    free(deep);
    ck_assert_str_eq(pieces_of("{\"items\":[{},{},{}]}", 4096, 2), "wrong");
}
END_TEST

static bool count(void *owner, enum pieces_kind kind, const char *bytes, size_t length)
{
    (void)kind, (void)bytes;
    *(size_t *)owner += length;
    return true;
}

START_TEST(an_object_that_is_too_large)
{
    static char block[64 * 1024];
    size_t seen = 0;
    struct pieces pieces = {.on_object = count, .owner = &seen};
    bool good = true;

    memset(block, 'x', sizeof block);
    pieces_begin(&pieces);
    ck_assert(pieces_feed(&pieces, "{\"items\":[{\"a\":\"", 16));
    for (size_t sent = 0; good && sent <= 2 * (size_t)PIECES_OBJECT; sent += sizeof block)
        good = pieces_feed(&pieces, block, sizeof block);
    ck_assert(!good);
    ck_assert_uint_eq(seen, 0);
    pieces_free(&pieces);
}
END_TEST

static bool is_list(const char *text)
{
    struct taken taken = {.most = 0};
    struct pieces pieces = {.on_object = take, .owner = &taken};

    pieces_begin(&pieces);
    bool good = pieces_feed(&pieces, text, strlen(text)) && pieces_are_list(&pieces);
    pieces_free(&pieces);
    return good;
}

/* What has no items is no empty list: that would be taken for "all of it is gone". */
START_TEST(what_says_that_it_is_a_list)
{
    static const char *const good[] = {
        "{\"kind\":\"JobList\",\"metadata\":{},\"items\":[]}",
        "{\"items\":null,\"kind\":\"List\"}",
        "{\"items\": [{\"kind\":\"Job\"}], \"kind\" : \"CustomResourceDefinitionList\"}",
    };
    static const char *const others[] = {
        "{\"kind\":\"JobList\",\"metadata\":{}}",
        "{\"items\":[],\"metadata\":{}}",
        "{\"kind\":\"Status\",\"metadata\":{\"resourceVersion\":\"7\"},\"status\":\"Failure\"}",
        "{\"kind\":\"Status\",\"items\":[]}",
        "{\"kind\":\"Table\",\"rows\":[],\"items\":[]}",
        "{\"kind\":\"JobList\",\"items\":{}}",
        "{\"kind\":\"JobList\",\"items\":3}",
        "{\"kind\":\"JobList\",\"items\":\"null\"}",
        "{\"kind\":\"ist\",\"items\":[]}",
        "{\"x\":{\"kind\":\"JobList\"},\"items\":[]}",
        "{\"kind\":{\"kind\":\"JobList\"},\"items\":[]}",
        "{\"kind\":\"JobList\",\"x\":{\"items\":[]}}",
        "{\"kind\":\"JobList\",\"items\":[],\"kind\":\"Status\"}",
        "{\"kind\":\"JobList\",\"items\":[]",
        "{}",
    };

    for (size_t i = 0; i < COUNT_OF(good); i++)
        ck_assert_msg(is_list(good[i]), "%s", good[i]);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        ck_assert_msg(!is_list(others[i]), "%s", others[i]);
}
END_TEST

SUITE("pieces", what_says_that_it_is_a_list, lists, what_only_looks_like_items, what_is_no_list, its_bounds,
      an_object_that_is_too_large)
