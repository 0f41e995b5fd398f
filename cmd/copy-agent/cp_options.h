/* cp's own options, as GNU cp and busybox have them. */
#ifndef COPY_AGENT_CP_OPTIONS_H
#define COPY_AGENT_CP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"

/* Of --preserve and --no-preserve. */
enum cp_attribute {
    CP_MODE = 1,
    CP_OWNERSHIP = 2,
    CP_TIMESTAMPS = 4,
    CP_LINKS = 8,
    CP_XATTR = 16,
    CP_CONTEXT = 32,
    CP_ALL = 63
};

/* Which links in SOURCE are followed. */
enum cp_follow { CP_FOLLOW_DEFAULT, CP_FOLLOW_NONE, CP_FOLLOW_OPERANDS, CP_FOLLOW_ALL };

/* What becomes of a file that is there. */
enum cp_existing { CP_REPLACE, CP_KEEP, CP_ASK };

enum cp_sparse { CP_SPARSE_AUTO, CP_SPARSE_ALWAYS, CP_SPARSE_NEVER };

struct cp_options {
    bool recursive, force, remove_destination, update, verbose, one_file_system, parents, strip_slashes;
    bool hard_links, symbolic_links; /* instead of copies */
    bool no_target_directory, no_reflink, labels /* SELinux: they are never copied */, help, version;
    const char *target_directory;
    enum cp_follow follow;
    enum cp_existing existing;
    enum cp_sparse sparse;
    unsigned preserve, no_preserve; /* cp_attribute; the later option wins */
    char **operands;                /* within argv */
    size_t operand_count;
};

/* Reorders argv. False fills `why`, CODE_USAGE. */
bool cp_options_parse(int argc, char **argv, struct cp_options *options, struct reason *why);

/* What --help prints. */
extern const char cp_options_help[];

#endif
