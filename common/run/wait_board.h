/* The live table of a run that waits for several targets. Only wait.c calls these. */
#ifndef COMMON_RUN_WAIT_BOARD_H
#define COMMON_RUN_WAIT_BOARD_H

#include "common/run/wait.h"

/* Shows it, where standard error is a terminal for it, a moment later. */
void wait_board_begin(struct wait *wait);

void wait_board_end(struct wait *wait);

#endif
