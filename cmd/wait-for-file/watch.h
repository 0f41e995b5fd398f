/* The kernel reports that something changed (inotify): a hint to look again at once, never a verdict. Where it cannot (network
 * file systems, limits that are reached, a seccomp profile), the look that comes anyway finds what changed. */
#ifndef WAIT_FOR_FILE_WATCH_H
#define WAIT_FOR_FILE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "common/run/loop.h"

enum {
    WATCH_EACH = 2, /* of a path: itself, and the nearest directory above it that exists */
    WATCH_ANY = -1, /* more changed than the kernel could remember: any path may have */
    WATCH_NONE = -2,
};

struct watch {
    struct loop *loop;
    struct loop_watch events;
    struct loop_timer rest; /* until then nothing is heard: a directory that is busy must not keep us busy */
    int pause;              /* milliseconds of that */
    void (*on_change)(void *owner, int which);
    void *owner;
};

/* `owner` learns of changes at most every `pause` milliseconds. Without inotify it is never called. */
void watch_begin(struct watch *watch, struct loop *loop, int pause, void (*on_change)(void *owner, int which),
                 void *owner);
void watch_end(struct watch *watch);

/* Watches `path`, from any thread, and may block as a look does. `which`: what on_change will name; WATCH_NONE: nothing. */
void watch_add(const struct watch *watch, const char *path, int which[WATCH_EACH]);

#endif
