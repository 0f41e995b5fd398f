#include "common/files/install.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/files/directory.h"
#include "common/files/publish.h"

#include "common/base/banned.h"

enum { CHUNK = 64 * 1024, MODE = 0755 };

#define SELF "/proc/self/exe"

static bool install_fail(const char *path, const char *doing, int error, struct reason *why)
{
    return reason_set(why, CODE_FAILED, "%.200s: %s%s", path, doing, strerror(error));
}

/* A handle on it; -1 fills `why`. */
static int open_directory(const char *directory, struct reason *why)
{
    int handle = directory_reach(directory, 0, 0, NULL);

    if (handle < 0 && !directory_refuse_link(directory, errno, why))
        install_fail(directory, "", errno, why);
    return handle;
}

static bool check_executable_place(int handle, const char *directory, struct reason *why)
{
    struct statvfs place;

    /* A volume that does not tell may let programs run. */
    if (fstatvfs(handle, &place) == 0 && (place.f_flag & ST_NOEXEC)) {
        reason_set(why, CODE_FAILED, "%.200s: is mounted noexec, so no program can be run from there",
                   directory);
        reason_hint(why, "use an emptyDir, or another volume that is not mounted noexec");
        return false;
    }
    return true;
}

static bool copy_self(struct publish *publish, struct reason *why)
{
    static char chunk[CHUNK];
    int self = open(SELF, O_RDONLY | O_CLOEXEC);
    ssize_t got = self < 0 ? -1 : 1;
    bool copied = true;

    while (copied && got > 0) {
        got = read(self, chunk, sizeof chunk);
        if (got > 0)
            copied = publish_write(publish, chunk, (size_t)got, why);
    }
    if (got < 0)
        reason_set(why, CODE_FAILED, "%s: %s", SELF, strerror(errno));
    if (self >= 0)
        close(self);
    return copied && got == 0;
}

static bool stays_executable(const struct publish *publish, struct reason *why)
{
    struct stat made;

    if (fstat(publish->descriptor, &made) != 0)
        return install_fail(publish->path, "", errno, why);
    if (made.st_mode & S_IXUSR)
        return true;
    reason_set(why, CODE_FAILED, "%.200s: the volume gives it the mode %04o, so it could not be run",
               publish->path, (unsigned)made.st_mode & 07777);
    reason_hint(why, "use an emptyDir, or give the volume's mount another file_mode=");
    return false;
}

bool install_self(const char *directory, const char *name, struct reason *why)
{
    char path[PATH_MAX];
    struct publish publish;
    struct publish_clean clean = {0};

    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
        return install_fail(directory, "", ENAMETOOLONG, why);
    int handle = open_directory(directory, why);
    if (handle < 0)
        return false;
    if (!check_executable_place(handle, directory, why)) {
        close(handle);
        return false;
    }
    publish_recover(handle, name, &clean);
    if (!publish_begin_in(&publish, handle, path, MODE, why))
        return false;
    if (!stays_executable(&publish, why) || !copy_self(&publish, why)) {
        publish_abort(&publish);
        return false;
    }
    return publish_commit(&publish, why);
}

bool install_link(const char *directory, const char *name, const char *target, struct reason *why)
{
    char path[PATH_MAX], temporary[NAME_MAX + 1];

    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path ||
        snprintf(temporary, sizeof temporary, ".%s.initkit-link", name) >= (int)sizeof temporary)
        return install_fail(directory, "", ENAMETOOLONG, why);
    int handle = open_directory(directory, why);
    if (handle < 0)
        return false;
    bool good = (unlinkat(handle, temporary, 0) == 0 || errno == ENOENT) &&
                symlinkat(target, handle, temporary) == 0 && renameat(handle, temporary, handle, name) == 0;
    if (!good) {
        install_fail(path, "cannot be linked: ", errno, why);
        unlinkat(handle, temporary, 0);
    }
    close(handle);
    return good;
}
