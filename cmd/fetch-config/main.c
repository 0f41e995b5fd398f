/* fetch-config: files from servers, all or nothing. */
#include <stdlib.h>
#include <sys/stat.h>

#include "cmd/fetch-config/keep_on_error.h"
#include "cmd/fetch-config/publish_set.h"
#include "cmd/fetch-config/run.h"
#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/limits.h"
#include "common/base/mem.h"
#include "common/cli/tool.h"
#include "common/files/sandbox.h"
#include "common/http/libraries.h"
#include "common/http/secrets.h"

#include "common/base/banned.h"

enum {
    IN_FLIGHT_MOST = 32,
    DESCRIPTORS_EACH = 6,
    LAST_WORDS = 1000, /* milliseconds for the other pairs after one has failed: nothing will be published */
};

static bool run_publish(struct wait *wait, struct reason *why)
{
    const struct run *run = wait->owner;
    const struct publish_set_rules rules = {
        .if_changed = run->options->if_changed,
        .sets_mode = run->options->mode != NULL,
        .ownership = &run->ownership,
        .deadline = deadline_limit(wait->began, run->options->common.retry.timeout),
    };

    return publish_set_commit(run->fetches, run->count, &rules, why);
}

/* --keep-on-error: whether every PATH exists from an earlier run. The text for the verdict; NULL: no. */
static const char *run_keep(struct wait *wait)
{
    const struct run *run = wait->owner;

    for (size_t i = 0; i < run->count; i++)
        if (!run->fetches[i].path || !keep_on_error_finds(run->fetches[i].path, run->options->extract))
            return NULL;
    return run->count == 1 ? "the file that was there" : "the files that were there";
}

static int run_wait(struct run *run, const struct verdict *verdict)
{
    run->wait = (struct wait){
        .loop = run->plan.exchange.loop,
        .options = &run->options->common,
        .verdict = verdict,
        .targets = run->targets,
        .count = run->count,
        .done = "fetched",
        .in_flight_most = wait_capacity(DESCRIPTORS_EACH, IN_FLIGHT_MOST),
        .start = fetch_start,
        .cancel = fetch_cancel,
        .publish = run_publish,
        .last_words = LAST_WORDS,
        .keep = run->options->keep_on_error ? run_keep : NULL,
        .owner = run,
    };
    return wait_run(&run->wait);
}

static void run_free(struct run *run)
{
    for (size_t i = 0; i < run->count; i++)
        fetch_free(&run->fetches[i]);
    secrets_free(&run->plan.headers);
    aws_free(&run->aws);
    multi_free(run->plan.exchange.multi);
    https_free(&run->https);
    loop_free(run->plan.exchange.loop);
    free(run->fetches);
    free(run->targets);
    free(run);
}

/* Writable are the PATHs, and the directories for temporary files (bodies for standard output). */
static void enter_sandbox(const struct run *run)
{
    struct sandbox sandbox;

    sandbox_begin(&sandbox, (enum sandbox_mode)run->options->common.sandbox);
    for (size_t i = 0; i < run->count; i++)
        if (run->options->extract)
            sandbox_allow_folder(&sandbox, run->fetches[i].path);
        else
            sandbox_allow_file(&sandbox, run->fetches[i].path);
    sandbox_allow_existing(&sandbox, environment_get("TMPDIR"));
    sandbox_allow_existing(&sandbox, "/tmp");
    sandbox_enter(&sandbox, run->options->common.termination_log);
}

static int run_through(struct run *run, const struct verdict *verdict)
{
    struct reason why;

    if (!run_prepare(run, &why))
        return verdict_refuse(verdict, &why);
    enter_sandbox(run);
    return run_wait(run, verdict);
}

int main(int argc, char **argv)
{
    struct fetch_config_options options;
    struct verdict verdict;
    int code;

    umask(0); /* files are created with their final mode, not changed by name later */
    if (tool_begin(&fetch_config_tool, argc, argv, &options, &verdict, &code)) {
        struct run *run = xcalloc(1, sizeof *run);
        run->options = &options;
        limits_hold_own_memory(); /* a server chooses how much memory decompression and parsing need */
        libraries_begin();
        code = run_through(run, &verdict);
        run_free(run);
    }
    options_free(&fetch_config_tool, &options);
    return code;
}
