#include "cmd/copy-agent/plan.h"

#include "tests/unit/suite.h"

enum { NEW_TIME = 1700000000 };

static struct stat file(mode_t mode, off_t size, time_t seconds, long nanoseconds)
{
    return (struct stat){.st_mode = mode,
                         .st_size = size,
                         .st_nlink = 1,
                         .st_mtim = {.tv_sec = seconds, .tv_nsec = nanoseconds}};
}

static const struct plan_rules usual = {.privileged = true};

/* Of two files. */
static enum plan_action decide(const struct plan_rules *rules, struct stat source, struct stat present)
{
    present.st_ino = source.st_ino + 1;
    return plan_decide(rules, &source, &present, false);
}

START_TEST(what_is_not_there_is_created)
{
    struct stat source = file(S_IFREG | 0644, 1, NEW_TIME, 0);

    ck_assert_int_eq(plan_decide(&usual, &source, NULL, false), PLAN_CREATE);
}
END_TEST

START_TEST(size_and_time_tell_whether_a_file_is_unchanged)
{
    struct stat source = file(S_IFREG | 0644, 100, NEW_TIME, 5);

    ck_assert_int_eq(decide(&usual, source, source), PLAN_SKIP);
    ck_assert_int_eq(decide(&usual, source, file(S_IFREG | 0644, 101, NEW_TIME, 5)), PLAN_REPLACE);
    ck_assert_int_eq(decide(&usual, source, file(S_IFREG | 0644, 100, NEW_TIME + 1, 5)), PLAN_REPLACE);
    ck_assert_int_eq(decide(&usual, source, file(S_IFREG | 0644, 100, NEW_TIME, 6)), PLAN_REPLACE);
}
END_TEST

START_TEST(where_they_prove_nothing_the_content_decides)
{
    const struct plan_rules verify = {.privileged = true, .verify = true};
    struct stat fresh = file(S_IFREG | 0644, 100, NEW_TIME, 5);

    ck_assert_int_eq(decide(&verify, fresh, fresh), PLAN_COMPARE);
    ck_assert_int_eq(decide(&usual, fresh, file(S_IFREG | 0644, 100, NEW_TIME, 0)), PLAN_COMPARE);
    ck_assert_int_eq(plan_decide(&usual, &fresh, &fresh, true), PLAN_COMPARE);
    /* 1980-01-02 23:59:59 UTC and the second after it. */
    struct stat old = file(S_IFREG | 0644, 100, 315705599, 0),
                newer = file(S_IFREG | 0644, 100, 315705600, 0);
    ck_assert_int_eq(decide(&usual, old, old), PLAN_COMPARE);
    ck_assert_int_eq(decide(&usual, newer, newer), PLAN_SKIP);
}
END_TEST

START_TEST(files_lose_their_privileges_unless_they_are_kept_or_given)
{
    const struct plan_rules keeps = {.keep_privileges = true}, gives = {.ownership = {.mode = "u+s"}},
                            reads = {.ownership = {.mode = "a+rX"}};

    ck_assert_uint_eq(plan_mode(&usual, 06755, false), 0755);
    ck_assert_uint_eq(plan_mode(&usual, 01755, false), 01755);
    ck_assert_uint_eq(plan_mode(&usual, 02775, true),
                      02775); /* a directory's setgid bit passes its group on */
    ck_assert_uint_eq(plan_mode(&keeps, 06755, false), 06755);
    ck_assert_uint_eq(plan_mode(&gives, 02755, false), 04755);
    ck_assert_uint_eq(plan_mode(&reads, 06750, false), 0755);
    /* What an earlier copy has is put right, not left. */
    struct stat source = file(S_IFREG | 04755, 100, NEW_TIME, 5), present = source;
    ck_assert_int_eq(decide(&usual, source, present), PLAN_ADJUST);
    present.st_mode = S_IFREG | 0755;
    ck_assert_int_eq(decide(&usual, source, present), PLAN_SKIP);
    ck_assert_int_eq(decide(&keeps, source, present), PLAN_SKIP); /* without the right to give them */
}
END_TEST

