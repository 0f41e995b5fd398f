/* Shared by the files extract_stage*.c. */
#ifndef FETCH_CONFIG_EXTRACT_STAGE_PARTS_H
#define FETCH_CONFIG_EXTRACT_STAGE_PARTS_H

#include "cmd/fetch-config/extract_stage.h"

/* Paths are below the stage. */
struct staged_directory {
    struct staged_directory *next;
    mode_t mode; /* OWNERSHIP_MODE_STAYS: the archive does not list it, only its owner is to be set */
    char path[];
};

struct staged_link {
    struct staged_link *next;
    char path[];
};

/* A directory in the stage beside the new file, for the old one, on volumes that cannot exchange two names. */
#define EXTRACT_STAGE_OLD EXTRACT_STAGE_PREFIX "old"

/* A mount below the target has a stage of its own, as nothing can be renamed across mounts. */
struct staged_nested {
    struct staged_nested *next;
    size_t at; /* its step in the script */
    int target, descriptor;
    char name[LITTER_NAME];
};

/* --- the script: the moves, step by step --- */

enum step_kind { STEP_ENTER = 1, STEP_LEAVE, STEP_MOVE };
enum step_state {
    STEP_NEW,      /* nothing exists at the target */
    STEP_REPLACES, /* replaces an existing entry */
    STEP_MOVED,    /* moved; nothing existed there */
    STEP_SWAPPED,  /* moved; the old entry is in the stage, under the same name */
    STEP_ASIDE     /* moved or begun; the old entry is in EXTRACT_STAGE_OLD, or still in place */
};

struct step {
    size_t at;
    enum step_kind kind;
    enum step_state state;
    mode_t mode; /* of STEP_ENTER: the mode of the directory before, or OWNERSHIP_MODE_STAYS */
    const char *name;
};

bool script_add(struct buf *script, const struct step *step);
/* Reads the step at *at, and advances *at. False at the end. */
bool script_next(const struct buf *script, size_t *at, struct step *step);
void script_set_state(struct buf *script, const struct step *step, enum step_state state);

/* The stage on the mount that the step enters; NULL: it is the same mount. */
const struct staged_nested *extract_stage_nested(const struct extract_stage *stage, size_t at);
/* Creates a stage in `there`, and copies the content of `from` to it. False fills `why`. */
bool extract_stage_nest(struct extract_stage *stage, int from, int there, const char *shown,
                        struct reason *why);
/* `name` in `to` becomes a copy of the file `source` in `from`. */
bool extract_stage_copy_file(struct extract_stage *stage, int from, const char *source, int to,
                             const char *name, struct reason *why);
void extract_stage_remove_nested(struct extract_stage *stage);

#endif
