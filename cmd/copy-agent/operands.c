#include "cmd/copy-agent/operands.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/files/directory.h"

#include "common/base/banned.h"

enum { PARENT_MODE = 0755 };

static bool refuse(struct copy *copy, enum code code, const char *operand, const char *what)
{
    struct reason why;

    reason_set(&why, code, "%.200s: %s", operand, what);
    journal_add(&copy->journal, &why);
    return false;
}

static bool refuse_errno(struct copy *copy, const char *operand, const char *doing)
{
    journal_add_errno(&copy->journal, operand, doing, errno);
    return false;
}

/* The directory part of a path: "." where there is none. The caller frees it. */
static char *directory_of(const char *path)
{
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    while (length > 1 && path[length - 1] == '/')
        length--;
    return length > 0 ? xstrndup(path, length) : xstrdup(".");
}

/* The last name in a path, without slashes behind it. The caller frees it. */
static char *name_of(const char *path)
{
    size_t end = strlen(path), begin;

    while (end > 1 && path[end - 1] == '/')
        end--;
    for (begin = end; begin > 0 && path[begin - 1] != '/'; begin--)
        ;
    return xstrndup(path + begin, end - begin);
}

/* The same path without "/" and "/." behind it. The caller frees it. */
static char *without_end(const char *path)
{
    size_t end = strlen(path);

    while (end > 1 && (path[end - 1] == '/' || (path[end - 1] == '.' && path[end - 2] == '/')))
        end--;
    return xstrndup(path, end);
}

static bool ends_in_slash(const char *path)
{
    size_t length = strlen(path);

    return length > 0 && path[length - 1] == '/';
}

