#include "cmd/copy-agent/cp.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/versions.h"
#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/cli/tool.h"
#include "common/files/sandbox.h"

#include "common/base/banned.h"

enum { LINE_MAX_BYTES = 1024 };

struct cp_options {
    struct common_options common;
    bool recursive, archive, force, preserve, no_dereference, no_target_directory;
    const char *target_directory;
};

#define AT(member) offsetof(struct cp_options, member)

static const struct option rows[] = {
    SWITCH("recursive", recursive, .letter = 'r', .help = "Copy directories and what is in them"),
    {.letter = 'R', .stands_for = "recursive", .value = "true"},
    SWITCH(
        "archive", archive, .letter = 'a',
        .help =
            "The same as -r, with setuid and setgid bits and file capabilities; all else that can be kept always is"),
    SWITCH("force", force, .letter = 'f', .help = "Nothing: what is in the way is always replaced"),
    SWITCH("preserve", preserve, .letter = 'p',
           .help = "Keep setuid and setgid bits and file capabilities; modes and times are always kept"),
    SWITCH("no-dereference", no_dereference, .letter = 'P',
           .help = "Copy a SOURCE that is a link as a link, as -r and -a do"),
    {.letter = 'd', .stands_for = "no-dereference", .value = "true"},
    SWITCH("no-target-directory", no_target_directory, .letter = 'T',
           .help = "DEST is what SOURCE becomes, even if it is a directory"),
    OPTION("target-directory", "DIR", TEXT, target_directory, .letter = 't',
           .help = "Copy all SOURCEs into DIR"),
};

static const struct option_initial initials[] = {
    {"timeout", "0"},
    {"attempt-timeout", "0"},
    {NULL, NULL},
};

static const char *const examples[] = {
    "As an agent's image does it",
    "cp -r /opt/appdynamics/. /opt/temp",
    NULL,
};

static const char *const libraries[] = {"musl " VERSION_MUSL, NULL};

static const struct tool cp_tool = {
    .name = "cp",
    .operands = "SOURCE... DEST",
    .summary = "Copy files as copy-agent does",
    .description = "copy-agent, called by another name.",
    .examples = examples,
    .libraries = libraries,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .initials = initials,
    .one_attempt = true,
    .options_size = sizeof(struct cp_options),
};

bool cp_is_meant(const char *program)
{
    const char *slash = program ? strrchr(program, '/') : NULL;

    return program && strcmp(slash ? slash + 1 : program, "cp") == 0;
}

