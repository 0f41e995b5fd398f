/* Publishes a file, all or nothing: it is written under a temporary name beside its target, then renamed.
 *
 * The directory is opened once and used by its descriptor: changing the path to it meanwhile has no effect. What a killed run
 * leaves behind is removed by the next run that publishes the same target. */
#ifndef COMMON_FILES_PUBLISH_H
#define COMMON_FILES_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/base/reason.h"
#include "common/files/litter.h"

struct publish {
    int descriptor; /* to write to, and to read it back */
    int directory;  /* a handle on the directory of PATH; shared by all publishes in it */
    dev_t device;   /* of the directory, and its inode */
    ino_t inode;
    bool direct;      /* standard output, standard error or /dev/null: written directly */
    int64_t deadline; /* for writing to a pipe that nobody may read; 0: none. Set it after publish_begin */
    const char *path; /* of the caller, who keeps it: sets have thousands of these */
    char temporary[LITTER_NAME]; /* in the directory */
    bool placed;                 /* by publish_place */
    bool unkept;                 /* the volume did not keep the requested mode */
    bool in_place;               /* the volume cannot rename: the file was written in place */
    char old[LITTER_NAME];       /* in the directory: the old file; empty: there is none, or it is not kept */
    int old_lock;                /* open while `old` must not be taken for litter; -1: not locked */
    struct publish *next;        /* the next one that is open */
};

/* The descriptor that the path means: "-", /dev/stdout, /dev/stderr, or their names in /dev/fd and /proc. -1: none. */
int publish_stream(const char *path);
/* Whether `found` is the device /dev/null, under any name. */
bool publish_is_null(const struct stat *found);
/* Whether a file of that kind is never written to: anything but regular files and links, which are replaced. Fills `why` then. */
bool publish_refuse_kind(const char *path, mode_t mode, struct reason *why);

/* Opens `path` for writing. Standard output, standard error and /dev/null are written to; a link is replaced; anything else that
 * is not a regular file is refused, as anyone who may write to the directory could have created it. A volume may keep another mode
 * (`unkept`). False fills `why` (CODE_FAILED) and leaves nothing behind. */
bool publish_begin(struct publish *publish, const char *path, mode_t mode, struct reason *why);

/* The same with `directory`, a handle on the directory of PATH: it belongs to the publish from then on, also after false. What a
 * killed run left there is the caller's to repair: publish_recover. */
bool publish_begin_in(struct publish *publish, int directory, const char *path, mode_t mode,
                      struct reason *why);

/* The last component of PATH, in publish->directory. */
const char *publish_name(const struct publish *publish);

/* Writes all of it, or fills `why`: CODE_FAILED, a signal's code, or CODE_DEADLINE. */
bool publish_write(struct publish *publish, const void *bytes, size_t length, struct reason *why);

/* Renames the file into place. On failure the target is unchanged and the temporary is removed. */
bool publish_commit(struct publish *publish, struct reason *why);

/* Moves `from`, which is open, to `to`; `from` must not be used any more. */
void publish_move(struct publish *from, struct publish *to);

/* Gives up and removes the temporary. */
void publish_abort(struct publish *publish);

/* The same in two steps, for files that are published together: publish_place renames one into place. With `keep`, the old file is
 * kept until publish_settle removes it or publish_undo puts it back. After false, the state is as after publish_commit. The volume
 * need not support exchanging names, hard links, or renames. */
bool publish_place(struct publish *publish, bool keep, struct reason *why);

/* Removes the old file. False with errno: it is still there, under a hidden name. */
bool publish_settle(struct publish *publish);
/* Puts the old file back. False with errno: the new file is in place, and the old one under a hidden name. */
bool publish_undo(struct publish *publish);

/* A directory in which nothing was found that a killed run left; zeroed, none. */
struct publish_clean {
    bool known;
    dev_t device;
    ino_t inode;
};

/* Repairs what a killed run left of `name` in `directory`, before anything is published there: the old file, or a new one that was
 * complete, is in place again; the rest is removed. For many names, `clean` spares it a list of the directory for each. */
void publish_recover(int directory, const char *name, struct publish_clean *clean);

#endif
