/* The stage: a hidden directory inside the target directory of --extract. Its content is invisible until it is moved into the
 * target. Both are opened once and used by their descriptors. No link is followed, neither one of the archive nor one that
 * another user creates meanwhile. */
#ifndef FETCH_CONFIG_EXTRACT_STAGE_H
#define FETCH_CONFIG_EXTRACT_STAGE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "common/base/buf.h"
#include "common/base/reason.h"
#include "common/files/litter.h"
#include "common/files/ownership.h"
#include "common/files/volume_memory.h"

/* The beginning of the hidden directory's name. An archive may contain no such name, at any depth: such an entry could get into a
 * stage after the links in it were checked. */
#define EXTRACT_STAGE_PREFIX ".initkit-extract-"

struct staged_directory;
struct staged_link;
struct staged_nested;

struct extract_stage {
    int target;     /* the target directory */
    int descriptor; /* of the hidden one in it, locked while its owner lives */
    char name[LITTER_NAME];
    int64_t deadline;                     /* of the attempt */
    struct staged_directory *directories; /* their modes are set at the end, as they may forbid writing */
    struct staged_link *links;            /* checked at the end, when all their targets exist */
    struct staged_nested *nested;         /* stages on mounts below the target */
    struct buf script;                    /* the moves, and the state of each */
    struct volume_memory *memory;         /* set by the owner if the target is on a volume in memory */
    int64_t claimed;                      /* bytes counted there */
    bool stays;                           /* keep the stage: an old file in it could not be put back */
    const struct ownership *ownership;
    size_t noted;  /* bytes that the notes on directories and links take */
    size_t unkept; /* entries whose mode the volume did not keep */
    bool is_full;  /* the notes would take more than EXTRACT_STAGE_NOTED: the last call has failed */
};

enum { EXTRACT_STAGE_NOTED = 16 * 1024 * 1024 };

struct extract_stage_status {
    mode_t mode;
    bool has_time;
    struct timespec time;
    const struct ownership *ownership;
};

/* Creates `directory` if it is missing, repairs and removes what killed runs left in it, and creates the stage. `ownership` must
 * outlive the stage. False fills `why`, and there is no stage. */
bool extract_stage_begin(struct extract_stage *stage, const char *directory,
                         const struct ownership *ownership, int64_t deadline, struct reason *why);

/* Cleans up after killed runs in a directory: puts back the old files that they set aside, and removes the rest. */
void extract_stage_sweep(int directory, int64_t deadline);
/* Only puts back the old files; called before the first request. */
void extract_stage_recover(const char *directory);

/* Paths are relative, without "." and ".."; missing directories are created. A later entry with the same path replaces the earlier
 * one. */
int extract_stage_open_file(struct extract_stage *stage, const char *path, struct reason *why);
/* Counts bytes before they are written. False fills `why`: the container's memory is too small for them. */
bool extract_stage_claim(struct extract_stage *stage, int64_t bytes, struct reason *why);
bool extract_stage_write(int descriptor, const void *bytes, size_t length, int64_t offset,
                         struct reason *why);
bool extract_stage_set_status(struct extract_stage *stage, int descriptor, const char *path,
                              const struct extract_stage_status *status, struct reason *why);
bool extract_stage_symlink(struct extract_stage *stage, const char *path, const char *target,
                           const struct ownership *ownership, struct reason *why);
/* A hard link to the regular file `to`. */
bool extract_stage_link(struct extract_stage *stage, const char *path, const char *to, struct reason *why);
bool extract_stage_directory(struct extract_stage *stage, const char *path, mode_t mode, struct reason *why);

/* When everything is staged: checks that no symbolic link leads out of the directory, and sets modes and owners of directories.
 * False fills `why`, with CODE_DEADLINE at the deadline. */
bool extract_stage_end(struct extract_stage *stage, struct reason *why);

/* Checks that everything can be moved: no file in the place of a directory or the reverse, no mount, write permission everywhere.
 * Entries for another mount are copied to a stage on that mount. Nothing else changes but the modes of directories that must be
 * opened. `shown` is the directory in messages. False fills `why`; call extract_stage_undo then, too. */
bool extract_stage_plan(struct extract_stage *stage, const char *shown, struct reason *why);
/* Moves everything, and restores the modes of directories. After false, call extract_stage_undo. */
bool extract_stage_move(struct extract_stage *stage, const char *shown, struct reason *why);
/* Restores the state before extract_stage_plan. The hint names what could not be put back. */
void extract_stage_undo(struct extract_stage *stage, const char *shown, struct reason *why);

/* Removes the stage, until the deadline; the next run removes the rest. */
void extract_stage_remove(struct extract_stage *stage);

/* Fills `why`: the link leads out of the directory. Returns false. */
bool extract_stage_refuse_link(const char *path, const char *target, struct reason *why);

/* Fills `why` with what could not be done to `path`, an entry of the archive, and errno. Returns false. */
bool extract_stage_fail(struct reason *why, const char *path, const char *doing);

#endif
