/* What is written to as it is: standard output, standard error, devices. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/publish_parts.h"
#include "common/stop.h"

#include "common/banned.h"

/* The descriptor that the path is a word for, or -1. /dev/stderr is a link, which may lead to a file: neither is replaced. */
int publish_stream(const char *path)
{
    if (strcmp(path, "-") == 0)
        return STDOUT_FILENO;
    return strcmp(path, PUBLISH_STDERR) == 0 ? STDERR_FILENO : -1;
}

/* Standard output or something that is no file: written to as it is. */
bool publish_open_direct(struct publish *publish, const struct stat *seen, struct reason *why)
{
    int standard = publish_stream(publish->path);
    struct stat opened;

    publish->direct = true;
    /* A FIFO that nobody reads is an error at once (ENXIO), not a wait without end. */
    publish->descriptor = standard >= 0 ? fcntl(standard, F_DUPFD_CLOEXEC, 0)
                                        : openat(publish->directory, publish_name(publish),
                                                 O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (publish->descriptor < 0 || fstat(publish->descriptor, &opened) != 0)
        return publish_fail(why, publish->path, "cannot be opened", errno);
    /* Somebody has put something else in its place meanwhile: that is not to be written to. */
    return standard >= 0 || (seen && opened.st_dev == seen->st_dev && opened.st_ino == seen->st_ino) ||
           publish_fail(why, publish->path, "cannot be opened", EEXIST);
}

/* Until a pipe or device takes STOP_CHUNK bytes without blocking. It cannot be made non-blocking: others may share it. */
bool publish_wait_for_room(const struct publish *publish, struct reason *why)
{
    int64_t left = publish->deadline > 0 ? deadline_left(publish->deadline, deadline_now()) : DEADLINE_NEVER;

    if (stop_wait_writable(publish->descriptor, left < INT_MAX ? (int)left : -1))
        return true;
    if (stop_signal() != 0)
        return reason_set(why, (enum code)(128 + stop_signal()), "%.200s: stopped before all was written",
                          publish->path);
    reason_set(why, CODE_DEADLINE, "%.200s: the time ran out before all was written", publish->path);
    reason_hint(why, "whoever is to read it does not");
    return false;
}
