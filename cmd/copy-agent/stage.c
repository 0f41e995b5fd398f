#include "cmd/copy-agent/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/files/directory.h"
#include "common/files/listing.h"

#include "common/base/banned.h"

enum { SLOT_NAME = 16 };

/* For the case that memory runs out. */
static const struct stage *open_stage;

/* What is whole stays; the tree of --version-dir is the next run's to remove. */
static void stage_at_exhaustion(void)
{
    char path[SLOT_NAME + sizeof STAGE_FILE];

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

void stage_sweep(int dest, int64_t deadline)
{
    litter_sweep(dest, STAGE_PREFIX, deadline);
}

unsigned stage_count_litter(int dest)
{
    int directory = directory_open(dest, ".");
    unsigned count = 0;
    const char *name;

    if (directory < 0)
        return 0;
    struct listing *listing = xcalloc(1, sizeof *listing);
    listing_begin(listing, directory);
    while ((name = listing_next(listing)))
        count += stage_is_ours(name) && litter_owner_of(directory, STAGE_PREFIX, name) == LITTER_DEAD;
    free(listing);
    close(directory);
    return count;
}

void stage_begin(struct stage *stage, int dest, int64_t deadline)
{
    memset(stage, 0, sizeof *stage);
    stage->dest = dest;
    stage->deadline = deadline;
    stage->folder = -1;
    pthread_mutex_init(&stage->lock, NULL);
}

/* DEST may have become read-only by its copy's mode, which it gets again. */
static void remove_name(const struct stage *stage)
{
    struct stat dest;

    if (faccessat(stage->dest, stage->name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 ||
        fstat(stage->dest, &dest) != 0 || (dest.st_mode & S_IWUSR) ||
        !directory_set_mode(stage->dest, (dest.st_mode & 07777) | S_IRWXU))
        return;
    unlinkat(stage->dest, stage->name, AT_REMOVEDIR);
    directory_set_mode(stage->dest, dest.st_mode & 07777);
}

void stage_end(struct stage *stage)
{
    open_stage = NULL;
    if (stage->folder >= 0) {
        litter_remove_directory(stage->dest, stage->name, stage->folder, stage->deadline);
        remove_name(stage);
    }
    pthread_mutex_destroy(&stage->lock);
}

int stage_folder(struct stage *stage)
{
    pthread_mutex_lock(&stage->lock);
    if (stage->folder < 0 && stage->error == 0) {
        stage->folder = litter_make_directory(stage->dest, STAGE_PREFIX, stage->name);
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
    char name[SLOT_NAME];
    int folder = stage_folder(stage);

    if (folder < 0)
        return -1;
    snprintf(name, sizeof name, "%u", number);
    if (mkdirat(folder, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return directory_open(folder, name);
}

int stage_beside(struct folder *folder, char name[LITTER_NAME])
{
    if (!atomic_exchange(&folder->swept, true))
        litter_sweep_files(folder->dest, STAGE_PREFIX);
    return litter_make_file(folder->dest, STAGE_PREFIX, 0600, name);
}
