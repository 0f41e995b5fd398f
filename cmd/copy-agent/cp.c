#include "cmd/copy-agent/cp.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/cp_options.h"
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

/* One run: all SOURCEs. */
struct cp {
    struct cp_options options;
    struct common_options common;
    struct copy_settings settings;
    size_t sources;
    const char *dest;
    bool into; /* DEST is a directory that things go into */
    int64_t deadline;
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
        .holes = options->sparse == CP_SPARSE_ALWAYS  ? CONTENT_HOLES_ALWAYS
                 : options->sparse == CP_SPARSE_NEVER ? CONTENT_HOLES_NEVER
                                                      : CONTENT_HOLES_AS_SOURCE,
        .umask = umask,
    };
}

/* --- operands --- */

static bool is_directory(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static bool find_dest(struct cp *cp, struct reason *why)
{
    const struct cp_options *options = &cp->options;
    const char *target = options->target_directory;

    if (options->operand_count == 0)
        return reason_set(why, CODE_USAGE, "missing file operand");
    if (!target && options->operand_count == 1)
        return reason_set(why, CODE_USAGE, "missing destination file operand after '%.200s'",
                          options->operands[0]);
    cp->sources = options->operand_count - !target;
    cp->dest = target ? target : options->operands[cp->sources];
    cp->into = !options->no_target_directory && (target || is_directory(cp->dest));
    if (cp->sources > 1 && options->no_target_directory)
        return reason_set(why, CODE_USAGE, "extra operand '%.200s'", options->operands[2]);
    if ((cp->sources > 1 || target) && !is_directory(cp->dest))
        return reason_set(why, CODE_FAILED, "target '%.200s' is not a directory", cp->dest);
    if (options->parents && !cp->into)
        return reason_set(why, CODE_USAGE, "with --parents, the destination must be a directory");
    return true;
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

/* Whether SOURCE becomes, in its place, what it is already. */
static bool is_same_file(const struct cp *cp, const struct stat *source, const char *name)
{
    char path[PATH_MAX];
    struct stat dest;
    int length = snprintf(path, sizeof path, "%s%s%s", cp->dest, name ? "/" : "", name ? name : "");
    int flags = cp->options.remove_destination ? AT_SYMLINK_NOFOLLOW : 0;

    return length < (int)sizeof path && fstatat(AT_FDCWD, path, &dest, flags) == 0 &&
           dest.st_dev == source->st_dev && dest.st_ino == source->st_ino;
}

/* Whether an earlier SOURCE, another file of the same name, has its place already. */
static bool is_taken(const struct cp *cp, size_t index, const struct stat *source, const char *name)
{
    bool taken = false;

    for (size_t i = 0; i < index && name && cp->into && !taken; i++) {
        char *other = name_in_dest(cp->options.operands[i]);
        struct stat found;
        taken = other && strcmp(name, other) == 0 && stat(cp->options.operands[i], &found) == 0 &&
                !S_ISDIR(found.st_mode) && (found.st_ino != source->st_ino || found.st_dev != source->st_dev);
        free(other);
    }
    return taken;
}

/* What a directory and another thing must not do to each other's names. */
static bool check_kinds(const struct cp *cp, const struct stat *source, const char *operand,
                        struct reason *why)
{
    struct stat dest;

    if (cp->into || lstat(cp->dest, &dest) != 0)
        return true;
    if (!S_ISDIR(source->st_mode) && cp->options.no_target_directory && is_directory(cp->dest))
        return reason_set(why, CODE_FAILED, "cannot overwrite directory '%.200s' with non-directory '%.80s'",
                          cp->dest, operand);
    if (S_ISDIR(source->st_mode) && !is_directory(cp->dest))
        return reason_set(why, CODE_FAILED, "cannot overwrite non-directory '%.200s' with directory '%.80s'",
                          cp->dest, operand);
    return true;
}

/* A relative link would lead elsewhere from another directory. */
static bool check_link_source(const struct cp *cp, const char *operand, struct reason *why)
{
    bool here = !cp->into && !strchr(cp->dest, '/');

    if (!cp->options.symbolic_links || *operand == '/' || here || strcmp(cp->dest, ".") == 0)
        return true;
    reason_set(why, CODE_FAILED, "%.200s: can make relative symbolic links only in current directory",
               operand);
    reason_hint(why, "name SOURCE with its whole path");
    return false;
}

static bool has_dots(const char *path)
{
    size_t length;

    for (; *path != '\0'; path += length + (path[length] == '/')) {
        length = strcspn(path, "/");
        if (length == 2 && memcmp(path, "..", 2) == 0)
            return true;
    }
    return false;
}

static bool check_source(const struct cp *cp, size_t index, const char *operand, const char *name,
                         struct reason *why)
{
    struct stat found;

    if (*operand == '\0')
        return reason_set(why, CODE_FAILED, "cannot stat '': %s", strerror(ENOENT));
    if (fstatat(AT_FDCWD, operand, &found, cp->settings.keep_links ? AT_SYMLINK_NOFOLLOW : 0) != 0)
        return reason_set(why, CODE_FAILED, "cannot stat '%.200s': %s", operand, strerror(errno));
    if (S_ISDIR(found.st_mode) && !cp->options.recursive)
        return reason_set(why, CODE_FAILED, "-r not specified; omitting directory '%.200s'", operand);
    if (cp->options.parents && has_dots(operand))
        return reason_set(why, CODE_FAILED, "'%.200s': --parents is not supported for a path with '..'",
                          operand);
    if (!S_ISDIR(found.st_mode) && !cp->options.hard_links && cp->options.existing != CP_KEEP &&
        is_same_file(cp, &found, name))
        return reason_set(why, CODE_FAILED, "'%.200s' and what is in '%.80s' are the same file", operand,
                          cp->dest);
    if (!S_ISDIR(found.st_mode) && cp->options.existing != CP_KEEP && !cp->options.parents &&
        is_taken(cp, index, &found, name))
        return reason_set(why, CODE_FAILED, "will not overwrite just-created '%.150s/%.80s' with '%.150s'",
                          cp->dest, name, operand);
    return check_kinds(cp, &found, operand, why) && check_link_source(cp, operand, why);
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
    char *name = cp->into && !parents ? name_in_dest(operand) : NULL;
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
    bool good = check_source(cp, index, operand, parents ? operand : name, why) &&
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

    if (!find_dest(cp, &why))
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
