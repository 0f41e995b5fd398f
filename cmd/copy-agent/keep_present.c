#include "cmd/copy-agent/keep_present.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/stop.h"
#include "common/base/visible.h"

#include "common/base/banned.h"

enum { LOOK_EVERY = 100 /* milliseconds */, PATH_SHOWN = 4096 };

/* The next byte of standard input; 0 at its end, and when the run is to stop. */
static char next_byte(const struct copy *copy)
{
    struct pollfd waited[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                              {.fd = stop_descriptor(), .events = POLLIN}};
    ssize_t got = -1;
    char byte = 0;

    while (got < 0 && journal_halt(&copy->journal) == CODE_OK) {
        if (poll(waited, 2, LOOK_EVERY) <= 0 || waited[0].revents == 0)
            continue;
        got = read(STDIN_FILENO, &byte, 1);
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            break;
    }
    return got == 1 ? byte : 0;
}

static bool is_allowed(const struct copy *copy, const char *path)
{
    struct buf shown;

    buf_init(&shown, PATH_SHOWN);
    visible_add(&shown, path);
    fprintf(stderr, "cp: overwrite '%s/%s'? ", copy->dest_path, shown.data);
    buf_free(&shown);
    char first = next_byte(copy);
    for (char byte = first; byte != 0 && byte != '\n';)
        byte = next_byte(copy);
    return first == 'y' || first == 'Y';
}

static bool is_newer(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

bool keep_present(const struct copy *copy, const struct stat *source, const struct stat *present,
                  const char *path)
{
    const struct copy_settings *settings = copy->settings;

    if (settings->keep_present)
        return true;
    if (settings->keep_newer &&
        (plan_same_time(&copy->rules, source, present) || !is_newer(&source->st_mtim, &present->st_mtim)))
        return true;
    return settings->ask_present && !S_ISDIR(present->st_mode) && !is_allowed(copy, path);
}
