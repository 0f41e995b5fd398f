#include "cmd/copy-agent/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/copy-agent/names.h"
#include "cmd/copy-agent/removal.h"
#include "common/mem.h"

#include "common/banned.h"

enum { NAMES_TO_TRY = 1000 };

/* For the case that memory runs out. */
static const struct stage *open_stage;

/* What is whole stays; the tree of --version-dir is the next run's to remove. */
static void stage_at_exhaustion(void)
{
    char path[2 * STAGE_NAME];

    if (!open_stage || open_stage->folder < 0)
        return;
    for (unsigned i = 0; i < STAGE_SLOTS; i++) {
        snprintf(path, sizeof path, "%u/" STAGE_FILE, i);
        unlinkat(open_stage->folder, path, 0);
        snprintf(path, sizeof path, "%u", i);
        unlinkat(open_stage->folder, path, AT_REMOVEDIR);
    }
    unlinkat(open_stage->dest, open_stage->name, AT_REMOVEDIR);
}

bool stage_is_ours(const char *name)
{
    return strncmp(name, STAGE_PREFIX, sizeof STAGE_PREFIX - 1) == 0;
}

/* Whether what has that name has no live owner: each holds a lock on its own, which goes with the process. Where there are no
 * locks (some network file systems) nothing is known to be dead. */
static bool lock_dead(int directory, const char *name, int *descriptor)
{
    *descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*descriptor < 0)
        return false;
    if (flock(*descriptor, LOCK_EX | LOCK_NB) == 0)
        return true;
    close(*descriptor);
    return false;
}

void stage_sweep(int dest)
{
    int directory = openat(dest, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct names *names = xcalloc(1, sizeof *names);
    const char *name;
    int litter;

    names_begin(names, directory);
    while (directory >= 0 && (name = names_next(names))) {
        if (!stage_is_ours(name) || !lock_dead(directory, name, &litter))
            continue;
        /* By name, as another run may remove the same litter. */
        removal_tree(directory, name);
        close(litter);
    }
    free(names);
    if (directory >= 0)
        close(directory);
}

void stage_begin(struct stage *stage, int dest)
{
    memset(stage, 0, sizeof *stage);
    stage->dest = dest;
    stage->folder = -1;
    pthread_mutex_init(&stage->lock, NULL);
}

void stage_end(struct stage *stage)
{
    open_stage = NULL;
    if (stage->folder >= 0) {
        removal_inside(stage->folder);
        unlinkat(stage->dest, stage->name, AT_REMOVEDIR);
        close(stage->folder);
    }
    pthread_mutex_destroy(&stage->lock);
}

/* Locks what was just made. False when another run has taken it for litter between making and locking it. */
static bool lock_own(int directory, const char *name, int descriptor)
{
    struct stat here, there;

    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(descriptor, &here) == 0 && fstatat(directory, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

/* All init containers are PID 1, so the number behind it is what makes names differ. */
static int make_folder(struct stage *stage)
{
    for (unsigned i = 0; i < NAMES_TO_TRY; i++) {
        snprintf(stage->name, sizeof stage->name, STAGE_PREFIX "%u-%u", (unsigned)getpid(), i);
        if (mkdirat(stage->dest, stage->name, 0700) != 0) {
            if (errno != EEXIST)
                return -1;
            continue;
        }
        int folder = folder_open_source(stage->dest, stage->name);
        if (folder >= 0 && lock_own(stage->dest, stage->name, folder))
            return folder;
        if (folder >= 0)
            close(folder);
    }
    errno = EEXIST;
    return -1;
}

int stage_folder(struct stage *stage)
{
    pthread_mutex_lock(&stage->lock);
    if (stage->folder < 0 && stage->error == 0) {
        stage->folder = make_folder(stage);
        if (stage->folder < 0)
            stage->error = errno;
        open_stage = stage;
        mem_at_exhaustion(stage_at_exhaustion);
    }
    pthread_mutex_unlock(&stage->lock);
    errno = stage->error;
    return stage->folder;
}

int stage_slot(struct stage *stage, unsigned number)
{
    char name[STAGE_NAME];
    int folder = stage_folder(stage);

    if (folder < 0)
        return -1;
    snprintf(name, sizeof name, "%u", number);
    if (mkdirat(folder, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return folder_open_source(folder, name);
}

int stage_beside(struct folder *folder, unsigned number, char name[STAGE_NAME])
{
    if (!atomic_exchange(&folder->swept, true))
        stage_sweep(folder->dest);
    for (unsigned i = 0; i < NAMES_TO_TRY; i++) {
        snprintf(name, STAGE_NAME, STAGE_PREFIX "%u-%u-%u", (unsigned)getpid(), number, i);
        int file = openat(folder->dest, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file < 0 && errno != EEXIST)
            return -1;
        if (file < 0)
            continue;
        if (lock_own(folder->dest, name, file))
            return file;
        close(file);
    }
    errno = EEXIST;
    return -1;
}
