/* copy-agent: an agent's files into a shared volume. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/cp.h"
#include "cmd/copy-agent/glob.h"
#include "cmd/copy-agent/prune.h"
#include "cmd/copy-agent/version.h"
#include "cmd/copy-agent/versions.h"
#include "common/base/deadline.h"
#include "common/base/units.h"
#include "common/cli/tool.h"
#include "common/files/install.h"
#include "common/files/ownership.h"
#include "common/files/sandbox.h"

#include "common/base/banned.h"

enum { JOBS_MOST = 64, LINE_MAX_BYTES = 1024 };

#define LAST_ID INT64_C(4294967294)

struct copy_agent_options {
    struct common_options common;
    struct copy_settings copy;
    const char *install, *for_uid;
};

static bool check_id(const char *value, struct reason *why)
{
    int64_t id;

    return units_parse_number(value, 0, LAST_ID, &id) ||
           reason_set(why, CODE_USAGE, "\"%.100s\" is not a number such as 1001", value);
}

static bool check_directory(const char *value, struct reason *why)
{
    return *value != '\0' || reason_set(why, CODE_USAGE, "expected a directory");
}

#define AT(member) offsetof(struct copy_agent_options, member)

static const struct option rows[] = {
    OPTION(
        "install", "DIR", TEXT, install, .no_variable = true,
        .help =
            "Copy this very binary to DIR, so that an init container with another image can run it, and exit"),
    OPTION(
        "include", "GLOB", LIST, copy.rules, .mark = '+', .check = glob_check,
        .help =
            "Copy what matches, a path below SOURCE; ** crosses directories. --include and --exclude count "
            "in their order, the last match wins; if the first is an --include, all else is left out"),
    OPTION("exclude", "GLOB", LIST, copy.rules, .mark = '-', .check = glob_check,
           .help = "Leave out what matches, with all that is in it"),
    OPTION("mode", "SPEC", TEXT, copy.mode, .check = ownership_check_mode,
           .help = "Modes of what is written, as for chmod: a+rX, g=u, 0755"),
    OPTION("owner", "[UID][:GID]", TEXT, copy.owner, .check = ownership_check_owner,
           .help = "Owner of what is written"),
    {.name = "chown", .stands_for = "owner"},
    SWITCH(
        "keep-privileges", copy.keep_privileges,
        .help =
            "Keep setuid and setgid bits of files and file capabilities (security.capability); without it they are dropped"),
    OPTION("for-uid", "N", TEXT, for_uid, .check = check_id,
           .help = "Prove at the end that this user can read every file and enter every directory, by mode, "
                   "groups and ACLs; exit 1 naming those it cannot"),
    OPTION("for-gid", "N", LIST, copy.groups, .check = check_id,
           .help = "A group of that user's: runAsGroup, fsGroup"),
    OPTION("writable", "GLOB", LIST, copy.writable, .check = glob_check,
           .help = "That user must be able to write there, too; never pruned"),
    OPTION(
        "version-dir", "NAME", TEXT, copy.version_dir, .check = version_check_name,
        .help =
            "Publish as DEST/NAME with one rename, then switch the link to it: readers see the old tree or "
            "the new, never a mix"),
    OPTION("link", "NAME", TEXT, copy.link, .check = version_check_name,
           .help = "Name of that link in DEST (default: " VERSION_LINK ")"),
    SWITCH(
        "dereference", copy.dereference, .letter = 'L',
        .help =
            "Copy what symbolic links in SOURCE lead to, out of SOURCE as well; of a ConfigMap's or Secret's "
            "volume the files alone"),
    SWITCH("relative-links", copy.relative_links,
           .help = "Make symbolic links relative whose absolute target lies within SOURCE"),
    SWITCH("verify", copy.verify, .help = "Read back and compare every file"),
    SWITCH(
        "prune", copy.prune,
        .help = "Take away what is in DEST and not in SOURCE, but no --writable path, lost+found or mount"),
    OPTION("max-prune", "N|P%", TEXT, copy.max_prune, .check = prune_check_limit,
           .help = "Refuse before copying if --prune would remove more entries than N, or than P percent of "
                   "those in DEST (default: " PRUNE_LIMIT "); a directory with all that is in it is one"),
    SWITCH("follow-dest", copy.follow_dest,
           .help = "Follow DEST if it is a link; never together with --prune"),
    OPTION(
        "render", "GLOB", LIST, copy.render, .check = glob_check,
        .help =
            "Fill in ${NAME}, ${NAME:-default}, ${NAME:?message}, ${file:PATH} and forms such as ${json:NAME} in these "
            "files; $$ is a dollar"),
    OPTION("render-prefix", "P", TEXT, copy.render_prefix, .help = "Fill in only names that begin so"),
    OPTION("render-files", "DIR", LIST, copy.render_files, .check = check_directory,
           .help = "${file:PATH} reads only files below DIR; without it, any file"),
    OPTION("max-bytes", "S", SIZE, copy.max_bytes, .min = 1,
           .help = "Refuse before copying if SOURCE is larger"),
    OPTION("min-files", "N", NUMBER, copy.min_files, .max = INT32_MAX,
           .help = "Refuse before copying if there are fewer files to copy"),
    OPTION("jobs", "N", NUMBER, copy.jobs, .min = 1, .max = JOBS_MOST,
           .help = "Threads that copy (default: the CPUs that the cgroup allows, at most 4)"),
    SWITCH("sync", copy.sync,
           .help = "Flush each file to disk before it gets its name (for persistent volumes)"),
    SWITCH("dry-run", copy.dry_run, .no_variable = true,
           .help = "Print what would be done, a path a line, and do nothing"),
    SWITCH("progress", copy.progress, .help = "A progress line every second (on by itself on a terminal)"),
};

static const struct option_initial initials[] = {
    {"timeout", "0"},
    {"attempt-timeout", "0"},
    {NULL, NULL},
};

static const char *const examples[] = {
    "Copy an agent into a shared emptyDir, readable for everyone",
    "copy-agent --mode a+rX /opt/appdynamics /opt/temp",
    "Bring this program to a container with the agent's image, through a shared emptyDir",
    "copy-agent --install /initkit",
    "Copy a WAR file into Tomcat's webapps",
    "copy-agent /sample.war /app/webapps",
    "All but the logs, for the app's user",
    "copy-agent --exclude 'ver*/logs/**' --owner 1001:1001 /opt/appdynamics /opt/temp",
    NULL,
};

static const char *const libraries[] = {"musl " VERSION_MUSL, NULL};

/* An option that does nothing without another was meant to do something. */
static bool check_companions(const struct copy_settings *settings, bool for_uid, struct reason *why)
{
    const struct {
        bool given, has_companion;
        const char *name, *companion;
    } rows_of_two[] = {
        {settings->groups.count > 0, for_uid, "for-gid", "--for-uid"},
        {settings->writable.count > 0, for_uid || settings->prune, "writable", "--for-uid or --prune"},
        {settings->link, settings->version_dir, "link", "--version-dir"},
        {settings->max_prune, settings->prune, "max-prune", "--prune"},
        {settings->render_prefix, settings->render.count > 0, "render-prefix", "--render"},
        {settings->render_files.count > 0, settings->render.count > 0, "render-files", "--render"},
    };

    for (size_t i = 0; i < sizeof rows_of_two / sizeof rows_of_two[0]; i++)
        if (rows_of_two[i].given && !rows_of_two[i].has_companion)
            return reason_set(why, CODE_USAGE, "--%s: does nothing without %s", rows_of_two[i].name,
                              rows_of_two[i].companion);
    return true;
}

