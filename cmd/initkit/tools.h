/* The tools that initkit holds: the one place that knows them all. The image `wait` has an initkit of its own, with
 * INITKIT_WAIT_ONLY: both its tools need the same library, which is most of either. */
#ifndef INITKIT_TOOLS_H
#define INITKIT_TOOLS_H

#include "common/options.h"

/* Each tool's table, and its main under the name that the build gives it here. */
#ifdef INITKIT_WAIT_ONLY
#define TOOLS(_)    \
    _(wait_for_dns) \
    _(wait_for_tcp)
#else
#define TOOLS(_)    \
    _(wait_for_dns) \
    _(wait_for_tcp) \
    _(fetch_config) \
    _(copy_agent)   \
    _(tls_check)
#endif

#define TOOL_DECLARE(name)                \
    extern const struct tool name##_tool; \
    int name##_main(int argc, char **argv);

TOOLS(TOOL_DECLARE)

#endif
