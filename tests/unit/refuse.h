/* System calls that a file system does not have, or that a seccomp profile forbids. */
#ifndef UNIT_REFUSE_H
#define UNIT_REFUSE_H

#include <stdbool.h>

/* From now on the call (SYS_...) fails with `error`, for the rest of the test's process. False under an emulator, which has no
 * filters. */
bool refuse_call(long number, int error);

#endif
