/* initkit run: its options, and the walk from its words to the verdict. */
#include "cmd/initkit/run.h"

#include <stdlib.h>

#include "cmd/initkit/program.h"
#include "cmd/initkit/run_report.h"
#include "cmd/initkit/supervise.h"
#include "common/base/environment.h"
#include "common/base/mem.h"
#include "common/cli/tool.h"

#include "common/base/banned.h"

#define STEP "TOOL [ARGUMENT]..."

/* No option, but a word between the operands. */
#define WORD(long_name, behind, meaning)                                                   \
    {                                                                                      \
        .name = (long_name), .argument = (behind), .help = (meaning), .no_variable = true, \
        .begins_operands = true                                                            \
    }

static const struct option rows[] = {
    WORD("and", STEP, "Another step, at the same time as the one before it"),
    WORD("then", STEP, "Another step, when all before it are done"),
    WORD("exec", "PROGRAM [ARGUMENT]...",
         "When all steps are done, run this program in place of initkit; all that follows is its own"),
};

static const struct option_initial initials[] = {{"timeout", "4m"}, {NULL, NULL}};

static const char *const examples[] = {
    "Wait for a port, then get a file",
    "initkit run wait-for-tcp mydb:3306 --then fetch-config http://config-server/app.yaml=/config/app.yaml",
    "Two waits at the same time, then a check that must not hold up the app",
    "initkit run wait-for-tcp mydb:3306 --and wait-for-dns cache --then tls-check --warn-only controller:443",
    "As the entry point of an image: INITKIT_RUN holds the steps, one word per line",
    "initkit run --exec /app/server --port 8080",
    NULL,
};

const struct tool run_tool = {
    .name = "run",
    .command = "initkit run",
    .operands = STEP " [--and|--then " STEP "]... [--exec PROGRAM [ARGUMENT]...]",
    .summary = "Run several tools as steps of one container",
    .description =
        "Each step is one of the tools that initkit --list prints, with its own options and operands, up to the "
        "next word --and, --then or --exec (a value like that is written --option=--then). Steps joined by "
        "--and run at the same time; --then waits for all before it.\n\n"
        "The first step that fails ends the others and the run, with its exit code and its reason; a step with "
        "--warn-only does not fail. --timeout bounds the whole run, a step's own --timeout that step. "
        "SIGTERM and SIGINT end all steps. The options of all steps and the form of their operands are checked "
        "before the first begins.",
    .examples = examples,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .initials = initials,
    .options_size = sizeof(struct common_options),
    .no_attempt = true,
    .runs_tools = true,
};

/* Where --warn-only forgives a chain that failed, the program runs all the same. */
static int run_program(const struct chain *chain, const struct verdict *verdict)
{
    struct reason why;

    verdict_clear(verdict);
    program_become(chain->exec, &why);
    return verdict_refuse(verdict, &why);
}

static int run_chain(const struct chain *chain, const struct common_options *options,
                     const struct verdict *verdict)
{
    struct supervisor *supervisor = xcalloc(1, sizeof *supervisor);
    struct reason why;
    int code;

    supervisor->chain = chain;
    supervisor->options = options;
    supervisor->verdict = verdict;
    if (!supervise_begin(supervisor, &why)) {
        code = verdict_refuse(verdict, &why);
    } else {
        bool good = supervise_run(supervisor);
        code = run_report_verdict(supervisor, good);
    }
    supervise_end(supervisor);
    if (code == CODE_OK && chain->exec)
        code = run_program(chain, verdict);
    free(supervisor);
    return code;
}

int run_main(int argc, char **argv, chain_find *find, const char *const *libraries)
{
    struct common_options options;
    struct tool self = run_tool;
    struct verdict verdict;
    struct chain chain = {0};
    struct reason why;
    int code;

    self.libraries = libraries;
    if (tool_begin(&self, argc, argv, &options, &verdict, &code)) {
        bool good = chain_parse(&options.operands, find, &chain, &why) &&
                    chain_check(&chain, environment_all(), &why);
        if (!good && options.operands_from[0] != '\0')
            reason_wrap(&why, "%s", options.operands_from);
        code = good ? run_chain(&chain, &options, &verdict) : verdict_refuse(&verdict, &why);
        chain_free(&chain);
    }
    options_free(&self, &options);
    return code;
}
