#include "cmd/copy-agent/cp.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/cp_operands.h"
#include "cmd/copy-agent/versions.h"
#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/cli/help.h"
#include "common/cli/tool.h"
#include "common/files/sandbox.h"

#include "common/base/banned.h"

enum { LINE_MAX_BYTES = 1024 };

static const struct option_initial initials[] = {
    {"timeout", "0"},
    {"attempt-timeout", "0"},
    {NULL, NULL},
};

static const char *const libraries[] = {"musl " VERSION_MUSL, NULL};

/* For the variables that all tools have; cp's own options are cp_options.h's. */
static const struct tool cp_tool = {
    .name = "cp",
    .libraries = libraries,
    .initials = initials,
    .one_attempt = true,
    .options_size = sizeof(struct common_options),
};

bool cp_is_meant(const char *program)
{
    const char *slash = program ? strrchr(program, '/') : NULL;

    return program && strcmp(slash ? slash + 1 : program, "cp") == 0;
}

/* --- what the options mean for a copy --- */

static bool follows(const struct cp_options *options)
{
    /* As GNU cp does: without -r, and with -l, which has to name files. */
    bool by_default = !options->recursive || options->hard_links;

    return options->follow == CP_FOLLOW_ALL || (options->follow == CP_FOLLOW_DEFAULT && by_default);
}

static struct copy_settings settings_for(const struct cp_options *options, mode_t umask)
{
    unsigned exact = options->preserve & (CP_MODE | CP_OWNERSHIP | CP_TIMESTAMPS);

    return (struct copy_settings){
        .user = -1,
        .as_cp = true,
        .keep_links = !follows(options) && options->follow != CP_FOLLOW_OPERANDS,
        .dereference = follows(options) && options->recursive,
        .keep_privileges = options->preserve & CP_MODE,
        .leave_directories = !exact,
        .exact_directories = exact,
        .no_modes = options->no_preserve & CP_MODE,
        .no_owners = options->no_preserve & CP_OWNERSHIP,
        .no_times = options->no_preserve & CP_TIMESTAMPS,
        .no_attributes = options->no_preserve & CP_XATTR,
        .no_hard_links = options->no_preserve & CP_LINKS,
        .keep_present = options->existing == CP_KEEP,
        .ask_present = options->existing == CP_ASK,
        .keep_newer = options->update,
        .one_file_system = options->one_file_system,
        .link_hard = options->hard_links,
        .link_soft = options->symbolic_links,
        .replace = options->force,
        .read_specials = !options->recursive,
        .verbose = options->verbose,
        .no_reflink = options->no_reflink,
        .holes = options->sparse == CP_SPARSE_ALWAYS  ? FILE_CONTENT_HOLES_ALWAYS
                 : options->sparse == CP_SPARSE_NEVER ? FILE_CONTENT_HOLES_NEVER
                                                      : FILE_CONTENT_HOLES_AS_SOURCE,
        .umask = umask,
    };
}

/* --- copying --- */

static void strip_slashes(char *path)
{
    for (size_t length = strlen(path); length > 1 && path[length - 1] == '/';)
        path[--length] = '\0';
}

static bool copy_one(const struct cp *cp, size_t index, const char *operand, struct buf *line,
                     struct reason *why)
{
    bool parents = cp->options.parents;
    char *name = cp->into && !parents ? cp_operands_name(operand) : NULL;
    struct copy_counts counts;
    struct copy_settings settings = cp->settings;
    const struct copy_operands operands = {
        .source = !parents          ? operand
                  : *operand == '/' ? "/"
                                    : ".",
        .dest = cp->dest,
        .into = name,
        .below = parents ? operand : NULL,
    };

    settings.dereference |= parents && !cp->options.recursive;
    bool good = cp_operands_check(cp, index, operand, parents ? operand : name, why) &&
                copy_run(&settings, &operands, cp->deadline, line, &counts, why);
    free(name);
    return good;
}

