#include "cmd/copy-agent/metadata.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

enum {
    ALL_BITS = 07777,
    PRIVILEGE_BITS = S_ISUID | S_ISGID,
    NAMES_SMALL = 1024,
    VALUE_SMALL = 1024,
    VALUE_LARGEST = 64 * 1024
};

/* --- owner --- */

static bool is_refusal(int error)
{
    return error == EPERM || error == EACCES || error == EINVAL || error == ENOSYS || error == EOPNOTSUPP ||
           error == EROFS;
}

/* Some volumes do as if. 0 or errno. */
static int check_owner(int descriptor, const char *name, const struct ownership *ownership)
{
    int flags = AT_SYMLINK_NOFOLLOW | (*name == '\0' ? AT_EMPTY_PATH : 0);
    struct stat now;

    if (fstatat(descriptor, name, &now, flags) != 0)
        return errno;
    return (!ownership->has_owner || now.st_uid == ownership->owner) &&
                   (!ownership->has_group || now.st_gid == ownership->group)
               ? 0
               : EOPNOTSUPP;
}

/* Keeping the source's owner and group is an attempt. A call that was refused is not made again for the same owner or group:
 * `refusals` remembers it, unless it is NULL. */
static int keep_owner(int descriptor, const char *name, int flags, const struct stat *wanted,
                      const struct stat *present, struct metadata_refusals *refusals, bool *kept,
                      bool *changed)
{
    struct metadata_refusals none = {0}, *known = refusals ? refusals : &none;
    bool owner = wanted->st_uid != present->st_uid, group = wanted->st_gid != present->st_gid;

    if (owner && !(known->has_owner && known->owner == wanted->st_uid)) {
        if (fchownat(descriptor, name, wanted->st_uid, wanted->st_gid, flags) == 0) {
            *changed = true;
            return 0;
        }
        if (!is_refusal(errno))
            return errno;
        known->has_owner = true;
        known->owner = wanted->st_uid;
    }
    *kept = owner;
    if (group && !(known->has_group && known->group == wanted->st_gid)) {
        if (fchownat(descriptor, name, (uid_t)-1, wanted->st_gid, flags) == 0) {
            *changed = true;
            return 0;
        }
        if (!is_refusal(errno))
            return errno;
        known->has_group = true;
        known->group = wanted->st_gid;
    }
    *kept |= group;
    return 0;
}

/* Gives what `present` describes to the wanted owner. What --owner asks for must work; keeping the source's is an attempt.
 * *kept: whether the source's owner could not be given, *changed whether anything was. */
static int give(int descriptor, const char *name, const struct stat *status, const struct stat *present,
                const struct plan_rules *rules, struct metadata_refusals *refusals, bool *kept, bool *changed)
{
    const struct ownership *ownership = &rules->ownership;
    int flags = *name == '\0' ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
    uid_t owner = ownership->has_owner ? ownership->owner
                  : rules->no_owners   ? present->st_uid
                                       : status->st_uid;
    gid_t group = plan_group(rules, status, present);
    const struct stat wanted = {.st_uid = owner, .st_gid = group};

    *kept = false;
    if (owner == present->st_uid && group == present->st_gid)
        return 0;
    if (!ownership->has_owner && !ownership->has_group)
        return keep_owner(descriptor, name, flags, &wanted, present, refusals, kept, changed);
    *changed = true;
    if (fchownat(descriptor, name, owner, group, flags) == 0)
        return check_owner(descriptor, name, ownership);
    int error = errno;
    if (!is_refusal(error))
        return error;
    *kept = owner != present->st_uid;
    /* Only what was asked for must hold. */
    uid_t asked = ownership->has_owner && owner != present->st_uid ? owner : (uid_t)-1;
    gid_t asked_group = ownership->has_group && group != present->st_gid ? group : (gid_t)-1;
    if (asked == (uid_t)-1 && asked_group == (gid_t)-1)
        return 0;
    return fchownat(descriptor, name, asked, asked_group, flags) == 0 ? 0 : errno;
}

/* --- extended attributes --- */

/* security.capability above all; others (SMACK64EXEC) change what a program may do, too. */
#define PRIVILEGES "security."

/* Labels belong to the place, not to the content; an overlay's own attributes would make nonsense elsewhere. */
static bool is_copied(const char *name)
{
    return strcmp(name, "security.selinux") != 0 && strncmp(name, "trusted.overlay.", 16) != 0 &&
           strncmp(name, "security.ima", 12) != 0 && strncmp(name, "security.evm", 12) != 0;
}

/* What cannot be read or is not accepted is passed over; only a lack of room is trouble. *given: whether it is there now. */
static int copy_attribute(int source, int dest, const char *name, bool *given)
{
    char small[VALUE_SMALL], *value = small, *large = NULL;
    ssize_t length = fgetxattr(source, name, small, sizeof small);
    int error = 0;

    if (length < 0 && errno == ERANGE) {
        value = large = xcalloc(VALUE_LARGEST, 1);
        length = fgetxattr(source, name, large, VALUE_LARGEST);
    }
    *given = length >= 0 && fsetxattr(dest, name, value, (size_t)length, 0) == 0;
    if (length >= 0 && !*given && (errno == ENOSPC || errno == EDQUOT))
        error = errno;
    free(large);
    return error;
}

bool metadata_has_attributes(int source)
{
    return flistxattr(source, NULL, 0) > 0;
}

