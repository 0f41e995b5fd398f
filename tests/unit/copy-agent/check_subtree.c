#include "cmd/copy-agent/subtree.h"

#include "tests/unit/suite.h"

enum { MOST = 8, LEVELS = 3 };

/* A new directory in `parent`, with one new file in it. */
static uint32_t add_directory(struct plan *plan, uint32_t parent, enum plan_action action)
{
    uint32_t directory = plan_add(plan, parent, "d", PLAN_DIRECTORY, action);

    plan_add(plan, directory, "f", PLAN_FILE, PLAN_CREATE);
    return directory;
}

static struct plan plan_with_root(enum plan_action action)
{
    struct plan plan = {0};

    plan_add(&plan, PLAN_ROOT, "", PLAN_DIRECTORY, action);
    return plan;
}

START_TEST(a_new_directory_fits_and_the_root_does_not)
{
    struct plan plan = plan_with_root(PLAN_SKIP);
    uint32_t directory = add_directory(&plan, PLAN_ROOT, PLAN_CREATE);

    plan_complete(&plan);
    ck_assert(subtree_fits(&plan, directory, MOST, LEVELS));
    ck_assert(!subtree_fits(&plan, directory + 1, MOST, LEVELS)); /* a file */
    ck_assert(!subtree_fits(&plan, PLAN_ROOT, MOST, LEVELS));
    plan_free(&plan);
}
END_TEST

START_TEST(all_above_it_must_be_new)
{
    struct plan plan = plan_with_root(PLAN_SKIP);
    uint32_t there = add_directory(&plan, PLAN_ROOT, PLAN_ADJUST);
    uint32_t below = add_directory(&plan, there, PLAN_CREATE);
    uint32_t fresh = add_directory(&plan, PLAN_ROOT, PLAN_CREATE);
    uint32_t inside = add_directory(&plan, fresh, PLAN_CREATE);
    uint32_t replaced = add_directory(&plan, PLAN_ROOT, PLAN_REPLACE);

    plan_complete(&plan);
    ck_assert(!subtree_fits(&plan, there, MOST, LEVELS));
    ck_assert(!subtree_fits(&plan, below, MOST, LEVELS));
    ck_assert(subtree_fits(&plan, fresh, MOST, LEVELS));
    ck_assert(subtree_fits(&plan, inside, MOST, LEVELS));
    ck_assert(!subtree_fits(&plan, replaced, MOST, LEVELS));
    plan_free(&plan);
}
END_TEST

START_TEST(entries_and_levels_are_bounded)
{
    struct plan plan = plan_with_root(PLAN_SKIP);
    uint32_t top = add_directory(&plan, PLAN_ROOT, PLAN_CREATE);
    uint32_t second = add_directory(&plan, top, PLAN_CREATE);

    add_directory(&plan, second, PLAN_CREATE);
    plan_complete(&plan);
    ck_assert(subtree_fits(&plan, top, 6, 3));
    ck_assert(!subtree_fits(&plan, top, 5, 3));
    ck_assert(!subtree_fits(&plan, top, 6, 2));
    ck_assert(subtree_fits(&plan, second, 4, 2));
    plan_free(&plan);
}
END_TEST

START_TEST(a_large_file_counts_as_several)
{
    struct plan plan = plan_with_root(PLAN_SKIP);
    uint32_t directory = add_directory(&plan, PLAN_ROOT, PLAN_CREATE);

    plan.nodes[directory + 1].large = true;
    plan_complete(&plan);
    ck_assert(subtree_fits(&plan, directory, 2 + SUBTREE_LARGE, LEVELS));
    ck_assert(!subtree_fits(&plan, directory, 1 + SUBTREE_LARGE, LEVELS));
    plan_free(&plan);
}
END_TEST

SUITE("subtree", a_new_directory_fits_and_the_root_does_not, all_above_it_must_be_new,
      entries_and_levels_are_bounded, a_large_file_counts_as_several)
