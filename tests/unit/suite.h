/* One suite a program: SUITE at the end of check_NOUN.c names its tests and makes the main that runs them. */
#ifndef UNIT_SUITE_H
#define UNIT_SUITE_H

#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SUITE_TIMEOUT = 60 /* seconds for one test; libcheck's own 4 are few for a busy machine */ };

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Fails with both texts when `part` is not in `text`. */
#define expect_contains(text, part) \
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in \"%s\"", part, text)
#define expect_lacks(text, part) ck_assert_msg(strstr(text, part) == NULL, "\"%s\" is in \"%s\"", part, text)

/* Runs each test in a process of its own and returns the program's exit code. */
static inline int suite_run(const char *noun, const TTest *const *tests, size_t count)
{
    Suite *suite = suite_create(noun);
    TCase *test_case = tcase_create(noun);

    tcase_set_timeout(test_case, SUITE_TIMEOUT);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(test_case, tests[i]);
    suite_add_tcase(suite, test_case);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define SUITE(noun, ...)                                  \
    int main(void)                                        \
    {                                                     \
        const TTest *const tests[] = {__VA_ARGS__};       \
        return suite_run((noun), tests, COUNT_OF(tests)); \
    }

#endif
