/* What the parts of publish share. */
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

/* Whether closing tells no error of what was written. After one the temporary is gone, and all is closed. */
bool publish_all_written(struct publish *publish, struct reason *why);

/* What hidden files of a target begin with; `kind` goes behind it. */
enum { PUBLISH_PREFIX = LITTER_NAME, PUBLISH_HIDDEN_MODE = 0600 };
void publish_prefix(const char *name, const char *kind, char prefix[PUBLISH_PREFIX]);

/* The version before, kept aside; and the mark that the target is being written from what the rest of the name says. */
#define PUBLISH_OLD  "old-"
#define PUBLISH_PART "part-"

/* Repairs what a killed run has left of `name`, and removes the rest of it: the version before gets its name back where there is
 * none, and what was half written is written again. */
void publish_recover_in(int directory, const char *name);

/* --- publish_old.c: the version before --- */

/* Whether `error` of a rename says that the volume does not rename at all. */
bool publish_lacks_rename(int error);
/* Both names are in the target's directory. 0 or errno. */
int publish_rename(const struct publish *publish, const char *from, const char *to);

/* Others would take it for litter. Where it cannot be locked (it may not be read, or is a link), nothing is lost but that. */
void publish_lock_old(struct publish *publish);
/* Exchanges the names of the target and its temporary. False: the volume or the kernel cannot. */
bool publish_swap(struct publish *publish);
/* Gives what is there a second name, so that its own is never missing; where there are no second names, another one. 0 or errno. */
int publish_set_aside(struct publish *publish);
/* Keeps a copy of what is there under a hidden name. 0 or errno, and then the copy may be half of it. */
int publish_keep_copy(struct publish *publish);
/* Removes what is kept: what was there before is not to come back. */
void publish_forget_old(struct publish *publish);
/* Puts back what was there. 0 or errno. */
int publish_put_back(struct publish *publish);

/* --- publish_copy.c --- */

/* `source` of the same directory becomes `name`, byte by byte; with a mark while it lasts. 0 or errno, and then *touched tells
 * whether what was there is gone. */
int publish_copy(int directory, const char *source, const char *name, int64_t deadline, bool *touched);
/* Removes the mark that this leaves when it fails half-way. */
void publish_copy_forget(int directory, const char *source, const char *name);
/* The same without a mark, into the open and empty file `name`; where `source` is a link, `name` becomes one. 0 or errno. */
int publish_copy_entry(int directory, const char *source, const char *name, int descriptor, int64_t deadline);

/* Open what is written to as it is: what publish_stream names; the null device in the target's place. */
bool publish_open_stream(struct publish *publish, struct reason *why);
bool publish_open_null(struct publish *publish, struct reason *why);
/* Waits until that takes STOP_CHUNK bytes. */
bool publish_wait_for_room(const struct publish *publish, struct reason *why);

#endif
