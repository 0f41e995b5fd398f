#include "common/files/removal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static const struct removal_limit unlimited = {.deadline = DEADLINE_NEVER};

static int scratch_descriptor(void)
{
    int descriptor = open(scratch_path(""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    ck_assert_int_ge(descriptor, 0);
    return descriptor;
}

/* A directory of that name with so many files. */
static int fill(int parent, const char *name, unsigned files)
{
    char file[16];

    ck_assert_int_eq(mkdirat(parent, name, 0755), 0);
    int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (unsigned i = 0; i < files; i++) {
        snprintf(file, sizeof file, "%u", i);
        close(openat(directory, file, O_WRONLY | O_CREAT, 0644));
    }
    return directory;
}

static unsigned count(int directory)
{
    DIR *list = fdopendir(openat(directory, ".", O_RDONLY | O_DIRECTORY));
    unsigned found = 0;

    while (readdir(list))
        found++;
    closedir(list);
    return found - 2;
}

START_TEST(a_tree_goes_and_what_its_links_lead_to_stays)
{
    int top = scratch_descriptor(), inner = fill(top, "tree", 3), kept = fill(top, "kept", 3);

    fill(inner, "closed", 2);
    ck_assert_int_eq(fchmodat(inner, "closed", 0, 0), 0);
    ck_assert_int_eq(symlinkat("../kept", inner, "link"), 0);
    ck_assert_int_eq(removal_tree(top, "tree", &unlimited), 0);
    ck_assert_int_eq(faccessat(top, "tree", F_OK, 0), -1);
    ck_assert_uint_eq(count(kept), 3);
    ck_assert_int_eq(symlinkat("kept", top, "link"), 0);
    ck_assert_int_eq(removal_tree(top, "link", &unlimited), 0);
    ck_assert_int_eq(removal_tree(top, "missing", &unlimited), 0);
    ck_assert_uint_eq(count(kept), 3);
    ck_assert_int_eq(removal_inside(kept, &unlimited), 0);
    ck_assert_uint_eq(count(kept), 0);
}
END_TEST

/* Taking one name away gives all others a new time of change, as if they had just been made. */
START_TEST(many_names_of_one_file_go)
{
    int top = scratch_descriptor(), tree = fill(top, "tree", 1);
    char name[16];

    for (unsigned i = 1; i < 5000; i++) {
        snprintf(name, sizeof name, "%u", i);
        ck_assert_int_eq(linkat(tree, "0", tree, name, 0), 0);
    }
    ck_assert_int_eq(removal_tree(top, "tree", &unlimited), 0);
    ck_assert_int_eq(scratch_count(), 0);
}
END_TEST

START_TEST(depth_costs_no_descriptors)
{
    int top = scratch_descriptor(), at = fill(top, "deep", 0);

    for (unsigned i = 0; i < 500; i++) {
        int next = fill(at, "d", 1);
        close(at);
        at = next;
    }
    close(at);
    ck_assert_int_eq(removal_tree(top, "deep", &unlimited), 0);
    ck_assert_int_eq(scratch_count(), 0);
}
END_TEST

START_TEST(a_passed_deadline_leaves_all_but_the_grace)
{
    const struct removal_limit none = {.deadline = deadline_now()}, some = {none.deadline, 10};
    int top = scratch_descriptor(), tree = fill(top, "tree", 100);

    ck_assert_int_eq(removal_tree(top, "tree", &none), ECANCELED);
    ck_assert_uint_eq(count(tree), 100);
    ck_assert_int_eq(removal_inside(tree, &some), ECANCELED);
    ck_assert_uint_eq(count(tree), 90);
    ck_assert_int_eq(removal_tree(top, "tree", &unlimited), 0);
}
END_TEST

/* --- somebody who makes files as fast as they go --- */

static atomic_bool done;

static void *make_files(void *argument)
{
    int directory = *(int *)argument;
    char file[32];

    for (unsigned i = 0; !done; i++) {
        snprintf(file, sizeof file, "new-%u", i);
        int made = openat(directory, file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        if (made >= 0)
            close(made);
    }
    return NULL;
}

/* It ends, in success once nothing was made for a moment; libcheck waits no longer than SUITE_TIMEOUT. */
START_TEST(whoever_makes_files_meanwhile_does_not_keep_it)
{
    int top = scratch_descriptor(), tree = fill(top, "tree", 2000), inner = fill(tree, "inner", 2000);
    pthread_t makers[2];

    pthread_create(&makers[0], NULL, make_files, &tree);
    pthread_create(&makers[1], NULL, make_files, &inner);
    int error = removal_tree(top, "tree", &unlimited);
    ck_assert_msg(error == 0 || error == ENOTEMPTY, "%s", strerror(error));
    done = true;
    pthread_join(makers[0], NULL);
    pthread_join(makers[1], NULL);
    ck_assert_int_eq(removal_tree(top, "tree", &unlimited), 0);
    ck_assert_int_eq(scratch_count(), 0);
}
END_TEST

SUITE("removal", a_tree_goes_and_what_its_links_lead_to_stays, many_names_of_one_file_go,
      depth_costs_no_descriptors, a_passed_deadline_leaves_all_but_the_grace,
      whoever_makes_files_meanwhile_does_not_keep_it)
