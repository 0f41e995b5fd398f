#include "cmd/copy-agent/rendering.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/descent.h"
#include "cmd/copy-agent/new_directory.h"
#include "cmd/copy-agent/note.h"
#include "cmd/copy-agent/source.h"
#include "common/base/mem.h"
#include "common/files/template.h"

#include "common/base/banned.h"

enum { CHUNK = 16 * 1024, PATH_MOST = 16 * 1024 * 1024 };

/* One file on its way through the template. */
struct rendering {
    struct template template;
    struct template_sink sink;
    struct journal *journal; /* for errors; NULL: they have been reported before */
    const char *path;
    int dest; /* -1: only checked */
    int error;
    size_t held;
    char in[CHUNK / 2], out[CHUNK];
};

static bool flush(struct rendering *rendering)
{
    const char *at = rendering->out;

    while (rendering->held > 0 && rendering->error == 0) {
        ssize_t written = write(rendering->dest, at, rendering->held);
        if (written >= 0) {
            at += written;
            rendering->held -= (size_t)written;
        } else if (errno != EINTR) {
            rendering->error = errno;
        }
    }
    return rendering->error == 0;
}

/* A template's pieces may be single bytes. */
static bool collect(void *owner, const char *bytes, size_t length)
{
    struct rendering *rendering = owner;

    while (length > 0) {
        size_t room = sizeof rendering->out - rendering->held;
        size_t taken = length < room ? length : room;
        memcpy(rendering->out + rendering->held, bytes, taken);
        rendering->held += taken;
        bytes += taken;
        length -= taken;
        if (rendering->held == sizeof rendering->out && !flush(rendering))
            return false;
    }
    return true;
}

static void on_error(void *owner, size_t line, size_t column, const char *message)
{
    const struct rendering *rendering = owner;
    struct reason why;

    if (!rendering->journal)
        return;
    reason_set(&why, CODE_FAILED, "%.160s:%zu:%zu: %.120s", rendering->path, line, column, message);
    reason_hint(&why, "set the variable, write ${NAME:-default}, or leave the file out of --render");
    journal_add(rendering->journal, &why);
}

/* False with errno in *error when `source` cannot be read or the result not be written; 0 there: the template is wrong, or
 * the run is to end. */
static bool render(struct rendering *rendering, const struct copy *copy, int source, const char **doing,
                   int *error)
{
    const struct template_files files = {.directories = &copy->settings->render_files, .any = true};
    bool stopped;
    ssize_t got = 0;

    rendering->sink = (struct template_sink){rendering->dest >= 0 ? collect : NULL, on_error, rendering};
    template_begin(&rendering->template, &rendering->sink, copy->settings->render_prefix, &files);
    while (!(stopped = journal_halt(&copy->journal) != CODE_OK)) {
        got = read(source, rendering->in, sizeof rendering->in);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || !template_feed(&rendering->template, rendering->in, (size_t)got))
            break;
    }
    *doing = stopped ? NULL : "cannot be read";
    *error = got < 0 && !stopped ? errno : 0;
    bool good = template_end(&rendering->template) && !stopped;
    if (good && *error == 0 && rendering->dest >= 0 && !flush(rendering)) {
        *doing = "cannot be written";
        *error = rendering->error;
    }
    return good && *error == 0;
}

bool rendering_write(const struct copy *copy, int source, int dest, struct trouble *trouble)
{
    struct rendering *rendering = xcalloc(1, sizeof *rendering);

    rendering->dest = dest;
    bool good = render(rendering, copy, source, &trouble->doing, &trouble->error);
    if (!good && trouble->error == 0 && trouble->doing)
        trouble->doing = "cannot be rendered any more";
    free(rendering);
    return good;
}

static void check_file(struct copy *copy, const struct folder *folder, uint32_t node)
{
    struct rendering *rendering = xcalloc(1, sizeof *rendering);
    const char *doing = "cannot be read";
    struct buf path;
    int source = source_open_file(&copy->plan, folder->source, plan_name(&copy->plan, node));
    int error = source < 0 ? errno : 0;

    buf_init(&path, PATH_MOST);
    rendering->journal = &copy->journal;
    rendering->path = plan_path(&copy->plan, node, &path);
    rendering->dest = -1;
    if (source >= 0)
        render(rendering, copy, source, &doing, &error);
    if (error != 0)
        note_errno(copy, node, doing, error);
    if (source >= 0)
        close(source);
    buf_free(&path);
    free(rendering);
}

void rendering_check(struct copy *copy)
{
    const struct plan *plan = &copy->plan;
    struct descent descent;

    descent_begin(&descent, plan, DESCENT_SOURCE, copy->source, -1);
    for (uint32_t i = 1; i < plan->count && journal_halt(&copy->journal) == CODE_OK; i++) {
        if (!plan->nodes[i].render)
            continue;
        const struct folder *folder = descent_to(&descent, plan->nodes[i].parent);
        if (folder)
            check_file(copy, folder, i);
        else
            note_errno(copy, i, "cannot be read", errno);
    }
    descent_end(&descent);
}
