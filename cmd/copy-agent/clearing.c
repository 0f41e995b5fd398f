#include "cmd/copy-agent/clearing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/files/directory.h"
#include "common/files/listing.h"
#include "common/files/mount.h"
#include "common/files/removal.h"

#include "common/base/banned.h"

enum { PATH_MOST = 16 * 1024 * 1024, DEEPEST = 64 };

static const char *find_protected(const struct copy *copy, int directory, const char *name, struct buf *path,
                                  unsigned depth);

static const char *find_protected_inside(const struct copy *copy, int directory, struct buf *path,
                                         unsigned depth)
{
    struct listing *listing = xcalloc(1, sizeof *listing);
    size_t length = path->length;
    const char *found = NULL, *name;

    listing_begin(listing, directory);
    while (!found && (name = listing_next(listing))) {
        buf_add_format(path, "/%s", name);
        found = find_protected(copy, directory, name, path, depth);
        if (!found) {
            path->length = length;
            path->data[length] = '\0';
        }
    }
    if (!found && listing->error != 0)
        found = "cannot be read";
    free(listing);
    return found;
}

/* Why `name` must stay; `path` is then that of what is protected. NULL: nothing keeps it. What could not be looked at must stay. */
static const char *find_protected(const struct copy *copy, int directory, const char *name, struct buf *path,
                                  unsigned depth)
{
    const struct strings *writable = &copy->settings->writable;
    const char *found = "is a mount";
    struct mount here, there;
    struct stat status;

    if (writable->count > 0 && glob_any(writable, path->data))
        return "is --writable";
    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(status.st_mode))
        return NULL;
    if (depth == 0 && strcmp(name, "lost+found") == 0)
        return "is never pruned";
    if (depth == DEEPEST)
        return "lies too deep to be looked at";
    if (journal_halt(&copy->journal) != CODE_OK)
        return "was not looked at in time";
    int inner = directory_open(directory, name);
    if (inner < 0)
        return "cannot be read";
    if (mount_of(directory, &here) && mount_of(inner, &there) && mount_same(&here, &there))
        found = find_protected_inside(copy, inner, path, depth + 1);
    close(inner);
    return found;
}

bool clearing_allowed(struct copy *copy, const struct folder *folder, uint32_t node, bool report)
{
    struct buf path, way;
    struct reason why;

    buf_init(&path, PATH_MOST);
    plan_path(&copy->plan, node, &path);
    const char *found = find_protected(copy, folder->dest, plan_dest_name(&copy->plan, node), &path, 0);
    if (found && report) {
        buf_init(&way, PATH_MOST);
        reason_set(&why, CODE_FAILED, "%.180s: a directory is in the way, and --prune leaves it: %.180s %s",
                   plan_path(&copy->plan, node, &way), path.data, found);
        reason_hint(&why, "move it away by hand, or leave SOURCE's file of that name out with --exclude");
        journal_add(&copy->journal, &why);
        buf_free(&way);
    }
    buf_free(&path);
    return !found;
}

bool clearing_take(struct copy *copy, const struct folder *folder, uint32_t node, int staging,
                   const char *away)
{
    const struct removal_limit limit = {.deadline = copy->journal.deadline};
    const char *name = plan_dest_name(&copy->plan, node);

    if (!copy->plan.nodes[node].clears || !clearing_allowed(copy, folder, node, false))
        return false;
    if ((staging < 0 || renameat(folder->dest, name, staging, away) != 0) &&
        removal_tree(folder->dest, name, &limit) != 0)
        return false;
    atomic_fetch_add(&copy->pruned, 1);
    return true;
}
