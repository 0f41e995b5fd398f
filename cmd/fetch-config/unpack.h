/* An archive's content, staged inside its directory, checked whole, then renamed entry by entry. */
#ifndef FETCH_CONFIG_UNPACK_H
#define FETCH_CONFIG_UNPACK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/fetch-config/extract_stage.h"
#include "common/base/reason.h"
#include "common/files/ownership.h"
#include "common/files/volume_memory.h"

enum {
    UNPACK_ENTRIES = 1000000, /* of an archive at most */
};

struct unpack_rules {
    int64_t max_size; /* of all files together */
    size_t strip;     /* leading parts of each path that are dropped */
    const struct ownership *ownership;
    bool keep_mode;               /* --mode was not given */
    struct volume_memory *memory; /* as of a body_file */
    int64_t deadline;
};

/* Zeroed, there is none. */
struct unpack {
    struct extract_stage stage; /* inside of the directory, so that renames stay within one filesystem */
    bool staged;                /* there is one */
    bool planned;               /* unpack_undo has something to do */
    char directory[PATH_MAX];
    size_t entries, kept;    /* in the archive; and those of which --strip-components leaves something */
    int64_t size, kept_size; /* of their content */
};

/* Unpacks what the descriptor has into a stage inside `directory`, which is made if it is missing; tar (plain,
 * gzip, zstd, xz, bzip2) and zip. False fills `why` (CODE_FAILED, CODE_DEADLINE), and nothing is left. */
bool unpack_stage(struct unpack *unpack, int descriptor, const char *directory,
                  const struct unpack_rules *rules, struct reason *why);

/* The same in three steps, for archives and files that are published together: unpack_plan finds out what cannot be, before
 * anything is moved and before the `deadline`, the run's; unpack_move moves it, files taking the place of files, and
 * directories being merged; unpack_undo puts everything back, after a false of these, too. unpack_abort then removes what is
 * left. */
bool unpack_plan(struct unpack *unpack, int64_t deadline, struct reason *why);
bool unpack_move(struct unpack *unpack, struct reason *why);
void unpack_undo(struct unpack *unpack, struct reason *why);

/* Removes the stage, as far as there is time. */
void unpack_abort(struct unpack *unpack);

#endif
