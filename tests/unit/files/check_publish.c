#include "common/files/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/files/directory.h"
#include "tests/unit/capture.h"
#include "tests/unit/refuse.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct publish publish;
static struct reason why;

/* In place of the C library's: what a filesystem without them answers. */
static int chmod_error, lock_error, close_error;

int close(int descriptor)
{
    int result = (int)syscall(SYS_close, descriptor);

    errno = close_error != 0 ? close_error : errno;
    return close_error != 0 ? -1 : result;
}

int fchmod(int descriptor, mode_t mode)
{
    errno = chmod_error;
    return chmod_error != 0 ? -1 : (int)syscall(SYS_fchmod, descriptor, mode);
}

int flock(int descriptor, int operation)
{
    errno = lock_error;
    return lock_error != 0 ? -1 : (int)syscall(SYS_flock, descriptor, operation);
}

static bool put(const char *path, const char *content, mode_t mode)
{
    if (!publish_begin(&publish, path, mode, &why))
        return false;
    if (publish_write(&publish, content, strlen(content), &why))
        return publish_commit(&publish, &why);
    publish_abort(&publish);
    return false;
}

static mode_t mode_of(const char *path)
{
    struct stat status;

    ck_assert_int_eq(stat(path, &status), 0);
    return status.st_mode & 07777;
}

