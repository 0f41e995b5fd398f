/* The live table of a run with several targets. Only wait.c calls these functions. */
#ifndef COMMON_RUN_WAIT_BOARD_H
#define COMMON_RUN_WAIT_BOARD_H

#include "common/run/wait.h"

/* Shows the table after a short delay, if standard error is a terminal that can show it. */
void wait_board_begin(struct wait *wait);

void wait_board_end(struct wait *wait);

#endif
