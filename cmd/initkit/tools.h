/* The tools that initkit holds. The lists are the Makefile's (TOOLS, WAIT_TOOLS). The image `wait` has an initkit of its own,
 * with INITKIT_WAIT_ONLY: its tools need the same library, which is most of each. */
#ifndef INITKIT_TOOLS_H
#define INITKIT_TOOLS_H

#include "common/cli/options.h"

/* Each tool's table, and its main under the name that the build gives it here. */
#ifdef INITKIT_WAIT_ONLY
#define TOOLS(_) INITKIT_WAIT_TOOLS(_)
#else
#define TOOLS(_) INITKIT_TOOLS(_)
#endif

#define TOOL_DECLARE(name)                \
    extern const struct tool name##_tool; \
    int name##_main(int argc, char **argv);

TOOLS(TOOL_DECLARE)

#endif