START_TEST(a_wrong_mode_or_owner_is_adjusted)
{
    struct stat source = file(S_IFREG | 0644, 100, NEW_TIME, 5), present = source;

    present.st_mode = S_IFREG | 0600;
    ck_assert_int_eq(decide(&usual, source, present), PLAN_ADJUST);
    present.st_nlink = 2;
    ck_assert_int_eq(decide(&usual, source, present), PLAN_REPLACE);
    present = source;
    present.st_uid = 7;
    ck_assert_int_eq(decide(&usual, source, present), PLAN_ADJUST);
    struct plan_rules given = usual;
    ownership_init(&given.ownership, "0600", "7");
    present.st_mode = S_IFREG | 0600;
    ck_assert_int_eq(decide(&given, source, present), PLAN_SKIP);
}
END_TEST

START_TEST(without_privileges_neither_owner_nor_setuid_count)
{
    const struct plan_rules user = {.privileged = false};
    struct stat source = file(S_IFREG | 04755, 100, NEW_TIME, 5), present = source;

    present.st_uid = 7;
    present.st_mode = S_IFREG | 0755;
    ck_assert_int_eq(decide(&user, source, present), PLAN_SKIP);
    ck_assert_int_eq(decide(&usual, source, present), PLAN_ADJUST);
}
END_TEST

START_TEST(things_of_another_kind)
{
    const struct plan_rules prune = {.privileged = true, .prune = true};
    struct stat regular = file(S_IFREG | 0644, 5, NEW_TIME, 0), link = file(S_IFLNK | 0777, 5, NEW_TIME, 0),
                directory = file(S_IFDIR | 0755, 5, NEW_TIME, 0), fifo = file(S_IFIFO | 0644, 5, NEW_TIME, 0);

    ck_assert_int_eq(decide(&usual, regular, link), PLAN_REPLACE);
    ck_assert_int_eq(decide(&usual, link, regular), PLAN_REPLACE);
    ck_assert_int_eq(decide(&usual, regular, fifo), PLAN_REPLACE);
    ck_assert_int_eq(decide(&usual, directory, link), PLAN_REPLACE);
    ck_assert_int_eq(decide(&usual, regular, directory), PLAN_REFUSE);
    ck_assert_int_eq(decide(&usual, link, directory), PLAN_REFUSE);
    ck_assert_int_eq(decide(&prune, regular, directory), PLAN_REPLACE);
    ck_assert_int_eq(decide(&usual, link, link), PLAN_COMPARE);
    ck_assert_int_eq(decide(&usual, link, file(S_IFLNK | 0777, 6, NEW_TIME, 0)), PLAN_REPLACE);
}
END_TEST

START_TEST(directories)
{
    struct stat source = file(S_IFDIR | 0755, 5, NEW_TIME, 0);

    ck_assert_int_eq(decide(&usual, source, file(S_IFDIR | 0755, 9, NEW_TIME, 0)), PLAN_SKIP);
    ck_assert_int_eq(decide(&usual, source, file(S_IFDIR | 0700, 9, NEW_TIME, 0)), PLAN_ADJUST);
    ck_assert_int_eq(decide(&usual, source, file(S_IFDIR | 0755, 9, NEW_TIME, 1)), PLAN_ADJUST);
}
END_TEST

/* root: a/(x new, b/(y there)), c/ left out, d/ left out but for z. */
static void make_plan(struct plan *plan)
{
    memset(plan, 0, sizeof *plan);
    plan_add(plan, 0, "", PLAN_DIRECTORY, PLAN_SKIP);
    uint32_t a = plan_add(plan, 0, "a", PLAN_DIRECTORY, PLAN_SKIP);
    plan_add(plan, a, "x", PLAN_FILE, PLAN_CREATE);
    uint32_t b = plan_add(plan, a, "b", PLAN_DIRECTORY, PLAN_SKIP);
    plan_add(plan, b, "y", PLAN_FILE, PLAN_SKIP);
    uint32_t c = plan_add(plan, 0, "c", PLAN_DIRECTORY, PLAN_CREATE);
    uint32_t d = plan_add(plan, 0, "d", PLAN_DIRECTORY, PLAN_CREATE);
    plan_add(plan, d, "z", PLAN_FILE, PLAN_CREATE);
    plan->nodes[c].out = plan->nodes[d].out = true;
    plan_complete(plan);
}

