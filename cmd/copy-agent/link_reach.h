/* Whether a user gets to what a symbolic link in DEST leads to. */
#ifndef COPY_AGENT_LINK_REACH_H
#define COPY_AGENT_LINK_REACH_H

#include <stdbool.h>
#include <sys/stat.h>

struct link_reach {
    /* Whether the user has `wanted` (acl.h) of what has that name and is `file`. */
    bool (*allows)(void *context, int directory, const char *name, const struct stat *file, unsigned wanted);
    void *context;
};

/* Follows `target`, of a link in `directory`, a handle `depth` levels below DEST, part by part and link by link, as the kernel
 * would for that user. 0 when the user may enter each directory on the way and enter or read what is at the end, or when the
 * way leaves DEST, behind which nothing can be known; else errno. */
int link_reach(const struct link_reach *reach, int directory, unsigned depth, const char *target);

#endif
