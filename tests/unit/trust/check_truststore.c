#include "common/trust/truststore.h"

#include <signal.h>
#include <stdio.h>

#include "common/base/deadline.h"
#include "common/base/stop.h"
#include "common/base/strings.h"
#include "common/trust/keystore.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static const char certificate[] = "-----BEGIN CERTIFICATE-----\n"
                                  "MIIBYzCCAQmgAwIBAgIBATAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARyb290MB4X\n"
                                  "-----END CERTIFICATE-----\n";

/* What is read in time is not asked for here: reading is over before it has begun. */
static void expect_late(int64_t deadline, enum code code)
{
    char *path = scratch_file("store.pem", certificate);
    struct strings paths = {0};
    struct reason why;
    struct keystore keystore;

    strings_add(&paths, path, strlen(path));
    struct truststore_source source = {.paths = &paths, .deadline = deadline};
    ck_assert_ptr_null(truststore_load(&source, &why));
    ck_assert_int_eq(why.code, code);
    expect_contains(why.text, "store.pem: was not read to its end in time");
    struct keystore_source client = {.certificate = path, .deadline = deadline};
    ck_assert(!keystore_load(&client, &keystore, &why));
    ck_assert_int_eq(why.code, code);
    expect_contains(why.text, "store.pem: was not read to its end in time");
    keystore_free(&keystore);
    strings_clear(&paths);
    free(path);
}

START_TEST(reading_ends_with_the_deadline)
{
    expect_late(deadline_now(), CODE_FAILED);
}
END_TEST

START_TEST(reading_ends_with_a_signal)
{
    stop_install();
    raise(SIGTERM);
    expect_late(0, CODE_SIGTERM);
}
END_TEST

SUITE("truststore", reading_ends_with_the_deadline, reading_ends_with_a_signal)