static bool open_directory_source(struct copy *copy)
{
    copy->source = open(copy->source_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    copy->source_path = realpath(copy->source_name, NULL);
    return (copy->source >= 0 && fstat(copy->source, &copy->source_root) == 0) ||
           refuse_errno(copy, copy->source_name, "cannot be read");
}

/* The operand may be a link to a file: then the file is copied, under the operand's name. */
static bool open_single_source(struct copy *copy)
{
    char *real = copy->settings->keep_links ? NULL : realpath(copy->source_name, NULL);
    char *directory = directory_of(real ? real : copy->source_name);

    copy->single = name_of(real ? real : copy->source_name);
    copy->source = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = copy->source >= 0 && fstat(copy->source, &copy->source_root) == 0;
    free(directory);
    free(real);
    return good || refuse_errno(copy, copy->source_name, "cannot be read");
}

static bool open_source(struct copy *copy)
{
    struct stat found;
    int flags = copy->settings->keep_links ? AT_SYMLINK_NOFOLLOW : 0;

    if (fstatat(AT_FDCWD, copy->source_name, &found, flags) != 0)
        return refuse_errno(copy, copy->source_name, "cannot be read");
    if (S_ISDIR(found.st_mode))
        return open_directory_source(copy);
    if (!S_ISREG(found.st_mode) && !S_ISLNK(found.st_mode))
        return refuse(copy, CODE_FAILED, copy->source_name, "is neither a directory nor a file");
    return open_single_source(copy);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Where a file goes: into DEST, if that is a directory or ends as one; else it becomes DEST. A link to a directory is
 * refused when it is opened; any other is replaced, as a file would be. */
static void place_single(struct copy *copy)
{
    struct stat present;
    bool directory = copy->into || ends_in_slash(copy->dest_name) ||
                     (stat(copy->dest_name, &present) == 0 && S_ISDIR(present.st_mode));

    if (directory) {
        copy->dest_path = without_end(copy->dest_name);
        copy->own_parts = 1;
        copy->single_target = copy->into ? xstrdup(copy->into) : name_of(copy->source_name);
    } else {
        copy->dest_path = directory_of(copy->dest_name);
        copy->single_target = name_of(copy->dest_name);
    }
}

static void place_tree(struct copy *copy)
{
    struct buf path;

    copy->dest_path = without_end(copy->dest_name);
    copy->own_parts = 1;
    if (!copy->into)
        return;
    buf_init(&path, SIZE_MAX / 2);
    buf_add_format(&path, "%s/%s", copy->dest_path, copy->into);
    free(copy->dest_path);
    copy->dest_path = path.data;
    copy->own_parts = 2;
}

/* Whoever may write into a volume may put a link there to where only this process may write. */
static bool refuse_link(struct copy *copy)
{
    struct reason why;

    directory_refuse_link(copy->dest_path, errno, &why);
    reason_hint(&why, "anybody who may write there can have made it: name the directory that it leads to%s",
                copy->settings->as_cp ? "" : ", or use --follow-dest");
    journal_add(&copy->journal, &why);
    return false;
}

/* Takes a handle on DEST, which it may read as well as pass through. */
static bool take_dest(struct copy *copy, int handle)
{
    copy->dest = openat(handle, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy->dest < 0 && errno == EACCES)
        copy->dest = handle;
    else
        close(handle);
    return (copy->dest >= 0 && fstat(copy->dest, &copy->dest_root) == 0) ||
           refuse_errno(copy, copy->dest_path, "cannot be opened");
}

/* DEST is looked for and not there: it is made, and the directories above it. */
static bool make_directory(struct copy *copy)
{
    bool as_cp = copy->settings->as_cp;
    char *above = directory_of(copy->dest_path), *name = name_of(copy->dest_path);
    /* A file's directory is one of the parents, and so is that of versions; a tree's own gets the mode of SOURCE at the end. */
    bool parent = copy->single || copy->settings->version_dir;
    int handle = -1, directory = -1;
    unsigned own = copy->own_parts;

    errno = ENOENT;
    if (!as_cp || !copy->single)
        directory = directory_reach(above, own > 0 && own != DIRECTORY_FOLLOW ? own - 1 : own,
                                    as_cp ? 0 : PARENT_MODE, NULL);
    if (directory >= 0) {
        handle = directory_make(directory, name, parent ? PARENT_MODE : S_IRWXU);
        if (handle < 0 && errno == EEXIST)
            handle = directory_handle(directory, name);
        int error = errno;
        close(directory);
        errno = error;
    }
    free(above);
    free(name);
    return handle >= 0 ? take_dest(copy, handle) : refuse_errno(copy, copy->dest_path, "cannot be made");
}

/* Opens DEST, or what will hold it. */
static bool open_dest(struct copy *copy)
{
    if (copy->single)
        place_single(copy);
    else
        place_tree(copy);
    if (copy->settings->follow_dest)
        copy->own_parts = DIRECTORY_FOLLOW;
    int handle = directory_reach(copy->dest_path, copy->own_parts, 0, &copy->dest_near);
    if (handle >= 0) {
        copy->dest_near = fcntl(handle, F_DUPFD_CLOEXEC, 0);
        return take_dest(copy, handle);
    }
    if (errno == ELOOP || errno == EXDEV)
        return refuse_link(copy);
    if (errno == ENOTDIR)
        return refuse(copy, CODE_FAILED, copy->dest_path, "is not a directory");
    return errno == ENOENT || refuse_errno(copy, copy->dest_path, "cannot be opened");
}

/* Whether `directory` is, or lies below, the directory that `top` describes. */
static bool is_below(int directory, const struct stat *top)
{
    int at = openat(directory, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct stat here, above;
    bool found = false, more = at >= 0 && fstat(at, &above) == 0;

    while (more) {
        here = above;
        found = is_same(&here, top);
        int next = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        close(at);
        at = next;
        more = !found && at >= 0 && fstat(at, &above) == 0 && !is_same(&here, &above);
    }
    if (at >= 0)
        close(at);
    return found;
}

static bool check_nesting(struct copy *copy)
{
    if (copy->dest >= 0 && is_same(&copy->source_root, &copy->dest_root))
        return refuse(copy, CODE_USAGE, copy->dest_name, "is SOURCE itself: expected another directory");
    /* Pruning would take SOURCE itself. */
    if (copy->settings->prune && copy->dest >= 0 && is_below(copy->source, &copy->dest_root))
        return refuse(copy, CODE_USAGE, "--prune", "SOURCE lies within DEST: expected a place outside");
    /* What is there already, the walk meets, unless it is left out. */
    if (copy->dest < 0 && copy->filter.rules->count == 0 && is_below(copy->dest_near, &copy->source_root))
        return refuse(copy, CODE_USAGE, copy->dest_name, "lies within SOURCE: expected a place outside");
    return true;
}

bool operands_open(struct copy *copy)
{
    const struct copy_settings *settings = copy->settings;

    if (!open_source(copy) || !open_dest(copy))
        return false;
    const char *option = settings->version_dir ? "--version-dir" : settings->prune ? "--prune" : NULL;
    if (copy->single)
        return !option || refuse(copy, CODE_USAGE, option, "SOURCE is a file: expected a directory");
    if (!check_nesting(copy))
        return false;
    if (!settings->version_dir)
        return true;
    if (copy->dest < 0 && !settings->dry_run && !make_directory(copy))
        return false;
    copy->volume = copy->dest;
    copy->volume_root = copy->dest_root;
    copy->dest = -1;
    return true;
}

bool operands_make_dest(struct copy *copy)
{
    if (copy->dest >= 0 || copy->volume >= 0) {
        copy->plan.nodes[PLAN_ROOT].touched = !copy->single && !copy->below && copy->rules.exact_directories;
        return true;
    }
    if (!make_directory(copy))
        return false;
    copy->plan.nodes[PLAN_ROOT].touched = !copy->single;
    return true;
}

void operands_close(struct copy *copy)
{
    int descriptors[] = {copy->source, copy->dest, copy->volume, copy->dest_near};

    for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    free(copy->single);
    free(copy->single_target);
    free(copy->source_path);
    free(copy->dest_path);
}
