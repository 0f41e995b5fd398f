/* One copy, from SOURCE to DEST: what its phases share, and the phases in their order. */
#ifndef COPY_AGENT_COPY_H
#define COPY_AGENT_COPY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "cmd/copy-agent/file_content.h"
#include "cmd/copy-agent/glob.h"
#include "cmd/copy-agent/journal.h"
#include "cmd/copy-agent/plan.h"
#include "common/base/strings.h"
#include "common/cli/options.h"
#include "common/cli/progress.h"

/* What the user wants; all of it outlives the copy. */
struct copy_settings {
    struct strings rules; /* --include and --exclude, as struct filter has them */
    struct strings render, writable, groups;
    const char *render_prefix;
    struct strings render_files;
    const char *mode, *owner;
    bool verify, prune, sync, dry_run, progress;
    int64_t max_bytes; /* 0: no limit */
    int64_t min_files;
    const char *max_prune; /* as prune_check_limit takes it */
    int64_t jobs;          /* 0: as many as fit */
    const char *version_dir, *link;
    int64_t user; /* --for-uid; below 0: nobody in particular */
    bool follow_dest, keep_privileges, relative_links, dereference;

    /* cp's ways, which differ a little. */
    bool as_cp;      /* DEST's parent must be there, and a directory replaces no file */
    bool keep_links; /* a SOURCE that is a link is copied as a link */
    bool leave_directories, exact_directories; /* as in struct plan_rules */
    bool no_modes, no_owners, no_times, no_attributes;
    bool no_hard_links;        /* each name gets a file of its own */
    bool keep_present;         /* files that DEST has stay as they are */
    bool keep_newer;           /* those that are not older than SOURCE's */
    bool ask_present;          /* whether they stay is asked for */
    bool one_file_system;      /* what is mounted in SOURCE is not entered */
    bool link_hard, link_soft; /* links to SOURCE's files instead of copies */
    bool replace;              /* what is there by such links */
    bool read_specials;        /* a SOURCE that is a device or FIFO is read */
    bool verbose;              /* what was copied is printed */
    bool no_reflink;
    enum file_content_holes holes;
    mode_t umask; /* for what does not get SOURCE's mode */
};

/* As the user wrote them. */
struct copy_operands {
    const char *source, *dest;
    /* The name that SOURCE gets in the directory DEST; NULL: its content goes there, or it becomes DEST. */
    const char *into;
    const char *below; /* only this path below SOURCE is copied; NULL: all */
};

/* What traits_learn has found. */
struct copy_traits {
    bool tried;
    bool pretends; /* the volume accepts an owner, mode or time, and keeps another one */
    /* What has been made with mode 0700 by this process is given. */
    mode_t mode;
    uid_t owner;
};

struct copy {
    const struct copy_settings *settings;
    const char *source_name, *dest_name, *into, *below; /* the operands */
    struct filter filter;
    struct plan_rules rules;
    struct copy_traits traits;
    struct journal journal;
    struct plan plan;
    struct progress progress;
    int source, dest; /* the roots; dest is -1 while it does not exist */
    int volume;       /* DEST, where the tree goes into a --version-dir in it; else -1 */
    struct stat volume_root;
    int dest_near; /* dest, or the directory that it will be in, for the space there */
    struct stat source_root, dest_root;
    unsigned hidden;              /* names of SOURCE that are passed over, as an interrupted copy left them */
    bool projected;               /* SOURCE is the volume of a ConfigMap or Secret */
    char *single, *single_target; /* SOURCE is not a directory: its name, and its name in DEST; else NULL */
    char *source_path;            /* of a directory, without links; NULL where it is not known */
    char *dest_path;              /* the directory that things go into */
    unsigned own_parts;           /* so many of its last parts must not be links */
    const char *doing;
    atomic_uint_fast64_t files, bytes, skipped;          /* done */
    atomic_uint_fast64_t progress_files, progress_bytes; /* worked on, for the progress line */
    atomic_uint_fast64_t dropped; /* files written without the privileges that they have in SOURCE */
    atomic_uint_fast64_t
        unkept;        /* files and directories whose mode or times the volume does not let be set */
    atomic_bool fixed; /* the volume refused that for a file of this run's own making */
    atomic_uint_fast64_t in_place; /* files written under their final name */
    atomic_uint_fast64_t gaps;     /* files that were missing for a moment while they were replaced */
    atomic_bool no_rename;         /* the volume has refused a rename that nothing was in the way of */
    atomic_bool no_trees;          /* and one of a directory */
    atomic_uint_fast64_t pruned;
    bool gap;              /* readers of a version may have missed it for a moment */
    bool in_place_version; /* it grows under its own name */
    bool complete;         /* all is in DEST: what fails from now on fails of looking at it */
};

/* What became of it: done, or with --dry-run to do. */
struct copy_counts {
    uint64_t files, bytes, skipped, pruned;
};

/* Runs one copy to its end. True: it is done, `line` says how and `counts` what. False fills `why`, and `line` with the words
 * that go before it: whether the files were copied nevertheless. */
bool copy_run(const struct copy_settings *settings, const struct copy_operands *operands, int64_t deadline,
              struct buf *line, struct copy_counts *counts, struct reason *why);

#endif
