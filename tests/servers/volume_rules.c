#define _GNU_SOURCE
#include "volume_rules.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ERRNO_MOST = 4096 };

struct rules rules;

static const char *const calls[CALLS] = {
    [CHMOD] = "chmod",
    [CHOWN] = "chown",
    [UTIMENS] = "utimens",
    [SYMLINK] = "symlink",
    [LINK] = "link",
    [RENAME] = "rename",
    [RENAME_DIRECTORY] = "rename-directory",
    [RENAME_OVER] = "rename-over",
    [EXCHANGE] = "rename-exchange",
    [NOREPLACE] = "rename-noreplace",
    [UNLINK] = "unlink",
    [RMDIR] = "rmdir",
    [MKDIR] = "mkdir",
    [CREATE] = "create",
    [OPEN] = "open",
    [WRITE] = "write",
    [FSYNC] = "fsync",
    [TRUNCATE] = "truncate",
    [SETXATTR] = "setxattr",
    [GETXATTR] = "getxattr",
    [LISTXATTR] = "listxattr",
    [STATFS] = "statfs",
    [LOCK] = "lock",
};

/* --- what it is told --- */

static int errno_of(const char *name)
{
    for (int i = 1; i < ERRNO_MOST; i++) {
        const char *known = strerrorname_np(i);
        if (known && strcmp(known, name) == 0)
            return i;
    }
    return 0;
}

static bool take_rule(const char *rule)
{
    const char *what = strchr(rule, '=');

    for (unsigned i = 0; what && i < CALLS; i++) {
        if (strlen(calls[i]) != (size_t)(what - rule) || strncmp(calls[i], rule, strlen(calls[i])) != 0)
            continue;
        if (i == UTIMENS && sscanf(what, "=round:%ld", &rules.step) == 1)
            return rules.step > 0;
        rules.of[i] = strcmp(what, "=ignore") == 0 ? IGNORED : errno_of(what + 1);
        return rules.of[i] != 0;
    }
    return false;
}

bool rules_take(int *left, char ***words)
{
    if (strcmp(**words, "--fold") == 0)
        return rules.folds = true;
    if (strcmp(**words, "--alike") == 0)
        return rules.alike = true;
    if (strcmp(**words, "--fixed") != 0)
        return take_rule(**words);
    rules.fixed = --*left > 0 && sscanf(*++*words, "%u:%u:%o", &rules.owner, &rules.group, &rules.mode) == 3;
    return rules.fixed;
}

void rules_show(struct stat *status)
{
    struct timespec *const times[] = {&status->st_atim, &status->st_mtim, &status->st_ctim};

    if (rules.fixed) {
        status->st_uid = rules.owner;
        status->st_gid = rules.group;
        status->st_mode = (status->st_mode & S_IFMT) | rules.mode;
    }
    if (rules.alike && S_ISREG(status->st_mode)) {
        status->st_ino = 7;
        status->st_nlink = 2;
    }
    for (unsigned i = 0; rules.step > 0 && i < sizeof times / sizeof *times; i++)
        *times[i] = (struct timespec){times[i]->tv_sec - times[i]->tv_sec % rules.step, 0};
}

/* --- paths --- */

/* Where a name of that directory differs from `name` only in case, `name` becomes that one. */
static void fold(const char *path, char *name)
{
    struct stat status;
    DIR *listing = opendir(path);

    if (!listing)
        return;
    if (fstatat(dirfd(listing), name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        for (const struct dirent *entry; (entry = readdir(listing)) != NULL;)
            if (strcasecmp(entry->d_name, name) == 0)
                memcpy(name, entry->d_name, strlen(name));
    closedir(listing);
}

const char *rules_find(struct place *place, const char *path)
{
    char *name = place->path;

    snprintf(place->path, sizeof place->path, "%s", path[1] ? path + 1 : ".");
    while (rules.folds && path[1] && name) {
        char *end = strchr(name, '/');
        if (end)
            *end = '\0';
        if (name == place->path) {
            fold(".", name);
        } else {
            name[-1] = '\0';
            fold(place->path, name);
            name[-1] = '/';
        }
        if (end)
            *end = '/';
        name = end ? end + 1 : NULL;
    }
    return place->path;
}

bool rules_exists(const char *path)
{
    return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}
