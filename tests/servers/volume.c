/* A file system that shows a directory, and refuses, ignores or rounds what it is told to: the volumes that people have.
 *
 * usage: volume [--fixed UID:GID:MODE] [--fold] [--alike] [CALL=WHAT]... DIRECTORY MOUNTPOINT
 *
 * --fixed gives every file that owner and mode, as SMB does; --fold takes names that differ only in case for the same one;
 * --alike shows every file with one inode number and two names. CALL is one of the words in volume_rules.c. WHAT is an errno
 * (EPERM), "ignore" (the call succeeds and does nothing), or for utimens "round:SECONDS" (all times are kept in such steps).
 * Stays in the foreground until it is unmounted or ended. Permissions are the kernel's to judge; what is created belongs to who
 * created it. Where root mounts it, every user may use it. */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 31
#include "volume_rules.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

static int base; /* the directory that is shown */

static int result(int returned)
{
    return returned < 0 ? -errno : 0;
}

/* To be said first in each call: what the rule makes of it. */
#define OBEY(call)                                                  \
    do {                                                            \
        if (rules.of[call] != 0)                                    \
            return rules.of[call] == IGNORED ? 0 : -rules.of[call]; \
    } while (0)

/* --- looking --- */

static int volume_getattr(const char *path, struct stat *status, struct fuse_file_info *open)
{
    struct place place;
    int end = open ? fstat((int)open->fh, status) : lstat(rules_find(&place, path), status);

    if (end == 0)
        rules_show(status);
    return result(end);
}

static int volume_readlink(const char *path, char *target, size_t size)
{
    struct place place;
    ssize_t length = readlink(rules_find(&place, path), target, size - 1);

    if (length >= 0)
        target[length] = '\0';
    return result((int)length);
}

/* What is open has no path here (nullpath_ok). */
static int volume_opendir(const char *path, struct fuse_file_info *open)
{
    struct place place;
    DIR *listing = opendir(rules_find(&place, path));

    open->fh = (uint64_t)(uintptr_t)listing;
    return listing ? 0 : -errno;
}

static int volume_readdir(const char *path, void *into, fuse_fill_dir_t add, off_t from,
                          struct fuse_file_info *open, enum fuse_readdir_flags flags)
{
    DIR *listing = (DIR *)(uintptr_t)open->fh; // NOLINT(performance-no-int-to-ptr): FUSE keeps a number

    (void)path, (void)from, (void)flags;
    rewinddir(listing);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        struct stat status = {.st_ino = entry->d_ino, .st_mode = (mode_t)entry->d_type << 12};
        if (add(into, entry->d_name, &status, 0, 0) != 0)
            break;
    }
    return 0;
}

static int volume_releasedir(const char *path, struct fuse_file_info *open)
{
    (void)path;
    return result(closedir((DIR *)(uintptr_t)open->fh)); // NOLINT(performance-no-int-to-ptr)
}

static int volume_statfs(const char *path, struct statvfs *status)
{
    struct place place;

    memset(status, 0, sizeof *status);
    OBEY(STATFS);
    return result(statvfs(rules_find(&place, path), status));
}

static int volume_getxattr(const char *path, const char *name, char *value, size_t size)
{
    struct place place;
    ssize_t length = 0;

    OBEY(GETXATTR);
    length = lgetxattr(rules_find(&place, path), name, value, size);
    return length < 0 ? -errno : (int)length;
}

static int volume_listxattr(const char *path, char *names, size_t size)
{
    struct place place;
    ssize_t length;

    OBEY(LISTXATTR);
    length = llistxattr(rules_find(&place, path), names, size);
    return length < 0 ? -errno : (int)length;
}

/* --- creating --- */

/* Gives what was created to the one who did; the group of a setgid directory stays. */
static int give(const char *path)
{
    const struct fuse_context *caller = fuse_get_context();
    const char *end = strrchr(path, '/');
    char parent[PATH_MAX] = ".";
    struct stat status;

    if (end)
        snprintf(parent, sizeof parent, "%.*s", (int)(end - path), path);
    bool inherits = stat(parent, &status) == 0 && (status.st_mode & S_ISGID);
    if (lstat(path, &status) != 0 || lchown(path, caller->uid, inherits ? (gid_t)-1 : caller->gid) != 0)
        return -errno;
    return S_ISLNK(status.st_mode) ? 0
                                   : result(chmod(path, status.st_mode & 07777)); /* chown took setgid away */
}

