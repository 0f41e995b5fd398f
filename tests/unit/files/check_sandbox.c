#include "common/files/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

/* Whether the kernel that runs the tests has it. Where it lacks it, nothing may be refused. */
static bool kernel_restricts(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION) >= 2;
}

static bool can_write(const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (descriptor >= 0)
        close(descriptor);
    return descriptor >= 0;
}

static char *folder(const char *name)
{
    char *path = scratch_path(name);

    ck_assert_int_eq(mkdir(path, 0700), 0);
    return path;
}

/* A process cannot leave its sandbox, and the scratch directory is to be removed: what is restricted is a child. */
static pid_t child;

static bool in_child(void)
{
    child = fork();
    ck_assert_int_ge(child, 0);
    return child == 0;
}

static void expect_child_ended_well(void)
{
    int status = -1;

    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static void expect_restricted(const char *path)
{
    ck_assert_int_eq(can_write(path), !kernel_restricts());
}

START_TEST(a_folder_can_be_filled_and_nothing_else_written)
{
    struct sandbox sandbox;
    char *dest = folder("dest");

    folder("dest/a");
    folder("dest/b");
    folder("other");
    scratch_file("dest/a/file", "x");
    scratch_file("other/old", "x");
    if (in_child()) {
        sandbox_begin(&sandbox, SANDBOX_AUTO);
        sandbox_allow_folder(&sandbox, dest);
        sandbox_enter(&sandbox, "");

        ck_assert(can_write(scratch_path("dest/new")));
        ck_assert_int_eq(mkdir(scratch_path("dest/c"), 0700), 0);
        ck_assert_int_eq(symlink("x", scratch_path("dest/link")), 0);
        ck_assert_int_eq(rename(scratch_path("dest/a/file"), scratch_path("dest/b/file")), 0);
        ck_assert_int_eq(unlink(scratch_path("dest/b/file")), 0);
        expect_restricted(scratch_path("other/new"));
        expect_restricted(scratch_path("other/old"));
        ck_assert_int_eq(truncate(scratch_path("other/old"), 0) == 0, !kernel_restricts());
        ck_assert_int_eq(unlink(scratch_path("other/old")) == 0, !kernel_restricts());
        ck_assert_int_ge(open(scratch_path("other"), O_RDONLY | O_CLOEXEC), 0); /* reading is free */
        _exit(0);
    }
    expect_child_ended_well();
}
END_TEST

START_TEST(a_folder_behind_a_planted_link_is_not_meant)
{
    struct sandbox sandbox;

    folder("volume");
    char *victim = folder("victim");
    ck_assert_int_eq(symlink(victim, scratch_path("volume/agent")), 0);
    if (in_child()) {
        sandbox_begin(&sandbox, SANDBOX_AUTO);
        sandbox_allow_folder(&sandbox, scratch_path("volume/agent/"));
        sandbox_enter(&sandbox, NULL);

        ck_assert(can_write(scratch_path("volume/new")));
        expect_restricted(scratch_path("victim/new"));
        expect_restricted(scratch_path("volume/agent/new"));
        _exit(0);
    }
    expect_child_ended_well();
}
END_TEST

START_TEST(a_folder_that_is_missing_can_be_made)
{
    struct sandbox sandbox;

    folder("volume");
    if (in_child()) {
        sandbox_begin(&sandbox, SANDBOX_AUTO);
        sandbox_allow_folder(&sandbox, scratch_path("volume/a/b/c"));
        sandbox_enter(&sandbox, NULL);

        folder("volume/a");
        folder("volume/a/b");
        ck_assert(can_write(scratch_path("volume/a/b/c")));
        expect_restricted(scratch_path("new"));
        _exit(0);
    }
    expect_child_ended_well();
}
END_TEST

START_TEST(a_folder_that_is_missing_opens_nothing_above_unless_it_will_be_made)
{
    struct sandbox sandbox;

    folder("temporary");
    ck_assert_int_eq(symlink("temporary", scratch_path("link")), 0);
    if (in_child()) {
        sandbox_begin(&sandbox, SANDBOX_AUTO);
        sandbox_allow_existing(&sandbox, scratch_path("missing"));
        sandbox_allow_existing(&sandbox, scratch_path("link"));
        sandbox_allow_existing(&sandbox, NULL);
        sandbox_enter(&sandbox, NULL);

        ck_assert(can_write(scratch_path("temporary/new")));
        expect_restricted(scratch_path("new"));
        _exit(0);
    }
    expect_child_ended_well();
}
END_TEST

START_TEST(an_empty_path_is_nothing)
{
    struct sandbox sandbox;

    ck_assert_int_eq(chdir(scratch_path(".")), 0);
    if (in_child()) {
        sandbox_begin(&sandbox, SANDBOX_AUTO);
        sandbox_allow_existing(&sandbox, "");
        sandbox_allow_folder(&sandbox, "");
        sandbox_allow_file(&sandbox, "");
        sandbox_enter(&sandbox, "");

        expect_restricted("new");
        expect_restricted(scratch_path("new"));
        _exit(0);
    }
    expect_child_ended_well();
}
END_TEST

START_TEST(a_fifo_can_be_written_and_its_folder_not)
{
    struct sandbox sandbox;

    folder("volume");
    ck_assert_int_eq(mkfifo(scratch_path("volume/fifo"), 0600), 0);
    if (in_child()) {
        sandbox_begin(&sandbox, SANDBOX_AUTO);
        sandbox_allow_file(&sandbox, scratch_path("volume/fifo"));
        sandbox_enter(&sandbox, NULL);

        ck_assert_int_ge(open(scratch_path("volume/fifo"), O_RDWR | O_CLOEXEC), 0);
        expect_restricted(scratch_path("volume/new"));
        _exit(0);
    }
    expect_child_ended_well();
}
END_TEST

START_TEST(a_volume_below_dev_is_one_like_any_other)
{
    const char *path = "/dev/shm/initkit-check-sandbox";
    struct sandbox sandbox;

    if (access("/dev/shm", W_OK) != 0)
        return;
    folder("other");
    if (in_child()) {
        sandbox_begin(&sandbox, SANDBOX_AUTO);
        sandbox_allow_file(&sandbox, path);
        sandbox_enter(&sandbox, NULL);

        ck_assert(can_write(path));
        ck_assert_int_eq(unlink(path), 0);
        expect_restricted(scratch_path("other/new"));
        _exit(0);
    }
    expect_child_ended_well();
}
END_TEST

START_TEST(a_link_can_be_replaced_and_opens_nothing_where_it_leads)
{
    struct sandbox sandbox;

    folder("volume");
    folder("elsewhere");
    scratch_file("elsewhere/there", "x");
    ck_assert_int_eq(symlink("../elsewhere/there", scratch_path("volume/link")), 0);
    ck_assert_int_eq(symlink("../elsewhere/missing", scratch_path("volume/dangling")), 0);
    if (in_child()) {
        sandbox_begin(&sandbox, SANDBOX_AUTO);
        sandbox_allow_file(&sandbox, scratch_path("volume/link"));
        sandbox_allow_file(&sandbox, scratch_path("volume/dangling"));
        sandbox_enter(&sandbox, scratch_path("volume/link"));

        ck_assert(can_write(scratch_path("volume/temporary")));
        ck_assert_int_eq(rename(scratch_path("volume/temporary"), scratch_path("volume/link")), 0);
        expect_restricted(scratch_path("elsewhere/there"));
        expect_restricted(scratch_path("elsewhere/new"));
        expect_restricted(scratch_path("volume/dangling"));
        _exit(0);
    }
    expect_child_ended_well();
}
END_TEST

START_TEST(the_termination_log_and_devices_can_be_written)
{
    struct sandbox sandbox;
    char *log = scratch_file("log", "");

    if (in_child()) {
        sandbox_begin(&sandbox, SANDBOX_AUTO);
        sandbox_allow_file(&sandbox, "/dev/null");
        sandbox_allow_file(&sandbox, "-");
        sandbox_allow_file(&sandbox, NULL);
        sandbox_enter(&sandbox, log);

        ck_assert(can_write(log));
        ck_assert(can_write("/dev/null"));
        expect_restricted(scratch_path("new"));
        _exit(0);
    }
    expect_child_ended_well();
}
END_TEST

START_TEST(no_program_can_be_run)
{
    struct sandbox sandbox;

    if (!kernel_restricts())
        return;
    if (in_child()) {
        sandbox_begin(&sandbox, SANDBOX_AUTO);
        sandbox_enter(&sandbox, NULL);
        execl("/bin/false", "false", NULL);
        ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
        ck_assert_int_eq(access("/bin/false", F_OK), 0);
        _exit(0);
    }
    expect_child_ended_well();
}
END_TEST

START_TEST(off_restricts_nothing)
{
    struct sandbox sandbox;

    folder("dest");
    if (in_child()) {
        sandbox_begin(&sandbox, SANDBOX_OFF);
        sandbox_allow_folder(&sandbox, scratch_path("dest"));
        sandbox_enter(&sandbox, NULL);

        ck_assert(can_write(scratch_path("new")));
        ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
        _exit(0);
    }
    expect_child_ended_well();
}
END_TEST

SUITE("sandbox", a_folder_can_be_filled_and_nothing_else_written, a_folder_behind_a_planted_link_is_not_meant,
      a_folder_that_is_missing_can_be_made,
      a_folder_that_is_missing_opens_nothing_above_unless_it_will_be_made, an_empty_path_is_nothing,
      a_fifo_can_be_written_and_its_folder_not, a_volume_below_dev_is_one_like_any_other,
      a_link_can_be_replaced_and_opens_nothing_where_it_leads, the_termination_log_and_devices_can_be_written,
      no_program_can_be_run, off_restricts_nothing)
