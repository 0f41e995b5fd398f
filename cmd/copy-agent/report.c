#include "cmd/copy-agent/report.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/stop.h"
#include "common/base/visible.h"

#include "common/base/banned.h"

enum { LOOK_EVERY = 100 /* milliseconds */ };

/* A line to standard output. Nobody may be reading a pipe there, and a run that is to stop does not wait for that. ferror(3)
 * shows in the end whether something could not be written. */
static void print(const struct journal *journal, struct buf *line)
{
    buf_add_text(line, "\n");
    for (size_t left = line->length; left > 0 && !ferror(stdout);) {
        size_t length = left < STOP_CHUNK ? left : STOP_CHUNK;
        while (!stop_wait_writable(STDOUT_FILENO, LOOK_EVERY))
            if (journal_halt(journal) != CODE_OK)
                return;
        fwrite(line->data + (line->length - left), 1, length, stdout);
        fflush(stdout);
        left -= length;
    }
}

void report_line(const struct journal *journal, const char *action, const char *path, bool directory)
{
    struct buf line;

    buf_init(&line, SIZE_MAX / 2);
    buf_add_format(&line, "%s ", action);
    visible_add(&line, path);
    buf_add_text(&line, directory ? "/" : "");
    print(journal, &line);
    buf_free(&line);
}

void report_plan(const struct copy *copy)
{
    const struct plan *plan = &copy->plan;
    struct buf path;

    buf_init(&path, SIZE_MAX / 2);
    for (uint32_t i = 1; i < plan->count && journal_halt(&copy->journal) == CODE_OK; i++) {
        const struct plan_node *node = &plan->nodes[i];
        if (!node->out && node->action != PLAN_SKIP)
            report_line(&copy->journal, plan_action_name((enum plan_action)node->action),
                        plan_path(plan, i, &path), node->kind == PLAN_DIRECTORY);
    }
    buf_free(&path);
}

/* In quotes, as for a shell. */
static void add_quoted(struct buf *line, const char *path)
{
    struct buf shown;

    buf_init(&shown, SIZE_MAX / 2);
    visible_add(&shown, path);
    buf_add_text(line, "'");
    for (size_t i = 0; i < shown.length; i++)
        if (shown.data[i] == '\'')
            buf_add_text(line, "'\\''");
        else
            buf_add(line, shown.data + i, 1);
    buf_add_text(line, "'");
    buf_free(&shown);
}

/* The operands as a line names what is in them, or is them. */
struct bases {
    struct buf source, dest;
};

static void bases_begin(const struct copy *copy, struct bases *bases)
{
    const char *slash = strrchr(copy->source_name, '/');
    bool content = slash && strspn(slash + 1, ".") == strlen(slash + 1) && slash[1] != '\0'; /* "src/." */

    buf_init(&bases->source, SIZE_MAX / 2);
    buf_init(&bases->dest, SIZE_MAX / 2);
    if (!copy->below)
        buf_add_text(&bases->source, copy->source_name);
    buf_add_text(&bases->dest, copy->dest_name);
    while (bases->dest.length > 1 && bases->dest.data[bases->dest.length - 1] == '/')
        bases->dest.data[--bases->dest.length] = '\0';
    if (copy->into || (content && copy->plan.count > 0 && copy->plan.nodes[PLAN_ROOT].action == PLAN_SKIP))
        buf_add_format(&bases->dest, "/%s", copy->into ? copy->into : slash + 1);
}

static void print_copied(const struct journal *journal, const struct bases *bases, const char *path)
{
    struct buf from, to, line;

    buf_init(&from, SIZE_MAX / 2);
    buf_init(&to, SIZE_MAX / 2);
    buf_init(&line, SIZE_MAX / 2);
    bool slash = *path && bases->source.length > 0 && bases->source.data[bases->source.length - 1] != '/';
    buf_add_format(&from, "%s%s%s", bases->source.data, slash ? "/" : "", path);
    buf_add_format(&to, "%s%s%s", bases->dest.data, *path ? "/" : "", path);
    add_quoted(&line, from.data);
    buf_add_text(&line, " -> ");
    add_quoted(&line, to.data);
    print(journal, &line);
    buf_free(&from);
    buf_free(&to);
    buf_free(&line);
}

static bool is_copied(const struct plan *plan, uint32_t i)
{
    const struct plan_node *node = &plan->nodes[i];
    bool made = node->action == PLAN_CREATE || node->action == PLAN_REPLACE;

    return !node->out && node->action != PLAN_REFUSE && (node->kind != PLAN_DIRECTORY || made);
}

void report_copied(const struct copy *copy)
{
    const struct plan *plan = &copy->plan;
    struct bases bases;
    struct buf path;

    bases_begin(copy, &bases);
    buf_init(&path, SIZE_MAX / 2);
    if (plan->count == 0 && copy->files > 0) /* stream_copy plans nothing */
        print_copied(&copy->journal, &bases, "");
    for (uint32_t i = copy->single ? 1 : PLAN_ROOT;
         i < plan->count && journal_halt(&copy->journal) == CODE_OK; i++) {
        bool failed = plan->nodes[i].action == PLAN_REFUSE && plan->nodes[i].kind == PLAN_DIRECTORY;
        if (is_copied(plan, i))
            print_copied(&copy->journal, &bases,
                         copy->single || i == PLAN_ROOT ? "" : plan_path(plan, i, &path));
        if (failed && i != PLAN_ROOT)
            i = plan->nodes[i].next - 1; /* nor what is in it */
    }
    buf_free(&path);
    buf_free(&bases.source);
    buf_free(&bases.dest);
}
