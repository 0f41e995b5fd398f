/* The words behind `initkit run`, a line each, as INITKIT_RUN has them. */
#include <stdio.h>

#include "cmd/initkit/chain.h"
#include "cmd/initkit/run.h"
#include "tests/fuzz/input.h"
#include "tests/unit/sample_tool.c"

static const struct chain_tool sample = {&sample_tool, NULL};

static const struct chain_tool *find(const char *name)
{
    return strcmp(name, "wait-for-tcp") == 0 || strcmp(name, "cp") == 0 ? &sample : NULL;
}

/* Each word is in one place: a step, a separator, the program. */
static void must_be_whole(const struct chain *chain, size_t words)
{
    size_t seen = chain->count - 1;

    MUST(chain->count >= 1 && chain->count <= CHAIN_STEPS_MOST);
    for (size_t i = 0; i < chain->count; i++) {
        const struct chain_step *step = &chain->steps[i];
        MUST(step->argc >= 1 && !step->argv[step->argc] && find(step->argv[0]) == step->tool);
        MUST(i == 0 ? step->stage == 0 : step->stage - chain->steps[i - 1].stage <= 1);
        seen += (size_t)step->argc;
    }
    for (char **word = chain->exec; word && *word; word++)
        seen++;
    MUST(!chain->exec || *chain->exec);
    MUST(seen + (chain->exec != NULL) == words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char name[] = "INITKIT_RUN=";
    char *text = input_text(data, size);
    size_t length = strlen(name) + strlen(text) + 1;
    char *variable = calloc(length, 1);
    char word[] = "run", *arguments[] = {word, NULL}, *environment[] = {variable, NULL}, *none[] = {NULL};
    struct common_options options;
    struct chain chain = {.words = NULL};
    struct reason why = {.code = CODE_OK};

    snprintf(variable, length, "%s%s", name, text);
    bool good = options_parse(&run_tool, 1, arguments, environment, &options, &why);
    if (good && !options.help && !options.version) {
        good = chain_parse(&options.operands, find, &chain, &why);
        if (good)
            must_be_whole(&chain, options.operands.count);
        good = good && chain_check(&chain, none, &why);
    }
    MUST(good || (why.code == CODE_USAGE && why.text[0] != '\0'));
    chain_free(&chain);
    options_free(&run_tool, &options);
    free(variable);
    free(text);
    return 0;
}