static bool check_usage(const void *from, struct reason *why)
{
    const struct copy_agent_options *options = from;
    const struct strings *operands = &options->common.operands;
    const struct copy_settings *settings = &options->copy;

    if (options->install && operands->count > 0)
        return reason_set(why, CODE_USAGE, "%.200s: --install copies only this binary: expected no operands",
                          operands->items[0]);
    if (options->install)
        return true;
    if (operands->count != 2)
        return reason_set(why, CODE_USAGE, "%s: expected SOURCE and DEST",
                          operands->count > 2 ? operands->items[2] : "an operand is missing");
    if (!check_companions(settings, options->for_uid != NULL, why))
        return false;
    if (settings->version_dir && strcmp(settings->version_dir, version_link_name(settings)) == 0)
        return reason_set(why, CODE_USAGE, "--link: is the name of --version-dir: expected another");
    if (settings->dereference && settings->relative_links)
        return reason_set(why, CODE_USAGE,
                          "--relative-links: --dereference leaves no links: expected one of them");
    if (settings->follow_dest && settings->prune)
        return reason_set(why, CODE_USAGE,
                          "--follow-dest: with --prune it could empty any directory: expected one of them");
    return true;
}

extern const struct tool copy_agent_tool;
const struct tool copy_agent_tool = {
    .name = "copy-agent",
    .operands = "SOURCE DEST",
    .summary = "Copy an agent's files into a shared volume, safely, again and again",
    .description = "What is in the directory SOURCE is copied into DEST, or the file SOURCE to DEST (into "
                   "it, if it is a directory). No file is ever seen half-written under its own name. Run "
                   "again, in whatever state an earlier run was killed, it skips what is unchanged and "
                   "replaces the rest.\n\n"
                   "Modes and times are kept, owners and extended attributes where the process may. "
                   "Symbolic links stay links, and one in DEST is never followed; hard links stay hard "
                   "links; devices, sockets and FIFOs are skipped with a warning.",
    .examples = examples,
    .libraries = libraries,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .initials = initials,
    .one_attempt = true,
    .options_size = sizeof(struct copy_agent_options),
    .check_usage = check_usage,
};

