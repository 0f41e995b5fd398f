#include "cmd/fetch-config/file_url.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/cancel.h"

#include "common/base/banned.h"

enum { CHUNK = 64 * 1024 };

static bool check_kind(int descriptor, int64_t max_size, struct reason *why)
{
    struct stat present;

    if (fstat(descriptor, &present) != 0)
        return reason_set(why, CODE_FAILED, "%s", strerror(errno));
    if (!S_ISREG(present.st_mode))
        return reason_set(why, CODE_FAILED, "is not a file%s",
                          S_ISDIR(present.st_mode) ? ", but a directory" : "");
    if (present.st_size > max_size)
        return reason_set(why, CODE_FAILED, "is %lld bytes, more than the %" PRId64 " of --max-size",
                          (long long)present.st_size, max_size);
    return true;
}

enum outcome file_url_read(const char *path, int64_t max_size, int64_t deadline,
                           bool (*on_body)(void *owner, const char *bytes, size_t length, struct reason *why),
                           void *owner, struct reason *why)
{
    static char chunk[CHUNK];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int64_t all = 0;
    ssize_t got = -1;

    if (descriptor < 0) {
        reason_set(why, CODE_FAILED, "%s", strerror(errno));
        if (errno == ENOENT)
            reason_hint(why, "is the volume with it mounted in this container?");
        return ATTEMPT_FAIL;
    }
    bool good = check_kind(descriptor, max_size, why);
    while (good && (got = read(descriptor, chunk, sizeof chunk)) > 0) {
        all += got;
        if (cancel_due(deadline, "it was being copied", why))
            good = false;
        else if (all > max_size)
            good = reason_set(why, CODE_FAILED, "is more than the %" PRId64 " bytes of --max-size", max_size);
        else
            good = on_body(owner, chunk, (size_t)got, why);
    }
    if (good && got < 0)
        good = reason_set(why, CODE_FAILED, "cannot be read: %s", strerror(errno));
    close(descriptor);
    return good ? ATTEMPT_OK : cancel_outcome(why);
}
