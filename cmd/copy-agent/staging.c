#include "cmd/copy-agent/staging.h"

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
static const struct staging *open_staging;

/* What is whole stays; the tree of --version-dir is the next run's to remove. */
static void staging_at_exhaustion(void)
{
    char path[SLOT_NAME + sizeof STAGING_FILE];

    if (!open_staging || open_staging->folder < 0)
        return;
    for (unsigned i = 0; i < STAGING_SLOTS; i++) {
        snprintf(path, sizeof path, "%u/" STAGING_FILE, i);
        unlinkat(open_staging->folder, path, 0);
        snprintf(path, sizeof path, "%u", i);
        unlinkat(open_staging->folder, path, AT_REMOVEDIR);
    }
    unlinkat(open_staging->dest, open_staging->name, AT_REMOVEDIR);
}

bool staging_is_ours(const char *name)
{
    return strncmp(name, STAGING_PREFIX, sizeof STAGING_PREFIX - 1) == 0;
}

void staging_sweep(int dest, int64_t deadline)
{
    litter_sweep(dest, STAGING_PREFIX, deadline);
}

unsigned staging_count_litter(int dest)
{
    int directory = directory_open(dest, ".");
    unsigned count = 0;
    const char *name;

    if (directory < 0)
        return 0;
    struct listing *listing = xcalloc(1, sizeof *listing);
    listing_begin(listing, directory);
    while ((name = listing_next(listing)))
        count += staging_is_ours(name) && litter_owner_of(directory, STAGING_PREFIX, name) == LITTER_DEAD;
    free(listing);
    close(directory);
    return count;
}

void staging_begin(struct staging *staging, int dest, int64_t deadline)
{
    memset(staging, 0, sizeof *staging);
    staging->dest = dest;
    staging->deadline = deadline;
    staging->folder = -1;
    pthread_mutex_init(&staging->lock, NULL);
}

/* DEST may have become read-only by its copy's mode, which it gets again. */
static void remove_name(const struct staging *staging)
{
    struct stat dest, left;

    if (fstatat(staging->dest, staging->name, &left, AT_SYMLINK_NOFOLLOW) != 0 ||
        fstat(staging->dest, &dest) != 0 || (dest.st_mode & S_IWUSR) ||
        !directory_set_mode(staging->dest, (dest.st_mode & 07777) | S_IRWXU))
        return;
    unlinkat(staging->dest, staging->name, AT_REMOVEDIR);
    directory_set_mode(staging->dest, dest.st_mode & 07777);
}

void staging_end(struct staging *staging)
{
    open_staging = NULL;
    if (staging->folder >= 0) {
        litter_remove_directory(staging->dest, staging->name, staging->folder, staging->deadline);
        remove_name(staging);
    }
    pthread_mutex_destroy(&staging->lock);
}

int staging_folder(struct staging *staging)
{
    pthread_mutex_lock(&staging->lock);
    if (staging->folder < 0 && staging->error == 0) {
        staging->folder = litter_make_directory(staging->dest, STAGING_PREFIX, staging->name);
        if (staging->folder < 0)
            staging->error = errno;
        open_staging = staging;
        mem_at_exhaustion(staging_at_exhaustion);
    }
    pthread_mutex_unlock(&staging->lock);
    errno = staging->error;
    return staging->folder;
}

int staging_slot(struct staging *staging, unsigned number)
{
    char name[SLOT_NAME];
    int folder = staging_folder(staging);

    if (folder < 0)
        return -1;
    snprintf(name, sizeof name, "%u", number);
    if (mkdirat(folder, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return directory_open(folder, name);
}

int staging_beside(struct folder *folder, char name[LITTER_NAME])
{
    if (!atomic_exchange(&folder->swept, true))
        litter_sweep_files(folder->dest, STAGING_PREFIX);
    return litter_make_file(folder->dest, STAGING_PREFIX, 0600, name);
}
