/* Whether a user may use a file: mode bits, groups and the POSIX ACL, as the kernel would decide, without being that user. Pure. */
#ifndef COPY_AGENT_ACL_H
#define COPY_AGENT_ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct acl_user {
    uid_t user;
    const gid_t *groups;
    size_t group_count;
};

enum { ACL_READ = 4, ACL_WRITE = 2, ACL_SEARCH = 1 };

#define ACL_ATTRIBUTE "system.posix_acl_access"

/* `acl` is the value of the attribute; with a length of 0 there is none and the mode decides. One that makes no sense grants
 * nothing but what the mode would to its owner. User 0 may do all. */
bool acl_allows(const struct acl_user *user, const struct stat *file, const void *acl, size_t length,
                unsigned wanted);

#endif
