/* wait-for-file: until files are there. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/wait-for-file/inspection.h"
#include "cmd/wait-for-file/versions.h"
#include "common/base/escape.h"
#include "common/run/wait_tool.h"

#include "common/base/banned.h"

enum {
    DESCRIPTORS_EACH = 1,
    PAUSE_LEAST = 20, /* milliseconds between two times that changes are heard of; one more for each path */
};

struct wait_for_file_options {
    struct common_options common;
    int type; /* enum condition_type */
    int64_t min_size;
    const char *expect;
    bool gone;
};

static const char *const types[] = {"file", "directory", "socket", "any", NULL};

#define AT(member) offsetof(struct wait_for_file_options, member)

static const struct option rows[] = {
    OPTION("type", "file|directory|socket|any", CHOICE, type, .choices = types, .initial = "any",
           .help = "What must be there; symbolic links are followed"),
    OPTION("min-size", "S", SIZE, min_size, .initial = "0",
           .help = "The file must hold at least this many bytes"),
    OPTION("expect", "TEXT", TEXT, expect, .check = escape_check,
           .help = "The file must hold this within its first 1 MiB, with C escapes: 'done\\n'"),
    SWITCH("gone", gone,
           .help = "Ready when nothing of that name is there; what cannot be looked at is not gone"),
    OPTION(
        "stable", "D", DURATION, common.retry.stable,
        .help = "The condition must hold this long without a break, and the file must not change meanwhile"),
};

static const struct option_initial initials[] = {
    {"timeout", "4m"},  {"attempt-timeout", "5s"}, {"interval", "50ms"},
    {"backoff", "1.1"}, {"max-interval", "1s"},    {NULL, NULL},
};

static const char *const examples[] = {
    "Wait for a secret that a sidecar writes",
    "wait-for-file /vault/secrets/database",
    "Wait until a download has ended: not empty, and unchanged for two seconds",
    "wait-for-file --min-size 1 --stable 2s /data/model.bin",
    "Wait for a word in a file",
    "wait-for-file --expect ready /shared/state",
    "Wait for a server's socket",
    "wait-for-file --type socket /run/shared/app.sock",
    "Wait until the lock of an earlier pod is gone",
    "wait-for-file --gone /data/.lock",
    NULL,
};

static const char *const libraries[] = {"musl " VERSION_MUSL, NULL};

static bool check_path(const void *options, const char *path, struct reason *why)
{
    (void)options;
    if (path[0] == '\0')
        return reason_set(why, CODE_USAGE, "an empty PATH");
    if (strstr(path, "://"))
        return reason_set(why, CODE_USAGE, "expected a path, such as /shared/file, not a URL");
    if (strlen(path) >= PATH_MAX)
        return reason_set(why, CODE_USAGE, "a PATH of %d bytes or more", PATH_MAX);
    return true;
}

static bool check_usage(const void *from, struct reason *why)
{
    const struct wait_for_file_options *options = from;

    if (options->gone && (options->min_size > 0 || options->expect || options->type != CONDITION_ANY))
        return reason_set(why, CODE_USAGE, "--gone: does not go with --type, --min-size or --expect");
    return wait_tool_check_operands(options, "a PATH is missing", check_path, why);
}

extern const struct tool wait_for_file_tool;
const struct tool wait_for_file_tool = {
    .name = "wait-for-file",
    .operands = "PATH...",
    .summary = "Wait until files are there",
    .description =
        "All paths are watched at the same time. A path is ready when something of the right type is there "
        "and this user may read it (connect to it, if it is a socket).\n\n"
        "The kernel reports changes at once (inotify). Because network volumes report none, each path is "
        "looked at from time to time as well, at least every second.",
    .examples = examples,
    .libraries = libraries,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .initials = initials,
    .options_size = sizeof(struct wait_for_file_options),
    .check_usage = check_usage,
    .many_targets = true,
};

struct run {
    struct wait wait;
    struct inspection_plan plan;
    struct buf expect;
};

/* A trailing slash asks for a directory, so that "file/" is not there; with --gone that would be a false "gone". */
static size_t path_length(const char *operand, bool gone)
{
    size_t length = strlen(operand);

    while (gone && length > 1 && operand[length - 1] == '/')
        length--;
    return length;
}

static bool run_parse(struct wait *wait, struct wait_target *target, const char *operand, struct reason *why)
{
    struct run *run = (struct run *)wait;

    target->name = "PATH";
    (void)why;
    inspection_begin((struct inspection *)target, &run->plan, operand,
                     path_length(operand, run->plan.condition.gone));
    return true;
}

static void run_on_change(void *owner, int which)
{
    struct run *run = owner;
    struct inspection *inspections = run->wait.array;

    for (size_t i = 0; i < run->wait.count; i++)
        inspection_note_change(&inspections[i], which);
}

static void run_set_condition(struct run *run, const struct wait_for_file_options *options)
{
    struct reason ignored; /* the option table has checked the escapes */

    buf_init(&run->expect, ESCAPE_MAX);
    escape_decode(options->expect ? options->expect : "", &run->expect, &ignored);
    run->plan.condition = (struct condition){
        .type = (enum condition_type)options->type,
        .min_size = options->min_size,
        .expect = run->expect.data,
        .expect_length = run->expect.length,
        .gone = options->gone,
        .stable = options->common.retry.stable > 0,
    };
}

static bool run_prepare(struct wait *wait, void *from, struct reason *why)
{
    struct run *run = (struct run *)wait;
    struct inspection_plan *plan = &run->plan;
    const struct wait_for_file_options *options = from;

    run_set_condition(run, options);
    if (!wait_tool_add_targets(wait, sizeof(struct inspection), run_parse, why))
        return false;
    plan->loop = wait->loop;
    if (!crew_begin(&plan->crew, plan->loop))
        return reason_set(why, CODE_INTERNAL, "cannot watch descriptors (epoll, eventfd)");
    watch_begin(&plan->watch, plan->loop, PAUSE_LEAST + (int)wait->count, run_on_change, run);
    wait->done = options->gone ? "gone" : "ready";
    wait->in_flight_most = wait_capacity(DESCRIPTORS_EACH, CREW_MOST);
    return true;
}

/* A look may hang, and then its thread uses the run. */
static bool run_release(struct wait *wait)
{
    struct run *run = (struct run *)wait;
    struct inspection *inspections = wait->array;

    if (!crew_end(&run->plan.crew))
        return false;
    watch_end(&run->plan.watch);
    for (size_t i = 0; i < wait->count; i++)
        free(inspections[i].path);
    buf_free(&run->expect);
    return true;
}

int main(int argc, char **argv)
{
    static const struct wait_tool tool = {
        .tool = &wait_for_file_tool,
        .run_size = sizeof(struct run),
        .prepare = run_prepare,
        .start = inspection_start,
        .cancel = inspection_cancel,
        .release = run_release,
    };

    return wait_tool_main(&tool, argc, argv);
}
