#include "cmd/wait-for-kube/object.h"

#include "tests/unit/suite.h"

static struct judged judged;
static struct reason why;

static void judge(enum kind_form form, const char *state, const char *text)
{
    struct goal goal;
    json_t *object = json_loads(text, 0, NULL);

    ck_assert_msg(object != NULL, "%s", text);
    ck_assert_msg(goal_parse(state, &goal, &why), "%s", why.text);
    object_judge(form, &goal, object, &judged);
    goal_free(&goal);
    json_decref(object);
}

static void is_ready(enum kind_form form, const char *state, const char *text)
{
    judge(form, state, text);
    ck_assert_msg(judged.outcome == ATTEMPT_OK, "%s: %s", text, judged.text);
}

static void is_not(enum kind_form form, const char *state, const char *text, const char *part)
{
    judge(form, state, text);
    ck_assert_int_eq(judged.outcome, ATTEMPT_RETRY);
    expect_contains(judged.text, part);
}

START_TEST(nothing_is_never_ready)
{
    static const enum kind_form forms[] = {KIND_JOB,       KIND_POD,   KIND_DEPLOYMENT, KIND_STATEFULSET,
                                           KIND_DAEMONSET, KIND_CLAIM, KIND_DEFINITION};
    static const char *const texts[] = {"{}", "{\"status\":null}", "{\"status\":[]}",
                                        "{\"status\":\"x\",\"spec\":3}",
                                        "{\"status\":{\"conditions\":[null,3,{}],\"phase\":3}}"};

    for (size_t i = 0; i < COUNT_OF(forms); i++)
        for (size_t j = 0; j < COUNT_OF(texts); j++) {
            judge(forms[i], NULL, texts[j]);
            ck_assert_int_eq(judged.outcome, ATTEMPT_RETRY);
            ck_assert(judged.text[0] != '\0');
        }
}
END_TEST

START_TEST(jobs)
{
    is_ready(KIND_JOB, NULL, "{\"status\":{\"conditions\":[{\"type\":\"Complete\",\"status\":\"True\"}]}}");
    is_not(KIND_JOB, NULL,
           "{\"status\":{\"conditions\":[{\"type\":\"SuccessCriteriaMet\",\"status\":\"True\"}]}}",
           "not complete");
    is_not(KIND_JOB, NULL, "{\"status\":{\"conditions\":[{\"type\":\"Complete\",\"status\":\"False\"}]}}",
           "not complete");
    is_not(KIND_JOB, NULL, "{\"status\":{\"conditions\":[{\"type\":\"Suspended\",\"status\":\"True\"}]}}",
           "suspended");
    judge(
        KIND_JOB, NULL,
        "{\"status\":{\"conditions\":[{\"type\":\"Failed\",\"status\":\"True\",\"reason\":\"DeadlineExceeded\"}]}}");
    ck_assert_int_eq(judged.outcome, ATTEMPT_FAIL);
    ck_assert_str_eq(judged.text, "has failed: DeadlineExceeded");
}
END_TEST

START_TEST(pods)
{
    static const char leaving[] =
        "{\"metadata\":{\"deletionTimestamp\":\"2026-11-29T00:00:00Z\"},\"status\":{\"conditions\":"
        "[{\"type\":\"Ready\",\"status\":\"True\"}]}}";

    is_ready(KIND_POD, NULL, "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");
    is_not(KIND_POD, NULL, leaving, "being deleted");
    is_not(
        KIND_POD, NULL,
        "{\"status\":{\"initContainerStatuses\":[{\"name\":\"a\",\"ready\":true,\"state\":{\"terminated\":{\"exitCode\":0}}},"
        "{\"name\":\"b\",\"state\":{\"terminated\":{\"exitCode\":1,\"reason\":\"Error\",\"message\":\"no disk\"}}}]}}",
        "init container b has ended with exit code 1: Error: no disk");
    is_ready(KIND_POD, "complete", "{\"status\":{\"phase\":\"Succeeded\"}}");
    is_not(KIND_POD, NULL, "{\"status\":{\"phase\":\"Succeeded\"}}", "is Succeeded");
}
END_TEST

START_TEST(rollouts)
{
    static const char scaled_to_none[] =
        "{\"metadata\":{\"generation\":1},\"spec\":{\"replicas\":0},\"status\":{\"observedGeneration\":1}}";

    is_ready(KIND_DEPLOYMENT, NULL, scaled_to_none);
    is_ready(
        KIND_DEPLOYMENT, "ready",
        "{\"metadata\":{\"generation\":1},"
        "\"status\":{\"observedGeneration\":1,\"replicas\":1,\"updatedReplicas\":1,\"availableReplicas\":1}}");
    is_not(
        KIND_DEPLOYMENT, NULL,
        "{\"metadata\":{\"generation\":1},\"status\":{\"observedGeneration\":1,\"replicas\":1,\"updatedReplicas\":1}}",
        "0 of 1");
    is_not(
        KIND_STATEFULSET, NULL,
        "{\"metadata\":{\"generation\":1},\"status\":{\"observedGeneration\":1,\"updatedReplicas\":1,\"readyReplicas\":1,"
        "\"currentRevision\":\"a\",\"updateRevision\":\"b\"}}",
        "being updated");
}
END_TEST

START_TEST(conditions_and_values)
{
    static const char text[] =
        "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"},{\"type\":\"Old\",\"status\":\"False\"}],"
        "\"n\":3,\"s\":\"3\"}}";

    is_ready(KIND_PLAIN, "condition=Ready", text);
    is_ready(KIND_PLAIN, "condition=ready=true", text);
    is_ready(KIND_PLAIN, "condition=Old=False", text);
    is_not(KIND_PLAIN, "condition=Old", text, "condition Old is False");
    is_not(KIND_PLAIN, "condition=New", text, "no condition New");
    is_ready(KIND_PLAIN, "json=/status/n", text);
    is_ready(KIND_PLAIN, "json=/status/n=3", text);
    is_ready(KIND_PLAIN, "json=/status/s=3", text);
    is_not(KIND_PLAIN, "json=/status/n=4", text, "is not 4, but 3");
    is_not(KIND_PLAIN, "json=/status/m", text, "no value at /status/m");
    is_ready(KIND_PLAIN, "exists", text);
    is_ready(KIND_PLAIN, NULL, text);
    is_not(KIND_PLAIN, "deleted", text, "still there");
    is_ready(KIND_PLAIN, "ready", text);
    is_not(KIND_PLAIN, "available", text, "no condition Available");
}
END_TEST

START_TEST(goals)
{
    static const char *const wrong[] = {
        "",         "Complete",    "condition",        "condition=", "json",    "json=x",
        "json=/~2", "condition==", "condition=Ready=", "json=",      "json==x", "delete"};
    struct goal goal;

    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        ck_assert_msg(!goal_parse(wrong[i], &goal, &why), "%s", wrong[i]);
        ck_assert_int_eq(why.code, CODE_USAGE);
        goal_free(&goal);
    }
    ck_assert(goal_parse("complete", &goal, &why));
    ck_assert(goal_fits(&goal, kinds_find("po"), &why));
    ck_assert(!goal_fits(&goal, kinds_find("Deployments"), &why));
    ck_assert(goal_parse("deleted", &goal, &why));
    ck_assert(!goal_fits(&goal, kinds_find("svc"), &why));
    ck_assert(kinds_find("nonsense") == NULL);
}
END_TEST

SUITE("object", nothing_is_never_ready, jobs, pods, rollouts, conditions_and_values, goals)
