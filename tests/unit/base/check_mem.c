#include "common/base/mem.h"

#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/capture.h"
#include "tests/unit/suite.h"

/* AddressSanitizer ends the process itself unless it is told to return NULL as malloc does. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void say_cleaned(void)
{
    static const char text[] = "cleaned\n";

    ck_assert_int_eq(write(STDERR_FILENO, text, sizeof text - 1), (ssize_t)sizeof text - 1);
}

/* Returns the exit code of a child that does `what`. */
static int exit_code_of(void (*what)(void))
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        what();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static volatile size_t impossible = SIZE_MAX / 2;

static void calloc_too_much(void)
{
    free(xcalloc(impossible, 1));
}

static void calloc_overflow(void)
{
    free(xcalloc(impossible, 16));
}

static void realloc_too_much(void)
{
    free(xrealloc(NULL, impossible));
}

static void exhaust_with_cleanup(void)
{
    mem_at_exhaustion(calloc_too_much); /* the last one counts, so this is not called */
    mem_at_exhaustion(say_cleaned);
    mem_exhausted();
}

START_TEST(running_out_ends_with_exit_code_3)
{
    capture_begin(STDERR_FILENO);
    int codes[] = {exit_code_of(calloc_too_much), exit_code_of(calloc_overflow),
                   exit_code_of(realloc_too_much)};
    const char *said = capture_end();

    for (size_t i = 0; i < COUNT_OF(codes); i++)
        ck_assert_int_eq(codes[i], 3);
    expect_contains(said, "out of memory");
}
END_TEST

START_TEST(the_cleanup_runs_first)
{
    capture_begin(STDERR_FILENO);
    int code = exit_code_of(exhaust_with_cleanup);
    const char *said = capture_end();

    ck_assert_int_eq(code, 3);
    ck_assert_int_eq(strncmp(said, "cleaned\n", 8), 0);
    expect_contains(said, "out of memory\n");
}
END_TEST

static void say_words(const void *owner)
{
    char *copy = xstrdup(owner);
    ssize_t ignored = write(STDERR_FILENO, copy, strlen(copy));

    (void)ignored;
    free(copy);
}

static void say_and_run_out(const void *owner)
{
    say_words(owner);
    mem_exhausted();
}

static void exhaust_with_words(void)
{
    mem_say_at_exhaustion(say_words, "words\n");
    mem_exhausted();
}

static void exhaust_twice(void)
{
    mem_at_exhaustion(say_cleaned);
    mem_say_at_exhaustion(say_and_run_out, "words\n");
    mem_exhausted();
}

START_TEST(words_of_its_own_take_the_place_of_the_line)
{
    capture_begin(STDERR_FILENO);
    int code = exit_code_of(exhaust_with_words);
    const char *said = capture_end();

    ck_assert_int_eq(code, 3);
    ck_assert_str_eq(said, "words\n");
}
END_TEST

START_TEST(running_out_while_it_is_said_ends_with_the_line)
{
    capture_begin(STDERR_FILENO);
    int code = exit_code_of(exhaust_twice);
    const char *said = capture_end();

    ck_assert_int_eq(code, 3);
    ck_assert_str_eq(said, "cleaned\nwords\ninitkit: out of memory\n");
}
END_TEST

static void exhaust_with_another_code(void)
{
    mem_set_exit_code(0);
    mem_exhausted();
}

START_TEST(another_exit_code)
{
    capture_begin(STDERR_FILENO);
    int code = exit_code_of(exhaust_with_another_code);

    capture_end();
    ck_assert_int_eq(code, 0);
}
END_TEST

START_TEST(memory_is_zeroed_and_never_null)
{
    char *bytes = xcalloc(100, 10);
    void *nothing = xcalloc(0, 0);
    void *shrunk = xrealloc(NULL, 0);

    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(bytes[i], 0);
    ck_assert_ptr_nonnull(nothing);
    ck_assert_ptr_nonnull(shrunk);
    free(bytes);
    free(nothing);
    free(shrunk);
}
END_TEST

START_TEST(copies_of_texts)
{
    char *whole = xstrdup("abc"), *empty = xstrdup(""), *part = xstrndup("abcdef", 3),
         *all = xstrndup("ab", 9);

    ck_assert_str_eq(whole, "abc");
    ck_assert_str_eq(empty, "");
    ck_assert_str_eq(part, "abc");
    ck_assert_str_eq(all, "ab");
    free(whole);
    free(empty);
    free(part);
    free(all);
}
END_TEST

SUITE("mem", running_out_ends_with_exit_code_3, the_cleanup_runs_first,
      words_of_its_own_take_the_place_of_the_line, running_out_while_it_is_said_ends_with_the_line,
      another_exit_code, memory_is_zeroed_and_never_null, copies_of_texts)
