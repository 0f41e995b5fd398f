/* Which files ${file:PATH} of a template may read: whoever wrote the template must not choose freely among all that this process
 * can read. */
#ifndef COMMON_FILES_TEMPLATE_FILES_H
#define COMMON_FILES_TEMPLATE_FILES_H

#include <stdbool.h>

#include "common/base/strings.h"

struct template_files {
    const struct strings *directories; /* only what is below one of these */
    bool
        any; /* any file, where there is no directory: the template is as trusted as the file system that it is in */
};

/* Opens `path` for reading: a regular file below one of the directories. Links are followed as long as they stay in the
 * directory, as those of a ConfigMap or Secret do. The caller closes it. -1 fills `problem`. */
int template_files_open(const struct template_files *files, const char *path, const char **problem);

/* Opens `path` beneath `directory` part by part, as it is done where there is no openat2(2): kernels before 5.6, seccomp
 * profiles. -1 with errno: EXDEV where it leads out. */
int template_files_walk(int directory, const char *path);

#endif