START_TEST(settling_finds_ends_and_work)
{
    struct plan plan;

    make_plan(&plan);
    ck_assert_uint_eq(plan.nodes[0].next, 8);
    ck_assert_uint_eq(plan.nodes[1].next, 5);
    ck_assert_uint_eq(plan.nodes[3].next, 5);
    ck_assert_uint_eq(plan.nodes[5].next, 6);
    ck_assert_uint_eq(plan.nodes[6].next, 8);
    ck_assert(plan.nodes[0].busy && plan.nodes[1].busy && !plan.nodes[3].busy);
    ck_assert(plan.nodes[5].out && !plan.nodes[6].out && plan.nodes[6].busy);
    plan_free(&plan);
}
END_TEST

START_TEST(paths)
{
    struct plan plan;
    struct buf path;

    make_plan(&plan);
    buf_init(&path, 1000);
    ck_assert_str_eq(plan_path(&plan, 0, &path), ".");
    ck_assert_str_eq(plan_path(&plan, 1, &path), "a");
    ck_assert_str_eq(plan_path(&plan, 4, &path), "a/b/y");
    ck_assert_uint_eq(path.length, 5);
    ck_assert_str_eq(plan_dest_name(&plan, 4), "y");
    buf_free(&path);
    plan_free(&plan);
}
END_TEST

START_TEST(totals_count_blocks_and_inodes)
{
    struct plan plan = {0};
    struct stat source = file(S_IFREG | 0644, 5000, NEW_TIME, 0), present = source;

    source.st_blocks = 16;
    present.st_blocks = 8;
    plan_add(&plan, 0, "", PLAN_DIRECTORY, PLAN_SKIP);
    plan_count_file(&plan, plan_add(&plan, 0, "new", PLAN_FILE, PLAN_CREATE), &source, NULL, 4096);
    ck_assert_uint_eq(plan.totals.new_bytes, 8192);
    ck_assert_uint_eq(plan.totals.new_inodes, 1);
    plan_count_file(&plan, plan_add(&plan, 0, "other", PLAN_FILE, PLAN_REPLACE), &source, &present, 4096);
    ck_assert_uint_eq(plan.totals.new_bytes, 8192 + 4096);
    ck_assert_uint_eq(plan.totals.new_inodes, 1);
    ck_assert_uint_eq(plan.totals.replaced, 1);
    ck_assert_uint_eq(plan.totals.largest, 8192);
    plan_count_file(&plan, plan_add(&plan, 0, "same", PLAN_FILE, PLAN_SKIP), &source, &source, 4096);
    ck_assert_uint_eq(plan.totals.new_bytes, 8192 + 4096);
    ck_assert_uint_eq(plan.totals.skipped, 1);
    ck_assert_uint_eq(plan.totals.files, 3);
    ck_assert_uint_eq(plan.totals.bytes, 15000);
    ck_assert_uint_eq(plan.totals.work_bytes, 10000);
    source.st_blocks = 0;
    source.st_size = 1 << 30;
    plan_count_file(&plan, plan_add(&plan, 0, "hole", PLAN_FILE, PLAN_CREATE), &source, NULL, 4096);
    ck_assert_uint_eq(plan.totals.new_bytes, 8192 + 4096);
    plan_free(&plan);
}
END_TEST

