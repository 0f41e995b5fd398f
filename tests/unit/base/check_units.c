#include "common/base/units.h"

#include "tests/unit/suite.h"

#define TEN_YEARS (INT64_C(10) * 366 * 24 * 3600 * 1000)

static int64_t number_of(const char *text, int64_t min, int64_t max)
{
    int64_t number = -1;

    ck_assert_msg(units_parse_number(text, min, max, &number), "\"%s\" is refused", text);
    return number;
}

static void refuse_number(const char *text, int64_t min, int64_t max)
{
    int64_t number;

    ck_assert_msg(!units_parse_number(text, min, max, &number), "\"%s\" is taken, as %lld", text,
                  (long long)number);
}

static int64_t duration_of(const char *text)
{
    int64_t milliseconds = -1;

    ck_assert_msg(units_parse_duration(text, &milliseconds), "\"%s\" is refused", text);
    return milliseconds;
}

static int64_t size_of(const char *text)
{
    int64_t bytes = -1;

    ck_assert_msg(units_parse_size(text, &bytes), "\"%s\" is refused", text);
    return bytes;
}

START_TEST(numbers_within_their_bounds)
{
    ck_assert_int_eq(number_of("0", 0, 10), 0);
    ck_assert_int_eq(number_of("10", 0, 10), 10);
    ck_assert_int_eq(number_of("007", 0, 10), 7);
    ck_assert_int_eq(number_of("65535", 1, 65535), 65535);
    ck_assert_int_eq(number_of("9223372036854775807", 0, INT64_MAX), INT64_MAX);
}
END_TEST

START_TEST(numbers_outside_their_bounds)
{
    refuse_number("11", 0, 10);
    refuse_number("0", 1, 10);
    refuse_number("65536", 1, 65535);
    refuse_number("9223372036854775808", 0, INT64_MAX);
    refuse_number("99999999999999999999999999", 0, INT64_MAX);
}
END_TEST

START_TEST(one_digit_above_a_one_digit_maximum)
{
    refuse_number("9", 0, 5);
    refuse_number("6", 0, 5);
    refuse_number("1", 0, 0);
    ck_assert_int_eq(number_of("5", 0, 5), 5);
    ck_assert_int_eq(number_of("0", 0, 0), 0);
}
END_TEST

START_TEST(what_is_no_number)
{
    static const char *const texts[] = {"", " ", "-1", "+1", " 1", "1 ", "1.0", "0x10", "1e3", "ten", "1\n"};

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        refuse_number(texts[i], 0, 1000);
}
END_TEST

START_TEST(factors)
{
    double factor;

    ck_assert(units_parse_factor("1.5", 1, 100, &factor));
    ck_assert_double_eq(factor, 1.5);
    ck_assert(units_parse_factor("1", 1, 100, &factor));
    ck_assert_double_eq(factor, 1);
    ck_assert(units_parse_factor("100.000", 1, 100, &factor));
    ck_assert_double_eq(factor, 100);
    ck_assert(units_parse_factor("1.0009", 1, 100, &factor));
    ck_assert(!units_parse_factor("0.999", 1, 100, &factor));
    ck_assert(!units_parse_factor("100.001", 1, 100, &factor));
}
END_TEST

START_TEST(what_is_no_factor)
{
    static const char *const texts[] = {"", ".5", "1.", "1,5", "-1.5", "1.5x", "1e2", "inf", "nan", "1.5 "};
    double factor;

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        ck_assert_msg(!units_parse_factor(texts[i], 0, 1000, &factor), "\"%s\" is taken", texts[i]);
    ck_assert(!units_parse_factor("99999999999999999999", 0, 1e30, &factor));
}
END_TEST

START_TEST(durations)
{
    ck_assert_int_eq(duration_of("250ms"), 250);
    ck_assert_int_eq(duration_of("2s"), 2000);
    ck_assert_int_eq(duration_of("1m30s"), 90000);
    ck_assert_int_eq(duration_of("1h"), 3600000);
    ck_assert_int_eq(duration_of("2h5m"), 7500000);
    ck_assert_int_eq(duration_of("1h1m1s1ms"), 3661001);
    ck_assert_int_eq(duration_of("1.5s"), 1500);
    ck_assert_int_eq(duration_of("0.25m"), 15000);
    ck_assert_int_eq(duration_of("1.2345s"), 1235);
    ck_assert_int_eq(duration_of("0.5ms"), 1);
    ck_assert_int_eq(duration_of("0.0001s"), 1);
    ck_assert_int_eq(duration_of("0.0000s"), 0);
    ck_assert_int_eq(duration_of("0"), 0);
    ck_assert_int_eq(duration_of("0s"), 0);
}
END_TEST

