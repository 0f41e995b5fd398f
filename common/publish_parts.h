/* What the parts of publish share. */
#ifndef COMMON_PUBLISH_PARTS_H
#define COMMON_PUBLISH_PARTS_H

#include <sys/stat.h>

#include "common/publish.h"

/* Says what could not be done to `path`, with a hint for the errno. Returns false. */
bool publish_fail(struct reason *why, const char *path, const char *doing, int error);

/* Closes what is open; the temporary stays. */
void publish_close(struct publish *publish);
void publish_remove_temporary(const struct publish *publish);

/* Whether closing tells no error of what was written. After one the temporary is gone, and all is closed. */
bool publish_all_written(struct publish *publish, struct reason *why);

/* The temporary takes the place of what is there. False with errno. */
bool publish_rename(const struct publish *publish);

/* The descriptor that the path is a word for, or -1. */
int publish_stream(const char *path);
/* Opens that, or `seen`, which is no file. */
bool publish_open_direct(struct publish *publish, const struct stat *seen, struct reason *why);
/* Waits until that takes STOP_CHUNK bytes. */
bool publish_wait_for_room(const struct publish *publish, struct reason *why);

#endif
