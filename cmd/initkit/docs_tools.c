/* The tools whose documents docs-gen writes. */
#include <stdio.h>

#include "cmd/initkit/docs.h"
#include "cmd/initkit/run.h"
#include "cmd/initkit/tools.h"

#include "common/base/banned.h"

extern const struct tool initkit_tool;

#define TOOL_POINTER(name) &name##_tool,

const struct tool *const docs_all_tools[] = {TOOLS(TOOL_POINTER) TOOL_POINTER(initkit) & run_tool, NULL};

void docs_readme(const struct tool *tool, char path[DOCS_PATH])
{
    if (tool == &run_tool)
        snprintf(path, DOCS_PATH, "cmd/%s/%s.md", initkit_tool.name, tool->name);
    else
        snprintf(path, DOCS_PATH, "cmd/%s/README.md", tool->name);
}

void docs_man_name(const struct tool *tool, char name[DOCS_PATH])
{
    snprintf(name, DOCS_PATH, "%s%s%s", tool == &run_tool ? initkit_tool.name : "",
             tool == &run_tool ? "-" : "", tool->name);
}

void docs_man(const struct tool *tool, char path[DOCS_PATH])
{
    char name[DOCS_PATH];

    docs_man_name(tool, name);
    snprintf(path, DOCS_PATH, "cmd/%.40s/%.60s.1", tool == &run_tool ? initkit_tool.name : tool->name, name);
}
