#include "cmd/fetch-config/keep_on_error.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/files/listing.h"

#include "common/base/banned.h"

static bool has_content(int directory)
{
    static const char hidden[] = ".initkit-";
    struct listing *listing = xcalloc(1, sizeof *listing);
    const char *name;

    listing_begin(listing, directory);
    do
        name = listing_next(listing);
    while (name && (strcmp(name, "lost+found") == 0 || strncmp(name, hidden, sizeof hidden - 1) == 0));
    free(listing);
    return name != NULL;
}

bool keep_on_error_finds(const char *path, bool directory)
{
    struct stat present;

    if (!directory)
        return stat(path, &present) == 0 && S_ISREG(present.st_mode);
    int opened = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool there = opened >= 0 && has_content(opened);
    if (opened >= 0)
        close(opened);
    return there;
}
