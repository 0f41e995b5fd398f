/* extract_stage_sweep and extract_stage_recover: cleans up after killed runs. Old files that a run set aside in its stage and
 * did not replace yet are put back; then the stage is litter. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/extract_stage_parts.h"
#include "common/base/mem.h"
#include "common/base/stop.h"
#include "common/files/directory.h"
#include "common/files/listing.h"

#include "common/base/banned.h"

/* Moves back each file whose name is missing in `to`. */
static void put_back(int old, int to)
{
    struct listing *listing = xcalloc(1, sizeof *listing);
    struct stat found;
    const char *name;

    listing_begin(listing, old);
    while ((name = listing_next(listing)))
        if (fstatat(to, name, &found, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
            renameat(old, name, to, name);
    free(listing);
}

/* Only in directories that exist in both can something have been replaced. */
static void walk(int from, int to)
{
    struct listing *listing = xcalloc(1, sizeof *listing);
    const char *name;

    listing_begin(listing, from);
    while ((name = listing_next(listing)) && stop_signal() == 0) {
        bool old = strcmp(name, EXTRACT_STAGE_OLD) == 0;
        int there = old ? -1 : directory_handle(to, name);
        int inner = old || there >= 0 ? directory_open(from, name) : -1;
        if (inner >= 0 && old)
            put_back(inner, to);
        else if (inner >= 0)
            walk(inner, there);
        if (inner >= 0)
            close(inner);
        if (there >= 0)
            close(there);
    }
    free(listing);
}

static void put_back_of(int directory, const char *name)
{
    int stage = directory_open(directory, name);
    struct stat found;

    /* The stage of another user could contain anything, and this user may write where that one may not. */
    bool own = stage >= 0 && fstat(stage, &found) == 0 && (found.st_uid == 0 || found.st_uid == geteuid());
    if (own && (flock(stage, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK))
        walk(stage, directory);
    if (stage >= 0)
        close(stage);
}

static void put_back_old(int directory)
{
    struct listing *listing = xcalloc(1, sizeof *listing);
    int top = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *name;

    if (top >= 0) {
        listing_begin(listing, top);
        while ((name = listing_next(listing)))
            if (strncmp(name, EXTRACT_STAGE_PREFIX, sizeof EXTRACT_STAGE_PREFIX - 1) == 0)
                put_back_of(directory, name);
        close(top);
    }
    free(listing);
}

void extract_stage_sweep(int directory, int64_t deadline)
{
    put_back_old(directory);
    litter_sweep(directory, EXTRACT_STAGE_PREFIX, deadline);
}

void extract_stage_recover(const char *directory)
{
    int handle = directory_reach(directory, 1, 0, NULL);

    if (handle < 0)
        return;
    put_back_old(handle);
    close(handle);
}
