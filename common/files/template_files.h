/* The files that ${file:PATH} of a template may read: the author of a template must not be able to read every file that this
 * process can. */
#ifndef COMMON_FILES_TEMPLATE_FILES_H
#define COMMON_FILES_TEMPLATE_FILES_H

#include <stdbool.h>

#include "common/base/strings.h"

struct template_files {
    const struct strings *directories; /* only files below one of these */
    bool any; /* any file, if there are no directories: the template is a local file, and trusted */
};

/* Opens `path` for reading: a regular file below one of the directories. Links are followed as long as they stay in the
 * directory, as those of a ConfigMap or Secret do. The caller closes it. -1 fills `problem`. */
int template_files_open(const struct template_files *files, const char *path, const char **problem);

/* Opens `path` beneath `directory` component by component, for systems without openat2(2): kernels before 5.6, seccomp profiles. -1
 * with errno: EXDEV if it leads out. */
int template_files_walk(int directory, const char *path);

#endif
