#include "cmd/copy-agent/access.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cmd/copy-agent/acl.h"
#include "cmd/copy-agent/descent.h"
#include "cmd/copy-agent/link_reach.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/units.h"
#include "common/files/mount.h"

#include "common/base/banned.h"

enum {
    ACL_LARGEST = 64 * 1024 /* as large as an attribute may be: a part of one would prove nothing */,
    PATH_MOST = 16 * 1024 * 1024
};

struct access {
    struct copy *copy;
    struct acl_user user;
    gid_t *groups;
    bool without_acls; /* the file system has none */
    bool *matched;     /* for each --writable pattern */
    struct buf path;
    char acl[ACL_LARGEST];
};

/* `name` in `directory`, or that itself for ".". Its descriptor may be O_PATH, so the attribute is read by way of /proc; without
 * /proc the mode has to do. Returns the length, 0 for none. */
static size_t read_acl(struct access *access, int directory, const char *name)
{
    char path[64 + NAME_MAX + 1];

    if (access->without_acls)
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d/%s", directory, name);
    ssize_t length = lgetxattr(path, ACL_ATTRIBUTE, access->acl, sizeof access->acl);
    if (length < 0 && errno == EOPNOTSUPP)
        access->without_acls = true;
    return length > 0 ? (size_t)length : 0;
}

static void note(struct access *access, const char *path, const struct stat *file, unsigned wanted,
                 bool above)
{
    bool directory = S_ISDIR(file->st_mode);
    struct reason why;

    reason_set(&why, CODE_FAILED, "%.180s: UID %u cannot %s it (mode %04o, owner %u:%u)", path,
               (unsigned)access->user.user,
               wanted & ACL_WRITE ? "write"
               : directory        ? "enter"
                                  : "read",
               (unsigned)(file->st_mode & 07777), (unsigned)file->st_uid, (unsigned)file->st_gid);
    if (above)
        reason_hint(
            &why,
            "it was there before, and --mode and --owner leave it alone: change it where the volume is made, "
            "or name its group with --for-gid");
    else if (wanted & ACL_WRITE)
        reason_hint(&why, "--owner %u or --mode u=rwX,go=u gives it the right", (unsigned)access->user.user);
    else
        reason_hint(&why, "--mode a+rX or --owner %u gives it the right; --for-gid names its groups",
                    (unsigned)access->user.user);
    journal_add(&access->copy->journal, &why);
}

/* Reading for a file, entering for a directory, and writing where --writable asks for it. */
static unsigned wanted_for(struct access *access, const char *path, bool directory)
{
    const struct strings *writable = &access->copy->settings->writable;
    unsigned wanted = directory ? ACL_SEARCH : ACL_READ;

    for (size_t i = 0; i < writable->count; i++) {
        struct strings one = {&writable->items[i], 1};
        if (!glob_any(&one, path))
            continue;
        access->matched[i] = true;
        wanted |= ACL_WRITE;
    }
    return wanted;
}

static bool allows(void *context, int directory, const char *name, const struct stat *file, unsigned wanted)
{
    struct access *access = context;
    size_t length = read_acl(access, directory, name);

    return acl_allows(&access->user, file, access->acl, length, wanted);
}

/* Whether the user gets to what a link leads to. One that leads out of DEST is another container's affair: access_warn_links. */
static void check_link(struct access *access, int directory, const char *name, const char *path)
{
    const struct link_reach reach = {.allows = allows, .context = access};
    char target[PATH_MAX];
    ssize_t length = readlinkat(directory, name, target, sizeof target - 1);
    int error = length < 0 ? errno : 0;
    unsigned depth = 0;
    struct reason why;

    for (const char *at = path; (at = strchr(at, '/')); at++)
        depth++;
    target[length > 0 ? length : 0] = '\0';
    if (error == 0)
        error = link_reach(&reach, directory, depth, target);
    if (error == 0)
        return;
    reason_set(&why, CODE_FAILED, "%.180s: is a link to %.180s, which UID %u cannot reach: %s", path, target,
               (unsigned)access->user.user, strerror(error));
    if (error == EACCES)
        reason_hint(
            &why,
            "--mode a+rX or --owner %u gives it the right, where it was copied; --for-gid names its groups",
            (unsigned)access->user.user);
    else
        reason_hint(&why, "copy what it leads to as well, or leave the link out with --exclude");
    journal_add(&access->copy->journal, &why);
}

static void check(struct access *access, int directory, const char *name, const char *path, unsigned wanted,
                  bool above)
{
    struct stat file;

    if (fstatat(directory, name, &file, AT_SYMLINK_NOFOLLOW) != 0) {
        journal_add_errno(&access->copy->journal, path, "cannot be looked at", errno);
        return;
    }
    if (S_ISLNK(file.st_mode)) {
        check_link(access, directory, name, path);
        return;
    }
    if (!allows(access, directory, name, &file, wanted))
        note(access, path, &file, wanted, above);
}

