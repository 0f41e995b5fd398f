/* The tools whose documents docs-gen writes. */
#include "cmd/initkit/docs.h"
#include "cmd/initkit/tools.h"

#include "common/base/banned.h"

extern const struct tool initkit_tool;

#define TOOL_POINTER(name) &name##_tool,

const struct tool *const docs_all_tools[] = {TOOLS(TOOL_POINTER) TOOL_POINTER(initkit) NULL};
