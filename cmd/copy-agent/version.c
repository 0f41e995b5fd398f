#include "cmd/copy-agent/version.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/copy-agent/copy_thread.h"
#include "cmd/copy-agent/descent.h"
#include "cmd/copy-agent/metadata.h"
#include "common/files/directory.h"

#include "common/base/banned.h"

/* renameat2(2), newer than musl's wrappers. */
#define EXCHANGE 2U

/* In the staging directory. */
static const char tree[] = "tree", old_tree[] = "old-tree", link_name[] = "link", probe[] = "-probe";

const char *version_link_name(const struct copy_settings *settings)
{
    return settings->link ? settings->link : VERSION_LINK;
}

bool version_check_name(const char *text, struct reason *why)
{
    if (*text != '\0' && strlen(text) <= NAME_MAX && !strchr(text, '/') && strcmp(text, ".") != 0 &&
        strcmp(text, "..") != 0 && !staging_is_ours(text))
        return true;
    return reason_set(why, CODE_USAGE, "\"%.100s\" is not the name of something in DEST, without a slash",
                      text);
}

static bool fail(struct copy *copy, const char *name, const char *doing, int error)
{
    journal_add_errno(&copy->journal, name, doing, error);
    return false;
}

static bool fail_link(struct copy *copy, const char *name)
{
    struct reason why;

    reason_set(&why, CODE_FAILED, "%.200s: is a link, which is not followed", name);
    reason_hint(&why,
                "anybody who may write there can have made it: remove it, or choose another --version-dir");
    journal_add(&copy->journal, &why);
    return false;
}

bool version_open(struct copy *copy)
{
    const char *name = copy->settings->version_dir;

    if (copy->volume < 0)
        return true; /* a dry run, and DEST is not there either */
    copy->dest = directory_open(copy->volume, name);
    if (copy->dest < 0 && errno == ENOTDIR && directory_has_link(copy->volume, name))
        return fail_link(copy, name);
    if (copy->dest < 0)
        return errno == ENOENT || fail(copy, name, "cannot be opened", errno);
    return fstat(copy->dest, &copy->dest_root) == 0 || fail(copy, name, "cannot be opened", errno);
}

/* Some volumes rename files and no directories. */
static bool moves_directories(const struct copy *copy, const struct staging *staging)
{
    char name[LITTER_NAME + sizeof probe];

    snprintf(name, sizeof name, "%s%s", staging->name, probe);
    if (mkdirat(staging->folder, probe, 0700) != 0)
        return true; /* making the tree reports why */
    bool moves = renameat(staging->folder, probe, copy->volume, name) == 0 ||
                 !copy_thread_lacks_rename(errno);
    unlinkat(copy->volume, name, AT_REMOVEDIR);
    unlinkat(staging->folder, probe, AT_REMOVEDIR);
    return moves;
}

bool version_begin(struct copy *copy, struct staging *staging, bool *in_place)
{
    const char *name = copy->settings->version_dir;
    int folder = staging_folder(staging);

    *in_place = folder >= 0 && !moves_directories(copy, staging);
    if (folder < 0 || (*in_place ? mkdirat(copy->volume, name, 0700) != 0 && errno != EEXIST
                                 : mkdirat(folder, tree, 0700) != 0))
        return fail(copy, name, "cannot be made", errno);
    copy->dest = *in_place ? directory_open(copy->volume, name) : directory_open(folder, tree);
    if (copy->dest < 0 || fstat(copy->dest, &copy->dest_root) != 0)
        return fail(copy, name, "cannot be made", errno);
    copy->plan.nodes[PLAN_ROOT].touched = true;
    return true;
}

/* An earlier tree of that name is exchanged in one step, and lies in the staging directory then. Where the file system cannot
 * do that there is a moment without either. */
static int put(struct copy *copy, int folder)
{
    const char *name = copy->settings->version_dir;
    struct stat present;

    if (renameat(folder, tree, copy->volume, name) == 0)
        return 0;
    int error = errno;
    if (fstatat(copy->volume, name, &present, AT_SYMLINK_NOFOLLOW) != 0)
        return error;
    if (syscall(SYS_renameat2, folder, tree, copy->volume, name, EXCHANGE) == 0)
        return 0;
    if (renameat(copy->volume, name, folder, old_tree) != 0)
        return errno;
    copy->gap = true;
    if (renameat(folder, tree, copy->volume, name) == 0)
        return 0;
    error = errno;
    renameat(folder, old_tree, copy->volume, name); /* the old one stays what readers see */
    return error;
}

bool version_publish(struct copy *copy, struct staging *staging)
{
    struct stat settled;
    int error = put(copy, staging->folder);

    /* A directory moves only if it may be written to. */
    if (error == EACCES && fstat(copy->dest, &settled) == 0 && fchmod(copy->dest, S_IRWXU) == 0) {
        error = put(copy, staging->folder);
        if (fchmod(copy->dest, settled.st_mode & 07777) != 0)
            error = errno;
    }
    return error == 0 || fail(copy, copy->settings->version_dir, "cannot be put in its place", error);
}

/* Where a link cannot be renamed to its name it is made there, and in the place of another one after a moment without. */
static int make_link(struct copy *copy, const char *name, const char *version)
{
    char target[NAME_MAX + 1];
    bool there = readlinkat(copy->volume, name, target, sizeof target) >= 0;

    if (symlinkat(version, copy->volume, name) == 0)
        return 0;
    if (errno != EEXIST || !there)
        return errno;
    copy->gap = true;
    return unlinkat(copy->volume, name, 0) == 0 && symlinkat(version, copy->volume, name) == 0 ? 0 : errno;
}

bool version_link(struct copy *copy, struct staging *staging)
{
    const char *name = version_link_name(copy->settings), *version = copy->settings->version_dir;
    char present[NAME_MAX + 1];
    ssize_t length = readlinkat(copy->volume, name, present, sizeof present);

    if (length == (ssize_t)strlen(version) && memcmp(present, version, (size_t)length) == 0)
        return true;
    int folder = staging_folder(staging);
    int error = folder < 0 || (symlinkat(version, folder, link_name) != 0 && errno != EEXIST) ||
                        renameat(folder, link_name, copy->volume, name) != 0
                    ? errno
                    : 0;
    if (copy_thread_lacks_rename(error) || error == EEXIST || error == EACCES)
        error = make_link(copy, name, version);
    return error == 0 ||
           fail(copy, name,
                error == EISDIR || error == EEXIST ? "is a directory, not a link" : "cannot be linked",
                error);
}
