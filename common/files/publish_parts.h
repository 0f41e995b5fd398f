/* Shared by the files publish_*.c. */
#ifndef COMMON_FILES_PUBLISH_PARTS_H
#define COMMON_FILES_PUBLISH_PARTS_H

#include <sys/stat.h>

#include "common/files/publish.h"

/* --- publish_open.c --- */

/* Adds one to those that are open; publish_close takes it out. */
void publish_enlist(struct publish *publish);
void publish_each(void (*each)(struct publish *open));

/* A set of many files in one directory takes one descriptor for it, not one each. False with errno. */
bool publish_share_directory(struct publish *publish);

/* Closes what is open; the temporary stays. */
void publish_close(struct publish *publish);
void publish_remove_temporary(const struct publish *publish);

/* Whether everything was written, as far as close reports. False fills `why`; the temporary is removed, and everything is
 * closed. */
bool publish_all_written(struct publish *publish, struct reason *why);

/* The beginning of the names of a target's hidden files, ending with `kind`. */
#define PUBLISH_MARK ".initkit-" /* in all of them */
enum { PUBLISH_PREFIX = LITTER_NAME, PUBLISH_HIDDEN_MODE = 0600 };
void publish_prefix(const char *name, const char *kind, char prefix[PUBLISH_PREFIX]);

/* Kinds: the old file; and the mark that the target is being written in place, from the file that the rest of its name names. */
#define PUBLISH_OLD  "old-"
#define PUBLISH_PART "part-"

/* --- publish_old.c: the old file --- */

/* Whether `error` of a rename means that the volume cannot rename at all. */
bool publish_lacks_rename(int error);
/* Both names are in the target's directory. 0 or errno. */
int publish_rename(const struct publish *publish, const char *from, const char *to);

/* Locks the old file, so that no other run takes it for litter. */
void publish_lock_old(struct publish *publish);
/* Exchanges the names of the target and its temporary. False: the volume or the kernel cannot. */
bool publish_swap(struct publish *publish);
/* Gives the old file a second name, or on volumes without hard links, another one. 0 or errno. */
int publish_set_aside(struct publish *publish);
/* Keeps a copy of the old file under a hidden name. 0 or errno; after an error the copy may be incomplete. */
int publish_keep_copy(struct publish *publish);
/* Removes the old file that is kept: it will not be put back. */
void publish_forget_old(struct publish *publish);
/* Puts the old file back. 0 or errno. */
int publish_put_back(struct publish *publish);

/* --- publish_copy.c --- */

/* Copies `source` to `name` in the same directory, with a mark as long as it takes. 0 or errno; *touched: the old `name` is
 * gone. */
int publish_copy(int directory, const char *source, const char *name, int64_t deadline, bool *touched);
/* Removes the mark that publish_copy leaves after a failure. */
void publish_copy_forget(int directory, const char *source, const char *name);
/* The same without a mark, into the open and empty file `name`; where `source` is a link, `name` becomes one. 0 or errno. */
int publish_copy_entry(int directory, const char *source, const char *name, int descriptor, int64_t deadline);

/* Open a file that is written directly: that of publish_stream; /dev/null at the target's path. */
bool publish_open_stream(struct publish *publish, struct reason *why);
bool publish_open_null(struct publish *publish, struct reason *why);
/* Waits until it accepts STOP_CHUNK bytes. False fills `why`. */
bool publish_wait_for_room(const struct publish *publish, struct reason *why);

#endif
