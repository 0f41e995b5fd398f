#include "common/files/litter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/stop.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

#define PREFIX ".initkit-test-"

static int scratch_descriptor(void)
{
    return open(scratch_path(""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

START_TEST(what_lives_stays_what_is_dead_goes)
{
    char alive[LITTER_NAME], dead[LITTER_NAME], file[LITTER_NAME];
    int top = scratch_descriptor();
    int living = litter_make_directory(top, PREFIX, alive), dying = litter_make_directory(top, PREFIX, dead);

    ck_assert_int_ge(living, 0);
    ck_assert_int_ge(dying, 0);
    close(openat(dying, "half", O_WRONLY | O_CREAT, 0600));
    close(dying);
    close(litter_make_file(top, PREFIX, 0600, file));
    scratch_file(".other", "");
    litter_sweep(top, PREFIX, DEADLINE_NEVER);
    ck_assert_int_eq(faccessat(top, alive, F_OK, 0), 0);
    ck_assert_int_eq(faccessat(top, dead, F_OK, 0), -1);
    ck_assert_int_eq(faccessat(top, file, F_OK, 0), -1);
    litter_remove_directory(top, alive, living, DEADLINE_NEVER);
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(a_link_of_such_a_name_is_nobodys_litter)
{
    int top = scratch_descriptor();

    scratch_file("kept", "");
    ck_assert_int_eq(mkdirat(top, "folder", 0755), 0);
    ck_assert_int_eq(symlinkat("folder", top, PREFIX "1-0"), 0);
    ck_assert_int_eq(symlinkat("kept", top, PREFIX "1-1"), 0);
    litter_sweep(top, PREFIX, DEADLINE_NEVER);
    ck_assert_int_eq(scratch_count(), 4);
}
END_TEST

/* A directory as another boot's run would leave it: the name tells that, and nothing else does. */
static int make_foreign(int top, const char *name)
{
    ck_assert_int_eq(mkdirat(top, name, 0700), 0);
    int made = openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(mkdirat(made, "1", 0700), 0);
    int slot = openat(made, "1", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(openat(slot, "f", O_WRONLY | O_CREAT, 0600));
    close(slot);
    return made;
}

START_TEST(another_nodes_run_lives_until_it_is_forgotten)
{
    char own[LITTER_NAME];
    int top = scratch_descriptor(), made = litter_make_directory(top, PREFIX, own);
    const char *boot = own + strlen(PREFIX);
    int64_t now = (int64_t)time(NULL);

    if (strncmp(boot, "00000000-", 9) == 0)
        return; /* no /proc here */
    int foreign = make_foreign(top, PREFIX "0badb007-1-0");
    ck_assert(litter_is_forgotten(made, boot, now)); /* the lock tells of that one */
    ck_assert(litter_is_forgotten(foreign, "1-0", now));
    ck_assert(litter_is_forgotten(foreign, "00000000-1-0", now));
    ck_assert(!litter_is_forgotten(foreign, "0badb007-1-0", now));
    ck_assert(!litter_is_forgotten(foreign, "0badb007-1-0", now + LITTER_FORGOTTEN - 60));
    ck_assert(litter_is_forgotten(foreign, "0badb007-1-0", now + LITTER_FORGOTTEN + 60));
    litter_sweep(top, PREFIX, DEADLINE_NEVER);
    ck_assert_int_eq(faccessat(top, PREFIX "0badb007-1-0", F_OK, 0), 0);
    ck_assert_int_eq(litter_owner_of(top, PREFIX, PREFIX "0badb007-1-0"), LITTER_UNKNOWN);
    ck_assert_int_eq(litter_owner_of(top, PREFIX, own), LITTER_ALIVE);
    close(made);
    ck_assert_int_eq(litter_owner_of(top, PREFIX, own), LITTER_DEAD);
    close(foreign);
}
END_TEST

static void take(int parent, const char *name, enum litter_owner owner, void *with)
{
    unsigned *counts = with;

    ck_assert_int_eq(faccessat(parent, name, F_OK, AT_SYMLINK_NOFOLLOW), 0);
    counts[owner]++;
}

START_TEST(each_file_that_was_left_and_no_directory)
{
    unsigned counts[3] = {0};

    char directory[LITTER_NAME], file[LITTER_NAME], alive[LITTER_NAME];
    int top = scratch_descriptor();

    close(litter_make_directory(top, PREFIX, directory));
    close(litter_make_file(top, PREFIX, 0600, file));
    ck_assert_int_ge(litter_make_file(top, PREFIX, 0600, alive), 0);
    ck_assert_int_eq(symlinkat("nowhere", top, PREFIX "link"), 0);
    litter_each_file(top, PREFIX, take, counts);
    ck_assert_uint_eq(counts[LITTER_DEAD], 2);
    ck_assert_uint_eq(counts[LITTER_ALIVE], 1);
    ck_assert_uint_eq(counts[LITTER_UNKNOWN], 0);
}
END_TEST

START_TEST(what_a_directory_lacks_is_known_only_if_all_of_it_was_listed)
{
    int top = scratch_descriptor();

    scratch_file("a" PREFIX, "");
    scratch_file(".other", "");
    ck_assert(litter_lacks(top, PREFIX));
    scratch_file(".a" PREFIX, "");
    ck_assert(!litter_lacks(top, PREFIX));
    ck_assert(litter_lacks(top, "nothing"));
    ck_assert(!litter_lacks(-1, "nothing"));
    stop_install();
    raise(SIGTERM);
    ck_assert(!litter_lacks(top, "nothing"));
}
END_TEST

START_TEST(without_time_it_stays_and_is_found_again)
{
    char name[LITTER_NAME], file[16];
    int top = scratch_descriptor(), made = litter_make_directory(top, PREFIX, name);

    for (unsigned i = 0; i < 1500; i++) {
        snprintf(file, sizeof file, "%u", i);
        close(openat(made, file, O_WRONLY | O_CREAT, 0600));
    }
    litter_remove_directory(top, name, made, deadline_now());
    ck_assert_int_eq(faccessat(top, name, F_OK, 0), 0);
    litter_sweep(top, PREFIX, deadline_now());
    ck_assert_int_eq(faccessat(top, name, F_OK, 0), 0);
    litter_sweep(top, PREFIX, DEADLINE_NEVER);
    ck_assert_int_eq(scratch_count(), 0);
}
END_TEST

START_TEST(names_that_are_taken_or_too_long)
{
    char first[LITTER_NAME], second[LITTER_NAME], prefix[NAME_MAX + 1];
    int top = scratch_descriptor();

    ck_assert_int_ge(litter_make_file(top, PREFIX, 0600, first), 0);
    ck_assert_int_ge(litter_make_file(top, PREFIX, 0600, second), 0);
    ck_assert_str_ne(first, second);
    snprintf(prefix, sizeof prefix, "%0*d", NAME_MAX - 2, 0);
    ck_assert(litter_make_file(top, prefix, 0600, first) < 0 && errno == ENAMETOOLONG);
}
END_TEST

static atomic_bool made_all;

static void *sweep_on_and_on(void *top)
{
    while (!made_all)
        litter_sweep(*(const int *)top, PREFIX, DEADLINE_NEVER);
    return NULL;
}

/* Between mkdir and open, and between open and lock, nothing tells that somebody lives. */
START_TEST(what_another_run_sweeps_while_it_is_made_is_made_again)
{
    char name[LITTER_NAME];
    int top = scratch_descriptor();
    pthread_t other;

    ck_assert_int_eq(pthread_create(&other, NULL, sweep_on_and_on, &top), 0);
    for (int i = 0; i < 5000; i++) {
        int directory = litter_make_directory(top, PREFIX, name);
        ck_assert_int_ge(directory, 0);
        ck_assert_int_eq(mkdirat(directory, "0", 0700), 0);
        litter_remove_directory(top, name, directory, DEADLINE_NEVER);
    }
    made_all = true;
    pthread_join(other, NULL);
}
END_TEST

SUITE("litter", what_lives_stays_what_is_dead_goes, a_link_of_such_a_name_is_nobodys_litter,
      another_nodes_run_lives_until_it_is_forgotten, each_file_that_was_left_and_no_directory,
      what_a_directory_lacks_is_known_only_if_all_of_it_was_listed, without_time_it_stays_and_is_found_again,
      names_that_are_taken_or_too_long, what_another_run_sweeps_while_it_is_made_is_made_again)
