/* Arguments and environment, a line each: those that begin with INITKIT_ and have a '=' are variables. */
#include "tests/fuzz/input.h"
#include "tests/unit/sample_tool.c"

enum { MOST = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[] = "tool", *text = input_text(data, size), *rest = text, *line;
    char *arguments[MOST + 2] = {name}, *environment[MOST + 1] = {NULL};
    int argument_count = 1, variable_count = 0;
    struct sample_options options;
    struct reason why = {.code = CODE_OK};

    while ((line = strsep(&rest, "\n")) && argument_count + variable_count < MOST) {
        if (strncmp(line, "INITKIT_", 8) == 0 && strchr(line, '='))
            environment[variable_count++] = line;
        else
            arguments[argument_count++] = line;
    }
    bool good = options_parse(&sample_tool, argument_count, arguments, environment, &options, &why);
    MUST(good || (why.code == CODE_USAGE && why.text[0] != '\0'));
    if (good && !options.common.help && !options.common.version) {
        MUST(options.parts >= 1 && options.parts <= 5);
        MUST(options.common.retry.interval >= 1 &&
             options.common.retry.max_interval >= options.common.retry.interval);
        MUST(options.common.min_targets <= (int64_t)options.common.operands.count);
    }
    options_free(&sample_tool, &options);
    free(text);
    return 0;
}
