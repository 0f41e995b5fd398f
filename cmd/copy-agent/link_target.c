#include "cmd/copy-agent/link_target.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/banned.h"

unsigned link_target_depth(const struct plan *plan, uint32_t directory)
{
    unsigned depth = 0;

    for (; directory != PLAN_ROOT; directory = plan->nodes[directory].parent)
        depth++;
    return depth;
}

bool link_target_leaves(const char *target, unsigned depth)
{
    if (*target == '/')
        return true;
    while (*target != '\0') {
        size_t length = strcspn(target, "/");
        if (length == 2 && memcmp(target, "..", 2) == 0) {
            if (depth-- == 0)
                return true;
        } else if (length > 0 && !(length == 1 && *target == '.')) {
            depth++;
        }
        target += length + (target[length] == '/');
    }
    return false;
}

/* The part of an absolute target below `root`; NULL when it does not lie there. */
static const char *below(const char *target, const char *root)
{
    size_t length = root ? strlen(root) : 0;

    if (length == 0 || strncmp(target, root, length) != 0 ||
        (target[length] != '/' && target[length] != '\0'))
        return NULL;
    target += length;
    target += strspn(target, "/");
    return link_target_leaves(target, 0) ? NULL : target;
}

/* False when it stays as it is. */
static bool make_relative(const struct copy *copy, uint32_t parent, const char *target, struct buf *relative)
{
    const char *inside = below(target, copy->source_path);

    if (!inside)
        return false;
    for (unsigned i = link_target_depth(&copy->plan, parent); i > 0; i--)
        buf_add_text(relative, "../");
    buf_add_text(relative, *inside != '\0' ? inside : ".");
    return true;
}

/* What a link instead of a copy leads to: SOURCE as it was named, and the path below it. -1 with errno. */
static ssize_t name_in_source(const struct copy *copy, uint32_t parent, const char *name, char *target)
{
    struct buf path;

    buf_init(&path, PATH_MAX - 1);
    if (parent != PLAN_ROOT)
        plan_path(&copy->plan, parent, &path);
    int length = copy->single ? snprintf(target, PATH_MAX, "%s", copy->source_name)
                              : snprintf(target, PATH_MAX, "%s/%s%s%s", copy->source_name, path.data,
                                         path.length > 0 ? "/" : "", name);
    buf_free(&path);
    if (length < PATH_MAX)
        return length;
    errno = ENAMETOOLONG;
    return -1;
}

ssize_t link_target_read(const struct copy *copy, int directory, uint32_t parent, const char *name,
                         char *target)
{
    struct buf relative;

    if (copy->settings->link_soft)
        return name_in_source(copy, parent, name, target);
    ssize_t length = readlinkat(directory, name, target, PATH_MAX - 1);
    if (length < 0)
        return -1;
    target[length] = '\0';
    if (!copy->settings->relative_links || *target != '/')
        return length;
    buf_init(&relative, SIZE_MAX / 2);
    if (make_relative(copy, parent, target, &relative)) {
        if (relative.length < PATH_MAX) {
            length = (ssize_t)relative.length;
            memcpy(target, relative.data, relative.length + 1);
        } else {
            errno = ENAMETOOLONG;
            length = -1;
        }
    }
    buf_free(&relative);
    return length;
}
