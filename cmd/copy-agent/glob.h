/* Which paths the user means: shell patterns on the path below SOURCE. */
#ifndef COPY_AGENT_GLOB_H
#define COPY_AGENT_GLOB_H

#include <stdbool.h>

#include "common/cli/options.h"

/* Whether all of `path` ("lib/a.jar") matches. `*`, `?` and `[a-z]`, `[!a-z]` stay within a name, `**` crosses directories;
 * a `**` with a slash behind it may also stand for nothing, and `\` takes the special meaning from what follows. A slash
 * or "./" in front and a slash at the end of the pattern mean nothing. */
bool glob_match(const char *pattern, const char *path);

/* Whether it is a pattern: each `[` has its `]` within the same name, and nothing ends in a lone `\`. Fit for an option's check. */
bool glob_check(const char *pattern, struct reason *why);

/* Whether any of the patterns matches the path or a directory that it is in. */
bool glob_any(const struct strings *patterns, const char *path);

/* --include and --exclude: each item is '+' or '-' and a pattern. A pattern that matches a directory matches what is in it. */
struct filter {
    const struct strings *rules;
    bool *met; /* for each rule, whether something matched it */
};

enum { FILTER_NONE = -1 };

/* The last rule that matches `path`; `inherited` is what this returned for the directory that it is in. */
int filter_rule(const struct filter *filter, const char *path, int inherited);

/* Marks the rules that `path` matches in `met`. */
void filter_meet(struct filter *filter, const char *path);

/* Whether what this rule is the last one for is copied. */
bool filter_takes(const struct filter *filter, int rule);

/* Whether a later rule could include something in a directory that itself is left out. */
bool filter_may_take_below(const struct filter *filter, int rule);

#endif