START_TEST(times_are_compared_as_dest_keeps_them)
{
    struct stat source = file(S_IFREG | 0644, 10, NEW_TIME + 1, 123456789), present = source;
    struct plan_rules rules = usual;

    present.st_mtim = (struct timespec){NEW_TIME + 1, 123456700};
    ck_assert_int_eq(decide(&rules, source, present), PLAN_REPLACE);
    rules.time_step = 100;
    ck_assert_int_eq(decide(&rules, source, present), PLAN_SKIP);
    present.st_mtim = (struct timespec){NEW_TIME, 0};
    ck_assert_int_eq(decide(&rules, source, present), PLAN_REPLACE);
    rules.time_step = INT64_C(2000000000);
    ck_assert_int_eq(decide(&rules, source, present), PLAN_SKIP);
    present.st_mtim.tv_sec = NEW_TIME + 2;
    ck_assert_int_eq(decide(&rules, source, present), PLAN_REPLACE);
    rules.time_step = -1;
    ck_assert_int_eq(decide(&rules, source, present), PLAN_COMPARE);
    present.st_size++;
    ck_assert_int_eq(decide(&rules, source, present), PLAN_REPLACE);
}
END_TEST

START_TEST(what_dest_does_not_keep_counts_only_where_it_was_asked_for)
{
    struct stat source = file(S_IFREG | 0644, 10, NEW_TIME, 0),
                present = file(S_IFREG | 0777, 10, NEW_TIME, 0);
    struct plan_rules rules = usual;

    present.st_uid = 5;
    rules.lacks_modes = true;
    ck_assert_int_eq(decide(&rules, source, present), PLAN_ADJUST);
    rules.lacks_owners = true;
    ck_assert_int_eq(decide(&rules, source, present), PLAN_SKIP);
    rules.ownership.mode = "0644";
    ck_assert_int_eq(decide(&rules, source, present), PLAN_ADJUST);
    rules.ownership = (struct ownership){.has_owner = true, .owner = 6};
    ck_assert_int_eq(decide(&rules, source, present), PLAN_ADJUST);
}
END_TEST

START_TEST(what_was_seen_differs_by_size_and_time)
{
    struct stat source = file(S_IFREG | 0644, 100, NEW_TIME, 5), other = source;
    uint32_t seen = plan_seen(&source);

    other.st_mode = S_IFREG | 0600;
    ck_assert_uint_eq(plan_seen(&other), seen);
    for (off_t size = 101; size < 1101; size++) {
        other.st_size = size;
        ck_assert_uint_ne(plan_seen(&other), seen);
    }
    other = source;
    for (long i = 6; i < 1006; i++) {
        other.st_mtim.tv_nsec = i;
        ck_assert_uint_ne(plan_seen(&other), seen);
    }
    other = source;
    other.st_mtim.tv_sec++;
    ck_assert_uint_ne(plan_seen(&other), seen);
}
END_TEST

START_TEST(a_node_is_small)
{
    ck_assert_uint_le(sizeof(struct plan_node), 16);
}
END_TEST

START_TEST(a_file_of_dest_that_is_sources_own_is_not_adjusted)
{
    struct stat source = file(S_IFREG | 0640, 100, NEW_TIME, 5), present = source;
    struct plan_rules rules = usual;

    ownership_init(&rules.ownership, "a+r", NULL);
    ck_assert_int_eq(plan_decide(&rules, &source, &present, false), PLAN_REPLACE);
    present.st_ino++;
    ck_assert_int_eq(plan_decide(&rules, &source, &present, false), PLAN_ADJUST);
}
END_TEST

SUITE("plan", a_file_of_dest_that_is_sources_own_is_not_adjusted, what_is_not_there_is_created,
      size_and_time_tell_whether_a_file_is_unchanged, where_they_prove_nothing_the_content_decides,
      files_lose_their_privileges_unless_they_are_kept_or_given, a_wrong_mode_or_owner_is_adjusted,
      without_privileges_neither_owner_nor_setuid_count, things_of_another_kind, directories,
      settling_finds_ends_and_work, paths, totals_count_blocks_and_inodes,
      times_are_compared_as_dest_keeps_them, what_dest_does_not_keep_counts_only_where_it_was_asked_for,
      what_was_seen_differs_by_size_and_time, a_node_is_small)
