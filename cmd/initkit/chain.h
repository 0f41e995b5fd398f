/* The words behind `initkit run`, understood: which tools run with which arguments, which of them at the same time, and what
 * follows them. */
#ifndef INITKIT_CHAIN_H
#define INITKIT_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/base/strings.h"
#include "common/cli/options.h"

enum { CHAIN_STEPS_MOST = 64 };

/* A tool of this binary. */
struct chain_tool {
    const struct tool *tool;
    int (*main)(int argc, char **argv);
};

struct chain_step {
    const struct chain_tool *tool;
    char **argv; /* the tool's word and its arguments; NULL at the end, as everywhere */
    int argc;
    unsigned stage; /* steps of one stage run at the same time, the stages one after another */
    /* From chain_check on: */
    bool warn_only; /* it must not end the chain */
    char *operand;  /* the first one, as it may be shown; NULL: there is none, or it is not known */
};

struct chain {
    struct chain_step steps[CHAIN_STEPS_MOST];
    size_t count;
    char **exec;  /* the program that takes the run's place, and its arguments; NULL: none */
    char **words; /* the arrays that argv and exec point into */
};

/* Finds the tool of a name, which may be a path; NULL: there is none. */
typedef const struct chain_tool *chain_find(const char *name);

/* The strings of `words` must outlive the chain. False fills `why` (CODE_USAGE); chain_free whatever came back. */
bool chain_parse(const struct strings *words, chain_find *find, struct chain *chain, struct reason *why);
void chain_free(struct chain *chain);

/* Has each tool parse its options, so that a mistake in the last step is found before the first has begun. False fills `why`. */
bool chain_check(struct chain *chain, char **environment, struct reason *why);

/* "step 2, wait-for-tcp" */
enum { CHAIN_NAME = 48 };
const char *chain_name(const struct chain *chain, size_t index, char name[CHAIN_NAME]);

#endif