static int finish(const struct verdict *verdict, const char *dest, int64_t began, const char *line,
                  const struct log_number *numbers)
{
    struct log_event event = {
        .level = LOG_INFO,
        .name = "ready",
        .target = dest,
        .elapsed = deadline_now() - began,
        .numbers = numbers,
    };

    return verdict_finish(verdict, CODE_OK, &event, line);
}

static int finish_copy(const struct verdict *verdict, const char *dest, int64_t began, const char *line,
                       const struct copy_counts *counts)
{
    const struct log_number numbers[] = {
        {"files", (int64_t)counts->files},
        {"bytes", (int64_t)counts->bytes},
        {"skipped", (int64_t)counts->skipped},
        {"pruned", (int64_t)counts->pruned},
        {NULL, 0},
    };

    return finish(verdict, dest, began, line, numbers);
}

/* Usage errors have no target: nothing was attempted. `what` is copy_run's word for what became of the files. */
static int refuse(const struct verdict *verdict, const char *dest, int64_t began, const char *what,
                  const struct reason *why)
{
    struct log_event event = {
        .level = LOG_ERROR,
        .name = why->code == CODE_DEADLINE ? "deadline"
                : why->code >= CODE_SIGINT ? "signal"
                                           : "failed",
        .target = dest,
        .elapsed = deadline_now() - began,
        .reason = why,
    };
    struct buf line;

    if (why->code == CODE_USAGE)
        return verdict_refuse(verdict, why);
    buf_init(&line, LINE_MAX_BYTES);
    buf_add_format(&line, "%s %s%s%s%s", what, why->text, why->detail, why->hint[0] != '\0' ? "; hint: " : "",
                   why->hint);
    int code = verdict_finish(verdict, why->code, &event, line.data);
    buf_free(&line);
    return code;
}

/* The one attempt is the whole run. */
static int64_t deadline_of(const struct retry_policy *retry, int64_t began)
{
    return deadline_earlier(deadline_limit(began, retry->timeout),
                            deadline_limit(began, retry->attempt_timeout));
}

static void enter_sandbox(const struct copy_agent_options *options)
{
    const struct strings *operands = &options->common.operands;
    const char *dest = operands->count == 2 ? operands->items[1] : NULL;
    char *meant = dest && options->copy.follow_dest ? realpath(dest, NULL) : NULL;
    struct sandbox sandbox;

    sandbox_begin(&sandbox, (enum sandbox_mode)options->common.sandbox);
    sandbox_allow_existing(&sandbox, options->install);
    sandbox_allow_folder(&sandbox, meant ? meant : dest);
    free(meant);
    sandbox_enter(&sandbox, options->common.termination_log);
}

static int run(struct copy_agent_options *options, const struct verdict *verdict)
{
    const struct strings *operands = &options->common.operands;
    int64_t began = deadline_now();
    struct copy_counts counts;
    struct reason why;
    struct buf line;

    enter_sandbox(options);
    if (!check_usage(options, &why))
        return verdict_refuse(verdict, &why);
    if (options->install) {
        if (!install_self(options->install, copy_agent_tool.name, &why))
            return verdict_refuse(verdict, &why);
        return finish(verdict, options->install, began, "installed", NULL);
    }
    options->copy.user = -1;
    if (options->for_uid)
        units_parse_number(options->for_uid, 0, LAST_ID, &options->copy.user);
    buf_init(&line, LINE_MAX_BYTES);
    const struct copy_operands named = {.source = operands->items[0], .dest = operands->items[1]};
    int code = copy_run(&options->copy, &named, deadline_of(&options->common.retry, began), &line, &counts,
                        &why)
                   ? finish_copy(verdict, operands->items[1], began, line.data, &counts)
                   : refuse(verdict, operands->items[1], began, line.data, &why);
    buf_free(&line);
    return code;
}

int main(int argc, char **argv)
{
    struct copy_agent_options options;
    struct verdict verdict;
    int code;

    mode_t mask = umask(0);
    if (cp_is_meant(argv[0]))
        return cp_run(argc, argv, mask);
    if (tool_begin(&copy_agent_tool, argc, argv, &options, &verdict, &code))
        code = run(&options, &verdict);
    options_free(&copy_agent_tool, &options);
    return code;
}
