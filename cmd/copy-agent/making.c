#include "cmd/copy-agent/making.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/copy-agent/source.h"

#include "common/base/banned.h"

enum { PATH_MOST = 16 * 1024 * 1024, TRIES = 4 };

void making_note(struct copy *copy, uint32_t node, const char *doing, int error)
{
    struct buf path;

    buf_init(&path, PATH_MOST);
    plan_path(&copy->plan, node, &path);
    journal_add_errno(&copy->journal, path.data, doing, error);
    copy->plan.nodes[node].action = PLAN_REFUSE;
    buf_free(&path);
}

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

/* 0 or errno. Another copier may make the same directory at the same time, which is as good. */
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

int making_in(const struct copy *copy, struct folder *parent, uint32_t node)
{
    mode_t mode = first_mode(copy, parent, node);
    int error = EAGAIN;

    for (unsigned i = 0; error == EAGAIN && i < TRIES; i++)
        error = make(parent, plan_dest_name(&copy->plan, node), mode);
    return error;
}

bool making_directory(struct copy *copy, struct descent *descent, uint32_t node)
{
    struct folder *parent = descent_to(descent, copy->plan.nodes[node].parent);
    int error = parent ? making_in(copy, parent, node) : errno;

    if (error != 0)
        making_note(copy, node, "cannot be made", error);
    return error == 0;
}
