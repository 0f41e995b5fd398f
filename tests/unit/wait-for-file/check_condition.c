#include "cmd/wait-for-file/condition.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/suite.h"

static const char path[] = "/shared/app/file";
static struct condition condition;
static struct look look, before;
static struct reason why;

static void begin(void)
{
    condition = (struct condition){.type = CONDITION_ANY, .expect = ""};
    look = (struct look){.type = S_IFREG, .stamp = {.device = 1, .inode = 2, .size = 10}};
    why = (struct reason){0};
}

static void is_ready(void)
{
    ck_assert_msg(condition_judge(&condition, path, &look, NULL, &why) == ATTEMPT_OK, "%s", why.text);
}

static void is_not(const char *text)
{
    ck_assert_int_eq(condition_judge(&condition, path, &look, NULL, &why), ATTEMPT_RETRY);
    ck_assert_int_eq(why.code, CODE_FAILED);
    ck_assert_str_eq(why.text, text);
}

START_TEST(whatever_is_there_and_can_be_read_is_ready)
{
    static const mode_t types[] = {S_IFREG, S_IFDIR, S_IFSOCK, S_IFIFO, S_IFCHR, S_IFBLK};

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        begin();
        look.type = types[i];
        is_ready();
    }
}
END_TEST

START_TEST(the_type_must_be_the_one_that_is_asked_for)
{
    static const struct {
        enum condition_type wanted;
        mode_t good, bad;
        const char *text;
    } cases[] = {
        {CONDITION_FILE, S_IFREG, S_IFDIR, "is a directory, not a file"},
        {CONDITION_DIRECTORY, S_IFDIR, S_IFREG, "is a file, not a directory"},
        {CONDITION_SOCKET, S_IFSOCK, S_IFIFO, "is a FIFO, not a socket"},
        {CONDITION_FILE, S_IFREG, S_IFCHR, "is a device, not a file"},
        {CONDITION_FILE, S_IFREG, S_IFSOCK, "is a socket, not a file"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        begin();
        condition.type = cases[i].wanted;
        look.type = cases[i].good;
        is_ready();
        look.type = cases[i].bad;
        is_not(cases[i].text);
    }
}
END_TEST

START_TEST(sizes)
{
    begin();
    condition.min_size = 10;
    is_ready();
    condition.min_size = 11;
    is_not("is too small");
    ck_assert_str_eq(why.detail, ": 10 of 11 bytes");
    look.stamp.size = 0;
    is_not("is empty");
    look.type = S_IFDIR;
    look.stamp.size = 4096;
    is_not("is a directory: --min-size and --expect are about files");
}
END_TEST

START_TEST(texts)
{
    begin();
    condition.expect = "done";
    condition.expect_length = 4;
    is_not("the text of --expect is not in it");
    look.partly = true;
    is_not("the text of --expect is not in its first 1 MiB, and more is not read");
    look.found = true;
    is_ready();
    look.type = S_IFSOCK;
    is_not("is a socket: --min-size and --expect are about files");
}
END_TEST

START_TEST(what_cannot_be_read_is_not_ready)
{
    begin();
    look.denied = EACCES;
    is_not("permission denied: this user may not read a file");
    expect_contains(why.hint, "fsGroup");
    look.type = S_IFSOCK;
    is_not("permission denied: this user may not connect to a socket");
    look.denied = EIO;
    char expected[64];
    snprintf(expected, sizeof expected, "cannot be read: %s",
             strerror(EIO)); /* each libc has its own words */
    is_not(expected);
    look.denied = EAGAIN;
    is_not("was replaced while it was looked at, or is locked by a lease");
}
END_TEST

static void is_missing(int error, size_t error_path, const char *text)
{
    begin();
    look = (struct look){.error = error, .error_path = error_path};
    is_not(text);
}

START_TEST(what_is_missing_is_named)
{
    is_missing(ENOENT, strlen(path), "no such file");
    is_missing(ENOENT, strlen("/shared/app"), "no such file: /shared/app is missing, too");
    is_missing(ENOTDIR, strlen("/shared/app"), "no such file: /shared/app is not a directory");
    is_missing(EACCES, strlen("/shared"), "permission denied: this user may not enter /shared");
    is_missing(ELOOP, strlen(path), "too many symbolic links, or links that lead in a circle");
    is_missing(ESTALE, strlen(path), "the file system failed: Stale file handle");
    begin();
    look = (struct look){.error = ENOENT, .dangling = true, .error_path = strlen(path)};
    is_not("a symbolic link that leads nowhere");
}
END_TEST

START_TEST(a_name_that_cannot_be_is_permanent)
{
    begin();
    look = (struct look){.error = ENAMETOOLONG};
    ck_assert_int_eq(condition_judge(&condition, path, &look, NULL, &why), ATTEMPT_FAIL);
    condition.gone = true;
    ck_assert_int_eq(condition_judge(&condition, path, &look, NULL, &why), ATTEMPT_FAIL);
}
END_TEST

START_TEST(gone_is_what_is_known_not_to_be_there)
{
    static const int others[] = {EACCES, EIO, ESTALE, ELOOP, ENOMEM, ENOTCONN, ETIMEDOUT};

    begin();
    condition.gone = true;
    is_not("is still there");
    look.denied = EACCES;
    is_not("is still there");
    look = (struct look){.error = ENOENT};
    is_ready();
    look.dangling = true;
    is_not("is still there, as a symbolic link that leads nowhere");
    look = (struct look){.error = ENOTDIR};
    is_ready();
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        look = (struct look){.error = others[i]};
        ck_assert_int_eq(condition_judge(&condition, path, &look, NULL, &why), ATTEMPT_RETRY);
    }
}
END_TEST

START_TEST(with_stable_a_file_that_changes_is_not_ready)
{
    begin();
    before = look;
    look.stamp.size = 11;
    ck_assert_int_eq(condition_judge(&condition, path, &look, &before, &why), ATTEMPT_OK);
    condition.stable = true;
    ck_assert_int_eq(condition_judge(&condition, path, &look, &before, &why), ATTEMPT_RETRY);
    expect_contains(why.text, "still changes");
    ck_assert_str_eq(why.detail, ": 11 bytes");
    before = look;
    ck_assert_int_eq(condition_judge(&condition, path, &look, &before, &why), ATTEMPT_OK);
    before = (struct look){.error = ENOENT}; /* it has just appeared */
    ck_assert_int_eq(condition_judge(&condition, path, &look, &before, &why), ATTEMPT_OK);
    ck_assert_int_eq(condition_judge(&condition, path, &look, NULL, &why), ATTEMPT_OK);
}
END_TEST

SUITE("condition", whatever_is_there_and_can_be_read_is_ready, the_type_must_be_the_one_that_is_asked_for,
      sizes, texts, what_cannot_be_read_is_not_ready, what_is_missing_is_named,
      a_name_that_cannot_be_is_permanent, gone_is_what_is_known_not_to_be_there,
      with_stable_a_file_that_changes_is_not_ready)
