#include "cmd/wait-for-kube/known.h"

#include <stdio.h>

#include "tests/unit/suite.h"

static struct watcher_plan plan;
static struct watcher watcher;

static void watch(const char *kind)
{
    plan = (struct watcher_plan){.goal = {.kind = GOAL_DEFAULT}};
    watcher = (struct watcher){.plan = &plan, .kind = kinds_find(kind), .namespace = "shop"};
}

static bool change(bool (*how)(struct watcher *, const json_t *), const char *text)
{
    json_t *object = json_loads(text, 0, NULL);

    ck_assert_msg(object != NULL, "%s", text);
    bool good = how(&watcher, object);
    json_decref(object);
    return good;
}

static bool put(const char *text)
{
    return change(known_put, text);
}

static bool drop(const char *text)
{
    return change(known_drop, text);
}

START_TEST(by_name)
{
    watch("pod");
    ck_assert(put("{\"metadata\":{\"name\":\"b\"}}"));
    ck_assert(put("{\"metadata\":{\"name\":\"a\"}}"));
    ck_assert(put("{\"metadata\":{\"name\":\"c\",\"namespace\":\"shop\"},\"kind\":\"Pod\"}"));
    ck_assert(put("{\"metadata\":{\"name\":\"b\"}}"));
    ck_assert_uint_eq(watcher.count, 3);
    ck_assert_str_eq(known_find(&watcher, "b")->name, "b");
    ck_assert(drop("{\"metadata\":{\"name\":\"b\"}}"));
    ck_assert(drop("{\"metadata\":{\"name\":\"d\"}}"));
    ck_assert_ptr_null(known_find(&watcher, "b"));
    watcher.round++;
    ck_assert(put("{\"metadata\":{\"name\":\"c\"}}"));
    known_sweep(&watcher);
    ck_assert_uint_eq(watcher.count, 1);
    ck_assert_ptr_nonnull(known_find(&watcher, "c"));
    known_free(&watcher);
}
END_TEST

/* What a server sends of another kind or namespace neither counts nor takes anything away. */
START_TEST(strangers)
{
    static const char *const texts[] = {
        "{}",
        "{\"metadata\":{\"name\":3}}",
        "{\"metadata\":{\"name\":\"a\",\"namespace\":\"other\"}}",
        "{\"metadata\":{\"name\":\"a\",\"namespace\":\"shop\"},\"kind\":\"Job\"}",
    };

    watch("pod");
    ck_assert(put("{\"metadata\":{\"name\":\"a\"}}"));
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        ck_assert_msg(!put(texts[i]), "%s", texts[i]);
        ck_assert_msg(!drop(texts[i]), "%s", texts[i]);
    }
    ck_assert_uint_eq(watcher.count, 1);
    known_free(&watcher);
    watch("node");
    watcher.namespace = NULL;
    ck_assert(!put("{\"metadata\":{\"name\":\"a\",\"namespace\":\"shop\"}}"));
    ck_assert(put("{\"metadata\":{\"name\":\"a\"}}"));
    known_free(&watcher);
}
END_TEST

START_TEST(slices)
{
    static char name[] = "db", *names[] = {name};
    static const struct strings of = {.items = names, .count = 1};

    watch("service");
    watcher.of = &of;
    ck_assert(put("{\"metadata\":{\"name\":\"a\",\"labels\":{\"kubernetes.io/service-name\":\"db\"}},"
                  "\"endpoints\":[{\"addresses\":[\"10.0.0.1\"]}]}"));
    ck_assert(put("{\"metadata\":{\"name\":\"b\",\"labels\":{\"kubernetes.io/service-name\":\"web\"}}}"));
    ck_assert(put("{\"metadata\":{\"name\":\"c\"}}"));
    ck_assert_uint_eq(watcher.count, 1);
    ck_assert_uint_eq(watcher.objects[0]->endpoints.count, 1);
    ck_assert(put("{\"metadata\":{\"name\":\"a\",\"labels\":{\"kubernetes.io/service-name\":\"web\"}}}"));
    ck_assert_uint_eq(watcher.count, 0);
    known_free(&watcher);
}
END_TEST

START_TEST(jobs_that_were_complete)
{
#define STATUS(type) "\"status\":{\"conditions\":[{\"type\":\"" type "\",\"status\":\"True\"}]}}"
    watch("job");
    ck_assert(drop("{\"metadata\":{\"name\":\"a\"}," STATUS("Complete")));
    ck_assert_ptr_null(known_find(&watcher, "a")->text);
    watcher.round++;
    known_sweep(&watcher);
    ck_assert_uint_eq(watcher.count, 1);
    ck_assert(put("{\"metadata\":{\"name\":\"a\"}}")); /* a new one of that name */
    ck_assert_ptr_nonnull(known_find(&watcher, "a")->text);
    ck_assert(drop("{\"metadata\":{\"name\":\"a\"}," STATUS("Failed")));
    ck_assert_uint_eq(watcher.count, 0);
    known_free(&watcher);
}
END_TEST

START_TEST(as_many_as_there_may_be)
{
    char text[64];

    watch("configmap");
    for (int i = 1; i <= WATCHER_OBJECTS; i++) {
        snprintf(text, sizeof text, "{\"metadata\":{\"name\":\"%08d\"}}", i);
        ck_assert(put(text));
    }
    ck_assert(!put("{\"metadata\":{\"name\":\"x\"}}"));
    ck_assert(put("{\"metadata\":{\"name\":\"00000007\"}}"));
    ck_assert_uint_eq(watcher.count, WATCHER_OBJECTS);
    ck_assert_str_eq(watcher.objects[0]->name, "00000001");
    known_free(&watcher);
}
END_TEST

SUITE("known", by_name, strangers, slices, jobs_that_were_complete, as_many_as_there_may_be)
