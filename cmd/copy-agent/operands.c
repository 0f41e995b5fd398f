#include "cmd/copy-agent/operands.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"

#include "common/banned.h"

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

static bool ends_in_slash(const char *path)
{
    size_t length = strlen(path);

    return length > 0 && path[length - 1] == '/';
}

static bool open_directory_source(struct copy *copy)
{
    copy->source = open(copy->source_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy->source < 0 || fstat(copy->source, &copy->source_root) != 0)
        return refuse_errno(copy, copy->source_name, "cannot be read");
    copy->dest_path = xstrdup(copy->dest_name);
    return true;
}

/* The operand may be a link to a file: then the file is copied, under the operand's name. */
static bool open_single_source(struct copy *copy)
{
    char *real = copy->settings->keep_links ? NULL : realpath(copy->source_name, NULL);
    char *directory = directory_of(real ? real : copy->source_name);
    char *source_name = name_of(copy->source_name);
    struct stat present;

    copy->single = name_of(real ? real : copy->source_name);
    copy->source = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = copy->source >= 0 && fstat(copy->source, &copy->source_root) == 0;
    free(directory);
    free(real);
    if (ends_in_slash(copy->dest_name) ||
        (stat(copy->dest_name, &present) == 0 && S_ISDIR(present.st_mode))) {
        copy->dest_path = xstrdup(copy->dest_name);
        copy->single_target = source_name;
    } else {
        copy->dest_path = directory_of(copy->dest_name);
        copy->single_target = name_of(copy->dest_name);
        free(source_name);
    }
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

/* The nearest directory above DEST that exists. */
static int open_near(const char *path)
{
    char *above = directory_of(path);
    int near = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    while (near < 0 && errno == ENOENT && strcmp(above, "/") != 0 && strcmp(above, ".") != 0) {
        char *higher = directory_of(above);
        free(above);
        above = higher;
        near = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    free(above);
    return near;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* mkdir -p, but for the last name. */
static bool make_parents(const char *path)
{
    char *part = xstrdup(path);
    bool good = true;

    for (char *at = part + 1; good && *at != '\0'; at++) {
        if (*at != '/' || at[1] == '\0' || at[1] == '/')
            continue;
        *at = '\0';
        good = mkdir(part, PARENT_MODE) == 0 || errno == EEXIST;
        *at = '/';
    }
    int error = errno;
    free(part);
    errno = error;
    return good;
}

static bool make_directory(struct copy *copy)
{
    errno = ENOENT;
    if (copy->settings->no_parents ? copy->single != NULL : !make_parents(copy->dest_path))
        return refuse_errno(copy, copy->dest_path, "cannot be made");
    /* A file's directory is one of the parents, and so is that of versions; a tree's own gets the mode of SOURCE at the end. */
    bool parent = copy->single || copy->settings->version_dir;
    if (mkdir(copy->dest_path, parent ? PARENT_MODE : S_IRWXU) != 0 && errno != EEXIST)
        return refuse_errno(copy, copy->dest_path, "cannot be made");
    copy->dest = open(copy->dest_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return (copy->dest >= 0 && fstat(copy->dest, &copy->dest_root) == 0) ||
           refuse_errno(copy, copy->dest_path, "cannot be opened");
}

/* Opens DEST, or what will hold it. */
static bool open_dest(struct copy *copy)
{
    copy->dest = open(copy->dest_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy->dest < 0 && errno == EACCES)
        copy->dest = open(copy->dest_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (copy->dest < 0 && errno == ENOTDIR)
        return refuse(copy, CODE_FAILED, copy->dest_path, "is no directory");
    if (copy->dest < 0 && errno != ENOENT)
        return refuse_errno(copy, copy->dest_path, "cannot be opened");
    copy->dest_near = copy->dest >= 0 ? fcntl(copy->dest, F_DUPFD_CLOEXEC, 0) : open_near(copy->dest_path);
    return copy->dest < 0 || fstat(copy->dest, &copy->dest_root) == 0 ||
           refuse_errno(copy, copy->dest_path, "cannot be opened");
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
    if (copy->single)
        return !settings->version_dir ||
               refuse(copy, CODE_USAGE, "--version-dir", "SOURCE is a file: expected a directory");
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
    if (copy->dest >= 0 || copy->volume >= 0)
        return true;
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
    free(copy->dest_path);
}
