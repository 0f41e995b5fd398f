/* From the stage into its place: staging_check_room and staging_move of staging.h. */
#include "cmd/fetch-config/staging.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/banned.h"

enum visit { VISIT_CHECK, VISIT_MOVE };

static bool visit_entry(enum visit visit, const char *from, const char *to, struct reason *why);

/* The next entry but for "." and ".."; NULL at the end, with errno set if that is none: what was not seen would be missing. */
static const char *next_name(DIR *directory)
{
    struct dirent *entry;

    do {
        errno = 0;
        entry = readdir(directory);
    } while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry ? entry->d_name : NULL;
}

static bool visit_directory(enum visit visit, const char *from, const char *to, struct reason *why)
{
    DIR *directory = opendir(from);
    const char *name;
    bool good = true;

    if (!directory)
        return staging_fail(why, from, "cannot be read");
    while (good && (name = next_name(directory))) {
        char here[PATH_MAX], there[PATH_MAX];
        errno = ENAMETOOLONG;
        if (snprintf(here, sizeof here, "%s/%s", from, name) >= PATH_MAX ||
            snprintf(there, sizeof there, "%s/%s", to, name) >= PATH_MAX)
            good = staging_fail(why, to, "cannot be written");
        else
            good = visit_entry(visit, here, there, why);
    }
    if (good && errno != 0)
        good = staging_fail(why, to, "cannot be read back");
    closedir(directory);
    return good;
}

static bool visit_entry(enum visit visit, const char *from, const char *to, struct reason *why)
{
    struct stat staged, present;

    if (lstat(from, &staged) != 0)
        return staging_fail(why, to, "cannot be read back");
    bool there = lstat(to, &present) == 0;
    if (there && S_ISDIR(staged.st_mode) && S_ISDIR(present.st_mode))
        return visit_directory(visit, from, to, why);
    if (there && (S_ISDIR(staged.st_mode) || S_ISDIR(present.st_mode))) {
        reason_set(why, CODE_FAILED, "%.200s: is %s, and in the archive %s", to,
                   S_ISDIR(present.st_mode)   ? "a directory"
                   : S_ISLNK(present.st_mode) ? "a link"
                                              : "no directory",
                   S_ISDIR(staged.st_mode) ? "it is a directory" : "it is none");
        return false;
    }
    return visit == VISIT_CHECK || rename(from, to) == 0 ||
           staging_fail(why, to, "cannot be put in its place");
}

bool staging_check_room(const char *from, const char *to, struct reason *why)
{
    return visit_directory(VISIT_CHECK, from, to, why);
}

bool staging_move(const char *from, const char *to, struct reason *why)
{
    return visit_directory(VISIT_MOVE, from, to, why);
}
