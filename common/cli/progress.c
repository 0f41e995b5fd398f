#include "common/cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/deadline.h"
#include "common/base/log.h"

#include "common/base/banned.h"

enum { LINE_MAX_BYTES = 256 };

#define MEBIBYTE (1024.0 * 1024.0)

void progress_begin(struct progress *progress, bool wanted, const char *target)
{
    progress->on = wanted || isatty(STDERR_FILENO);
    progress->target = target;
    progress->began = deadline_now();
    progress->said = progress->began;
}

void progress_say(struct progress *progress, uint64_t files, uint64_t file_count, uint64_t bytes,
                  uint64_t total)
{
    int64_t now = progress->on ? deadline_now() : 0;

    if (!progress->on || now - progress->said < PROGRESS_EVERY || log_is_redirected())
        return;
    int64_t elapsed = now - progress->began;
    struct log_event event = {
        .level = LOG_INFO, .name = "progress", .target = progress->target, .elapsed = elapsed};
    struct buf line;

    buf_init(&line, LINE_MAX_BYTES);
    if (file_count > 0)
        buf_add_format(&line, "%" PRIu64 " of %" PRIu64 " files, ", files, file_count);
    buf_add_format(&line, "%.1f", (double)bytes / MEBIBYTE);
    if (total > 0)
        buf_add_format(&line, " of %.1f MiB (%d %%)", (double)total / MEBIBYTE,
                       (int)(100.0 * (double)bytes / (double)total));
    else
        buf_add_text(&line, " MiB");
    buf_add_format(&line, ", %.1f MiB/s", (double)bytes / MEBIBYTE * 1000.0 / (double)elapsed);
    log_event(&event, "%s", line.data);
    buf_free(&line);
    progress->said = now;
}