/* Most files have none, and are asked only for how long the list of their names is. */
static int copy_attributes(int source, int dest, const struct plan_rules *rules, bool *any, bool *dropped)
{
    ssize_t length = flistxattr(source, NULL, 0);
    int error = 0;

    if (length <= 0)
        return 0;
    size_t size = (size_t)length;
    char *names = xcalloc(size, 1);
    length = flistxattr(source, names, size);

    for (const char *name = names; error == 0 && length > 0 && name < names + length;
         name += strlen(name) + 1) {
        bool privilege = strncmp(name, PRIVILEGES, sizeof PRIVILEGES - 1) == 0, given = false;
        if (!is_copied(name))
            continue;
        if (!privilege || rules->keep_privileges) {
            error = copy_attribute(source, dest, name, &given);
            *any = true;
        }
        *dropped |= privilege && !given;
    }
    free(names);
    return error;
}

static bool is_privilege(const char *name)
{
    return strncmp(name, PRIVILEGES, sizeof PRIVILEGES - 1) == 0 && is_copied(name);
}

bool metadata_has_privileges(int directory, const char *name)
{
    char names[NAMES_SMALL];
    int file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : flistxattr(file, names, sizeof names);
    /* A volume that lists none gives none to a program either. */
    bool found = file < 0 || (length < 0 && errno == ERANGE);

    for (ssize_t at = 0; at < length && !found; at += (ssize_t)strlen(names + at) + 1)
        found = is_privilege(names + at);
    if (file >= 0)
        close(file);
    return found;
}

/* --- all of it --- */

/* What the mode has to become. */
static mode_t mode_for(const struct stat *status, const struct stat *present, const struct plan_rules *rules,
                       bool owner_kept, struct metadata_end *end)
{
    bool directory = S_ISDIR(status->st_mode);
    mode_t mode = plan_mode_over(rules, status, present);

    /* A program of somebody else's that runs as its owner must not become one that runs as us. */
    if (owner_kept && !directory)
        mode &= ~(mode_t)PRIVILEGE_BITS;
    end->dropped |= !directory && (status->st_mode & PRIVILEGE_BITS & ~mode) != 0;
    return mode;
}

/* Without privilege, the kernel itself may leave out setuid and setgid. */
static bool has_mode(int dest, mode_t mode, const struct plan_rules *rules)
{
    mode_t compared = rules->privileged ? ALL_BITS : 0777;
    struct stat now;

    return fstat(dest, &now) == 0 && (now.st_mode & compared) == (mode & compared);
}

/* Volumes such as SMB's give every file one owner and mode, and refuse to change them or do as if. That is an error only where a
 * mode was asked for. 0 or errno. */
static int set_mode(int dest, mode_t mode, const struct plan_rules *rules, struct metadata_end *end)
{
    bool demanded = rules->ownership.mode != NULL;
    int error = fchmod(dest, mode) == 0 ? 0 : errno;

    end->doing = "its mode cannot be set";
    if (error != 0 && (!is_refusal(error) || error == EROFS))
        return error;
    if (demanded)
        return has_mode(dest, mode, rules) ? 0 : error != 0 ? error : EOPNOTSUPP;
    end->unkept = error != 0;
    return 0;
}

static int set_times(int dest, const struct timespec times[2], struct metadata_end *end)
{
    end->doing = "its times cannot be set";
    if (futimens(dest, times) == 0)
        return 0;
    if (!is_refusal(errno) || errno == EROFS)
        return errno;
    end->unkept = true;
    return 0;
}

int metadata_adjust(const struct stat *status, int dest, const struct plan_rules *rules,
                    struct metadata_end *end)
{
    struct stat present;
    bool kept = false, changed = false;

    end->doing = "its owner cannot be set";
    int error = fstat(dest, &present) != 0 ? errno
                                           : give(dest, "", status, &present, rules, NULL, &kept, &changed);
    if (error != 0)
        return error;
    return set_mode(dest, mode_for(status, &present, rules, kept, end), rules, end);
}

/* In this order: chown(2) clears setuid and capabilities, an ACL changes the mode, and all of it the times. */
int metadata_copy(int source, const struct stat *status, int dest, const struct stat *present,
                  const struct plan_rules *rules, struct metadata_refusals *refusals,
                  struct metadata_end *end)
{
    const struct timespec times[2] = {status->st_atim, status->st_mtim};
    bool kept = false, changed = false;

    end->doing = "its owner cannot be set";
    int error = give(dest, "", status, present, rules, refusals, &kept, &changed);
    if (error != 0)
        return error;
    end->doing = "its attributes cannot be set";
    if (source >= 0 && !rules->no_attributes)
        error = copy_attributes(source, dest, rules, &changed, &end->dropped);
    if (error != 0)
        return error;
    mode_t mode = mode_for(status, present, rules, kept, end);
    if (changed || (present->st_mode & ALL_BITS) != mode)
        error = set_mode(dest, mode, rules, end);
    return error != 0 || rules->no_times ? error : set_times(dest, times, end);
}

int metadata_symlink(const struct stat *status, int directory, const char *name,
                     const struct plan_rules *rules, struct metadata_refusals *refusals)
{
    const struct timespec times[2] = {status->st_atim, status->st_mtim};
    struct stat present;
    bool kept = false, changed = false;

    if (fstatat(directory, name, &present, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    int error = give(directory, name, status, &present, rules, refusals, &kept, &changed);
    if (error != 0)
        return error;
    if (rules->no_times || utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW) == 0 || is_refusal(errno))
        return 0;
    return errno;
}
