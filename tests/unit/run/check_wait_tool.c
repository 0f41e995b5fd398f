#include "common/run/wait_tool.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/capture.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

/* A tool whose operands are words: what has "bad" in it is refused, all others are ready at once. */
struct word_options {
    struct common_options common;
    bool fails;
};

struct word {
    struct wait_target base;
    const char *operand;
};

struct run {
    struct wait wait;
    bool fails;
};

#define AT(member) offsetof(struct word_options, member)

static const struct option rows[] = {SWITCH("fail", fails, .help = "Refuse everything")};
static const struct tool word_tool = {
    .name = "wait-for-tcp",
    .operands = "WORD...",
    .summary = "Wait for words",
    .description = "",
    .options = rows,
    .option_count = COUNT_OF(rows),
    .options_size = sizeof(struct word_options),
    .many_targets = true,
};

static size_t allowed, started, released; /* calls; `released` counts targets */
static bool keeps;                        /* as if a thread still used the run */
static struct wait *kept;

static void word_start(struct wait_target *target, int64_t deadline)
{
    (void)deadline;
    started++;
    wait_attempt_ended(target, ATTEMPT_OK, NULL);
}

static void word_cancel(struct wait_target *target, struct reason *doing)
{
    (void)target;
    reason_set(doing, CODE_FAILED, "waiting");
}

static bool word_parse(struct wait *wait, struct wait_target *target, const char *operand, struct reason *why)
{
    struct word *word = (struct word *)target;

    ck_assert_ptr_eq(wait->targets[wait->count - 1], target);
    word->operand = operand;
    return !strstr(operand, "bad") || reason_set(why, CODE_USAGE, "not a word");
}

static void word_allow(const void *options, struct sandbox *sandbox)
{
    (void)options;
    sandbox_allow_file(sandbox, "-");
    allowed++;
}

static bool word_prepare(struct wait *wait, void *from, struct reason *why)
{
    struct run *run = (struct run *)wait;
    const struct word_options *options = from;

    ck_assert(!run->fails);
    ck_assert_ptr_nonnull(wait->loop);
    run->fails = options->fails;
    wait->in_flight_most = 1;
    return wait_tool_add_targets(wait, sizeof(struct word), word_parse, why) &&
           (!run->fails || reason_set(why, CODE_INTERNAL, "as was asked"));
}

static bool word_release(struct wait *wait)
{
    const struct word *words = wait->array;

    for (size_t i = 0; i < wait->count; i++)
        released += words[i].operand != NULL;
    kept = keeps ? wait : NULL;
    return !keeps;
}

static const char *said;

static int run_words(const char *first, const char *second)
{
    static const struct wait_tool tool = {
        .tool = &word_tool,
        .run_size = sizeof(struct run),
        .allow = word_allow,
        .prepare = word_prepare,
        .start = word_start,
        .cancel = word_cancel,
        .release = word_release,
    };
    char name[] = "tool", sandbox[] = "--sandbox=off", one[64], two[64];
    char *argv[] = {name, sandbox, one, two, NULL};

    snprintf(one, sizeof one, "%s", first);
    snprintf(two, sizeof two, "%s", second);
    capture_begin(STDERR_FILENO);
    int code = wait_tool_main(&tool, 4, argv);
    said = capture_end();
    return code;
}

START_TEST(each_operand_is_a_target_with_its_name)
{
    ck_assert_int_eq(run_words("one", "two"), 0);
    ck_assert_uint_eq(allowed, 1);
    ck_assert_uint_eq(started, 2);
    ck_assert_uint_eq(released, 2);
    expect_contains(said, "one: ready");
    expect_contains(said, "two: ready");
}
END_TEST

START_TEST(a_name_shows_no_password)
{
    ck_assert_int_eq(run_words("tcp://user:secret@bad", "one"), 2);
    ck_assert_str_eq(said, "wait-for-tcp: tcp://bad: not a word\n");
}
END_TEST

START_TEST(a_refused_operand_is_named_and_released)
{
    ck_assert_int_eq(run_words("one", "bad"), 2);
    ck_assert_str_eq(said, "wait-for-tcp: bad: not a word\n");
    ck_assert_uint_eq(started, 0);
    ck_assert_uint_eq(released, 2);
}
END_TEST

START_TEST(a_run_that_cannot_be_prepared_starts_nothing)
{
    ck_assert_int_eq(run_words("--fail", "one"), 3);
    expect_contains(said, "as was asked");
    ck_assert_uint_eq(started, 0);
    ck_assert_uint_eq(released, 1);
}
END_TEST

START_TEST(a_wrong_usage_prepares_nothing)
{
    ck_assert_int_eq(run_words("--no-such", "one"), 2);
    ck_assert_uint_eq(allowed, 0);
    ck_assert_uint_eq(released, 0);
}
END_TEST

START_TEST(what_a_thread_still_uses_stays)
{
    keeps = true;
    ck_assert_int_eq(run_words("one", "two"), 0);
    ck_assert_uint_eq(kept->count, 2);
    ck_assert_str_eq(kept->targets[1]->name, "two");
}
END_TEST

SUITE("wait_tool", each_operand_is_a_target_with_its_name, a_name_shows_no_password,
      a_refused_operand_is_named_and_released, a_run_that_cannot_be_prepared_starts_nothing,
      a_wrong_usage_prepares_nothing, what_a_thread_still_uses_stays)
