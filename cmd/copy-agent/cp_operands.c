#include "cmd/copy-agent/cp_operands.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

static bool is_directory(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

bool cp_operands_find_dest(struct cp *cp, struct reason *why)
{
    const struct cp_options *options = &cp->options;
    const char *target = options->target_directory;

    if (options->operand_count == 0)
        return reason_set(why, CODE_USAGE, "missing file operand");
    if (!target && options->operand_count == 1)
        return reason_set(why, CODE_USAGE, "missing destination file operand after '%.200s'",
                          options->operands[0]);
    cp->sources = options->operand_count - !target;
    cp->dest = target ? target : options->operands[cp->sources];
    cp->into = !options->no_target_directory && (target || is_directory(cp->dest));
    if (cp->sources > 1 && options->no_target_directory)
        return reason_set(why, CODE_USAGE, "extra operand '%.200s'", options->operands[2]);
    if ((cp->sources > 1 || target) && !is_directory(cp->dest))
        return reason_set(why, CODE_FAILED, "target '%.200s' is not a directory", cp->dest);
    if (options->parents && !cp->into)
        return reason_set(why, CODE_USAGE, "with --parents, the destination must be a directory");
    return true;
}

char *cp_operands_name(const char *source)
{
    size_t end = strlen(source), begin;

    while (end > 1 && source[end - 1] == '/')
        end--;
    for (begin = end; begin > 0 && source[begin - 1] != '/'; begin--)
        ;
    size_t length = end - begin;
    bool dots = length > 0 && length <= 2 && strspn(source + begin, ".") >= length;
    return dots || length == 0 ? NULL : xstrndup(source + begin, length);
}

/* Whether SOURCE becomes, in its place, what it is already. */
static bool is_same_file(const struct cp *cp, const struct stat *source, const char *name)
{
    char path[PATH_MAX];
    struct stat dest;
    int length = snprintf(path, sizeof path, "%s%s%s", cp->dest, name ? "/" : "", name ? name : "");
    int flags = cp->options.remove_destination ? AT_SYMLINK_NOFOLLOW : 0;

    return length < (int)sizeof path && fstatat(AT_FDCWD, path, &dest, flags) == 0 &&
           dest.st_dev == source->st_dev && dest.st_ino == source->st_ino;
}

/* Whether an earlier SOURCE, another file of the same name, has its place already. */
static bool is_taken(const struct cp *cp, size_t index, const struct stat *source, const char *name)
{
    bool taken = false;

    for (size_t i = 0; i < index && name && cp->into && !taken; i++) {
        char *other = cp_operands_name(cp->options.operands[i]);
        struct stat found;
        taken = other && strcmp(name, other) == 0 && stat(cp->options.operands[i], &found) == 0 &&
                !S_ISDIR(found.st_mode) && (found.st_ino != source->st_ino || found.st_dev != source->st_dev);
        free(other);
    }
    return taken;
}

/* What a directory and another thing must not do to each other's names. */
static bool check_kinds(const struct cp *cp, const struct stat *source, const char *operand,
                        struct reason *why)
{
    struct stat dest;

    if (cp->into || lstat(cp->dest, &dest) != 0)
        return true;
    if (!S_ISDIR(source->st_mode) && cp->options.no_target_directory && is_directory(cp->dest))
        return reason_set(why, CODE_FAILED, "cannot overwrite directory '%.200s' with non-directory '%.80s'",
                          cp->dest, operand);
    if (S_ISDIR(source->st_mode) && !is_directory(cp->dest))
        return reason_set(why, CODE_FAILED, "cannot overwrite non-directory '%.200s' with directory '%.80s'",
                          cp->dest, operand);
    return true;
}

/* A relative link would lead elsewhere from another directory. */
static bool check_link_source(const struct cp *cp, const char *operand, struct reason *why)
{
    bool here = !cp->into && !strchr(cp->dest, '/');

    if (!cp->options.symbolic_links || *operand == '/' || here || strcmp(cp->dest, ".") == 0)
        return true;
    reason_set(why, CODE_FAILED, "%.200s: can make relative symbolic links only in current directory",
               operand);
    reason_hint(why, "name SOURCE with its whole path");
    return false;
}

static bool has_dots(const char *path)
{
    size_t length;

    for (; *path != '\0'; path += length + (path[length] == '/')) {
        length = strcspn(path, "/");
        if (length == 2 && memcmp(path, "..", 2) == 0)
            return true;
    }
    return false;
}

bool cp_operands_check(const struct cp *cp, size_t index, const char *operand, const char *name,
                       struct reason *why)
{
    struct stat found;

    if (*operand == '\0')
        return reason_set(why, CODE_FAILED, "cannot stat '': %s", strerror(ENOENT));
    if (fstatat(AT_FDCWD, operand, &found, cp->settings.keep_links ? AT_SYMLINK_NOFOLLOW : 0) != 0)
        return reason_set(why, CODE_FAILED, "cannot stat '%.200s': %s", operand, strerror(errno));
    if (S_ISDIR(found.st_mode) && !cp->options.recursive)
        return reason_set(why, CODE_FAILED, "-r not specified; omitting directory '%.200s'", operand);
    if (cp->options.parents && has_dots(operand))
        return reason_set(why, CODE_FAILED, "'%.200s': --parents is not supported for a path with '..'",
                          operand);
    if (!S_ISDIR(found.st_mode) && !cp->options.hard_links && cp->options.existing != CP_KEEP &&
        is_same_file(cp, &found, name))
        return reason_set(why, CODE_FAILED, "'%.200s' and what is in '%.80s' are the same file", operand,
                          cp->dest);
    if (!S_ISDIR(found.st_mode) && cp->options.existing != CP_KEEP && !cp->options.parents &&
        is_taken(cp, index, &found, name))
        return reason_set(why, CODE_FAILED, "will not overwrite just-created '%.150s/%.80s' with '%.150s'",
                          cp->dest, name, operand);
    return check_kinds(cp, &found, operand, why) && check_link_source(cp, operand, why);
}
