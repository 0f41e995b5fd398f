#include "cmd/wait-for-http/statuses.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/base/units.h"

#include "common/base/banned.h"

enum { RANGE_TEXT = 16, LOWEST = 100, HIGHEST = 599 };

static bool parse_range(char *text, int *low, int *high)
{
    char *dash = strchr(text, '-');
    int64_t first, last;

    if (dash)
        *dash = '\0';
    if (!units_parse_number(text, LOWEST, HIGHEST, &first) ||
        !units_parse_number(dash ? dash + 1 : text, first, HIGHEST, &last))
        return false;
    *low = (int)first;
    *high = (int)last;
    return true;
}

bool statuses_parse(const char *text, struct statuses *statuses)
{
    statuses->count = 0;
    for (;;) {
        size_t length = strcspn(text, ",");
        char range[RANGE_TEXT];
        if (length >= sizeof range || statuses->count == STATUSES_MOST)
            return false;
        snprintf(range, sizeof range, "%.*s", (int)length, text);
        if (!parse_range(range, &statuses->ranges[statuses->count].low,
                         &statuses->ranges[statuses->count].high))
            return false;
        statuses->count++;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

bool statuses_have(const struct statuses *statuses, int status)
{
    for (size_t i = 0; i < statuses->count; i++)
        if (status >= statuses->ranges[i].low && status <= statuses->ranges[i].high)
            return true;
    return false;
}
