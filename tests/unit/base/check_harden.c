/* Relocated pointers are read-only once a program has hardened itself. */
#include <check.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/harden.h"

static const char *const pointers[] = {"one", "two"};

START_TEST(writing_to_a_relocated_pointer_faults)
{
    const char *other = "other";
    volatile uintptr_t where = (uintptr_t)pointers; /* the compiler must not know that it is constant */

    signal(SIGSEGV, SIG_DFL); /* the sanitizers' handler would exit */
    harden_relocations();
    memcpy((void *)where, &other, sizeof other);
    ck_abort_msg("it could be written");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("harden");
    TCase *cases = tcase_create("harden");

    tcase_add_test_raise_signal(cases, writing_to_a_relocated_pointer_faults, SIGSEGV);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
