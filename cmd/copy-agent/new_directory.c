#include "cmd/copy-agent/new_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/copy-agent/note.h"
#include "cmd/copy-agent/source.h"

#include "common/base/banned.h"

enum { TRIES = 4 };

/* Nobody else gets in until the mode is set at the end. Where a later run leaves directories as they are, the mode must not be
 * wrong if this one is killed. */
static mode_t first_mode(const struct copy *copy, const struct folder *parent, uint32_t node)
{
    struct stat source;

    if (!copy->rules.leaves_directories ||
        !source_stat(&copy->plan, parent->source, plan_name(&copy->plan, node), &source))
        return S_IRWXU;
    return S_IRWXU | (plan_mode(&copy->rules, source.st_mode, true) & 0777);
}

/* 0 or errno. Another copier may make the same directory at the same time, which will do. */
static int make(struct folder *parent, const char *name, mode_t mode)
{
    struct stat present;

    int error = mkdirat(parent->dest, name, mode) == 0 ? 0 : errno;

    if (error == EACCES && folder_unlock(parent))
        error = mkdirat(parent->dest, name, mode) == 0 ? 0 : errno;
    if (error != EEXIST)
        return error;
    if (fstatat(parent->dest, name, &present, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    if (S_ISDIR(present.st_mode))
        return 0;
    /* A link or a file where SOURCE has a directory: it goes, and nothing that it points to. */
    if (unlinkat(parent->dest, name, 0) != 0 && errno != ENOENT)
        return errno;
    return EAGAIN;
}

int new_directory_in(const struct copy *copy, struct folder *parent, uint32_t node)
{
    mode_t mode = first_mode(copy, parent, node);
    int error = EAGAIN;

    for (unsigned i = 0; error == EAGAIN && i < TRIES; i++)
        error = make(parent, plan_dest_name(&copy->plan, node), mode);
    return error;
}

bool new_directory_make(struct copy *copy, struct descent *descent, uint32_t node)
{
    struct folder *parent = descent_to(descent, copy->plan.nodes[node].parent);
    int error = parent ? new_directory_in(copy, parent, node) : errno;

    if (error != 0)
        note_errno(copy, node, "cannot be made", error);
    return error == 0;
}
