/* A hidden directory inside of the one that is to be filled: what is put there is invisible until it is moved. Both are opened once
 * and reached by their descriptors from then on; no link is ever followed, neither the archive's nor one that somebody puts in the
 * way meanwhile. */
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

/* How the hidden directory's name begins. Nothing of an archive may have such a name, at any depth: it could get into a stage, its
 * own or that of another archive, after that was proved. */
#define EXTRACT_STAGE_PREFIX ".initkit-extract-"

struct staged_directory;
struct staged_link;
struct staged_nested;

struct extract_stage {
    int target;     /* the directory that is to be filled */
    int descriptor; /* of the hidden one in it, locked while its owner lives */
    char name[LITTER_NAME];
    int64_t deadline; /* of the attempt */
    struct staged_directory
        *directories;          /* whose modes are set at the end, since they may forbid to write into them */
    struct staged_link *links; /* that are looked at in the end, when all that they may lead to is there */
    struct staged_nested *nested; /* stages in mounts below */
    struct buf script;            /* what is to be moved where, and how far that has come */
    struct volume_memory *memory; /* set by the owner: it is on a volume in memory */
    int64_t claimed;              /* of that */
    bool stays;                   /* something could not be put back from it */
    const struct ownership *ownership;
    size_t noted;  /* bytes that these two take */
    size_t unkept; /* that the volume gives another mode than the archive has */
    bool is_full;  /* they took more than EXTRACT_STAGE_NOTED: what was under way has failed for that */
};

enum { EXTRACT_STAGE_NOTED = 16 * 1024 * 1024 };

struct extract_stage_status {
    mode_t mode;
    bool has_time;
    struct timespec time;
    const struct ownership *ownership;
};

/* Makes `directory` if it is missing, repairs and removes what killed runs have left in it, and makes the stage. `ownership`
 * has to last as long. False fills `why`, and there is none. */
bool extract_stage_begin(struct extract_stage *stage, const char *directory,
                         const struct ownership *ownership, int64_t deadline, struct reason *why);

/* What killed runs have left in a directory: old files that they had put aside are in their places again; the rest is removed. */
void extract_stage_sweep(int directory, int64_t deadline);
/* The first half of it, before it is known whether there is something new. */
void extract_stage_recover(const char *directory);

/* Paths are relative, without "." and ".."; directories on the way are made. A later entry of the same path takes the place of
 * the earlier one. */
int extract_stage_open_file(struct extract_stage *stage, const char *path, struct reason *why);
/* That so many bytes are going to be written. False fills `why`: they do not fit into the container's memory. */
bool extract_stage_claim(struct extract_stage *stage, int64_t bytes, struct reason *why);
bool extract_stage_write(int descriptor, const void *bytes, size_t length, int64_t offset,
                         struct reason *why);
bool extract_stage_set_status(struct extract_stage *stage, int descriptor, const char *path,
                              const struct extract_stage_status *status, struct reason *why);
bool extract_stage_symlink(struct extract_stage *stage, const char *path, const char *target,
                           const struct ownership *ownership, struct reason *why);
/* A further name of the regular file `to`. */
bool extract_stage_link(struct extract_stage *stage, const char *path, const char *to, struct reason *why);
bool extract_stage_directory(struct extract_stage *stage, const char *path, mode_t mode, struct reason *why);

/* Once all is staged: proves that no symbolic link leads out of the directory, and gives the directories their modes and owners.
 * False fills `why`, with CODE_DEADLINE when the time ran out. */
bool extract_stage_end(struct extract_stage *stage, struct reason *why);

/* Whether everything can be moved: no file where a directory is, and the other way round; no mount in the way; the right to
 * write. What belongs into another mount is copied there, to a stage of its own. Nothing changes but the modes of directories
 * that have to be opened. `shown` is the directory in messages. False fills `why`; extract_stage_undo is due then, too. */
bool extract_stage_plan(struct extract_stage *stage, const char *shown, struct reason *why);
/* Moves it all, and gives the directories their modes again. After a false, extract_stage_undo. */
bool extract_stage_move(struct extract_stage *stage, const char *shown, struct reason *why);
/* Everything is as it was before extract_stage_plan. What could not be put back is in the hint. */
void extract_stage_undo(struct extract_stage *stage, const char *shown, struct reason *why);

/* Removes the stage, as far as there is time; what is left is the next run's to remove. */
void extract_stage_remove(struct extract_stage *stage);

/* Says that a link leads out. Returns false. */
bool extract_stage_refuse_link(const char *path, const char *target, struct reason *why);

/* Says what could not be done to `path`, of the archive, by errno. Returns false. */
bool extract_stage_fail(struct reason *why, const char *path, const char *doing);

#endif
