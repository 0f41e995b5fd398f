#include "common/base/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/banned.h"

#define SECOND  INT64_C(1000)
#define MINUTE  (60 * SECOND)
#define HOUR    (60 * MINUTE)
#define LONGEST (10 * 366 * 24 * HOUR)
#define LARGEST (INT64_C(1) << 62)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits up to the first other byte. False when there are none, or the number exceeds `max`. */
static bool scan_digits(const char **text, int64_t max, int64_t *number)
{
    const char *at = *text;

    *number = 0;
    for (; is_digit(*at); at++) {
        int digit = *at - '0';
        if (*number > max / 10 || *number * 10 > max - digit)
            return false;
        *number = *number * 10 + digit;
    }
    bool any = at != *text;
    *text = at;
    return any;
}

bool units_parse_number(const char *text, int64_t min, int64_t max, int64_t *number)
{
    return scan_digits(&text, max, number) && *text == '\0' && *number >= min;
}

/* Reads ".25" as thousandths, 250. Further digits are rounded up: a short time must not become 0, which means "no limit".
 * Without a dot there is no fraction, and the result is 0. */
static bool scan_thousandths(const char **text, int64_t *thousandths)
{
    const char *at = *text;
    int64_t weight = 100;

    *thousandths = 0;
    if (*at != '.')
        return true;
    if (!is_digit(*++at))
        return false;
    for (; is_digit(*at) && weight > 0; at++, weight /= 10)
        *thousandths += (*at - '0') * weight;
    size_t finer = strspn(at, "0123456789");
    *thousandths += strspn(at, "0") < finer;
    *text = at + finer;
    return true;
}

bool units_parse_factor(const char *text, double min, double max, double *factor)
{
    int64_t whole, thousandths;

    if (!scan_digits(&text, 1000000, &whole) || !scan_thousandths(&text, &thousandths) || *text != '\0')
        return false;
    *factor = (double)whole + (double)thousandths / 1000;
    return *factor >= min && *factor <= max;
}

/* Reads "ms", "s", "m" or "h" and returns its milliseconds. The end of the text means seconds if `bare`. 0: no unit. */
static int64_t scan_unit(const char **text, bool bare)
{
    const char *at = *text;

    if (strncmp(at, "ms", 2) == 0) {
        *text += 2;
        return 1;
    }
    if (*at == '\0')
        return bare ? SECOND : 0;
    *text += 1;
    switch (*at) {
    case 's':
        return SECOND;
    case 'm':
        return MINUTE;
    case 'h':
        return HOUR;
    default:
        return 0;
    }
}

bool units_parse_duration(const char *text, int64_t *milliseconds)
{
    bool first = true;

    *milliseconds = 0;
    do {
        int64_t whole, thousandths;
        if (!scan_digits(&text, LONGEST, &whole) || !scan_thousandths(&text, &thousandths))
            return false;
        int64_t unit = scan_unit(&text, first);
        if (unit == 0 || whole > LONGEST / unit)
            return false;
        *milliseconds += whole * unit + (thousandths * unit + 999) / 1000;
        if (*milliseconds > LONGEST)
            return false;
        first = false;
    } while (*text != '\0');
    return true;
}

bool units_parse_size(const char *text, int64_t *bytes)
{
    static const struct {
        const char *suffix;
        int64_t factor;
    } units[] = {
        {"", 1},
        {"k", 1000},
        {"K", 1000},
        {"M", 1000000},
        {"G", 1000000000},
        {"T", 1000000000000},
        {"Ki", INT64_C(1) << 10},
        {"Mi", INT64_C(1) << 20},
        {"Gi", INT64_C(1) << 30},
        {"Ti", INT64_C(1) << 40},
    };
    int64_t number;

    if (!scan_digits(&text, LARGEST, &number))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text, units[i].suffix) != 0)
            continue;
        if (number > LARGEST / units[i].factor)
            return false;
        *bytes = number * units[i].factor;
        return true;
    }
    return false;
}

const char *units_format_duration(int64_t milliseconds, char text[UNITS_TEXT])
{
    int64_t hours = milliseconds / HOUR;
    int64_t minutes = milliseconds % HOUR / MINUTE;
    int64_t seconds = milliseconds % MINUTE / SECOND;

    if (milliseconds < SECOND)
        snprintf(text, UNITS_TEXT, "%" PRId64 "ms", milliseconds);
    else if (milliseconds < MINUTE && milliseconds % SECOND / 100 != 0)
        snprintf(text, UNITS_TEXT, "%" PRId64 ".%" PRId64 "s", seconds, milliseconds % SECOND / 100);
    else if (milliseconds < MINUTE)
        snprintf(text, UNITS_TEXT, "%" PRId64 "s", seconds);
    else if (hours > 0 && minutes > 0)
        snprintf(text, UNITS_TEXT, "%" PRId64 "h%" PRId64 "m", hours, minutes);
    else if (hours > 0)
        snprintf(text, UNITS_TEXT, "%" PRId64 "h", hours);
    else if (seconds > 0)
        snprintf(text, UNITS_TEXT, "%" PRId64 "m%" PRId64 "s", minutes, seconds);
    else
        snprintf(text, UNITS_TEXT, "%" PRId64 "m", minutes);
    return text;
}
