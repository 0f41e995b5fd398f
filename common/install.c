#include "common/install.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/publish.h"

#include "common/banned.h"

enum { CHUNK = 64 * 1024, MODE = 0755 };

#define SELF "/proc/self/exe"

static bool check_executable_place(const char *directory, struct reason *why)
{
    struct statvfs place;

    if (statvfs(directory, &place) != 0)
        return reason_set(why, CODE_FAILED, "%.200s: %s", directory, strerror(errno));
    if (place.f_flag & ST_NOEXEC) {
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

bool install_self(const char *directory, const char *name, struct reason *why)
{
    char path[PATH_MAX];
    struct publish publish;

    if (!check_executable_place(directory, why))
        return false;
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
        return reason_set(why, CODE_FAILED, "%.200s: %s", directory, strerror(ENAMETOOLONG));
    if (!publish_begin(&publish, path, MODE, why))
        return false;
    if (!copy_self(&publish, why)) {
        publish_abort(&publish);
        return false;
    }
    return publish_commit(&publish, why);
}

bool install_link(const char *directory, const char *name, const char *target, struct reason *why)
{
    char path[PATH_MAX], temporary[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", directory, name);
    int longer = snprintf(temporary, sizeof temporary, "%s/.%s.initkit-link", directory, name);

    if (length >= (int)sizeof path || longer >= (int)sizeof temporary)
        return reason_set(why, CODE_FAILED, "%.200s: %s", directory, strerror(ENAMETOOLONG));
    if ((unlink(temporary) != 0 && errno != ENOENT) || symlink(target, temporary) != 0)
        return reason_set(why, CODE_FAILED, "%.200s: cannot be linked: %s", path, strerror(errno));
    if (rename(temporary, path) == 0)
        return true;
    reason_set(why, CODE_FAILED, "%.200s: cannot be linked: %s", path, strerror(errno));
    unlink(temporary);
    return false;
}