/* Whoever mounts the volume elsewhere sees it from its root on: that, and what is between it and DEST. */
static void check_above(struct access *access)
{
    int directory = openat(access->copy->dest, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct buf path;

    buf_init(&path, PATH_MOST);
    buf_add_text(&path, access->copy->dest_name);
    while (directory >= 0) {
        struct mount mount;
        struct stat here, above;
        bool made = access->copy->plan.nodes[PLAN_ROOT].touched &&
                    path.length == strlen(access->copy->dest_name);
        check(access, directory, ".", path.data, ACL_SEARCH, !made);
        int next = openat(directory, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        bool top = next < 0 || !mount_of(directory, &mount) || mount.is_root ||
                   fstat(directory, &here) != 0 || fstat(next, &above) != 0 || here.st_dev != above.st_dev ||
                   here.st_ino == above.st_ino;
        close(directory);
        if (top && next >= 0)
            close(next);
        directory = top ? -1 : next;
        buf_add_text(&path, "/..");
    }
    buf_free(&path);
}

static void check_tree(struct access *access)
{
    const struct plan *plan = &access->copy->plan;
    struct descent descent;

    descent_begin(&descent, plan, DESCENT_DEST, -1, access->copy->dest);
    for (uint32_t i = 1; i < plan->count && journal_halt(&access->copy->journal) == CODE_OK; i++) {
        if (plan->nodes[i].out)
            continue;
        const char *path = plan_path(plan, i, &access->path);
        unsigned wanted = wanted_for(access, path, plan->nodes[i].kind == PLAN_DIRECTORY);
        const struct folder *folder = descent_to(&descent, plan->nodes[i].parent);
        if (folder)
            check(access, folder->dest, plan_dest_name(plan, i), path, wanted, false);
        else
            journal_add_errno(&access->copy->journal, path, "cannot be looked at", errno);
    }
    descent_end(&descent);
}

void access_check(struct copy *copy)
{
    const struct strings *groups = &copy->settings->groups, *writable = &copy->settings->writable;
    struct access *access = xcalloc(1, sizeof *access);
    int64_t group;

    access->copy = copy;
    access->user.user = (uid_t)copy->settings->user;
    access->groups = xcalloc(groups->count, sizeof *access->groups);
    access->matched = xcalloc(writable->count, sizeof *access->matched);
    for (size_t i = 0; i < groups->count; i++)
        if (units_parse_number(groups->items[i], 0, UINT32_MAX - 1, &group))
            access->groups[access->user.group_count++] = (gid_t)group;
    access->user.groups = access->groups;
    buf_init(&access->path, PATH_MOST);
    check_above(access);
    check_tree(access);
    for (size_t i = 0; i < writable->count && journal_halt(&copy->journal) == CODE_OK; i++)
        if (!access->matched[i])
            log_warn("--writable %.200s: nothing that was copied matches", writable->items[i]);
    buf_free(&access->path);
    free(access->matched);
    free(access->groups);
    free(access);
}

void access_warn_links(const struct copy *copy)
{
    const struct plan_totals *totals = &copy->plan.totals;
    struct buf path;

    if (totals->leaving == 0 || copy->settings->as_cp)
        return;
    buf_init(&path, PATH_MOST);
    plan_path(&copy->plan, totals->first_leaving, &path);
    log_warn("%" PRIu64
             " symbolic link%s out of SOURCE, to what the app's container may not have; the first is "
             "%.180s%s",
             totals->leaving, totals->leaving == 1 ? " leads" : "s lead", path.data,
             copy->settings->relative_links
                 ? ""
                 : "; hint: --relative-links makes absolute ones within SOURCE relative");
    buf_free(&path);
}

void access_warn(const struct copy *copy)
{
    const struct plan_totals *totals = &copy->plan.totals;
    struct reason why;
    struct buf path;

    if (totals->private_count == 0)
        return;
    buf_init(&path, PATH_MOST);
    reason_set(&why, CODE_FAILED, "%.180s%s", plan_path(&copy->plan, totals->first_private, &path),
               totals->private_count == 1 ? " is not readable for others" : "");
    if (totals->private_count > 1)
        reason_detail(&why, " and %" PRIu64 " more are not readable for others", totals->private_count - 1);
    log_warn("%s%s; hint: if the app runs as another user, %s", why.text, why.detail,
             copy->settings->as_cp ? "it cannot use them"
                                   : "--mode a+rX fixes that, and --for-uid N proves it");
    buf_free(&path);
}
