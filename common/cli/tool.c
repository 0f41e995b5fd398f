#include "common/cli/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/harden.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/stop.h"
#include "common/cli/help.h"
#include "common/cli/step.h"
#include "common/cli/variables.h"

#include "common/base/banned.h"

static void warn_unknown_variable(const char *name)
{
    log_warn("%s: no tool of initkit knows this variable", name);
}

/* Opens closed standard streams. Otherwise the next socket would get that number, and the log would be sent to a peer. Standard
 * output is opened for reading only, so that writing to it fails and the loss is reported. */
static void tool_open_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR); /* gets the lowest free number, fd */
}

/* --help or --version, on standard output. A full disk or a closed pipe is an error. */
static int tool_print(const struct tool *tool, const struct common_options *options)
{
    if (options->help)
        help_print(stdout, tool);
    else
        version_print(stdout, tool);
    return fflush(stdout) == 0 ? CODE_OK : CODE_FAILED;
}

/* The step's timeout is limited by that of the run, and only the run writes to the termination log. */
static void tool_become_step(const struct step *step, struct common_options *options)
{
    int64_t left = deadline_left(step->deadline, deadline_now());

    log_set_step(step->number);
    if (left != DEADLINE_NEVER && (options->retry.timeout == 0 || options->retry.timeout > left))
        options->retry.timeout = left > 0 ? left : 1; /* 0 would mean no limit */
    if (options->termination_log && strcmp(options->termination_log, step->termination_log) == 0)
        options->termination_log = "";
}

bool tool_begin(const struct tool *tool, int argc, char **argv, void *options, struct verdict *verdict,
                int *code)
{
    struct common_options *common = options;
    struct reason why;

    tool_open_standard_streams();
    stop_install(); /* first: PID 1 has no default actions, so an earlier signal is lost */
    harden_relocations();
    bool good = options_parse(tool, argc, argv, environment_all(), options, &why);
    if (step_current())
        tool_become_step(step_current(), common);
    log_setup(tool_shown(tool), (enum log_format)common->log_format, (enum log_level)common->log_level);
    verdict->tool = tool_shown(tool);
    verdict->termination_log = common->termination_log ? common->termination_log : "";
    verdict->warn_only = common->warn_only;
    if (common->warn_only)
        mem_set_exit_code(CODE_OK);
    mem_say_at_exhaustion(verdict_exhausted, verdict);
    if (!good) {
        *code = verdict_refuse(verdict, &why);
        return false;
    }
    if (common->help || common->version) {
        *code = tool_print(tool, common);
        return false;
    }
    if (!step_current()) /* the run has checked them */
        variables_warn_unknown(environment_all(), warn_unknown_variable);
    return true;
}
