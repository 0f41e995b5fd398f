/* The program that takes this one's place at the end of a chain. */
#ifndef INITKIT_PROGRAM_H
#define INITKIT_PROGRAM_H

#include "common/base/reason.h"

/* Executes argv[0], a path or a name to be found in PATH, with the signals as a new process has them. It returns only if that
 * cannot be, or a stop signal came before: `why` is filled then. */
void program_become(char **argv, struct reason *why);

#endif
