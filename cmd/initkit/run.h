/* initkit run: the chain of a pod's init containers in one container. */
#ifndef INITKIT_RUN_H
#define INITKIT_RUN_H

#include "cmd/initkit/chain.h"
#include "common/cli/options.h"

extern const struct tool run_tool;

/* argv[0] is the word "run". Returns the exit code, unless another program has taken this one's place. */
int run_main(int argc, char **argv, chain_find *find, const char *const *libraries);

#endif
