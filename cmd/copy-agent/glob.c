#include "cmd/copy-agent/glob.h"

#include <stddef.h>
#include <string.h>

#include "common/base/banned.h"

/* What ends a bracket expression; NULL when it has no end and so is not a bracket expression. */
static const char *bracket_end(const char *pattern)
{
    const char *at = pattern + 1;

    if (*at == '!' || *at == '^')
        at++;
    if (*at == ']')
        at++;
    for (; *at != ']'; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        if (*at == '\0' || *at == '/')
            return NULL;
    }
    return at;
}

static unsigned char bracket_byte(const char **at)
{
    if (**at == '\\' && (*at)[1] != '\0')
        ++*at;
    return (unsigned char)*(*at)++;
}

static bool match_bracket(const char *pattern, const char *end, unsigned char byte)
{
    const char *at = pattern + 1;
    bool negated = *at == '!' || *at == '^';
    bool found = false;

    if (negated)
        at++;
    while (at < end) {
        unsigned char low = bracket_byte(&at), high = low;
        if (*at == '-' && at + 1 < end) {
            at++;
            high = bracket_byte(&at);
        }
        found |= byte >= low && byte <= high;
    }
    return found != negated;
}

/* Matches one byte of a name against what `pattern` begins with. Returns where the pattern goes on; NULL: no match. */
static const char *match_one(const char *pattern, char byte)
{
    const char *end;

    if (*pattern == '\0' || (byte == '/') != (*pattern == '/'))
        return NULL;
    if (*pattern == '?')
        return pattern + 1;
    if (*pattern == '[' && (end = bracket_end(pattern)))
        return match_bracket(pattern, end, (unsigned char)byte) ? end + 1 : NULL;
    if (*pattern == '\\' && pattern[1] != '\0')
        pattern++;
    return *pattern == byte ? pattern + 1 : NULL;
}

/* Where to go on when what follows a star does not fit: let the star take one byte more. */
struct resume {
    const char *pattern; /* behind the star; NULL: there was none */
    const char *path;
    bool whole_names; /* "**" with a slash: it takes whole names only */
};

static bool resume_deep(struct resume *deep)
{
    if (!deep->pattern)
        return false;
    if (deep->whole_names) {
        const char *slash = strchr(deep->path, '/');
        deep->path = slash ? slash + 1 : NULL;
    } else {
        deep->path = *deep->path != '\0' ? deep->path + 1 : NULL;
    }
    return deep->path != NULL;
}

/* No recursion: a star that comes later makes going back to an earlier one of its kind pointless, so one place to go back to
 * for each kind is enough. */
static bool match(const char *pattern, const char *path)
{
    struct resume deep = {0}, shallow = {0};

    for (;;) {
        if (pattern[0] == '*' && pattern[1] == '*') {
            pattern += strspn(pattern, "*");
            deep = (struct resume){pattern + (*pattern == '/'), path, *pattern == '/'};
            shallow.pattern = NULL;
            pattern = deep.pattern;
            continue;
        }
        if (*pattern == '*') {
            shallow = (struct resume){++pattern, path, false};
            continue;
        }
        if (*path == '\0' && *pattern == '\0')
            return true;
        const char *next = *path != '\0' ? match_one(pattern, *path) : NULL;
        if (next) {
            pattern = next;
            path++;
        } else if (shallow.pattern && *shallow.path != '\0' && *shallow.path != '/') {
            path = ++shallow.path;
            pattern = shallow.pattern;
        } else if (resume_deep(&deep)) {
            path = deep.path;
            pattern = deep.pattern;
            shallow.pattern = NULL;
        } else {
            return false;
        }
    }
}

enum { PATTERN_MAX = 4096 };

bool glob_check(const char *pattern, struct reason *why)
{
    for (const char *at = pattern; *at != '\0'; at++) {
        if (*at == '\\' && *++at == '\0')
            return reason_set(why, CODE_USAGE, "\"%.100s\" ends in a backslash that nothing follows",
                              pattern);
        if (*at != '[')
            continue;
        at = bracket_end(at);
        if (!at)
            return reason_set(why, CODE_USAGE, "\"%.100s\" has a [ without its ]: for a plain [ write \\[",
                              pattern);
    }
    return *pattern != '\0' || reason_set(why, CODE_USAGE, "expected a pattern such as lib/**");
}

bool glob_match(const char *pattern, const char *path)
{
    char plain[PATTERN_MAX];

    while (*pattern == '/' || (pattern[0] == '.' && pattern[1] == '/'))
        pattern++;
    size_t length = strnlen(pattern, sizeof plain - 1);
    while (length > 1 && pattern[length - 1] == '/' && pattern[length - 2] != '\\')
        length--;
    memcpy(plain, pattern, length);
    plain[length] = '\0';
    return match(plain, path);
}

bool glob_any(const struct strings *patterns, const char *path)
{
    char above[PATTERN_MAX];
    size_t length = strlen(path);

    for (size_t i = 0; i < patterns->count; i++) {
        if (glob_match(patterns->items[i], path))
            return true;
        for (size_t at = 1; at < length && at < sizeof above; at++) {
            if (path[at] != '/')
                continue;
            memcpy(above, path, at);
            above[at] = '\0';
            if (glob_match(patterns->items[i], above))
                return true;
        }
    }
    return false;
}

int filter_rule(const struct filter *filter, const char *path, int inherited)
{
    for (int i = (int)filter->rules->count - 1; i > inherited; i--)
        if (glob_match(filter->rules->items[i] + 1, path))
            return i;
    return inherited;
}

void filter_meet(struct filter *filter, const char *path)
{
    for (size_t i = 0; i < filter->rules->count; i++)
        filter->met[i] = filter->met[i] || glob_match(filter->rules->items[i] + 1, path);
}

bool filter_takes(const struct filter *filter, int rule)
{
    const struct strings *rules = filter->rules;

    if (rule != FILTER_NONE)
        return rules->items[rule][0] == '+';
    return rules->count == 0 || rules->items[0][0] == '-';
}

bool filter_may_take_below(const struct filter *filter, int rule)
{
    for (int i = rule + 1; i < (int)filter->rules->count; i++)
        if (filter->rules->items[i][0] == '+')
            return true;
    return false;
}