static int volume_mknod(const char *path, mode_t mode, dev_t device)
{
    struct place place;

    OBEY(CREATE);
    if (mknod(rules_find(&place, path), mode, device) != 0)
        return -errno;
    return give(place.path);
}

static int volume_mkdir(const char *path, mode_t mode)
{
    struct place place;

    OBEY(MKDIR);
    if (mkdir(rules_find(&place, path), mode) != 0)
        return -errno;
    return give(place.path);
}

static int volume_symlink(const char *target, const char *path)
{
    struct place place;

    OBEY(SYMLINK);
    if (symlink(target, rules_find(&place, path)) != 0)
        return -errno;
    return give(place.path);
}

static int volume_link(const char *from, const char *to)
{
    struct place first, second;

    OBEY(LINK);
    return result(link(rules_find(&first, from), rules_find(&second, to)));
}

static int volume_create(const char *path, mode_t mode, struct fuse_file_info *open_file)
{
    struct place place;
    bool present = rules_exists(rules_find(&place, path));

    if (rules.of[CREATE] != 0)
        return -rules.of[CREATE];
    int descriptor = open(place.path, open_file->flags | O_NOFOLLOW | O_CLOEXEC, mode);
    if (descriptor < 0)
        return -errno;
    open_file->fh = (uint64_t)descriptor;
    return present ? 0 : give(place.path);
}

/* --- changing --- */

static int rename_rule(const char *from, const char *to, unsigned flags)
{
    struct stat status;

    if (flags & RENAME_EXCHANGE)
        OBEY(EXCHANGE);
    if (flags & RENAME_NOREPLACE)
        OBEY(NOREPLACE);
    if (lstat(from, &status) == 0 && S_ISDIR(status.st_mode))
        OBEY(RENAME_DIRECTORY);
    if (rules_exists(to))
        OBEY(RENAME_OVER);
    OBEY(RENAME);
    return 1;
}

static int volume_rename(const char *from, const char *to, unsigned flags)
{
    struct place first, second;
    int ruled = rename_rule(rules_find(&first, from), rules_find(&second, to), flags);

    if (ruled <= 0)
        return ruled;
    /* A new spelling of the same name. */
    if (rules.folds && strcmp(first.path, second.path) == 0 && !flags)
        return result(rename(first.path, to + 1));
    return result(renameat2(AT_FDCWD, first.path, AT_FDCWD, second.path, flags));
}

static int volume_unlink(const char *path)
{
    struct place place;

    OBEY(UNLINK);
    return result(unlink(rules_find(&place, path)));
}

static int volume_rmdir(const char *path)
{
    struct place place;

    OBEY(RMDIR);
    return result(rmdir(rules_find(&place, path)));
}

static int volume_chmod(const char *path, mode_t mode, struct fuse_file_info *open)
{
    struct place place;

    OBEY(CHMOD);
    return result(open ? fchmod((int)open->fh, mode) : chmod(rules_find(&place, path), mode));
}

static int volume_chown(const char *path, uid_t owner, gid_t group, struct fuse_file_info *open)
{
    struct place place;

    OBEY(CHOWN);
    return result(open ? fchown((int)open->fh, owner, group)
                       : lchown(rules_find(&place, path), owner, group));
}

static int volume_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *open)
{
    struct place place;

    OBEY(UTIMENS);
    return result(open ? futimens((int)open->fh, times)
                       : utimensat(AT_FDCWD, rules_find(&place, path), times, AT_SYMLINK_NOFOLLOW));
}

static int volume_truncate(const char *path, off_t size, struct fuse_file_info *open)
{
    struct place place;

    OBEY(TRUNCATE);
    return result(open ? ftruncate((int)open->fh, size) : truncate(rules_find(&place, path), size));
}

static int volume_setxattr(const char *path, const char *name, const char *value, size_t size, int flags)
{
    struct place place;

    OBEY(SETXATTR);
    return result(lsetxattr(rules_find(&place, path), name, value, size, flags));
}

