#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/stop.h"
#include "common/files/directory.h"
#include "common/files/mount.h"
#include "common/files/ownership.h"
#include "common/files/publish_parts.h"
#include "common/files/volume.h"

#include "common/base/banned.h"

/* For out of memory: files that were placed are put back, temporaries removed. */
static void forget(struct publish *open)
{
    if (open->placed)
        publish_put_back(open);
    else
        publish_remove_temporary(open);
}

static void publish_at_exhaustion(void)
{
    publish_each(forget);
}

static bool open_temporary_file(struct publish *publish, mode_t mode, struct reason *why)
{
    static const struct ownership nobodys;
    char prefix[PUBLISH_PREFIX];
    const char *name = publish_name(publish);
    /* Some volumes keep only the mode that a file is created with: a program must be created executable. */
    mode_t first = mode & S_IXUSR ? mode & 0777 : PUBLISH_HIDDEN_MODE;

    if (strlen(name) > NAME_MAX)
        return volume_fail(why, publish->path, "cannot be written", ENAMETOOLONG);
    publish_prefix(name, "", prefix);
    publish->descriptor = litter_make_file(publish->directory, prefix, first, publish->temporary);
    if (publish->descriptor < 0)
        return volume_fail(why, publish->path, "cannot be written", errno);
    /* A caller with --mode or --owner sets them again, and verifies them. */
    if (ownership_give(publish->descriptor, publish->path, mode, &nobodys, &publish->unkept, why))
        return true;
    publish_remove_temporary(publish);
    return false;
}

static bool open_file(struct publish *publish, mode_t mode, struct reason *why)
{
    const char *name = publish_name(publish);
    struct stat present;

    /* A link of another user is replaced, wherever it leads. */
    bool there = directory_stat(publish->directory, name, &present);
    if (*name == '\0')
        return volume_fail(why, publish->path, "cannot be written", EISDIR);
    if (there && publish_is_null(&present))
        return publish_open_null(publish, why);
    if (there && publish_refuse_kind(publish->path, present.st_mode, why))
        return false;
    /* A rename onto a mount fails, but only after other files of the set have been placed. */
    if (mount_is_root(publish->directory, name))
        return volume_fail(why, publish->path, "cannot be replaced", EBUSY);
    if (!publish_share_directory(publish))
        return volume_fail(why, publish->path, "cannot be written", errno);
    if (!open_temporary_file(publish, mode, why))
        return false;
    publish_enlist(publish);
    mem_at_exhaustion(publish_at_exhaustion);
    return true;
}

bool publish_begin_in(struct publish *publish, int directory, const char *path, mode_t mode,
                      struct reason *why)
{
    bool good;

    memset(publish, 0, sizeof *publish);
    publish->descriptor = publish->old_lock = -1;
    publish->directory = directory;
    publish->path = path;
    if (strlen(path) >= PATH_MAX)
        good = volume_fail(why, path, "cannot be written", ENAMETOOLONG);
    else
        good = publish_stream(path) >= 0 ? publish_open_stream(publish, why) : open_file(publish, mode, why);
    if (!good)
        publish_close(publish);
    return good;
}

bool publish_begin(struct publish *publish, const char *path, mode_t mode, struct reason *why)
{
    struct publish_clean clean = {0};
    int directory = directory_reach_parent(path, 0);
    bool is_stream = publish_stream(path) >= 0;

    if (directory >= 0 && !is_stream)
        publish_recover(directory, directory_last_part(path), &clean);
    if (directory >= 0 || is_stream)
        return publish_begin_in(publish, directory, path, mode, why);
    int error = errno;
    memset(publish, 0, sizeof *publish);
    publish->descriptor = publish->old_lock = publish->directory = -1;
    return directory_refuse_link(path, error, why) ? false
                                                   : volume_fail(why, path, "cannot be written", error);
}

bool publish_write(struct publish *publish, const void *bytes, size_t length, struct reason *why)
{
    const char *at = bytes;

    while (length > 0) {
        if (publish->direct && !publish_wait_for_room(publish, why))
            return false;
        ssize_t written = write(publish->descriptor, at,
                                publish->direct && length > STOP_CHUNK ? STOP_CHUNK : length);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return volume_fail(why, publish->path, "cannot be written", errno);
        at += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return true;
}