START_TEST(a_new_file)
{
    char *path = scratch_path("config");

    ck_assert_msg(put(path, "hello\n", 0644), "%s", why.text);
    ck_assert_str_eq(scratch_read(path, NULL), "hello\n");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(the_old_content_until_the_commit_then_the_new)
{
    char *path = scratch_file("config", "old");

    ck_assert(publish_begin(&publish, path, 0644, &why));
    ck_assert(publish_write(&publish, "new", 3, &why));
    ck_assert_str_eq(scratch_read(path, NULL), "old");
    ck_assert(publish_commit(&publish, &why));
    ck_assert_str_eq(scratch_read(path, NULL), "new");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(giving_up_leaves_nothing_and_keeps_the_old)
{
    char *path = scratch_file("config", "old");

    ck_assert(publish_begin(&publish, path, 0644, &why));
    ck_assert(publish_write(&publish, "new", 3, &why));
    ck_assert_int_eq(scratch_count(), 2);
    publish_abort(&publish);
    ck_assert_str_eq(scratch_read(path, NULL), "old");
    ck_assert_int_eq(scratch_count(), 1);
    publish_abort(&publish);
}
END_TEST

START_TEST(the_mode_whatever_the_umask)
{
    static const mode_t modes[] = {0644, 0600, 0666, 0755, 0400, 04755};

    umask(0077);
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        char *path = scratch_path("config");
        ck_assert(put(path, "x", modes[i]));
        ck_assert_uint_eq(mode_of(path), modes[i]);
    }
    umask(0);
    ck_assert(put(scratch_path("config"), "x", 0640));
    ck_assert_uint_eq(mode_of(scratch_path("config")), 0640);
}
END_TEST

START_TEST(while_it_is_written_nobody_else_reads_it_under_its_name)
{
    char *path = scratch_path("config");

    ck_assert(publish_begin(&publish, path, 0644, &why));
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_ptr_eq(strstr(publish.temporary, path), NULL); /* hidden, and not PATH.something */
    publish_abort(&publish);
}
END_TEST

START_TEST(litter_of_killed_runs_goes_that_of_living_ones_stays)
{
    char *path = scratch_path("config");
    int alive;

    scratch_file(".config.initkit-999-0", "killed");
    scratch_file(".config.initkit-999-1", "killed");
    scratch_file(".other.initkit-999-0", "of another target");
    scratch_file("config.initkit-1-0", "not hidden");
    alive = open(scratch_file(".config.initkit-998-0", "alive"), O_RDWR);
    ck_assert_int_eq(flock(alive, LOCK_EX | LOCK_NB), 0);
    ck_assert(put(path, "x", 0644));
    ck_assert_int_eq(access(scratch_path(".config.initkit-999-0"), F_OK), -1);
    ck_assert_int_eq(access(scratch_path(".config.initkit-999-1"), F_OK), -1);
    ck_assert_int_eq(access(scratch_path(".other.initkit-999-0"), F_OK), 0);
    ck_assert_int_eq(access(scratch_path("config.initkit-1-0"), F_OK), 0);
    ck_assert_int_eq(access(scratch_path(".config.initkit-998-0"), F_OK), 0);
    close(alive);
}
END_TEST

START_TEST(the_null_device_is_written_to_not_replaced)
{
    struct stat status;

    ck_assert(put("/dev/null", "x", 0644));
    ck_assert_int_eq(stat("/dev/null", &status), 0);
    ck_assert(S_ISCHR(status.st_mode));
}
END_TEST

/* Whoever may write into the directory could have put it there, and would get what is written. */
START_TEST(what_is_no_file_is_refused)
{
    char *fifo = scratch_path("fifo"), *link = scratch_path("link"), *full = scratch_path("full");

    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    int reader = open(fifo, O_RDONLY | O_NONBLOCK);
    ck_assert(!put(fifo, "x", 0644));
    expect_contains(why.text, "fifo: is a FIFO, not a file");
    ck_assert_int_eq(symlink("fifo", link), 0);
    ck_assert(!put(link, "x", 0644));
    expect_contains(why.text, "link: is a FIFO");
    ck_assert_int_eq(symlink("/dev/full", full), 0);
    ck_assert(!put(full, "x", 0644));
    expect_contains(why.text, "full: is a device");
    expect_contains(why.hint, "only -, /dev/stdout, /dev/stderr and /dev/null");
    ck_assert_int_eq(scratch_count(), 3);
    close(reader);
}
END_TEST

START_TEST(a_reader_who_does_not_read_is_waited_for_no_longer_than_told)
{
    static char much[256 * 1024];
    int ends[2], output = dup(STDOUT_FILENO);

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
    bool begun = publish_begin(&publish, "/dev/stdout", 0644, &why);
    int64_t start = deadline_now();
    publish.deadline = start + 100;
    bool written = publish_write(&publish, much, sizeof much, &why);
    dup2(output, STDOUT_FILENO);
    ck_assert(begun && !written);
    ck_assert_int_eq(why.code, CODE_DEADLINE);
    ck_assert_ptr_nonnull(strstr(why.text, "timed out before everything was written"));
    ck_assert_int_ge(deadline_now() - start, 99);
    publish_abort(&publish);
}
END_TEST

START_TEST(a_dash_is_standard_output)
{
    capture_begin(STDOUT_FILENO);
    bool good = put("-", "data\n", 0644);
    const char *said = capture_end();

    ck_assert(good);
    ck_assert_str_eq(said, "data\n");
    ck_assert_int_ge(fcntl(STDOUT_FILENO, F_GETFD), 0);
}
END_TEST

START_TEST(names_of_standard_output_and_error)
{
    ck_assert_int_eq(publish_stream("/dev/stdout"), STDOUT_FILENO);
    ck_assert_int_eq(publish_stream("/proc/self/fd/1"), STDOUT_FILENO);
    ck_assert_int_eq(publish_stream("/dev/fd/2"), STDERR_FILENO);
    ck_assert_int_eq(publish_stream("/dev/stdout2"), -1);
    ck_assert_int_eq(publish_stream("./-"), -1);
}
END_TEST

START_TEST(why_it_cannot_be_written)
{
    char *folder = scratch_path("folder"), *path = scratch_path("missing-folder");
    char deeper[PATH_MAX + 100], name[400];

    ck_assert_int_eq(mkdir(folder, 0755), 0);
    ck_assert(!put(folder, "x", 0644));
    ck_assert_int_eq(why.code, CODE_FAILED);
    expect_contains(why.text, "Is a directory");
    snprintf(deeper, sizeof deeper, "%s/config", path);
    ck_assert(!put(deeper, "x", 0644));
    expect_contains(why.text, "No such file");
    expect_contains(why.hint, "is the volume mounted there?");
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    snprintf(deeper, sizeof deeper, "%s/%s", folder, name);
    ck_assert(!put(deeper, "x", 0644));
    expect_contains(why.text, "too long");
    memset(deeper, '/', sizeof deeper);
    deeper[sizeof deeper - 1] = '\0';
    ck_assert(!put(deeper, "x", 0644));
    expect_contains(why.text, "too long");
    ck_assert(!put("", "x", 0644));
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(a_folder_that_may_not_be_written)
{
    char *folder = scratch_path("folder"), path[PATH_MAX];

    if (geteuid() == 0)
        ck_assert_int_eq(seteuid(65534), 0); /* root may write anywhere */
    snprintf(path, sizeof path, "%s/config", "/proc");
    ck_assert(!put(path, "x", 0644));
    expect_contains(why.text, path);
    ck_assert(!put("/usr/initkit-test", "x", 0644));
    expect_contains(why.hint, "may not write there");
    (void)folder;
    (void)!seteuid(getuid());
}
END_TEST

START_TEST(a_full_disk)
{
    int full = open("/dev/full", O_WRONLY), output = dup(STDOUT_FILENO);

    ck_assert_int_eq(dup2(full, STDOUT_FILENO), STDOUT_FILENO);
    bool written = put("-", "x", 0644);
    dup2(output, STDOUT_FILENO);
    ck_assert(!written);
    ck_assert_int_eq(why.code, CODE_FAILED);
    expect_contains(why.text, "No space left");
    expect_contains(why.hint, "full");
}
END_TEST

START_TEST(no_commit_onto_a_directory_that_appeared_meanwhile)
{
    char *path = scratch_path("config");

    ck_assert(publish_begin(&publish, path, 0644, &why));
    ck_assert_int_eq(mkdir(path, 0755), 0);
    ck_assert(!publish_commit(&publish, &why));
    expect_contains(why.text, "cannot be put in its place");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(a_link_is_replaced_not_followed)
{
    char *real = scratch_file("real", "real"), *link = scratch_path("link");
    struct stat status;

    ck_assert_int_eq(symlink("real", link), 0);
    ck_assert(put(link, "new", 0644));
    ck_assert_int_eq(lstat(link, &status), 0);
    ck_assert(S_ISREG(status.st_mode));
    ck_assert_str_eq(scratch_read(real, NULL), "real");
}
END_TEST

START_TEST(a_path_without_a_folder)
{
    ck_assert_int_eq(chdir(scratch_path(".")), 0);
    ck_assert(put("config", "x", 0644));
    ck_assert_int_eq(scratch_count(), 1);
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(a_filesystem_without_modes)
{
    chmod_error = EPERM;
    ck_assert_msg(put(scratch_path("config"), "x", 0644), "%s", why.text);
    ck_assert(publish.unkept);
    ck_assert_int_eq(scratch_count(), 1);
    chmod_error = EIO;
    ck_assert(!put(scratch_path("config"), "x", 0644));
    expect_contains(why.text, "the mode 0644 cannot be set");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(a_filesystem_without_locks)
{
    lock_error = ENOLCK;
    ck_assert_msg(put(scratch_path("config"), "x", 0644), "%s", why.text);
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(places_and_settles)
{
    struct publish first, second;
    char *a = scratch_file("a", "old"), *b = scratch_path("b");

    ck_assert(publish_begin(&first, a, 0644, &why) && publish_begin(&second, b, 0644, &why));
    ck_assert(publish_write(&first, "new", 3, &why) && publish_write(&second, "new", 3, &why));
    ck_assert(publish_place(&first, true, &why) && publish_place(&second, true, &why));
    ck_assert_str_eq(scratch_read(a, NULL), "new");
    publish_settle(&first);
    publish_settle(&second);
    ck_assert_str_eq(scratch_read(b, NULL), "new");
    ck_assert_int_eq(scratch_count(), 2);
}
END_TEST

START_TEST(places_and_takes_back)
{
    struct publish first, second, third;
    char *a = scratch_file("a", "old"), *b = scratch_path("b"), *c = scratch_path("c");

    ck_assert(publish_begin(&first, a, 0644, &why) && publish_begin(&second, b, 0644, &why) &&
              publish_begin(&third, c, 0644, &why));
    ck_assert(publish_write(&first, "new", 3, &why));
    ck_assert(publish_place(&first, true, &why) && publish_place(&second, true, &why));
    ck_assert_int_eq(mkdir(c, 0755), 0);
    ck_assert(!publish_place(&third, true, &why));
    expect_contains(why.text, "cannot be put in its place");
    publish_undo(&first);
    publish_undo(&second);
    ck_assert_str_eq(scratch_read(a, NULL), "old");
    ck_assert_int_ne(access(b, F_OK), 0);
    ck_assert_int_eq(scratch_count(), 2);
}
END_TEST

/* --- volumes that lack something --- */

enum lack { LACKS_SWAP = 1, LACKS_LINK = 2, LACKS_RENAME = 4 };

static bool refuse(unsigned lacks)
{
    bool good = !(lacks & LACKS_SWAP) || refuse_call(SYS_renameat2, EINVAL);

#ifdef SYS_renameat
    good = good && (!(lacks & LACKS_RENAME) || refuse_call(SYS_renameat, ENOSYS));
#endif
#ifdef SYS_rename
    good = good && (!(lacks & LACKS_RENAME) || refuse_call(SYS_rename, ENOSYS));
#endif
    return good && (!(lacks & LACKS_LINK) || refuse_call(SYS_linkat, EPERM));
}

static const unsigned all_lacks[] = {LACKS_SWAP, LACKS_SWAP | LACKS_LINK,
                                     LACKS_SWAP | LACKS_LINK | LACKS_RENAME};

static void takes_back(void)
{
    struct publish first, second, third;
    char *a = scratch_file("a", "old"), *b = scratch_path("b"), *c = scratch_path("c");
    struct stat before, after;

    ck_assert_int_eq(chmod(a, 0640), 0);
    ck_assert_int_eq(stat(a, &before), 0);
    ck_assert(publish_begin(&first, a, 0644, &why) && publish_begin(&second, b, 0644, &why) &&
              publish_begin(&third, c, 0644, &why));
    ck_assert(publish_write(&first, "new", 3, &why));
    ck_assert_msg(publish_place(&first, true, &why), "%s", why.text);
    ck_assert(publish_place(&second, true, &why));
    ck_assert_str_eq(scratch_read(a, NULL), "new");
    ck_assert_int_eq(mkdir(c, 0755), 0);
    ck_assert(!publish_place(&third, true, &why));
    ck_assert(publish_undo(&second));
    ck_assert(publish_undo(&first));
    ck_assert_str_eq(scratch_read(a, NULL), "old");
    ck_assert_int_eq(stat(a, &after), 0);
    ck_assert_uint_eq(after.st_mode, before.st_mode);
    ck_assert_int_eq(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    ck_assert_int_ne(access(b, F_OK), 0);
    ck_assert_int_eq(scratch_count(), 2);
    rmdir(c);
}

/* What is lacking once is lacking to the end of the test. */
START_TEST(the_old_version_comes_back_whatever_the_volume_lacks)
{
    for (size_t i = 0; i < COUNT_OF(all_lacks) && refuse(all_lacks[i]); i++)
        takes_back();
}
END_TEST

static void publishes(bool renames)
{
    char *path = scratch_file("config", "old"), *link = scratch_path("link");

    ck_assert_int_eq(symlink("config", link), 0);
    ck_assert(publish_begin(&publish, path, 0640, &why) && publish_write(&publish, "new", 3, &why));
    ck_assert_msg(publish_place(&publish, true, &why), "%s", why.text);
    ck_assert_int_eq(publish.in_place, !renames);
    ck_assert(publish_settle(&publish));
    ck_assert_str_eq(scratch_read(path, NULL), "new");
    ck_assert_uint_eq(mode_of(path), 0640);
    ck_assert(publish_begin(&publish, link, 0644, &why) && publish_write(&publish, "other", 5, &why));
    ck_assert(publish_place(&publish, true, &why));
    ck_assert(publish_undo(&publish));
    ck_assert_str_eq(scratch_read(link, NULL), "new"); /* the link is there again */
    ck_assert_int_eq(scratch_count(), 2);
    unlink(link);
}

/* What is lacking once is lacking to the end of the test. */
START_TEST(the_new_version_comes_whatever_the_volume_lacks)
{
    for (size_t i = 0; i < COUNT_OF(all_lacks) && refuse(all_lacks[i]); i++)
        publishes(!(all_lacks[i] & LACKS_RENAME));
}
END_TEST

static struct publish_clean clean;

static void recover(const char *path)
{
    int directory = directory_reach_parent(path, 0);

    ck_assert_int_ge(directory, 0);
    clean = (struct publish_clean){0};
    publish_recover(directory, directory_last_part(path), &clean);
    close(directory);
}

/* What may be there when a run is killed, and what the next one makes of it before it knows whether it has something to publish. */
START_TEST(what_a_killed_run_left_is_repaired)
{
    char *path = scratch_path("config");

    scratch_file(".config.initkit-old-9-0", "old");
    scratch_file(".config.initkit-9-0", "new");
    recover(path);
    ck_assert_str_eq(scratch_read(path, NULL), "old"); /* killed between the two renames */
    ck_assert_int_eq(scratch_count(), 1);
    scratch_file(".config.initkit-old-9-0", "older");
    recover(path);
    ck_assert_str_eq(scratch_read(path, NULL), "old"); /* killed before the old one was removed */
    ck_assert_int_eq(scratch_count(), 1);
    scratch_file("config", "hal");
    scratch_file(".config.initkit-9-0", "whole");
    scratch_file(".config.initkit-part-9-0", "");
    scratch_file(".config.initkit-old-9-0", "older");
    recover(path);
    ck_assert_str_eq(scratch_read(path, NULL), "whole"); /* killed while it was written in place */
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(a_clean_directory_is_listed_once)
{
    char *path = scratch_file("config", "new");
    int directory = directory_reach_parent(path, 0);

    recover(path);
    ck_assert(clean.known);
    scratch_file(".config.initkit-9-0", "left");
    publish_recover(directory, "config", &clean); /* it is not listed again */
    ck_assert_int_eq(scratch_count(), 2);
    recover(path);
    ck_assert(!clean.known); /* what was left may have been more */
    ck_assert_int_eq(scratch_count(), 1);
    publish_recover(directory, "config", &clean);
    ck_assert(clean.known);
    close(directory);
}
END_TEST

START_TEST(what_a_living_run_keeps_is_left_alone)
{
    char *path = scratch_path("config");
    int alive = open(scratch_file(".config.initkit-old-9-0", "old"), O_RDONLY);

    ck_assert_int_eq(flock(alive, LOCK_SH | LOCK_NB), 0);
    recover(path);
    ck_assert_int_ne(access(path, F_OK), 0);
    close(alive);
    recover(path);
    ck_assert_str_eq(scratch_read(path, NULL), "old");
}
END_TEST

/* Both are too long for their temporaries' names, and begin alike. */
START_TEST(long_names_do_not_take_each_others_old_versions)
{
    char one[NAME_MAX + 1], other[NAME_MAX + 1], hidden[NAME_MAX + 1];
    struct publish open;

    memset(one, 'n', 240);
    memset(other, 'n', 240);
    memcpy(one + 239, "1", 2);
    memcpy(other + 239, "2", 2);
    scratch_file(one, "old");
    if (!refuse(LACKS_SWAP | LACKS_LINK))
        return;
    ck_assert(publish_begin(&open, scratch_path(one), 0644, &why) && publish_place(&open, true, &why));
    snprintf(hidden, sizeof hidden, "%s", open.old);
    close(open.old_lock); /* as if it had been killed */
    open.old_lock = -1;
    ck_assert_int_eq(unlink(scratch_path(one)), 0);
    ck_assert(put(scratch_path(other), "x", 0644));
    ck_assert_int_eq(access(scratch_path(hidden), F_OK), 0);
    recover(scratch_path(one));
    ck_assert_str_eq(scratch_read(scratch_path(one), NULL), "old");
}
END_TEST

/* As NFS does, which learns of a full disk only when what was written is sent. */
START_TEST(an_error_that_only_close_tells_is_one_before_anything_is_replaced)
{
    char *path = scratch_file("config", "old");

    ck_assert(publish_begin(&publish, path, 0644, &why));
    ck_assert(publish_write(&publish, "new", 3, &why));
    close_error = EDQUOT;
    bool committed = publish_commit(&publish, &why);
    close_error = 0;
    ck_assert(!committed);
    expect_contains(why.text, "config: cannot be written");
    ck_assert_str_eq(scratch_read(path, NULL), "old");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(an_error_that_only_close_tells_keeps_a_set_from_its_place)
{
    char *path = scratch_file("config", "old");

    ck_assert(publish_begin(&publish, path, 0644, &why));
    ck_assert(publish_write(&publish, "new", 3, &why));
    close_error = ENOSPC;
    bool placed = publish_place(&publish, true, &why);
    close_error = 0;
    ck_assert(!placed);
    ck_assert_str_eq(scratch_read(path, NULL), "old");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(moves)
{
    struct publish first, second;
    char *a = scratch_path("a");

    ck_assert(publish_begin(&first, a, 0644, &why));
    ck_assert(publish_write(&first, "new", 3, &why));
    publish_move(&first, &second);
    ck_assert(publish_commit(&second, &why));
    ck_assert_str_eq(scratch_read(a, NULL), "new");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(many_in_one_directory_take_one_descriptor_for_it)
{
    enum { MANY = 40, OTHERS = 8 };
    struct publish open[MANY];
    char name[16];
    int first = dup(STDOUT_FILENO), next;

    for (size_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%zu", i);
        ck_assert(publish_begin(&open[i], scratch_path(name), 0644, &why));
        ck_assert_int_eq(open[i].directory, open[0].directory);
    }
    next = dup(STDOUT_FILENO);
    ck_assert_int_lt(next - first, MANY + OTHERS);
    publish_abort(&open[0]); /* the handle was opened for it, and stays for the others */
    for (size_t i = 1; i < MANY; i++)
        ck_assert_msg(publish_commit(&open[i], &why), "%s", why.text);
    ck_assert_int_eq(scratch_count(), MANY - 1);
    close(next);
    close(first);
    next = dup(STDOUT_FILENO);
    ck_assert_int_eq(next, first); /* all are closed again */
}
END_TEST

SUITE("publish", many_in_one_directory_take_one_descriptor_for_it, a_new_file,
      the_old_content_until_the_commit_then_the_new, giving_up_leaves_nothing_and_keeps_the_old,
      the_mode_whatever_the_umask, while_it_is_written_nobody_else_reads_it_under_its_name,
      litter_of_killed_runs_goes_that_of_living_ones_stays, the_null_device_is_written_to_not_replaced,
      what_is_no_file_is_refused, a_reader_who_does_not_read_is_waited_for_no_longer_than_told,
      a_dash_is_standard_output, names_of_standard_output_and_error, why_it_cannot_be_written,
      a_folder_that_may_not_be_written, a_full_disk, no_commit_onto_a_directory_that_appeared_meanwhile,
      a_link_is_replaced_not_followed, a_path_without_a_folder, a_filesystem_without_modes,
      a_filesystem_without_locks, places_and_settles, places_and_takes_back,
      an_error_that_only_close_tells_is_one_before_anything_is_replaced,
      an_error_that_only_close_tells_keeps_a_set_from_its_place, moves,
      the_old_version_comes_back_whatever_the_volume_lacks, the_new_version_comes_whatever_the_volume_lacks,
      what_a_killed_run_left_is_repaired, a_clean_directory_is_listed_once,
      what_a_living_run_keeps_is_left_alone, long_names_do_not_take_each_others_old_versions)
