#include "cmd/wait-for-kube/evidence.h"

#include <stdio.h>

#include "tests/unit/suite.h"

static struct evidence evidence;
static char text[EVIDENCE_TEXT];

static void add(void (*take)(struct evidence *, const json_t *), const char *json)
{
    json_t *object = json_loads(json, 0, NULL);

    ck_assert_msg(object != NULL, "%s", json);
    take(&evidence, object);
    json_decref(object);
}

static void add_service(struct evidence *all, const json_t *service)
{
    evidence_add_service(all, service, "db");
}

static const char *explain(void)
{
    evidence_explain(&evidence, text);
    return text;
}

static const char *service(const char *json)
{
    evidence = (struct evidence){0};
    add(add_service, json);
    return explain();
}

START_TEST(services)
{
    ck_assert_str_eq(service("{}"), "");
    ck_assert_str_eq(service("{\"metadata\":{\"name\":\"other\"},\"spec\":{\"selector\":{\"a\":\"b\"}}}"),
                     "");
    expect_contains(service("{\"metadata\":{\"name\":\"db\"}}"), "has no selector");
    expect_contains(service("{\"metadata\":{\"name\":\"db\"},\"spec\":{\"selector\":{}}}"),
                    "has no selector");
    expect_contains(service("{\"metadata\":{\"name\":\"db\"},\"spec\":{\"selector\":[1]}}"),
                    "has no selector");
    expect_contains(service("{\"metadata\":{\"name\":\"db\"},\"spec\":{\"type\":\"ExternalName\"}}"),
                    "ExternalName");
    evidence = (struct evidence){.missing = true};
    expect_contains(explain(), "no Service of that name");
    expect_contains(service("{\"metadata\":{\"name\":\"db\"},\"spec\":{\"selector\":{\"a\":\"b\",\"c\":3}}}"),
                    "selector a=b,c=, and pods cannot be listed");
}
END_TEST

START_TEST(a_selector_that_is_too_long)
{
    char json[EVIDENCE_SELECTOR + 200];

    snprintf(json, sizeof json, "{\"metadata\":{\"name\":\"db\"},\"spec\":{\"selector\":{\"a\":\"%0*d\"}}}",
             EVIDENCE_SELECTOR - 3, 0);
    expect_contains(service(json), "selector a=0000");
    snprintf(json, sizeof json, "{\"metadata\":{\"name\":\"db\"},\"spec\":{\"selector\":{\"a\":\"%0*d\"}}}",
             EVIDENCE_SELECTOR - 2, 0);
    ck_assert_str_eq(service(json), "");
}
END_TEST

START_TEST(pods)
{
    static const char ready[] = "{\"metadata\":{\"name\":\"db-0\"},\"status\":{\"conditions\":["
                                "{\"type\":\"Ready\",\"status\":\"True\"}]}}";

    service("{\"metadata\":{\"name\":\"db\"},\"spec\":{\"selector\":{\"a\":\"b\"}}}");
    evidence.pods_known = true;
    ck_assert_str_eq(explain(), "selector a=b matches no pod");
    add(evidence_add_pod, ready);
    ck_assert_str_eq(explain(), "selector a=b matches pods that are all ready, 1 of them");
    evidence.cut = true; /* there are more, of which nothing is known */
    ck_assert_str_eq(explain(), "");
    add(evidence_add_pod, "{\"metadata\":{\"name\":\"db-1\"},\"status\":{\"phase\":\"Pending\"}}");
    add(evidence_add_pod, "{}");
    ck_assert_str_eq(explain(), "selector a=b matches pods that are not ready: db-1: is Pending");
}
END_TEST

/* A pod whose container ended with that state. */
static const char *failed(const char *state)
{
    char json[1024];

    snprintf(json, sizeof json,
             "{\"metadata\":{\"name\":\"m-a\"},\"status\":{\"containerStatuses\":[{\"name\":\"run\",%s}]}}",
             state);
    add(evidence_add_failed_pod, json);
    return evidence.pod;
}

START_TEST(failed_pods)
{
    evidence = (struct evidence){0};
    ck_assert_str_eq(failed("\"state\":{\"terminated\":{\"exitCode\":0,\"message\":\"good\"}}"), "");
    ck_assert_str_eq(failed("\"state\":{\"terminated\":{\"exitCode\":\"3\"}}"), "");
    ck_assert_str_eq(failed("\"state\":{\"running\":{}}"), "");
    ck_assert_str_eq(failed("\"lastState\":{\"terminated\":{\"exitCode\":2,\"finishedAt\":\"2026-01-01\"}}"),
                     "m-a: run ended with exit code 2");
    ck_assert_str_eq(failed("\"state\":{\"terminated\":{\"exitCode\":3,\"reason\":\"Error\",\"message\":"
                            "\"a\\nb\\n\",\"finishedAt\":\"2026-01-02\"}}"),
                     "m-a: run ended with exit code 3: a b");
    ck_assert_str_eq(failed("\"state\":{\"terminated\":{\"exitCode\":4,\"finishedAt\":\"2026-01-01\"}}"),
                     "m-a: run ended with exit code 3: a b");
    ck_assert_str_eq(failed("\"state\":{\"terminated\":{\"exitCode\":137,\"reason\":\"OOMKilled\","
                            "\"finishedAt\":\"2026-01-03\"}}"),
                     "m-a: run ended with exit code 137, OOMKilled");
    evidence = (struct evidence){0};
    add(evidence_add_failed_pod, "{\"metadata\":{\"name\":\"m-a\"},\"status\":{\"reason\":\"Evicted\"}}");
    ck_assert_str_eq(evidence.pod, "m-a: Evicted");
}
END_TEST

START_TEST(long_messages)
{
    char state[900];

    evidence = (struct evidence){0};
    snprintf(state, sizeof state,
             "\"state\":{\"terminated\":{\"exitCode\":1,\"message\":\"%0300d\\nthe last line\\n\\n\"}}", 0);
    ck_assert_str_eq(failed(state), "m-a: run ended with exit code 1: the last line");
    evidence = (struct evidence){0};
    snprintf(state, sizeof state, "\"state\":{\"terminated\":{\"exitCode\":1,\"message\":\"%0400d\"}}", 0);
    expect_contains(failed(state), "exit code 1: 0000");
    ck_assert_uint_lt(strlen(evidence.pod), EVIDENCE_TEXT - 1);
}
END_TEST

SUITE("evidence", services, a_selector_that_is_too_long, pods, failed_pods, long_messages)
