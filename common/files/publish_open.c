/* The publishes that are open: their descriptors and temporaries, and how they are closed. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/stop.h"
#include "common/files/publish_parts.h"
#include "common/files/volume.h"

#include "common/base/banned.h"

/* All that are open, to clean up when memory runs out. */
static struct publish *open_publishes;

void publish_enlist(struct publish *publish)
{
    publish->next = open_publishes;
    open_publishes = publish;
}

void publish_each(void (*each)(struct publish *open))
{
    for (struct publish *open = open_publishes; open; open = open->next)
        each(open);
}

/* Another one that is open in the same directory; NULL: none. */
static const struct publish *find_neighbour(const struct publish *publish)
{
    const struct publish *open = open_publishes;

    while (open && (open == publish || open->device != publish->device || open->inode != publish->inode))
        open = open->next;
    return open;
}

/* A set of many files in one directory takes one descriptor for it, not one each. */
bool publish_share_directory(struct publish *publish)
{
    struct stat found;

    if (fstat(publish->directory, &found) != 0)
        return false;
    publish->device = found.st_dev;
    publish->inode = found.st_ino;
    const struct publish *neighbour = find_neighbour(publish);
    if (neighbour) {
        close(publish->directory);
        publish->directory = neighbour->directory;
    }
    return true;
}

void publish_close(struct publish *publish)
{
    if (publish->descriptor >= 0)
        close(publish->descriptor);
    if (publish->old_lock >= 0)
        close(publish->old_lock);
    if (publish->directory >= 0 && (publish->inode == 0 || !find_neighbour(publish)))
        close(publish->directory);
    publish->descriptor = publish->old_lock = publish->directory = -1;
    for (struct publish **link = &open_publishes; *link; link = &(*link)->next)
        if (*link == publish) {
            *link = publish->next;
            break;
        }
}

void publish_remove_temporary(const struct publish *publish)
{
    unlinkat(publish->directory, publish->temporary, 0);
}

void publish_abort(struct publish *publish)
{
    if (publish->descriptor >= 0 && !publish->direct)
        publish_remove_temporary(publish);
    publish_close(publish);
}

/* The error that close reports: NFS and FUSE report a full disk or quota only there. A duplicate of the descriptor is closed, as
 * the file's own one holds the lock that keeps other runs from taking the temporary for litter. */
static int written_error(const struct publish *publish)
{
    int copy, error;

    do {
        copy = fcntl(publish->descriptor, F_DUPFD_CLOEXEC, 0);
        error = copy < 0 || close(copy) != 0 ? errno : 0;
    } while (error == EINTR && stop_signal() == 0);
    return error;
}

/* After an error the temporary is removed, and nothing is published. */
bool publish_all_written(struct publish *publish, struct reason *why)
{
    int error = written_error(publish);

    if (error == 0)
        return true;
    publish_abort(publish);
    return volume_fail(why, publish->path, "cannot be written", error);
}

void publish_move(struct publish *from, struct publish *to)
{
    *to = *from;
    for (struct publish **link = &open_publishes; *link; link = &(*link)->next)
        if (*link == from) {
            *link = to;
            break;
        }
}
