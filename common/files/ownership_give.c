/* What --mode and --owner say, given to a file that is open: ownership_give. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/files/ownership.h"

#include "common/base/banned.h"

enum { ALL_BITS = 07777 };

#define FIXED_HINT                                                                                   \
    "where a volume gives each file one owner and mode, they are options of its mount: uid=, gid=, " \
    "file_mode=, dir_mode="

/* Volumes such as SMB's, and NFS with squashed users, answer so. */
static bool is_refusal(int error)
{
    return error == EPERM || error == EACCES || error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

static bool has_owner(const struct stat *now, const struct ownership *ownership)
{
    return (!ownership->has_owner || now->st_uid == ownership->owner) &&
           (!ownership->has_group || now->st_gid == ownership->group);
}

static bool refuse_owner(const char *path, const struct stat *now, int error, struct reason *why)
{
    if (error != 0)
        reason_set(why, CODE_FAILED, "--owner: the owner of %.150s cannot be changed: %s", path,
                   strerror(error));
    else
        reason_set(why, CODE_FAILED, "--owner: %.150s still belongs to UID %u and GID %u after chown", path,
                   (unsigned)now->st_uid, (unsigned)now->st_gid);
    if (error == EPERM && geteuid() != 0)
        reason_hint(why,
                    "this user (UID %u) may not change owners: run as root, or with the capability CHOWN",
                    (unsigned)geteuid());
    else
        reason_hint(why, FIXED_HINT);
    return false;
}

static bool refuse_mode(const char *path, mode_t mode, const struct stat *now, int error, struct reason *why)
{
    if (error != 0)
        reason_set(why, CODE_FAILED, "%.150s: the mode %04o cannot be set: %s", path, (unsigned)mode,
                   strerror(error));
    else
        reason_set(why, CODE_FAILED, "--mode: %.150s still has the mode %04o after chmod %04o", path,
                   (unsigned)now->st_mode & ALL_BITS, (unsigned)mode);
    reason_hint(why, FIXED_HINT);
    return false;
}

bool ownership_give(int descriptor, const char *path, mode_t mode, const struct ownership *ownership,
                    bool *unkept, struct reason *why)
{
    uid_t owner = ownership->has_owner ? ownership->owner : (uid_t)-1;
    gid_t group = ownership->has_group ? ownership->group : (gid_t)-1;
    bool gives = ownership->has_owner || ownership->has_group;
    struct stat now = {0};

    /* The mode first: who may give a file away may not change the mode of somebody else's. */
    int mode_error = mode != OWNERSHIP_MODE_STAYS && fchmod(descriptor, mode) != 0 ? errno : 0;
    int owner_error = gives && fchown(descriptor, owner, group) != 0 ? errno : 0;
    if (gives && mode != OWNERSHIP_MODE_STAYS && (mode & (S_ISUID | S_ISGID)))
        fchmod(descriptor, mode); /* chown has taken these away */
    if (fstat(descriptor, &now) != 0)
        return refuse_mode(path, mode, &now, errno, why);
    if (gives && ((owner_error != 0 && !is_refusal(owner_error)) || !has_owner(&now, ownership)))
        return refuse_owner(path, &now, owner_error, why);
    if (mode == OWNERSHIP_MODE_STAYS)
        return true;
    bool kept = (now.st_mode & ALL_BITS) == mode;
    if ((mode_error != 0 && !is_refusal(mode_error)) || (!kept && ownership->mode))
        return refuse_mode(path, mode, &now, mode_error, why);
    *unkept = *unkept || !kept;
    return true;
}