/* DEST's own last part is not followed if it is a link, nor is the name that a SOURCE gets in it. */
static void enter_sandbox(const struct cp *cp)
{
    /* A hard link takes the same rights where it comes from as where it is made. */
    int mode = cp->options.hard_links ? SANDBOX_OFF : cp->common.sandbox;
    struct sandbox sandbox;

    sandbox_begin(&sandbox, (enum sandbox_mode)mode);
    sandbox_allow_folder(&sandbox, cp->dest);
    sandbox_enter(&sandbox, cp->common.termination_log);
}

static void log_failure(const struct reason *why)
{
    struct log_event event = {.level = LOG_ERROR, .name = "failed", .elapsed = -1, .reason = why};

    log_event(&event, "%s%s", why->text, why->detail);
}

/* Each SOURCE, whatever became of the one before it. False fills `why` with the last failure; those before it are logged. */
static bool copy_all(const struct cp *cp, struct buf *line, struct reason *why)
{
    struct reason failure = {.code = CODE_OK}, found;

    for (size_t i = 0; i < cp->sources; i++) {
        char *operand = xstrdup(cp->options.operands[i]);
        buf_clear(line);
        if (cp->options.strip_slashes && cp->into)
            strip_slashes(operand);
        bool good = copy_one(cp, i, operand, line, &found);
        free(operand);
        if (good)
            continue;
        if (failure.code != CODE_OK)
            log_failure(&failure);
        failure = found;
        if (found.code == CODE_DEADLINE || found.code >= CODE_SIGINT)
            break;
    }
    *why = failure;
    return failure.code == CODE_OK;
}

static int finish(const struct verdict *verdict, const struct cp *cp, const struct reason *why,
                  const char *line)
{
    struct log_event event = {.level = why ? LOG_ERROR : LOG_INFO,
                              .name = why ? "failed" : "ready",
                              .target = why ? NULL : cp->dest,
                              .elapsed = -1,
                              .reason = why};
    struct buf text;

    buf_init(&text, LINE_MAX_BYTES);
    if (why)
        buf_add_format(&text, "%s%s%s%s", why->text, why->detail, why->hint[0] != '\0' ? "; hint: " : "",
                       why->hint);
    else
        buf_add_text(&text, line);
    int code = verdict_finish(verdict, why ? why->code : CODE_OK, &event, text.data);
    buf_free(&text);
    return code;
}

static int run(struct cp *cp, const struct verdict *verdict)
{
    struct reason why;
    struct buf line;

    if (!cp_operands_find_dest(cp, &why))
        return verdict_refuse(verdict, &why);
    if (cp->options.labels)
        log_warn(
            "-c, -Z, --context: ignored, as SELinux labels are never copied: the volume's own are given");
    enter_sandbox(cp);
    buf_init(&line, LINE_MAX_BYTES);
    bool good = copy_all(cp, &line, &why);
    if (fflush(stdout) != 0 || ferror(stdout))
        good = reason_set(&why, CODE_FAILED, "standard output cannot be written: %s", strerror(errno));
    int code = finish(verdict, cp, good ? NULL : &why, line.data);
    buf_free(&line);
    return code;
}

static int print(const struct cp_options *options)
{
    if (options->help)
        fputs(cp_options_help, stdout);
    else
        version_print(stdout, &cp_tool);
    return fflush(stdout) == 0 ? CODE_OK : CODE_FAILED;
}

int cp_run(int argc, char **argv, mode_t umask)
{
    char *no_arguments[] = {argv[0], NULL};
    struct cp cp = {.sources = 0};
    struct verdict verdict;
    struct reason why;
    int code;

    mem_set_exit_code(CODE_FAILED);
    if (tool_begin(&cp_tool, 1, no_arguments, &cp.common, &verdict, &code)) {
        if (!cp_options_parse(argc, argv, &cp.options, &why)) {
            code = verdict_refuse(&verdict, &why);
        } else if (cp.options.help || cp.options.version) {
            code = print(&cp.options);
        } else {
            cp.settings = settings_for(&cp.options, umask);
            cp.deadline = deadline_limit(deadline_now(), cp.common.retry.timeout);
            code = run(&cp, &verdict);
        }
    }
    options_free(&cp_tool, &cp.common);
    return code == CODE_OK || code >= CODE_SIGINT ? code : CODE_FAILED;
}
