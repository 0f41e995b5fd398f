#include "cmd/initkit/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/net/target.h"

#include "common/base/banned.h"

static bool is_separator(const char *word)
{
    return !word || strcmp(word, "--and") == 0 || strcmp(word, "--then") == 0 || strcmp(word, "--exec") == 0;
}

static const char *tool_mistake(const char *word)
{
    if (word[0] == '-')
        return "expected a TOOL, and its options behind it";
    if (strpbrk(word, " \t"))
        return "expected a TOOL alone: each of its arguments is a word (in INITKIT_RUN: a line) of its own";
    return "no such tool: expected one of those that initkit --list prints";
}

static bool refuse_tool(const struct chain *chain, const char *word, struct reason *why)
{
    char *shown = target_show(word);
    int length = (int)strcspn(shown, " \t"); /* what follows may be a secret */

    reason_set(why, CODE_USAGE, "step %zu, %.*s%s: %s", chain->count + 1, length < 100 ? length : 100, shown,
               shown[length] == '\0' ? "" : " \u2026", tool_mistake(word));
    free(shown);
    return false;
}

/* The words from *next on that are one step; *next is the separator behind it then. */
static bool chain_add(struct chain *chain, char ***next, unsigned stage, chain_find *find, struct reason *why)
{
    struct chain_step *step = &chain->steps[chain->count];

    if (chain->count == CHAIN_STEPS_MOST)
        return reason_set(why, CODE_USAGE, "expected at most %d steps", CHAIN_STEPS_MOST);
    *step = (struct chain_step){.argv = *next, .tool = find(**next), .stage = stage};
    if (!step->tool)
        return refuse_tool(chain, **next, why);
    while (!is_separator((*next)[step->argc]))
        step->argc++;
    *next += step->argc;
    chain->count++;
    return true;
}

/* A copy of the list in which each separator is free to become the NULL that ends a step's arguments. */
static char **copy_words(const struct strings *words)
{
    char **copy = xcalloc(words->count + 1, sizeof *copy);

    if (words->count > 0)
        memcpy(copy, words->items, words->count * sizeof *copy);
    return copy;
}

bool chain_parse(const struct strings *words, chain_find *find, struct chain *chain, struct reason *why)
{
    unsigned stage = 0;

    *chain = (struct chain){.words = copy_words(words)};
    char **next = chain->words;
    if (is_separator(*next))
        return reason_set(why, CODE_USAGE,
                          "a TOOL is missing: expected one of those that initkit --list prints");
    while (chain_add(chain, &next, stage, find, why)) {
        const char *separator = *next;
        if (!separator)
            return true;
        *next++ = NULL;
        if (strcmp(separator, "--exec") == 0) {
            chain->exec = next;
            return (*next && **next != '\0') ||
                   reason_set(why, CODE_USAGE, "--exec: expected a PROGRAM behind it");
        }
        if (is_separator(*next))
            return reason_set(why, CODE_USAGE, "%s: expected a TOOL behind it", separator);
        stage += strcmp(separator, "--then") == 0;
    }
    return false;
}

void chain_free(struct chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        free(chain->steps[i].operand);
    chain->count = 0;
    free(chain->words);
    chain->words = NULL;
}

const char *chain_name(const struct chain *chain, size_t index, char name[CHAIN_NAME])
{
    snprintf(name, CHAIN_NAME, "step %zu, %s", index + 1, chain->steps[index].tool->tool->name);
    return name;
}

/* What would be printed only is no work: the chain would go on as if it had been done. */
static bool chain_check_step(struct chain_step *step, char **environment, struct reason *why)
{
    const struct tool *tool = step->tool->tool;
    struct common_options *options = xcalloc(1, tool->options_size);
    bool good = options_parse(tool, step->argc, step->argv, environment, options, why);

    if (good && (options->help || options->version))
        good = reason_set(why, CODE_USAGE, "--%s: does nothing that a step is for",
                          options->help ? "help" : "version");
    if (good && tool->check_usage)
        good = tool->check_usage(options, why);
    step->warn_only = options->warn_only;
    if (good && options->operands.count > 0)
        step->operand = target_show(options->operands.items[0]);
    options_free(tool, options);
    free(options);
    return good;
}

/* Called as cp, copy-agent has other options. */
static bool has_own_options(const struct chain_step *step)
{
    const char *slash = strrchr(step->argv[0], '/');

    return strcmp(slash ? slash + 1 : step->argv[0], step->tool->tool->name) == 0;
}

bool chain_check(struct chain *chain, char **environment, struct reason *why)
{
    char name[CHAIN_NAME];

    for (size_t i = 0; i < chain->count; i++) {
        if (!has_own_options(&chain->steps[i]) || chain_check_step(&chain->steps[i], environment, why))
            continue;
        reason_wrap(why, "%s", chain_name(chain, i, name));
        return false;
    }
    return true;
}
