#include "common/files/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/files/directory.h"
#include "common/files/mount.h"

#include "common/base/banned.h"

/* Where a path would be written. */
struct site {
    bool is_mount;     /* the path itself */
    bool is_read_only; /* its file system */
    bool is_kubelets;  /* the volume of a ConfigMap, a Secret or the like, which the kubelet alone writes */
    bool is_locked;    /* immutable or append-only, or its directory is */
};

/* A handle on the directory of `path`, or the nearest above it that is there. */
static int open_nearest(const char *path)
{
    char folder[PATH_MAX];
    int length = (int)(directory_last_part(path) - path), near = -1;

    if (snprintf(folder, sizeof folder, "%.*s.", length, path) >= (int)sizeof folder)
        return -1;
    int directory = directory_reach(folder, 0, 0, &near);
    return directory >= 0 ? directory : near;
}

static void look_at(const char *path, struct site *site)
{
    const char *name = directory_last_part(path);
    struct statvfs volume;
    struct stat data;
    int directory = open_nearest(path);

    *site = (struct site){0};
    if (directory < 0)
        return;
    site->is_mount = *name != '\0' && mount_is_root(directory, name);
    site->is_read_only = fstatvfs(directory, &volume) == 0 && (volume.f_flag & ST_RDONLY) != 0;
    /* Its files are links through this one, which is swapped when they change. */
    site->is_kubelets = fstatat(directory, "..data", &data, AT_SYMLINK_NOFOLLOW) == 0 &&
                        S_ISLNK(data.st_mode);
    site->is_locked = mount_locks(directory, "") || (*name != '\0' && mount_locks(directory, name));
    close(directory);
}

bool volume_is_mount(const char *path)
{
    const char *name = directory_last_part(path);
    int directory = *name != '\0' ? directory_reach_parent(path, 0) : -1;
    bool is_mount = directory >= 0 && mount_is_root(directory, name);

    if (directory >= 0)
        close(directory);
    return is_mount;
}

static void hint_refused(struct reason *why, const char *path, int error)
{
    struct site site;

    look_at(path, &site);
    if (site.is_mount || error == EBUSY)
        reason_hint(why, "the file itself is a mount (subPath?): mount its directory instead");
    else if (site.is_kubelets)
        reason_hint(why,
                    "it is the volume of a ConfigMap or Secret, where no user may write: mount an emptyDir");
    else if (error == EROFS || site.is_read_only)
        reason_hint(
            why, "it is read-only for every user: mount a volume there (an emptyDir) that is not readOnly");
    else if (error == EPERM && site.is_locked)
        reason_hint(why, "it, or its directory, is immutable or append-only: chattr -i -a allows changes");
    else
        reason_hint(why,
                    "this user (UID %u) may not write there: mount a volume, or look at its mode and fsGroup",
                    (unsigned)geteuid());
}

static void hint_directory(struct reason *why, const char *path)
{
    struct site site;

    look_at(path, &site);
    if (site.is_mount)
        reason_hint(why,
                    "the kubelet mounts a directory for a subPath that its volume does not have: mount the "
                    "directory that the file is to be in");
    else
        reason_hint(why, "name the file in it");
}

void volume_hint(struct reason *why, const char *path, int error)
{
    switch (error) {
    case ENOENT:
        reason_hint(why, "the directory does not exist: is the volume mounted there?");
        break;
    case EACCES:
    case EPERM:
    case EROFS:
    case EBUSY:
        hint_refused(why, path, error);
        break;
    case EISDIR:
        hint_directory(why, path);
        break;
    case ENOSPC:
        reason_hint(why, "the volume is full");
        break;
    case EDQUOT:
        reason_hint(why, "the volume's quota is used up");
        break;
    default:
        break;
    }
}

bool volume_fail(struct reason *why, const char *path, const char *doing, int error)
{
    reason_set(why, CODE_FAILED, "%.200s: %s: %s", path, doing, strerror(error));
    volume_hint(why, path, error);
    return false;
}