static int volume_removexattr(const char *path, const char *name)
{
    struct place place;

    OBEY(SETXATTR);
    return result(lremovexattr(rules_find(&place, path), name));
}

/* --- open files --- */

static int volume_open(const char *path, struct fuse_file_info *open_file)
{
    struct place place;

    if (rules.of[OPEN] > 0 && (open_file->flags & O_ACCMODE) != O_RDONLY)
        return -rules.of[OPEN];
    if (rules.of[TRUNCATE] > 0 && (open_file->flags & O_TRUNC))
        return -rules.of[TRUNCATE];
    int descriptor = open(rules_find(&place, path), (open_file->flags & ~O_APPEND) | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0)
        return -errno;
    open_file->fh = (uint64_t)descriptor;
    return 0;
}

static int volume_read(const char *path, char *into, size_t size, off_t from, struct fuse_file_info *open)
{
    ssize_t length = pread((int)open->fh, into, size, from);

    (void)path;
    return length < 0 ? -errno : (int)length;
}

static int volume_write(const char *path, const char *from, size_t size, off_t to,
                        struct fuse_file_info *open)
{
    ssize_t length = rules.of[WRITE] > 0 ? (errno = rules.of[WRITE], -1)
                                         : pwrite((int)open->fh, from, size, to);

    (void)path;
    return length < 0 ? -errno : (int)length;
}

static int volume_release(const char *path, struct fuse_file_info *open)
{
    (void)path;
    return result(close((int)open->fh));
}

static int volume_fsync(const char *path, int data, struct fuse_file_info *open)
{
    (void)path;
    OBEY(FSYNC);
    return result(data ? fdatasync((int)open->fh) : fsync((int)open->fh));
}

/* "ignore": nobody's lock is seen by anybody, as between the nodes of some volumes. */
static int volume_flock(const char *path, struct fuse_file_info *open, int operation)
{
    (void)path;
    OBEY(LOCK);
    return result(flock((int)open->fh, operation));
}

/* --- the file system --- */

/* Nothing is kept in the kernel: who looks sees the directory as it is. */
static void *volume_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
    (void)connection;
    config->use_ino = 1;
    config->hard_remove = 1;
    config->nullpath_ok = 1;
    config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
    if (fchdir(base) != 0)
        _exit(1);
    umask(0);
    return NULL;
}

static const struct fuse_operations operations = {
    .init = volume_init,
    .getattr = volume_getattr,
    .readlink = volume_readlink,
    .opendir = volume_opendir,
    .readdir = volume_readdir,
    .releasedir = volume_releasedir,
    .statfs = volume_statfs,
    .getxattr = volume_getxattr,
    .listxattr = volume_listxattr,
    .mknod = volume_mknod,
    .mkdir = volume_mkdir,
    .symlink = volume_symlink,
    .link = volume_link,
    .create = volume_create,
    .rename = volume_rename,
    .unlink = volume_unlink,
    .rmdir = volume_rmdir,
    .chmod = volume_chmod,
    .chown = volume_chown,
    .utimens = volume_utimens,
    .truncate = volume_truncate,
    .setxattr = volume_setxattr,
    .removexattr = volume_removexattr,
    .open = volume_open,
    .read = volume_read,
    .write = volume_write,
    .release = volume_release,
    .fsync = volume_fsync,
    .flock = volume_flock,
};

int main(int argc, char **argv)
{
    char *name = argv[0];
    char options[] = "default_permissions,fsname=volume,allow_other";

    prctl(PR_SET_PDEATHSIG, SIGTERM); /* which unmounts it */
    for (argc--, argv++; argc > 2; argc--, argv++)
        if (!rules_take(&argc, &argv))
            break;
    if (argc != 2) {
        fputs("usage: volume [RULE]... DIRECTORY MOUNTPOINT\n", stderr);
        return 2;
    }
    base = open(argv[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (base < 0) {
        perror(argv[0]);
        return 1;
    }
    if (geteuid() != 0)
        *strrchr(options, ',') = '\0'; /* a user needs /etc/fuse.conf's permission for that */
    char *words[] = {name, (char[]){"-f"}, (char[]){"-o"}, options, argv[1], NULL};
    return fuse_main(5, words, &operations, NULL);
}
