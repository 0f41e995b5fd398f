#include "cmd/wait-for-kube/endpoints.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/suite.h"

static struct endpoints all;

/* Adds those of a slice with these elements. */
static void add(const char *elements)
{
    struct endpoints ready = {0};
    char text[1024];

    snprintf(text, sizeof text, "{\"endpoints\":[%s]}", elements);
    json_t *slice = json_loads(text, 0, NULL);
    ck_assert_msg(slice != NULL, "%s", text);
    endpoints_read(slice, &ready);
    endpoints_add(&all, &ready);
    endpoints_free(&ready);
    json_decref(slice);
}

static size_t counted(void)
{
    size_t count = endpoints_count(&all);

    endpoints_free(&all);
    return count;
}

static size_t ready_by(const char *conditions)
{
    char text[512];

    snprintf(text, sizeof text, "{\"addresses\":[\"10.0.0.1\"],\"conditions\":%s}", conditions);
    add(text);
    return counted();
}

START_TEST(conditions)
{
    static const char *const ready[] = {
        "null",
        "{}",
        "{\"ready\":null}",
        "{\"ready\":true}",
        "{\"serving\":true,\"terminating\":false}",
        "{\"ready\":null,\"serving\":null,\"terminating\":null}",
        "{\"ready\":true,\"serving\":true,\"terminating\":true}", /* publishNotReadyAddresses */
    };
    static const char *const unready[] = {
        "{\"ready\":false}",     "{\"ready\":false,\"serving\":true,\"terminating\":true}",
        "{\"ready\":\"false\"}", "{\"ready\":1}",
        "{\"serving\":false}",   "{\"terminating\":true}",
        "{\"serving\":\"x\"}"};

    for (size_t i = 0; i < COUNT_OF(ready); i++)
        ck_assert_msg(ready_by(ready[i]) == 1, "%s", ready[i]);
    for (size_t i = 0; i < COUNT_OF(unready); i++)
        ck_assert_msg(ready_by(unready[i]) == 0, "%s", unready[i]);
}
END_TEST

START_TEST(each_once)
{
    add("{\"addresses\":[\"10.0.0.1\"],\"targetRef\":{\"kind\":\"Pod\",\"name\":\"db-0\",\"uid\":\"u\"}}");
    add("{\"addresses\":[\"fd00::1\"],\"targetRef\":{\"kind\":\"Pod\",\"name\":\"db-0\",\"uid\":\"u\"}}");
    ck_assert_uint_eq(counted(), 1);
    add("{\"addresses\":[\"10.0.0.1\"],\"targetRef\":{\"kind\":\"Pod\",\"name\":\"db-0\"}}");
    add("{\"addresses\":[\"fd00::1\"],\"targetRef\":{\"kind\":\"Pod\",\"name\":\"db-0\"}},"
        "{\"addresses\":[\"fd00::2\"],\"targetRef\":{\"kind\":\"Pod\",\"name\":\"db-1\"}}");
    ck_assert_uint_eq(counted(), 2);
    add("{\"addresses\":[\"10.0.0.1\"]},{\"addresses\":[\"10.0.0.2\"]}");
    add("{\"addresses\":[\"10.0.0.1\",\"10.0.0.9\"]}"); /* the first one counts: consumers use no other */
    ck_assert_uint_eq(counted(), 2);
}
END_TEST

START_TEST(what_is_none)
{
    add("null,3,{},{\"addresses\":null},{\"addresses\":[]},{\"addresses\":[\"\"]},{\"addresses\":[1]}");
    add("");
    ck_assert_uint_eq(counted(), 0);
    struct endpoints none = {0};
    json_t *slice = json_loads("{\"endpoints\":{\"addresses\":[\"10.0.0.1\"]}}", 0, NULL);
    endpoints_read(slice, &none);
    ck_assert_uint_eq(none.count, 0);
    json_decref(slice);
}
END_TEST

START_TEST(no_more_than_the_api_allows)
{
    enum { MANY = ENDPOINTS_SLICE + 5, EACH = 64 };
    struct endpoints ready = {0};
    char *text = calloc(MANY + 1, EACH);
    size_t length = (size_t)snprintf(text, EACH, "{\"endpoints\":[null");

    for (int i = 0; i < MANY; i++)
        length += (size_t)snprintf(text + length, EACH, ",{\"addresses\":[\"10.0.%d.%d\"]}", i / 250,
                                   i % 250);
    snprintf(text + length, EACH, "]}");
    json_t *slice = json_loads(text, 0, NULL);
    endpoints_read(slice, &ready);
    ck_assert_uint_eq(endpoints_count(&ready), ENDPOINTS_SLICE - 1); /* one of the first was none */
    endpoints_free(&ready);
    json_decref(slice);
    free(text);
}
END_TEST

SUITE("endpoints", conditions, each_once, what_is_none, no_more_than_the_api_allows)