START_TEST(a_bare_number_is_seconds)
{
    ck_assert_int_eq(duration_of("5"), 5000);
    ck_assert_int_eq(duration_of("1.5"), 1500);
}
END_TEST

START_TEST(what_is_no_duration)
{
    static const char *const texts[] = {"",    "s",    "ms",   "5x",  "5 s",  " 5s",    "5s ", "-5s",
                                        "+5s", "1m30", "1.s",  ".5s", "5sec", "1h 30m", "1d",  "5S",
                                        "1e3", "∞",    "5s5x", "m5",  "1..5", "5\n",    "5,5s"};
    int64_t milliseconds;

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        ck_assert_msg(!units_parse_duration(texts[i], &milliseconds), "\"%s\" is taken, as %lld ms", texts[i],
                      (long long)milliseconds);
}
END_TEST

START_TEST(the_longest_duration)
{
    int64_t milliseconds;

    ck_assert_int_eq(duration_of("87840h"), TEN_YEARS);
    ck_assert(!units_parse_duration("87840h1ms", &milliseconds));
    ck_assert(!units_parse_duration("87841h", &milliseconds));
    ck_assert(!units_parse_duration("99999999999999999999h", &milliseconds));
    ck_assert(!units_parse_duration("9223372036854775807", &milliseconds));
    ck_assert(!units_parse_duration("87840h87840h", &milliseconds));
}
END_TEST

START_TEST(sizes)
{
    ck_assert_int_eq(size_of("0"), 0);
    ck_assert_int_eq(size_of("64Ki"), 65536);
    ck_assert_int_eq(size_of("10Mi"), 10485760);
    ck_assert_int_eq(size_of("1Gi"), 1073741824);
    ck_assert_int_eq(size_of("2Ti"), INT64_C(2) << 40);
    ck_assert_int_eq(size_of("5M"), 5000000);
    ck_assert_int_eq(size_of("5k"), 5000);
    ck_assert_int_eq(size_of("5K"), 5000);
    ck_assert_int_eq(size_of("123"), 123);
    ck_assert_int_eq(size_of("4611686018427387904"), INT64_C(1) << 62);
    ck_assert_int_eq(size_of("4194304Ti"), INT64_C(1) << 62);
}
END_TEST

START_TEST(what_is_no_size)
{
    static const char *const texts[] = {"",
                                        "Ki",
                                        "1ki",
                                        "1 Ki",
                                        "1KiB",
                                        "1B",
                                        "1.5M",
                                        "-1",
                                        "+1",
                                        "1Kii",
                                        "1MM",
                                        "4611686018427387905",
                                        "4194305Ti",
                                        "99999999999999999999",
                                        "9223372036854775807"};
    int64_t bytes;

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        ck_assert_msg(!units_parse_size(texts[i], &bytes), "\"%s\" is taken, as %lld", texts[i],
                      (long long)bytes);
}
END_TEST

START_TEST(durations_as_people_read_them)
{
    static const struct {
        int64_t milliseconds;
        const char *text;
    } cases[] = {
        {0, "0ms"},          {1, "1ms"},       {999, "999ms"},  {1000, "1s"},      {1099, "1s"},
        {3200, "3.2s"},      {59999, "59.9s"}, {60000, "1m"},   {90000, "1m30s"},  {240000, "4m"},
        {3599999, "59m59s"}, {3600000, "1h"},  {3659000, "1h"}, {7500000, "2h5m"}, {TEN_YEARS, "87840h"},
    };
    char text[UNITS_TEXT];

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_str_eq(units_format_duration(cases[i].milliseconds, text), cases[i].text);
}
END_TEST

SUITE("units", numbers_within_their_bounds, numbers_outside_their_bounds, one_digit_above_a_one_digit_maximum,
      what_is_no_number, factors, what_is_no_factor, durations, a_bare_number_is_seconds, what_is_no_duration,
      the_longest_duration, sizes, what_is_no_size, durations_as_people_read_them)
