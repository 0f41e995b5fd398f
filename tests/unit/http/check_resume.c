#include "common/http/resume.h"

#include <string.h>

#include "tests/unit/suite.h"

static struct reason why;

static bool learns(const char *etag, const char *modified, const char *date, const char *length)
{
    const struct resume_headers headers = {
        .etag = etag, .modified = modified, .date = date, .length = length};
    struct resume resume = {0};

    return resume_learn(&headers, &resume) && strcmp(resume.validator, etag ? etag : modified) == 0 &&
           resume.total == 500;
}

#define NOON           "Sun, 29 Nov 2026 12:00:00 GMT"
#define LATER(seconds) "Sun, 29 Nov 2026 12:0" seconds " GMT"

START_TEST(strong_names)
{
    char longest[RESUME_VALIDATOR + 1] = "\"";

    ck_assert(learns("\"abc\"", NULL, NULL, "500"));
    ck_assert(learns("\"abc\"", "yesterday", NULL, "500"));
    ck_assert(!learns("W/\"abc\"", NULL, NULL, "500"));
    ck_assert(!learns("W/\"abc\"", NOON, LATER("5:00"), "500"));
    ck_assert(!learns("abc", NULL, NULL, "500"));
    ck_assert(!learns("\"\"", NULL, NULL, "500"));
    ck_assert(!learns("\"", NULL, NULL, "500"));
    ck_assert(!learns("\"a\"b\"", NULL, NULL, "500"));
    ck_assert(!learns("\"a\", \"b\"", NULL, NULL, "500"));
    ck_assert(!learns("\"a\tb\"", NULL, NULL, "500"));
    memset(longest + 1, 'x', RESUME_VALIDATOR - 2);
    longest[RESUME_VALIDATOR - 2] = '"';
    longest[RESUME_VALIDATOR - 1] = '\0';
    ck_assert(learns(longest, NULL, NULL, "500"));
    memcpy(longest + RESUME_VALIDATOR - 2, "x\"", 3);
    ck_assert(!learns(longest, NULL, NULL, "500"));
}
END_TEST

START_TEST(times)
{
    ck_assert(learns(NULL, NOON, LATER("1:00"), "500"));
    ck_assert(!learns(NULL, NOON, LATER("0:59"), "500"));
    ck_assert(!learns(NULL, NOON, NULL, "500"));
    ck_assert(!learns(NULL, LATER("1:00"), NOON, "500"));
    ck_assert(!learns(NULL, "yesterday", NOON, "500"));
    ck_assert(!learns(NULL, NULL, NOON, "500"));
}
END_TEST

START_TEST(bodies_that_cannot_be_gone_on_with)
{
    struct resume_headers headers = {.etag = "\"a\"", .length = "500", .coding = "gzip"};
    struct resume resume;

    ck_assert(!learns("\"abc\"", NULL, NULL, NULL));
    ck_assert(!learns("\"abc\"", NULL, NULL, "0"));
    ck_assert(!learns("\"abc\"", NULL, NULL, "500, 500"));
    ck_assert(!resume_learn(&headers, &resume));
    headers.coding = "identity";
    ck_assert(resume_learn(&headers, &resume));
    headers.accepts = "none";
    ck_assert(!resume_learn(&headers, &resume));
}
END_TEST

static bool fits(struct resume_headers headers)
{
    const struct resume resume = {.validator = "\"a\"", .total = 500};

    headers.length = headers.length ? headers.length : "400";
    return resume_fits(&headers, &resume, 100, &why);
}

START_TEST(the_rest)
{
    const char *const wrong[] = {"bytes 100-499/501",
                                 "bytes 99-499/500",
                                 "bytes 100-498/500",
                                 "bytes 101-499/500",
                                 "bytes 100-499/*",
                                 "bytes */500",
                                 "bytes 100-499",
                                 "bytes 100-499/500 ",
                                 "bytes 0100-499/",
                                 "items 100-499/500",
                                 "bytes -100-499/500",
                                 "bytes=100-499/500",
                                 "bytes 100-499/500, bytes 100-499/500",
                                 "bytes 00000000000000000000000000000000100-499/500",
                                 ""};

    ck_assert(fits((struct resume_headers){.etag = "\"a\"", .range = "bytes 100-499/500"}));
    ck_assert(
        fits((struct resume_headers){.etag = "\"a\"", .range = "Bytes 100-499/500", .coding = "identity"}));
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        ck_assert(!fits((struct resume_headers){.etag = "\"a\"", .range = wrong[i]}));
        expect_contains(why.text, "bytes 100-499/500 were requested");
    }
    ck_assert(!fits((struct resume_headers){.etag = "\"a\""}));
    expect_contains(why.text, "Content-Range missing");
    ck_assert(!fits((struct resume_headers){.etag = "\"a\"", .range = "bytes 100-499/500", .length = "399"}));
    ck_assert(
        !fits((struct resume_headers){.etag = "\"a\"", .range = "bytes 100-499/500", .coding = "gzip"}));
    ck_assert(!fits((struct resume_headers){.etag = "\"b\"", .range = "bytes 100-499/500"}));
    ck_assert(!fits((struct resume_headers){.modified = "\"a\"", .range = "bytes 100-499/500"}));
    expect_contains(why.text, "another version");
}
END_TEST

START_TEST(parts_without_206)
{
    const char *const parts[] = {"bytes 5-9/10", "bytes 0-8/10",  "bytes 0-9/*", "bytes */10",
                                 "Bytes 1-9/10", "bytes 0-9/100", "bytes "};
    const char *const wholes[] = {"bytes 0-9/10", "items 0-24/66", "0-24/*", ""};

    for (size_t i = 0; i < COUNT_OF(parts); i++)
        ck_assert(resume_is_part(parts[i]));
    for (size_t i = 0; i < COUNT_OF(wholes); i++)
        ck_assert(!resume_is_part(wholes[i]));
}
END_TEST

SUITE("resume", strong_names, times, bodies_that_cannot_be_gone_on_with, the_rest, parts_without_206)
