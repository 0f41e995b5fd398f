#include "cmd/copy-agent/source.h"

#include <fcntl.h>

#include "common/base/banned.h"

static int open_source(const struct plan *plan, int parent, const char *name, int flags)
{
    return openat(parent, name, flags | O_CLOEXEC | (plan->follows ? 0 : O_NOFOLLOW));
}

/* What was a file when it was looked at may be a FIFO now: it must neither block nor become the controlling terminal. */
int source_open_file(const struct plan *plan, int parent, const char *name)
{
    return open_source(plan, parent, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

int source_open_directory(const struct plan *plan, int parent, const char *name)
{
    return open_source(plan, parent, name, O_RDONLY | O_DIRECTORY);
}

int source_directory_handle(const struct plan *plan, int parent, const char *name)
{
    return open_source(plan, parent, name, O_PATH | O_DIRECTORY);
}

bool source_stat(const struct plan *plan, int parent, const char *name, struct stat *found)
{
    return fstatat(parent, name, found, plan->follows ? 0 : AT_SYMLINK_NOFOLLOW) == 0;
}
