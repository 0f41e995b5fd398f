/* Files that are written directly: standard output, standard error, and /dev/null. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/stop.h"
#include "common/files/publish_parts.h"
#include "common/files/volume.h"

#include "common/base/banned.h"

/* These names are links, possibly to files: neither the link nor the file is replaced. */
int publish_stream(const char *path)
{
    static const struct {
        const char *name;
        int descriptor;
    } names[] = {
        {"-", STDOUT_FILENO},
        {"/dev/stdout", STDOUT_FILENO},
        {"/dev/fd/1", STDOUT_FILENO},
        {"/proc/self/fd/1", STDOUT_FILENO},
        {"/dev/stderr", STDERR_FILENO},
        {"/dev/fd/2", STDERR_FILENO},
        {"/proc/self/fd/2", STDERR_FILENO},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(path, names[i].name) == 0)
            return names[i].descriptor;
    return -1;
}

bool publish_is_null(const struct stat *found)
{
    return S_ISCHR(found->st_mode) && found->st_rdev == makedev(1, 3);
}

bool publish_refuse_kind(const char *path, mode_t mode, struct reason *why)
{
    if (S_ISREG(mode) || S_ISLNK(mode))
        return false;
    if (S_ISDIR(mode)) {
        volume_fail(why, path, "cannot be written", EISDIR);
        return true;
    }
    reason_set(why, CODE_FAILED, "%.200s: is %s, not a file", path,
               S_ISFIFO(mode)   ? "a FIFO"
               : S_ISSOCK(mode) ? "a socket"
                                : "a device");
    reason_hint(
        why, "it, or a link to it, can have been created by anyone who may write there; only -, /dev/stdout, "
             "/dev/stderr and /dev/null are written to directly");
    return true;
}

bool publish_open_stream(struct publish *publish, struct reason *why)
{
    publish->direct = true;
    publish->descriptor = fcntl(publish_stream(publish->path), F_DUPFD_CLOEXEC, 0);
    return publish->descriptor >= 0 || volume_fail(why, publish->path, "cannot be opened", errno);
}

bool publish_open_null(struct publish *publish, struct reason *why)
{
    struct stat opened;

    publish->direct = true;
    publish->descriptor = openat(publish->directory, publish_name(publish),
                                 O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (publish->descriptor < 0 || fstat(publish->descriptor, &opened) != 0)
        return volume_fail(why, publish->path, "cannot be opened", errno);
    /* Another user may have replaced it since it was checked. */
    return publish_is_null(&opened) || volume_fail(why, publish->path, "cannot be opened", EEXIST);
}

/* Waits until a pipe or device accepts STOP_CHUNK bytes without blocking. O_NONBLOCK would affect others that share the file. */
bool publish_wait_for_room(const struct publish *publish, struct reason *why)
{
    int64_t left = publish->deadline > 0 ? deadline_left(publish->deadline, deadline_now()) : DEADLINE_NEVER;

    if (stop_wait_writable(publish->descriptor, left < INT_MAX ? (int)left : -1))
        return true;
    if (stop_signal() != 0)
        return reason_set(why, (enum code)(128 + stop_signal()),
                          "%.200s: stopped before everything was written", publish->path);
    reason_set(why, CODE_DEADLINE, "%.200s: timed out before everything was written", publish->path);
    reason_hint(why, "nobody reads from it");
    return false;
}
