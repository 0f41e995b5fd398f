/* --extract: the content of an archive, staged inside the target directory, checked, then renamed entry by entry. */
#ifndef FETCH_CONFIG_UNPACK_H
#define FETCH_CONFIG_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/fetch-config/extract_stage.h"
#include "common/base/reason.h"
#include "common/files/ownership.h"
#include "common/files/volume_memory.h"

enum {
    UNPACK_ENTRIES = 1000000, /* of one archive, at most */
};

struct unpack_rules {
    int64_t max_size; /* of all files together */
    size_t strip;     /* leading parts of each path that are dropped */
    const struct ownership *ownership;
    bool keep_mode;               /* --mode was not given */
    struct volume_memory *memory; /* as of a body_file */
    int64_t deadline;
};

/* Zeroed, nothing is unpacked. */
struct unpack {
    struct extract_stage stage; /* inside the directory, so that renames stay within one file system */
    bool staged;                /* there is a stage */
    bool planned;               /* unpack_undo has something to do */
    const char *directory;      /* of the caller, who keeps it */
    size_t entries, kept;       /* in the archive; without those that --strip-components drops */
    int64_t size, kept_size;    /* of their content */
};

/* Unpacks the descriptor's file into a stage inside `directory`, which is created if it is missing: tar (plain, gzip, zstd, xz,
 * bzip2) and zip. False fills `why` (CODE_FAILED, CODE_DEADLINE), and nothing is left. */
bool unpack_stage(struct unpack *unpack, int descriptor, const char *directory,
                  const struct unpack_rules *rules, struct reason *why);

/* Publishes what is staged, in steps for a whole set: unpack_plan checks that everything can be moved, until the run's `deadline`;
 * unpack_move moves it, replaces files and merges directories; unpack_undo restores the old state, also after one of these returned
 * false. */
bool unpack_plan(struct unpack *unpack, int64_t deadline, struct reason *why);
bool unpack_move(struct unpack *unpack, struct reason *why);
void unpack_undo(struct unpack *unpack, struct reason *why);

/* Removes the stage, until the deadline. */
void unpack_abort(struct unpack *unpack);

#endif
