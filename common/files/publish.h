/* A file that appears whole or not at all: written under a temporary name beside its target, then renamed.
 *
 * Its directory is opened once, and all that follows goes by that descriptor: who changes the way there meanwhile gets
 * nothing. What a killed run leaves behind is found and removed by the next one that publishes the same target. */
#ifndef COMMON_FILES_PUBLISH_H
#define COMMON_FILES_PUBLISH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/base/reason.h"
#include "common/files/litter.h"

struct publish {
    int descriptor; /* to write to, and to read it back */
    int directory;  /* a handle on the one that PATH is in; shared by those that are open in it */
    dev_t device;   /* of the directory, as its inode */
    ino_t inode;
    bool direct; /* standard output, standard error or /dev/null: there is nothing to rename */
    int64_t
        deadline; /* for writing there, where somebody may have to read first; 0: none. Set after publish_begin */
    char path[PATH_MAX];
    char temporary[LITTER_NAME]; /* in there */
    bool placed;                 /* by publish_place */
    bool unkept;                 /* the volume gives it another mode than was asked for */
    bool in_place;               /* the volume renames nothing: it was written under its own name */
    char old[LITTER_NAME];       /* in there: what was there before; empty: nothing, or it is not kept */
    int old_lock;                /* open while that must not be taken for litter; -1: it is not locked */
    struct publish *next;        /* that is open too */
};

/* The descriptor that the path is a name of: "-" and /dev/stdout, /dev/stderr, and their names in /dev/fd and /proc. -1: none. */
int publish_stream(const char *path);
/* Whether that is the device /dev/null, under whatever name. */
bool publish_is_null(const struct stat *found);
/* Whether something of that kind is never written to: all but regular files, and links, which are replaced. Fills `why` then. */
bool publish_refuse_kind(const char *path, mode_t mode, struct reason *why);

/* Opens `path` for writing. Standard output, standard error and /dev/null are written to; a link is replaced; anything else that is
 * there and no regular file is refused: who may write into a directory could have put it there. A volume may keep another mode
 * (`unkept`). False fills `why` (CODE_FAILED) and leaves nothing behind. */
bool publish_begin(struct publish *publish, const char *path, mode_t mode, struct reason *why);

/* The same for a `directory`, a handle that PATH's last name is in: it is the publish's from then on, after a false, too. */
bool publish_begin_in(struct publish *publish, int directory, const char *path, mode_t mode,
                      struct reason *why);

/* PATH's last name, in publish->directory. */
const char *publish_name(const struct publish *publish);

/* Writes all of it, or fills `why`: CODE_FAILED, a signal's code, or CODE_DEADLINE. */
bool publish_write(struct publish *publish, const void *bytes, size_t length, struct reason *why);

/* Puts the file in its place. On failure the target is as it was and the temporary is gone. */
bool publish_commit(struct publish *publish, struct reason *why);

/* Makes `to` what `from` was, which is open and must not be used any more. */
void publish_move(struct publish *from, struct publish *to);

/* Gives up: the temporary is removed. */
void publish_abort(struct publish *publish);

/* The same in two steps, for files that are published together: publish_place puts one in its place. With `keep`, what was there is
 * kept until publish_settle removes it or publish_undo puts it back. After a false, as after publish_commit. Neither swapping
 * names, nor a second name, nor renaming has to be possible on the volume. */
bool publish_place(struct publish *publish, bool keep, struct reason *why);

/* False with errno: what was there before is still there, under a hidden name. */
bool publish_settle(struct publish *publish);
/* False with errno: the new file is there, and the old one under a hidden name. */
bool publish_undo(struct publish *publish);

/* Repairs what a killed run has left at `path`, before anything is published there: the file before, or a new one that was
 * complete, is there again. */
void publish_recover(const char *path);

#endif
