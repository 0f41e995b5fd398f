#include "common/base/file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static int error_of(const char *path, size_t max, struct reason *why)
{
    struct buf content;
    int error = -1;

    buf_init(&content, max);
    ck_assert(!file_read(path, &content, &error, why));
    buf_free(&content);
    return error;
}

START_TEST(a_whole_file)
{
    struct buf content;
    struct reason why;
    int error = -1;

    buf_init(&content, 11);
    ck_assert(file_read(scratch_file("hosts", "hello\nworld"), &content, &error, &why));
    ck_assert_int_eq(error, 0);
    ck_assert_str_eq(content.data, "hello\nworld");
    buf_free(&content);
}
END_TEST

START_TEST(larger_than_one_chunk)
{
    static char text[100001];
    struct buf content;
    struct reason why;

    memset(text, 'x', sizeof text - 1);
    buf_init(&content, sizeof text);
    ck_assert(file_read(scratch_file("large", text), &content, NULL, &why));
    ck_assert_uint_eq(content.length, sizeof text - 1);
    buf_free(&content);
}
END_TEST

START_TEST(why_a_file_cannot_be_read)
{
    struct reason why;
    char *missing = scratch_path("missing"), *large = scratch_file("large", "hello world!");
    char *folder = scratch_path("folder");

    ck_assert_int_eq(mkdir(folder, 0755), 0);
    ck_assert_int_eq(error_of(missing, 100, &why), ENOENT);
    expect_contains(why.text, missing);
    expect_contains(why.text, "No such file");
    ck_assert_int_eq(why.code, CODE_USAGE);
    ck_assert_int_eq(error_of(large, 11, &why), EFBIG);
    expect_contains(why.text, "larger than 11 bytes");
    ck_assert_int_eq(error_of(folder, 100, &why), EISDIR);
}
END_TEST

START_TEST(a_fifo_without_a_writer_is_empty)
{
    char *fifo = scratch_path("fifo");
    struct buf content;
    struct reason why;

    ck_assert_int_eq(mkfifo(fifo, 0644), 0);
    buf_init(&content, 100);
    ck_assert(file_read(fifo, &content, NULL, &why));
    ck_assert_uint_eq(content.length, 0);
    buf_free(&content);
}
END_TEST

START_TEST(lines)
{
    char text[] = "one\r\ntwo\n\n\r\nfi\rve\r\nlast";
    char *rest = text;
    static const char *const expected[] = {"one", "two", "", "", "fi\rve", "last"};

    for (size_t i = 0; i < COUNT_OF(expected); i++)
        ck_assert_str_eq(file_next_line(&rest), expected[i]);
    ck_assert_ptr_null(file_next_line(&rest));
    ck_assert_ptr_null(file_next_line(&rest));
}
END_TEST

SUITE("file", a_whole_file, larger_than_one_chunk, why_a_file_cannot_be_read,
      a_fifo_without_a_writer_is_empty, lines)
