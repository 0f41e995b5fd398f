/* What the parts of the stage share. */
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

/* Where old files are put aside, in the stage's directory of the new one, on volumes that cannot swap two names. */
#define EXTRACT_STAGE_OLD EXTRACT_STAGE_PREFIX "old"

/* A mount below the directory that is filled: a stage of its own, since nothing can be renamed into it from elsewhere. */
struct staged_nested {
    struct staged_nested *next;
    size_t at; /* its step in the script */
    int target, descriptor;
    char name[LITTER_NAME];
};

/* --- the script: what is to be moved where, one step after the other --- */

enum step_kind { STEP_ENTER = 1, STEP_LEAVE, STEP_MOVE };
enum step_state {
    STEP_NEW,      /* to be moved to where nothing is */
    STEP_REPLACES, /* to be moved onto something */
    STEP_MOVED,    /* done; nothing was there */
    STEP_SWAPPED,  /* done; what was there is in the stage, under its name */
    STEP_ASIDE     /* done or begun; what was there is in EXTRACT_STAGE_OLD, if it is not in its place */
};

struct step {
    size_t at;
    enum step_kind kind;
    enum step_state state;
    mode_t mode; /* of STEP_ENTER: what the directory had before, or OWNERSHIP_MODE_STAYS */
    const char *name;
};

bool script_add(struct buf *script, const struct step *step);
/* The step at *at, which goes on behind it. False at the end. */
bool script_next(const struct buf *script, size_t *at, struct step *step);
void script_set_state(struct buf *script, const struct step *step, enum step_state state);

/* The nested stage of that step; NULL: it is in the same mount. */
const struct staged_nested *extract_stage_nested(const struct extract_stage *stage, size_t at);
/* Makes one in `there`, and copies to it what is in `from`. False fills `why`. */
bool extract_stage_nest(struct extract_stage *stage, int from, int there, const char *shown,
                        struct reason *why);
/* `name` in `to` becomes a copy of the file `source` in `from`. */
bool extract_stage_copy_file(struct extract_stage *stage, int from, const char *source, int to,
                             const char *name, struct reason *why);
void extract_stage_remove_nested(struct extract_stage *stage);

#endif
