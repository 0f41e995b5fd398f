/* publish_recover: repairs what killed runs left of a target.
 *
 * The names of a target's hidden files begin with its name. A temporary is litter. PUBLISH_OLD is the old file: it gets its name
 * back if there is not a file of that name, as the run was killed between two renames. PUBLISH_PART marks that the target may be
 * incomplete; the rest of the mark's name is that of the complete source. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/files/directory.h"
#include "common/files/publish_parts.h"

#include "common/base/banned.h"

enum { REPAIR_MOST = 10000 /* milliseconds */ };

struct repair {
    const char *name; /* of the target */
    size_t prefix;    /* the length of the prefix of its hidden files */
    int64_t deadline;
};

static bool is_there(int directory, const char *name)
{
    struct stat found;

    return fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

static bool has_kind(const struct repair *repair, const char *hidden, const char *kind)
{
    return strncmp(hidden + repair->prefix, kind, strlen(kind)) == 0;
}

/* Whether the hidden file belongs to root, to this user or to the owner of the target: in a sticky directory anyone can create
 * one. */
static bool is_trusted(int directory, const char *hidden, const char *target)
{
    struct stat found, present;

    if (fstatat(directory, hidden, &found, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT;
    return found.st_uid == 0 || found.st_uid == geteuid() ||
           fstatat(directory, target, &present, AT_SYMLINK_NOFOLLOW) != 0 || present.st_uid == found.st_uid;
}

/* A mark: copies its complete source over the target, and removes the mark last. */
static void finish_part(int directory, const char *mark, enum litter_owner owner, void *with)
{
    const struct repair *repair = with;
    char source[LITTER_NAME];

    if (owner == LITTER_ALIVE || !has_kind(repair, mark, PUBLISH_PART))
        return;
    snprintf(source, sizeof source, "%.*s%s", (int)repair->prefix, mark,
             mark + repair->prefix + strlen(PUBLISH_PART));
    if (!is_trusted(directory, mark, repair->name) || !is_trusted(directory, source, repair->name))
        return;
    bool touched;
    int error = publish_copy(directory, source, repair->name, repair->deadline, &touched);
    if (error == 0 || error == ENOENT)
        unlinkat(directory, mark, 0);
}

static void put_back_old(int directory, const char *hidden, enum litter_owner owner, void *with)
{
    const struct repair *repair = with;
    bool touched;

    if (owner == LITTER_ALIVE || !has_kind(repair, hidden, PUBLISH_OLD) || is_there(directory, repair->name))
        return;
    if (renameat(directory, hidden, directory, repair->name) != 0)
        publish_copy(directory, hidden, repair->name, repair->deadline, &touched);
}

static void remove_rest(int directory, const char *hidden, enum litter_owner owner, void *with)
{
    const struct repair *repair = with;

    if (owner != LITTER_DEAD || has_kind(repair, hidden, PUBLISH_PART))
        return;
    if (!has_kind(repair, hidden, PUBLISH_OLD) || is_there(directory, repair->name))
        unlinkat(directory, hidden, 0);
}

static bool is_clean(int directory, struct publish_clean *clean)
{
    struct stat found;

    if (fstat(directory, &found) != 0)
        return false;
    if (!clean->known || clean->device != found.st_dev || clean->inode != found.st_ino)
        *clean = (struct publish_clean){
            .known = litter_lacks(directory, PUBLISH_MARK), .device = found.st_dev, .inode = found.st_ino};
    return clean->known;
}

void publish_recover(int directory, const char *name, struct publish_clean *clean)
{
    char prefix[PUBLISH_PREFIX];
    struct repair repair = {.name = name, .deadline = deadline_after(deadline_now(), REPAIR_MOST)};

    if (*name == '\0' || strlen(name) > NAME_MAX || is_clean(directory, clean))
        return;
    publish_prefix(name, "", prefix);
    repair.prefix = strlen(prefix);
    if (litter_each_file(directory, prefix, finish_part, &repair) == 0)
        return;
    litter_each_file(directory, prefix, put_back_old, &repair);
    litter_each_file(directory, prefix, remove_rest, &repair);
}
