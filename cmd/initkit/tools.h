/* The tools that initkit holds: the one place that knows them all. */
#ifndef INITKIT_TOOLS_H
#define INITKIT_TOOLS_H

#include "common/options.h"

/* Each tool's table, and its main under the name that the build gives it here. */
#define TOOLS(_)    \
    _(wait_for_dns) \
    _(wait_for_tcp) \
    _(fetch_config) \
    _(copy_agent)   \
    _(tls_check)

#define TOOL_DECLARE(name)                \
    extern const struct tool name##_tool; \
    int name##_main(int argc, char **argv);

TOOLS(TOOL_DECLARE)

#endif
