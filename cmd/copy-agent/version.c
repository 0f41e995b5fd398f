#include "cmd/copy-agent/version.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/copy-agent/descent.h"
#include "cmd/copy-agent/metadata.h"
#include "common/directory.h"

#include "common/banned.h"

/* renameat2(2), newer than musl's wrappers. */
#define EXCHANGE 2U

/* In the staging directory. */
static const char tree[] = "tree", old_tree[] = "old-tree", link_name[] = "link";

const char *version_link_name(const struct copy_settings *settings)
{
    return settings->link ? settings->link : VERSION_LINK;
}

bool version_check_name(const char *text, struct reason *why)
{
    if (*text != '\0' && strlen(text) <= NAME_MAX && !strchr(text, '/') && strcmp(text, ".") != 0 &&
        strcmp(text, "..") != 0 && !stage_is_ours(text))
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

bool version_begin(struct copy *copy, struct stage *stage)
{
    int folder = stage_folder(stage);

    if (folder < 0 || mkdirat(folder, tree, 0700) != 0)
        return fail(copy, copy->settings->version_dir, "cannot be made", errno);
    copy->dest = directory_open(folder, tree);
    if (copy->dest < 0 || fstat(copy->dest, &copy->dest_root) != 0)
        return fail(copy, copy->settings->version_dir, "cannot be made", errno);
    copy->plan.nodes[PLAN_ROOT].touched = true;
    return true;
}

/* An earlier tree of that name is exchanged in one step, and lies in the stage then. Where the file system cannot do that there
 * is a moment without either. */
static int put(struct copy *copy, int folder)
{
    const char *name = copy->settings->version_dir;

    if (renameat(folder, tree, copy->volume, name) == 0)
        return 0;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return errno;
    if (syscall(SYS_renameat2, folder, tree, copy->volume, name, EXCHANGE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != EPERM)
        return errno;
    if (renameat(copy->volume, name, folder, old_tree) != 0)
        return errno;
    if (renameat(folder, tree, copy->volume, name) == 0)
        return 0;
    int error = errno;
    renameat(folder, old_tree, copy->volume, name); /* the old one stays what readers see */
    return error;
}

bool version_publish(struct copy *copy, struct stage *stage)
{
    struct stat settled;
    int error = put(copy, stage->folder);

    /* A directory moves only if it may be written to. */
    if (error == EACCES && fstat(copy->dest, &settled) == 0 && fchmod(copy->dest, S_IRWXU) == 0) {
        error = put(copy, stage->folder);
        if (fchmod(copy->dest, settled.st_mode & 07777) != 0)
            error = errno;
    }
    return error == 0 || fail(copy, copy->settings->version_dir, "cannot be put in its place", error);
}

bool version_link(struct copy *copy, struct stage *stage)
{
    const char *name = version_link_name(copy->settings), *version = copy->settings->version_dir;
    char present[NAME_MAX + 1];
    ssize_t length = readlinkat(copy->volume, name, present, sizeof present);

    if (length == (ssize_t)strlen(version) && memcmp(present, version, (size_t)length) == 0)
        return true;
    int folder = stage_folder(stage);
    if (folder < 0 || (symlinkat(version, folder, link_name) != 0 && errno != EEXIST) ||
        renameat(folder, link_name, copy->volume, name) != 0)
        return fail(copy, name, errno == EISDIR ? "is a directory, not a link" : "cannot be linked", errno);
    return true;
}
