#include "cmd/wait-for-http/statuses.h"

#include "tests/unit/suite.h"

START_TEST(lists)
{
    struct statuses statuses;

    ck_assert(statuses_parse("200-299,404", &statuses));
    ck_assert(statuses_have(&statuses, 200));
    ck_assert(statuses_have(&statuses, 299));
    ck_assert(statuses_have(&statuses, 404));
    ck_assert(!statuses_have(&statuses, 300));
    ck_assert(!statuses_have(&statuses, 199));
    ck_assert(!statuses_have(&statuses, 0));
    ck_assert(statuses_parse("503", &statuses));
    ck_assert_uint_eq(statuses.count, 1);
}
END_TEST

START_TEST(what_is_no_list)
{
    static const char *const texts[] = {"",     ",",   "200,",    "99",   "600",  "300-200",  "200-",
                                        "-200", "2xx", "200-600", " 200", "200 ", "200--299", "200-299-300"};
    struct statuses statuses;

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        ck_assert_msg(!statuses_parse(texts[i], &statuses), "%s", texts[i]);
}
END_TEST

START_TEST(too_many)
{
    char text[(STATUSES_MOST + 1) * 4] = "";
    struct statuses statuses;

    for (size_t i = 0; i < STATUSES_MOST; i++)
        memcpy(text + i * 4, "200,", 5);
    text[STATUSES_MOST * 4 - 1] = '\0';
    ck_assert(statuses_parse(text, &statuses));
    text[STATUSES_MOST * 4 - 1] = ',';
    memcpy(text + (size_t)STATUSES_MOST * 4, "200", 4);
    ck_assert(!statuses_parse(text, &statuses));
}
END_TEST

SUITE("statuses", lists, what_is_no_list, too_many)
