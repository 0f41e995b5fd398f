/* What it means that something cannot be written: in a pod, the answer lies in how its volumes are mounted. */
#ifndef COMMON_FILES_VOLUME_H
#define COMMON_FILES_VOLUME_H

#include <stdbool.h>

#include "common/base/reason.h"

/* Sets the hint for an errno of writing to `path`, by a look at where that is: a file that is a mount itself (subPath), the
 * volume of a ConfigMap or Secret, a read-only file system. Where there is nothing to be said the hint stays. */
void volume_hint(struct reason *why, const char *path, int error);

/* "PATH: DOING: the error" with that hint. Returns false. */
bool volume_fail(struct reason *why, const char *path, const char *doing, int error);

/* Whether a file is mounted at `path` itself, so that nothing can take its place. */
bool volume_is_mount(const char *path);

#endif
