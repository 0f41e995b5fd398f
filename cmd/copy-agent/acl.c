#include "cmd/copy-agent/acl.h"

#include <stdint.h>
#include <string.h>

#include "common/base/banned.h"

/* The attribute, from linux/posix_acl_xattr.h: a version, then entries of tag, permissions and id, all little-endian. */
enum {
    VERSION = 2,
    HEADER = 4,
    ENTRY = 8,
    TAG_OWNER = 0x01,
    TAG_USER = 0x02,
    TAG_OWNING_GROUP = 0x04,
    TAG_GROUP = 0x08,
    TAG_MASK = 0x10,
    TAG_OTHER = 0x20,
};

struct entry {
    unsigned tag, permissions;
    uint32_t id;
};

static struct entry entry_at(const unsigned char *acl, size_t index)
{
    const unsigned char *at = acl + HEADER + index * ENTRY;

    return (struct entry){
        (unsigned)at[0] | (unsigned)at[1] << 8,
        (unsigned)at[2] | (unsigned)at[3] << 8,
        (uint32_t)at[4] | (uint32_t)at[5] << 8 | (uint32_t)at[6] << 16 | (uint32_t)at[7] << 24,
    };
}

static bool is_member(const struct acl_user *user, gid_t group)
{
    for (size_t i = 0; i < user->group_count; i++)
        if (user->groups[i] == group)
            return true;
    return false;
}

static bool mode_allows(const struct acl_user *user, const struct stat *file, unsigned wanted)
{
    unsigned shift = user->user == file->st_uid ? 6 : is_member(user, file->st_gid) ? 3 : 0;

    return (file->st_mode >> shift & wanted) == wanted;
}

static unsigned mask_of(const unsigned char *acl, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (entry_at(acl, i).tag == TAG_MASK)
            return entry_at(acl, i).permissions;
    return ACL_READ | ACL_WRITE | ACL_SEARCH;
}

/* acl(5), "access check algorithm": the owner, then named users, then any group that grants it, then others; a group that matches
 * but does not grant it keeps others' permissions away. */
static bool entries_allow(const struct acl_user *user, const struct stat *file, const unsigned char *acl,
                          size_t count, unsigned wanted)
{
    unsigned mask = mask_of(acl, count);
    bool group_matched = false, group_grants = false;
    unsigned other = 0;

    if (user->user == file->st_uid)
        return mode_allows(user, file, wanted);
    for (size_t i = 0; i < count; i++) {
        struct entry entry = entry_at(acl, i);
        bool matches = (entry.tag == TAG_OWNING_GROUP && is_member(user, file->st_gid)) ||
                       (entry.tag == TAG_GROUP && is_member(user, entry.id));
        if (entry.tag == TAG_USER && entry.id == user->user)
            return (entry.permissions & mask & wanted) == wanted;
        group_matched |= matches;
        group_grants |= matches && (entry.permissions & mask & wanted) == wanted;
        if (entry.tag == TAG_OTHER)
            other = entry.permissions;
    }
    return group_matched ? group_grants : (other & wanted) == wanted;
}

bool acl_allows(const struct acl_user *user, const struct stat *file, const void *acl, size_t length,
                unsigned wanted)
{
    static const unsigned char version[HEADER] = {VERSION};

    if (user->user == 0)
        return true;
    if (length == 0)
        return mode_allows(user, file, wanted);
    if (length < HEADER || (length - HEADER) % ENTRY != 0 || memcmp(acl, version, HEADER) != 0)
        return user->user == file->st_uid && mode_allows(user, file, wanted);
    return entries_allow(user, file, acl, (length - HEADER) / ENTRY, wanted);
}
