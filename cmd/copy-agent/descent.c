#include "cmd/copy-agent/descent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/copy-agent/source.h"
#include "common/base/mem.h"
#include "common/files/directory.h"

#include "common/base/banned.h"

enum {
    OPEN_MOST = 32, /* rungs that stay open, the root not counted */
    FIRST_RUNGS = 16,
};

struct rung {
    uint32_t node;
    struct folder *folder; /* NULL: closed for now */
};

struct folder *folder_new(int source, int dest)
{
    struct folder *folder = xcalloc(1, sizeof *folder);

    folder->source = source;
    folder->dest = dest;
    folder->users = 1;
    return folder;
}

struct folder *folder_hold(struct folder *folder)
{
    atomic_fetch_add(&folder->users, 1);
    return folder;
}

void folder_release(struct folder *folder)
{
    if (!folder || atomic_fetch_sub(&folder->users, 1) != 1)
        return;
    if (folder->restores && folder->locked != 0)
        directory_set_mode(folder->dest, (mode_t)(folder->locked - 1));
    if (folder->source >= 0)
        close(folder->source);
    if (folder->dest >= 0)
        close(folder->dest);
    free(folder);
}

bool folder_unlock(struct folder *folder)
{
    struct stat now;
    unsigned unset = 0;

    if (fstat(folder->dest, &now) != 0)
        return false;
    /* First, so that another thread that sees the new mode does not take it for the old one. */
    atomic_compare_exchange_strong(&folder->locked, &unset, (now.st_mode & 07777U) + 1);
    return directory_set_mode(folder->dest, (now.st_mode & 07777) | S_IRWXU);
}

int folder_reopen_dest(struct folder *folder)
{
    int descriptor = directory_open(folder->dest, ".");

    if (descriptor < 0 && errno == EACCES && folder_unlock(folder))
        descriptor = directory_open(folder->dest, ".");
    return descriptor;
}

static int keep(int descriptor)
{
    return descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

void descent_begin(struct descent *descent, const struct plan *plan, enum descent_sides sides, int source,
                   int dest)
{
    *descent = (struct descent){.plan = plan, .sides = sides, .capacity = FIRST_RUNGS, .count = 1};
    descent->rungs = xcalloc(descent->capacity, sizeof *descent->rungs);
    descent->rungs[0] = (struct rung){PLAN_ROOT, folder_new(keep(source), keep(dest))};
    descent->rungs[0].folder->restores = !plan->nodes[PLAN_ROOT].touched;
}

void descent_end(struct descent *descent)
{
    for (size_t i = 0; i < descent->count; i++)
        folder_release(descent->rungs[i].folder);
    free(descent->rungs);
}

/* Whether what DEST has there is simply not a directory: nothing, a file, a link. */
static bool is_absence(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EACCES;
}

static struct folder *open_below(const struct descent *descent, const struct folder *parent, uint32_t node)
{
    const struct plan *plan = descent->plan;
    int source = -1, dest = -1;

    if (descent->sides != DESCENT_DEST) {
        source = source_open_directory(plan, parent->source, plan_name(plan, node));
        if (source < 0)
            return NULL;
    }
    bool known_absent = descent->sides == DESCENT_SOURCE && plan->nodes[node].action != PLAN_SKIP &&
                        plan->nodes[node].action != PLAN_ADJUST;
    if (parent->dest >= 0 && !known_absent)
        dest = directory_handle(parent->dest, plan_dest_name(plan, node));
    if (dest < 0 && !known_absent && parent->dest >= 0 &&
        !(descent->sides == DESCENT_SOURCE && is_absence(errno))) {
        int error = errno;
        if (source >= 0)
            close(source);
        errno = error;
        return NULL;
    }
    struct folder *folder = folder_new(source, dest);
    folder->restores = !plan->nodes[node].touched;
    return folder;
}

static void push(struct descent *descent, uint32_t node, struct folder *folder)
{
    if (descent->count == descent->capacity) {
        descent->capacity *= 2;
        descent->rungs = xrealloc(descent->rungs, descent->capacity * sizeof *descent->rungs);
    }
    descent->rungs[descent->count++] = (struct rung){node, folder};
}

static void close_rung(struct rung *rung)
{
    folder_release(rung->folder);
    rung->folder = NULL;
}

/* Opens all rungs from the last one that is open above `from` on, and closes those that would be too many. */
static bool open_rungs(struct descent *descent)
{
    size_t from = descent->count - 1;

    while (!descent->rungs[from].folder)
        from--;
    for (size_t i = from + 1; i < descent->count; i++) {
        struct folder *folder = open_below(descent, descent->rungs[i - 1].folder, descent->rungs[i].node);
        if (!folder)
            return false;
        descent->rungs[i].folder = folder;
        if (i > OPEN_MOST)
            close_rung(&descent->rungs[i - OPEN_MOST]);
    }
    return true;
}

static bool is_below(const struct plan *plan, uint32_t node, uint32_t directory)
{
    while (node > directory)
        node = plan->nodes[node].parent;
    return node == directory;
}

struct folder *descent_to(struct descent *descent, uint32_t directory)
{
    const struct plan *plan = descent->plan;

    while (!is_below(plan, directory, descent->rungs[descent->count - 1].node))
        close_rung(&descent->rungs[--descent->count]);
    /* The nodes between here and there, pushed closed and in their order. */
    size_t base = descent->count;
    uint32_t top = descent->rungs[base - 1].node;
    for (uint32_t at = directory; at != top; at = plan->nodes[at].parent)
        push(descent, at, NULL);
    for (size_t low = base, high = descent->count; low + 1 < high; low++) {
        struct rung swap = descent->rungs[low];
        descent->rungs[low] = descent->rungs[--high];
        descent->rungs[high] = swap;
    }
    if (!open_rungs(descent)) {
        int error = errno;
        /* What could not be opened, and what is below it, is off the ladder again. */
        while (!descent->rungs[descent->count - 1].folder)
            descent->count--;
        errno = error;
        return NULL;
    }
    return descent->rungs[descent->count - 1].folder;
}
