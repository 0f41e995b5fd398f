#include "cmd/copy-agent/stamps.h"

#include "tests/unit/suite.h"

enum { NEW_TIME = 1700000000 };

static struct plan plan;
static struct stamps stamps;

static uint32_t add(enum plan_action action, time_t seconds)
{
    const struct stat source = {.st_size = 10, .st_mtim = {.tv_sec = seconds}};
    uint32_t index;

    if (plan.count == 0)
        plan_add(&plan, PLAN_ROOT, "", PLAN_DIRECTORY, PLAN_SKIP);
    index = plan_add(&plan, PLAN_ROOT, "file", PLAN_FILE, action);
    plan.totals.skipped += action == PLAN_SKIP;
    stamps_add(&stamps, &plan.nodes[index], &source);
    return index;
}

START_TEST(times_that_many_files_share_prove_nothing)
{
    uint32_t first = add(PLAN_SKIP, NEW_TIME), second = add(PLAN_ADJUST, NEW_TIME);
    uint32_t made = add(PLAN_CREATE, NEW_TIME), own = add(PLAN_SKIP, NEW_TIME + 1);

    stamps_apply(&stamps, &plan);
    ck_assert_int_eq(plan.nodes[first].action, PLAN_COMPARE);
    ck_assert_int_eq(plan.nodes[second].action, PLAN_COMPARE);
    ck_assert_int_eq(plan.nodes[made].action, PLAN_CREATE);
    ck_assert_int_eq(plan.nodes[own].action, PLAN_SKIP);
    ck_assert_uint_eq(plan.totals.skipped, 1);
    ck_assert_uint_eq(plan.totals.work_files, 2);
    ck_assert_uint_eq(plan.totals.work_bytes, 20);
    plan_free(&plan);
}
END_TEST

START_TEST(a_few_files_of_one_time_among_many_are_believed)
{
    enum { OTHERS = 10000, FEW = 200 };

    for (int i = 0; i < OTHERS; i++)
        add(PLAN_SKIP, NEW_TIME + i);
    for (int i = 0; i < FEW; i++)
        add(PLAN_SKIP, 1);
    stamps_apply(&stamps, &plan);
    ck_assert_uint_eq(plan.totals.skipped, OTHERS + FEW);
    for (int i = 0; i < OTHERS / 4; i++)
        add(PLAN_SKIP, 2);
    stamps_apply(&stamps, &plan);
    ck_assert_int_eq(plan.nodes[plan.count - 1].action, PLAN_COMPARE);
    plan_free(&plan);
}
END_TEST

START_TEST(a_clock_gives_many_files_one_time_too)
{
    const struct stat source = {.st_size = 10, .st_mtim = {.tv_sec = NEW_TIME, .tv_nsec = 4000000}};

    add(PLAN_CREATE, NEW_TIME);
    for (int i = 0; i < 3; i++)
        stamps_add(&stamps, &plan.nodes[add(PLAN_SKIP, NEW_TIME + 1 + i)], &source);
    stamps_apply(&stamps, &plan);
    ck_assert_int_eq(plan.nodes[plan.count - 1].action, PLAN_SKIP);
    plan_free(&plan);
}
END_TEST

START_TEST(the_only_file_is_compared)
{
    uint32_t only = add(PLAN_SKIP, NEW_TIME);

    stamps_apply(&stamps, &plan);
    ck_assert_int_eq(plan.nodes[only].action, PLAN_COMPARE);
    plan_free(&plan);
}
END_TEST

START_TEST(a_further_name_follows_its_file)
{
    uint32_t first = add(PLAN_SKIP, NEW_TIME);
    uint32_t name = plan_add(&plan, PLAN_ROOT, "name", PLAN_FILE, PLAN_SKIP);

    plan.nodes[name].hard_link = true;
    plan.nodes[name].next = first;
    plan.totals.skipped++;
    stamps_apply(&stamps, &plan);
    ck_assert_int_eq(plan.nodes[name].action, PLAN_REPLACE);
    ck_assert_uint_eq(plan.totals.skipped, 0);
    plan_free(&plan);
}
END_TEST

START_TEST(known_constants)
{
    static const time_t constants[] = {0, 1, 315532800, 499162500};
    const struct timespec usual = {.tv_sec = NEW_TIME};

    for (size_t i = 0; i < COUNT_OF(constants); i++)
        ck_assert(stamps_is_constant(&(struct timespec){.tv_sec = constants[i]}));
    ck_assert(!stamps_is_constant(&usual));
}
END_TEST

SUITE("stamps", times_that_many_files_share_prove_nothing, a_few_files_of_one_time_among_many_are_believed,
      a_clock_gives_many_files_one_time_too, the_only_file_is_compared, a_further_name_follows_its_file,
      known_constants)
