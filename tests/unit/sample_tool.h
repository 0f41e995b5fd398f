/* A tool for tests of the options: a row of each type. */
#ifndef UNIT_SAMPLE_TOOL_H
#define UNIT_SAMPLE_TOOL_H

#include "common/base/strings.h"
#include "common/cli/options.h"

struct sample_options {
    struct common_options common;
    bool fast;
    int64_t hold;
    int64_t limit;
    int64_t parts;
    double share;
    int family; /* "any", "4", "6" */
    const char *send;
    struct strings expect;
};

/* Called wait-for-tcp, as its variables are known. --send refuses "bad", --expect "bad" too. */
extern const struct tool sample_tool;

/* The same without what waiting needs. */
extern const struct tool sample_one_shot_tool;

#endif
