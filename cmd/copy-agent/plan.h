/* What is to be done for each path, decided before anything is written. The tree is compact, 16 bytes and a name a path, so
 * that 10,000 files fit into a small container; all else is looked at again when its turn comes. */
#ifndef COPY_AGENT_PLAN_H
#define COPY_AGENT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/base/buf.h"
#include "common/files/ownership.h"

enum plan_kind { PLAN_DIRECTORY, PLAN_FILE, PLAN_SYMLINK };

enum plan_action {
    PLAN_SKIP,    /* it is there already */
    PLAN_CREATE,  /* nothing has that name */
    PLAN_REPLACE, /* something else has */
    PLAN_COMPARE, /* the same size and time prove nothing: the content decides */
    PLAN_ADJUST,  /* the content is there, but its mode or owner is not */
    PLAN_REFUSE,  /* something is in the way, or it cannot be read or copied */
};

struct plan_node {
    uint32_t name;   /* offset into the names */
    uint32_t parent; /* a directory's index; the root's is its own */
    /* A directory: the index behind all that is in it; a hard link: the node that it shares its content with; another file:
     * plan_seen of what it was. */
    uint32_t next;
    uint8_t kind;
    uint8_t action;
    bool out : 1;       /* left out, with all that is in it */
    bool hard_link : 1; /* of `next` */
    bool render : 1;
    bool busy : 1;       /* a directory with something to do in it */
    bool touched : 1;    /* a directory whose mode and times are to be set at the end */
    bool clears : 1;     /* a file or link that a directory of DEST makes way for (--prune) */
    bool attributes : 1; /* a directory that has extended attributes */
    bool large : 1;      /* a file of PLAN_LARGE bytes or more */
    uint8_t stamp;       /* a file: where struct stamps counts its time */
};

enum { PLAN_ROOT = 0, PLAN_LARGE = 256 * 1024 };

/* What would be written: for the space that is needed and for the report. */
struct plan_totals {
    uint64_t files, bytes;           /* all that SOURCE has, directories not counted */
    uint64_t work_files, work_bytes; /* of those, what is to be read */
    uint64_t skipped;                /* files that are there already */
    uint64_t new_bytes;              /* in whole blocks, less what is replaced */
    uint64_t new_inodes;
    uint64_t replaced; /* files */
    uint64_t largest;  /* file in the place of another: both are there for a moment */
    uint64_t specials;
    uint64_t leaving; /* symbolic links that lead out of the tree */
    uint32_t first_leaving;
    uint64_t private_count; /* that others will not be able to read or enter */
    uint32_t first_private;
};

/* A parent comes before what is in it, and all that is in a directory follows it without a gap. */
struct plan {
    struct plan_node *nodes;
    uint32_t count, capacity;
    char *names;
    size_t names_length, names_capacity;
    bool follows;            /* links in SOURCE are not copied: what they lead to is */
    const char *target_name; /* what the only file is called in DEST; NULL: as in SOURCE */
    struct plan_totals totals;
};

/* How to decide. */
struct plan_rules {
    bool verify;
    bool prune;           /* a directory in the place of a file may go */
    bool privileged;      /* the process may give files away */
    bool keep_privileges; /* setuid, setgid and capabilities of files */
    struct ownership ownership;
    bool
        inherits; /* DEST is a setgid directory (fsGroup): its group and that bit are for all that is made in it */
    gid_t inherited_group;
    int64_t
        time_step; /* nanoseconds, in which DEST keeps times; 0: exactly; below 0: none that it is given */
    bool lacks_modes, lacks_owners; /* DEST sets none: only what was asked for must hold */
    /* cp's ways with directories that are in DEST already: without -p they are left as they are, with it they become SOURCE's. */
    bool leaves_directories, exact_directories;
    bool refuses_kinds; /* a directory takes no other thing's place */
    /* --no-preserve: modes are by the umask, the owner is who runs this, times are now, extended attributes are left. */
    bool no_modes, no_owners, no_times, no_attributes;
    mode_t umask;
};

/* The group that a copy of `source` is meant to have, in the place of `present`. */
gid_t plan_group(const struct plan_rules *rules, const struct stat *source, const struct stat *present);

/* The mode that something of the mode `mode` gets: a file loses its setuid and setgid bits unless the rules give or keep them, a
 * directory in a setgid one becomes so. */
mode_t plan_mode(const struct plan_rules *rules, mode_t mode, bool directory);

/* The mode that `source` gets in the place of `present`. A directory in DEST keeps its setgid and sticky bits, as with cp. A
 * setgid one was made for its group (fsGroup): that stays, and what it may do there, unless --owner and --mode say otherwise. */
mode_t plan_mode_over(const struct plan_rules *rules, const struct stat *source, const struct stat *present);

/* Whether both times are the same, as far as DEST can keep SOURCE's. */
bool plan_same_time(const struct plan_rules *rules, const struct stat *source, const struct stat *present);

/* What to do for something that is `source`, where DEST has `present` (NULL: nothing) of that name. */
enum plan_action plan_decide(const struct plan_rules *rules, const struct stat *source,
                             const struct stat *present, bool render);

/* A digest of size and time: another one means that the file has changed. */
uint32_t plan_seen(const struct stat *source);

/* Whether mode and owner are those that a copy would have, as far as this process could set them. */
bool plan_same_ownership(const struct plan_rules *rules, const struct stat *source,
                         const struct stat *present);

/* Whether a file in DEST shares its content with a name that is not of this copy: somebody else's, or SOURCE's own (cp -l). Its
 * mode and owner are not ours to change. */
bool plan_is_shared(const struct stat *source, const struct stat *present);

void plan_free(struct plan *plan);

/* Adds a path and returns its index. */
uint32_t plan_add(struct plan *plan, uint32_t parent, const char *name, enum plan_kind kind,
                  enum plan_action action);

/* Adds a file or symbolic link to the totals. `present` is what DEST has of that name; NULL: nothing. */
void plan_count_file(struct plan *plan, uint32_t node, const struct stat *source, const struct stat *present,
                     uint64_t block_size);

/* Counts a file or directory that others will not be able to read or enter. */
void plan_count_private(struct plan *plan, const struct plan_rules *rules, const struct stat *source,
                        uint32_t node);

/* Once all are there: finds where directories end and which have something to do, and leaves out directories that are marked
 * so unless something in them stays. */
void plan_complete(struct plan *plan);

const char *plan_name(const struct plan *plan, uint32_t node);      /* in SOURCE */
const char *plan_dest_name(const struct plan *plan, uint32_t node); /* in DEST */

/* The path below SOURCE, replacing what `path` holds; the root's is ".". Returns path->data. */
const char *plan_path(const struct plan *plan, uint32_t node, struct buf *path);

const char *plan_action_name(enum plan_action action);

#endif