static bool is_directory(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

/* The name that a SOURCE gets in a directory; NULL for "DIR/." and "DIR/..", whose content goes there. The caller frees it. */
static char *name_in_dest(const char *source)
{
    size_t end = strlen(source), begin;

    while (end > 1 && source[end - 1] == '/')
        end--;
    for (begin = end; begin > 0 && source[begin - 1] != '/'; begin--)
        ;
    size_t length = end - begin;
    bool dots = length > 0 && length <= 2 && strspn(source + begin, ".") >= length;
    return dots || length == 0 ? NULL : xstrndup(source + begin, length);
}

/* Fills `why` with what keeps a SOURCE from being copied at all. */
static bool check_source(const char *source, bool recursive, struct reason *why)
{
    struct stat found;

    if (fstatat(AT_FDCWD, source, &found, recursive ? AT_SYMLINK_NOFOLLOW : 0) != 0)
        return reason_set(why, CODE_FAILED, "%.200s: cannot be read: %s", source, strerror(errno));
    if (S_ISDIR(found.st_mode) && !recursive)
        return reason_set(why, CODE_FAILED, "%.200s: is a directory, and -r was not given", source);
    return true;
}

static bool copy_one(const struct copy_settings *settings, bool recursive, const char *source,
                     const char *dest, bool into, int64_t deadline, struct buf *line, struct reason *why)
{
    struct copy_counts counts;

    if (!check_source(source, recursive, why))
        return false;
    char *name = into ? name_in_dest(source) : NULL;
    const struct copy_operands operands = {.source = source, .dest = dest, .into = name};
    bool good = copy_run(settings, &operands, deadline, line, &counts, why);
    free(name);
    return good;
}

static int say(const struct verdict *verdict, const char *dest, const struct reason *why, const char *line)
{
    struct log_event event = {.level = why ? LOG_ERROR : LOG_INFO,
                              .name = why ? "failed" : "ready",
                              .target = dest,
                              .elapsed = -1,
                              .reason = why};
    struct buf text;

    buf_init(&text, LINE_MAX_BYTES);
    if (why)
        buf_add_format(&text, "not copied: %s%s%s%s", why->text, why->detail,
                       why->hint[0] != '\0' ? "; hint: " : "", why->hint);
    else
        buf_add_text(&text, line);
    int code = verdict_finish(verdict, why ? why->code : CODE_OK, &event, text.data);
    buf_free(&text);
    return code;
}

static bool find_dest(const struct cp_options *options, size_t *sources, const char **dest, bool *into,
                      struct reason *why)
{
    const struct strings *operands = &options->common.operands;
    size_t needed = options->target_directory ? 1 : 2;

    if (operands->count < needed)
        return reason_set(why, CODE_USAGE, "an operand is missing: expected SOURCE... DEST");
    *sources = options->target_directory ? operands->count : operands->count - 1;
    *dest = options->target_directory ? options->target_directory : operands->items[*sources];
    *into = !options->no_target_directory && (options->target_directory || is_directory(*dest));
    if ((*sources > 1 || options->target_directory) && !is_directory(*dest))
        return reason_set(why, CODE_FAILED, "%.200s: is no directory", *dest);
    if (*sources > 1 && !*into)
        return reason_set(why, CODE_USAGE, "-T: expects one SOURCE only");
    return true;
}

/* DEST's own last part is not followed if it is a link, nor is the name that a SOURCE gets in it. */
static void enter_sandbox(const struct cp_options *options, const char *dest)
{
    struct sandbox sandbox;

    sandbox_begin(&sandbox, (enum sandbox_mode)options->common.sandbox);
    sandbox_allow_folder(&sandbox, dest);
    sandbox_enter(&sandbox, options->common.termination_log);
}

/* Each SOURCE, whatever became of the one before it; the last that failed is told. */
static int copy_all(const struct cp_options *options, const struct verdict *verdict)
{
    bool recursive = options->recursive || options->archive;
    bool preserve = options->archive || options->preserve;
    struct copy_settings settings = {.user = -1,
                                     .keep_links = recursive || options->no_dereference,
                                     .no_parents = true,
                                     .keep_privileges = preserve,
                                     .leave_directories = !preserve,
                                     .exact_directories = preserve};
    int64_t deadline = deadline_limit(deadline_now(), options->common.retry.timeout);
    struct reason why, failure = {.code = CODE_OK};
    size_t sources = 0;
    const char *dest = NULL;
    struct buf line;
    bool into = false;

    if (!find_dest(options, &sources, &dest, &into, &why))
        return verdict_refuse(verdict, &why);
    enter_sandbox(options, dest);
    buf_init(&line, LINE_MAX_BYTES);
    for (size_t i = 0; i < sources; i++) {
        buf_clear(&line);
        if (copy_one(&settings, recursive, options->common.operands.items[i], dest, into, deadline, &line,
                     &why))
            continue;
        if (failure.code != CODE_OK)
            log_warn("%s%s", failure.text, failure.detail);
        failure = why;
        if (why.code == CODE_DEADLINE || why.code >= CODE_SIGINT)
            break;
    }
    int code = say(verdict, dest, failure.code != CODE_OK ? &failure : NULL, line.data);
    buf_free(&line);
    return code;
}

int cp_run(int argc, char **argv)
{
    struct cp_options options;
    struct verdict verdict;
    int code;

    mem_set_exit_code(CODE_FAILED);
    if (tool_begin(&cp_tool, argc, argv, &options, &verdict, &code))
        code = copy_all(&options, &verdict);
    options_free(&cp_tool, &options);
    return code == CODE_OK || code >= CODE_SIGINT ? code : CODE_FAILED;
}
