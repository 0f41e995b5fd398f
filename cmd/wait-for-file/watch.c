#include "cmd/wait-for-file/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/log.h"

#include "common/base/banned.h"

enum { READS = 16 /* in a row, before others have their turn */ };

/* Of a directory, not what is written to the files in it: this process's own log may be one of them. */
static const uint32_t entries = IN_ATTRIB | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF |
                                IN_MOVED_FROM | IN_MOVED_TO;
static const uint32_t content = IN_ATTRIB | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MODIFY | IN_MOVE_SELF;

/* --- what is heard --- */

static void watch_tell(struct watch *watch, const char *bytes, size_t length)
{
    struct inotify_event event;

    for (size_t at = 0; at + sizeof event <= length; at += sizeof event + event.len) {
        memcpy(&event, bytes + at, sizeof event);
        if (event.mask & IN_Q_OVERFLOW)
            watch->on_change(watch->owner, WATCH_ANY);
        else if (!(event.mask & IN_IGNORED))
            watch->on_change(watch->owner, event.wd);
    }
}

/* False: there is no more for now. */
static bool watch_read(struct watch *watch)
{
    char bytes[4096];
    ssize_t got = read(watch->events.fd, bytes, sizeof bytes);

    if (got > 0)
        watch_tell(watch, bytes, (size_t)got);
    return got > 0 || (got < 0 && errno == EINTR);
}

static void watch_on_event(void *owner, uint32_t events)
{
    struct watch *watch = owner;

    (void)events;
    for (int i = 0; i < READS && watch_read(watch); i++)
        ;
    loop_watch_change(watch->loop, &watch->events, 0);
    loop_timer_set(watch->loop, &watch->rest, deadline_after(deadline_now(), watch->pause));
}

static void watch_on_rested(void *owner)
{
    struct watch *watch = owner;

    loop_watch_change(watch->loop, &watch->events, EPOLLIN);
}

/* --- what is watched --- */

static void watch_say_missing(int error)
{
    const struct log_event event = {.level = LOG_DEBUG, .elapsed = -1};

    log_event(&event, "no notice of changes (inotify: %s): paths are looked at from time to time",
              strerror(error));
}

void watch_begin(struct watch *watch, struct loop *loop, int pause, void (*on_change)(void *owner, int which),
                 void *owner)
{
    *watch = (struct watch){
        .loop = loop,
        .events = {.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), .on_event = watch_on_event, .owner = watch},
        .rest = {.on_due = watch_on_rested, .owner = watch},
        .pause = pause,
        .on_change = on_change,
        .owner = owner,
    };
    if (watch->events.fd < 0) {
        watch_say_missing(errno);
    } else if (!loop_watch_add(loop, &watch->events, EPOLLIN)) {
        watch_say_missing(errno);
        close(watch->events.fd);
        watch->events.fd = -1;
    }
}

void watch_end(struct watch *watch)
{
    if (!watch->loop)
        return; /* it never began */
    loop_timer_clear(watch->loop, &watch->rest);
    if (watch->events.fd < 0)
        return;
    loop_watch_remove(watch->loop, &watch->events);
    close(watch->events.fd);
}

static int watch_one(const struct watch *watch, const char *path, uint32_t changes)
{
    /* What is one path's directory may be another path itself. */
    int which = inotify_add_watch(watch->events.fd, path, changes | IN_MASK_ADD);

    return which >= 0 ? which : WATCH_NONE;
}

/* Cuts off the last part of a path: "a/b" becomes "a", "/a" becomes "/", "a" becomes ".". False: there is nothing above it. */
static bool cut_last_part(char *path)
{
    size_t length = strlen(path);

    if (strcmp(path, "/") == 0 || strcmp(path, ".") == 0)
        return false;
    while (length > 0 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    while (length > 1 && path[length - 1] == '/')
        length--;
    snprintf(path + length, 2, "%s", length == 0 ? "." : "");
    return true;
}

void watch_add(const struct watch *watch, const char *path, int which[WATCH_EACH])
{
    char above[PATH_MAX];

    which[0] = which[1] = WATCH_NONE;
    if (watch->events.fd < 0)
        return;
    which[0] = watch_one(watch, path, content);
    snprintf(above, sizeof above, "%s", path);
    while (which[1] == WATCH_NONE && cut_last_part(above))
        which[1] = watch_one(watch, above, entries);
}
