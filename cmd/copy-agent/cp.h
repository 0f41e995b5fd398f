/* Called as cp: for images whose init command is `cp -r SOURCE DEST`. */
#ifndef COPY_AGENT_CP_H
#define COPY_AGENT_CP_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether the program was called by that name. */
bool cp_is_meant(const char *program);

/* Does what cp would, and returns its exit code: 0, or 1 for whatever is wrong; 143 and 130 after a signal. `umask`
 * was the process's, which has none any more. */
int cp_run(int argc, char **argv, mode_t umask);

#endif
