#include "cmd/wait-for-file/look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct look look;

static void at(const char *path)
{
    look_at(path, "", 0, &look);
}

static void finds(const char *path, mode_t type)
{
    at(path);
    ck_assert_int_eq(look.error, 0);
    ck_assert_uint_eq(look.type, type);
    ck_assert_int_eq(look.denied, 0);
}

START_TEST(what_is_there)
{
    char *file = scratch_file("file", "twelve bytes");
    char *fifo = scratch_path("fifo"), *folder = scratch_path("folder"), *link = scratch_path("link");

    finds(file, S_IFREG);
    ck_assert_int_eq(look.stamp.size, 12);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    finds(folder, S_IFDIR);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    finds(fifo, S_IFIFO); /* and does not block */
    ck_assert_int_eq(symlink("file", link), 0);
    finds(link, S_IFREG);
    finds("/dev/null", S_IFCHR);
    finds("/", S_IFDIR);
    finds(".", S_IFDIR);
}
END_TEST

START_TEST(a_socket)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    char *path = scratch_path("socket");

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    finds(path, S_IFSOCK);
    close(listener);
}
END_TEST

/* Opening a FIFO would wake a writer that waits for its reader, and end it with SIGPIPE. */
START_TEST(a_fifo_is_never_opened)
{
    char *fifo = scratch_path("fifo");

    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    pid_t writer = fork();
    if (writer == 0)
        _exit(open(fifo, O_WRONLY) >= 0 ? 7 : 8);
    for (int i = 0; i < 50; i++) {
        finds(fifo, S_IFIFO);
        usleep(1000);
    }
    int reader = open(fifo, O_RDONLY);
    ck_assert_int_ge(reader, 0); /* it waited for this one */
    close(reader);
}
END_TEST

static void misses(const char *path, int error, const char *part)
{
    char *whole = scratch_path(path);

    at(whole);
    ck_assert_int_eq(look.error, error);
    ck_assert_uint_eq(look.error_path, strlen(scratch_path(part)));
}

START_TEST(the_first_part_that_is_missing)
{
    char *folder = scratch_path("folder"), *link = scratch_path("dangling"), *circle = scratch_path("circle");

    scratch_file("file", "x");
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    misses("absent", ENOENT, "absent");
    misses("folder/absent", ENOENT, "folder/absent");
    misses("absent/a/b", ENOENT, "absent");
    misses("folder//absent//b", ENOENT, "folder//absent");
    misses("file/below", ENOTDIR, "file/below");
    misses("file/", ENOTDIR, "file/");
    ck_assert(!look.dangling);
    ck_assert_int_eq(symlink("absent", link), 0);
    misses("dangling", ENOENT, "dangling");
    ck_assert(look.dangling);
    misses("dangling/below", ENOENT, "dangling");
    ck_assert(!look.dangling);
    ck_assert_int_eq(symlink("circle", circle), 0);
    misses("circle", ELOOP, "circle");
}
END_TEST

START_TEST(texts_are_found_wherever_they_are)
{
    char *path = scratch_path("large");
    FILE *file = fopen(path, "w");

    for (int i = 0; i < 16 * 1024 - 2; i++)
        fputc('x', file);
    fputs("done\n", file); /* across two reads */
    fclose(file);
    look_at(path, "done\n", 5, &look);
    ck_assert(look.found && !look.partly && look.denied == 0);
    look_at(path, "done!", 5, &look);
    ck_assert(!look.found);
    look_at(scratch_file("empty", ""), "x", 1, &look);
    ck_assert(!look.found);
    look_at(scratch_path("absent"), "x", 1, &look);
    ck_assert(!look.found);
}
END_TEST

/* Repeats that begin anew in the middle, wherever the ends of reads lie. */
START_TEST(texts_across_reads)
{
    char *path = scratch_path("across");
    char text[40 * 1024 + 1];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 2] = 'y';
    text[sizeof text - 1] = '\0';
    for (int before = 16 * 1024 - 3; before < 16 * 1024 + 4; before++) {
        FILE *file = fopen(path, "w");
        for (int i = 0; i < before; i++)
            fputc('x', file);
        fputs("done", file);
        fclose(file);
        look_at(path, "done", 4, &look);
        ck_assert(look.found);
        look_at(path, "xdone", 5, &look);
        ck_assert(look.found);
        look_at(path, "doneq", 5, &look);
        ck_assert(!look.found);
    }
    FILE *file = fopen(path, "w"); /* a text that is longer than a read */
    fputs("zz", file);
    fputs(text, file);
    fclose(file);
    look_at(path, text, sizeof text - 1, &look);
    ck_assert(look.found);
    text[0] = 'y';
    look_at(path, text, sizeof text - 1, &look);
    ck_assert(!look.found);
}
END_TEST

START_TEST(no_more_than_a_mebibyte_is_read)
{
    char *path = scratch_path("huge");
    FILE *file = fopen(path, "w");

    for (int i = 0; i < LOOK_MOST; i++)
        fputc('x', file);
    fclose(file);
    look_at(path, "done", 4, &look);
    ck_assert(!look.found && !look.partly);
    file = fopen(path, "a");
    fputs("done", file);
    fclose(file);
    look_at(path, "done", 4, &look);
    ck_assert(!look.found && look.partly);
}
END_TEST

START_TEST(permissions)
{
    char *folder = scratch_path("closed"), *inner = scratch_path("closed/inner"),
         *file = scratch_file("secret", "x");

    ck_assert_int_eq(mkdir(folder, 0700), 0);
    ck_assert_int_eq(mkdir(inner, 0700), 0);
    ck_assert_int_eq(chmod(folder, 0), 0);
    ck_assert_int_eq(chmod(file, 0), 0);
    if (geteuid() == 0) {
        chmod(scratch_path(""), 0755);
        ck_assert_int_eq(setuid(65532), 0);
    }
    at(inner);
    ck_assert_int_eq(look.error, EACCES);
    ck_assert_uint_eq(look.error_path, strlen(folder));
    at(folder);
    ck_assert_int_eq(look.denied, EACCES);
    at(file);
    ck_assert_int_eq(look.denied, EACCES);
}
END_TEST

START_TEST(changes)
{
    char *path = scratch_file("file", "one");
    struct look first, second;

    look_at(path, "", 0, &first);
    look_at(path, "", 0, &second);
    ck_assert(look_same(&first, &second));
    scratch_file("file", "longer");
    look_at(path, "", 0, &second);
    ck_assert(!look_same(&first, &second));
    look_at(scratch_file("other", "one"), "", 0, &second);
    ck_assert(!look_same(&first, &second));
    second = first;
    second.stamp.changed.tv_nsec++;
    ck_assert(!look_same(&first, &second));
    second = first;
    second.stamp.modified.tv_sec++;
    ck_assert(!look_same(&first, &second));
    first.type = second.type = S_IFIFO; /* each use of a FIFO changes its times */
    ck_assert(look_same(&first, &second));
}
END_TEST

SUITE("look", what_is_there, a_socket, a_fifo_is_never_opened, the_first_part_that_is_missing,
      texts_are_found_wherever_they_are, texts_across_reads, no_more_than_a_mebibyte_is_read, permissions,
      changes)
