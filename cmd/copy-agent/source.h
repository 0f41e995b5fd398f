/* How what is in SOURCE is reached: never through a link, unless plan->follows (--dereference). */
#ifndef COPY_AGENT_SOURCE_H
#define COPY_AGENT_SOURCE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "cmd/copy-agent/plan.h"

/* `name` in the directory of SOURCE that `parent` is open for. -1 or false with errno. */
int source_open_file(const struct plan *plan, int parent, const char *name);
int source_open_directory(const struct plan *plan, int parent, const char *name);
int source_directory_handle(const struct plan *plan, int parent, const char *name); /* O_PATH */
bool source_stat(const struct plan *plan, int parent, const char *name, struct stat *found);

#endif
