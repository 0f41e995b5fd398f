#include "common/cli/value.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/strings.h"
#include "common/base/units.h"

#include "common/base/banned.h"

static bool refuse(struct value_source *source, const char *value, const char *expected)
{
    return reason_set(source->why, CODE_USAGE, "%s: \"%.100s\" is not %s", source->name, value, expected);
}

static bool store_switch(struct value_source *source, const char *value, bool *stored)
{
    *stored = strcmp(value, "true") == 0;
    return *stored || strcmp(value, "false") == 0 || refuse(source, value, "true or false");
}

static bool store_number(struct value_source *source, const struct option *row, const char *value,
                         int64_t *stored)
{
    char expected[96];

    if (units_parse_number(value, row->min, row->max, stored))
        return true;
    snprintf(expected, sizeof expected, "a whole number from %lld to %lld", (long long)row->min,
             (long long)row->max);
    return refuse(source, value, expected);
}

static bool store_duration(struct value_source *source, const struct option *row, const char *value,
                           int64_t *stored)
{
    if (!units_parse_duration(value, stored))
        return refuse(source, value, "a duration such as 250ms, 2s or 1m30s");
    return *stored >= row->min || refuse(source, value, "a duration above 0");
}

static bool store_size(struct value_source *source, const struct option *row, const char *value,
                       int64_t *stored)
{
    if (units_parse_size(value, stored) && *stored >= row->min)
        return true;
    return refuse(source, value, "a size such as 64Ki, 10Mi or 5M");
}

static bool store_factor(struct value_source *source, const struct option *row, const char *value,
                         double *stored)
{
    char expected[96];

    if (units_parse_factor(value, (double)row->min, (double)row->max, stored))
        return true;
    snprintf(expected, sizeof expected, "a number such as 1.5, from %lld to %lld", (long long)row->min,
             (long long)row->max);
    return refuse(source, value, expected);
}

static bool store_choice(struct value_source *source, const struct option *row, const char *value,
                         int *stored)
{
    for (*stored = 0; row->choices[*stored]; ++*stored)
        if (strcmp(value, row->choices[*stored]) == 0)
            return true;
    return refuse(source, value, row->argument);
}

static bool check_text(struct value_source *source, const struct option *row, const char *value)
{
    if (!row->check || row->check(value, source->why))
        return true;
    reason_wrap(source->why, "%s", source->name);
    return false;
}

static void store_item(const struct option *row, const char *value, struct strings *list)
{
    struct buf item;

    buf_init(&item, SIZE_MAX / 2);
    if (row->mark)
        buf_add(&item, &row->mark, 1);
    buf_add_text(&item, value);
    strings_add(list, item.data, item.length);
    buf_free(&item);
}

bool value_store(struct value_source *source, const struct option *row, const char *value, void *options)
{
    void *at = (char *)options + row->offset;

    switch (row->type) {
    case OPTION_SWITCH:
        return store_switch(source, value, at);
    case OPTION_DURATION:
        return store_duration(source, row, value, at);
    case OPTION_SIZE:
        return store_size(source, row, value, at);
    case OPTION_NUMBER:
        return store_number(source, row, value, at);
    case OPTION_FACTOR:
        return store_factor(source, row, value, at);
    case OPTION_CHOICE:
        return store_choice(source, row, value, at);
    case OPTION_TEXT:
        *(const char **)at = value;
        return check_text(source, row, value);
    case OPTION_LIST:
        store_item(row, value, at);
        return check_text(source, row, value);
    }
    return false;
}
