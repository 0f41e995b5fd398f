/* initkit: all the tools in one file. It runs the one that its own name or its first argument says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/initkit/run.h"
#include "cmd/initkit/tools.h"
#include "common/cli/tool.h"
#include "common/files/install.h"
#include "common/net/target.h"

#include "common/base/banned.h"

struct initkit_options {
    struct common_options common;
    bool list;
    const char *install;
};

#define AT(member) offsetof(struct initkit_options, member)

static bool check_directory(const char *value, struct reason *why)
{
    return *value != '\0' || reason_set(why, CODE_USAGE, "expected a directory");
}

static const struct option rows[] = {
    SWITCH("list", list, .no_variable = true, .help = "Print the names of the tools and exit"),
    OPTION("install", "DIR", TEXT, install, .no_variable = true, .check = check_directory,
           .help = "Put this binary into DIR, with a link for each tool, and exit"),
};

static const char *const examples[] = {
    "Run a tool",
    "initkit wait-for-tcp mydb:3306",
    "Bring the tools to an init container with another image, through a shared emptyDir",
    "initkit --install /initkit",
    NULL,
};

extern const struct tool initkit_tool;
const struct tool initkit_tool = {
    .name = "initkit",
    .operands = "TOOL [ARGUMENT]...",
    .summary = "Run one of initkit's tools",
    .description = "TOOL is one of those that --list prints; what follows it are that tool's own options "
                   "and operands. Called through a link with a tool's name, initkit is that tool. "
                   "initkit run runs several of them as the steps of one container.",
    .examples = examples,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .options_size = sizeof(struct initkit_options),
    .one_shot = true,
    .runs_tools = true,
};

#define TOOL_ENTRY(name) {&name##_tool, name##_main},

static const struct chain_tool entries[] = {TOOLS(TOOL_ENTRY)};

enum { ENTRIES = sizeof entries / sizeof entries[0] };

/* The tool of that name, which may be a path; NULL when there is none. */
static const struct chain_tool *find_entry(const char *name)
{
    const char *slash = name ? strrchr(name, '/') : NULL;

    if (slash)
        name = slash + 1;
    if (name && strcmp(name, "cp") == 0) /* by which name it behaves like cp */
        name = "copy-agent";
    for (size_t i = 0; name && i < ENTRIES; i++)
        if (strcmp(name, entries[i].tool->name) == 0)
            return &entries[i];
    return NULL;
}

enum { LIBRARIES_MOST = 32 };

static bool has_library(const char *const *libraries, const char *library)
{
    for (; *libraries; libraries++)
        if (strcmp(*libraries, library) == 0)
            return true;
    return false;
}

/* What any of the tools links: all of it is in this file. `all` is zeroed. */
static void collect_libraries(const char *all[LIBRARIES_MOST])
{
    size_t count = 0;

    for (size_t i = 0; i < ENTRIES; i++)
        for (const char *const *library = entries[i].tool->libraries; *library; library++)
            if (!has_library(all, *library) && count < LIBRARIES_MOST - 1)
                all[count++] = *library;
}

static int list(void)
{
    for (size_t i = 0; i < ENTRIES; i++)
        printf("%s\n", entries[i].tool->name);
    return fflush(stdout) == 0 ? CODE_OK : CODE_FAILED;
}

static int install(const char *directory, const struct verdict *verdict)
{
    struct log_event event = {.level = LOG_INFO, .name = "ready", .elapsed = -1};
    struct reason why;
    char line[128];

    bool good = install_self(directory, "initkit", &why);
    for (size_t i = 0; good && i < ENTRIES; i++)
        good = install_link(directory, entries[i].tool->name, "initkit", &why);
    if (!good)
        return verdict_refuse(verdict, &why);
    snprintf(line, sizeof line, "installed initkit and %d links in %.80s", ENTRIES, directory);
    return verdict_finish(verdict, CODE_OK, &event, line);
}

/* What was called in place of a tool; it may be an operand whose tool was forgotten. */
static int refuse(const char *word, const struct verdict *verdict)
{
    char *shown = target_show(word);
    struct reason why;

    reason_set(&why, CODE_USAGE, "%.100s: %s", shown,
               find_entry(word) || strcmp(word, run_tool.name) == 0
                   ? "options go behind the tool's name: initkit TOOL [ARGUMENT]..."
                   : "no such tool: expected one of those that --list prints");
    free(shown);
    return verdict_refuse(verdict, &why);
}

static int run(const struct initkit_options *options, const struct verdict *verdict)
{
    struct reason why;

    if (options->list)
        return list();
    if (options->install)
        return install(options->install, verdict);
    if (options->common.operands.count > 0)
        return refuse(options->common.operands.items[0], verdict);
    reason_set(&why, CODE_USAGE, "a TOOL is missing: expected one of those that --list prints");
    return verdict_refuse(verdict, &why);
}

int main(int argc, char **argv)
{
    const struct chain_tool *entry = find_entry(argv[0]);
    const char *libraries[LIBRARIES_MOST] = {0};
    struct tool self = initkit_tool;
    struct initkit_options options;
    struct verdict verdict;
    int code;

    if (entry)
        return entry->main(argc, argv);
    if (argc > 1 && argv[1][0] != '-') {
        entry = find_entry(argv[1]);
        if (entry)
            return entry->main(argc - 1, argv + 1);
    }
    collect_libraries(libraries);
    if (argc > 1 && strcmp(argv[1], run_tool.name) == 0)
        return run_main(argc - 1, argv + 1, find_entry, libraries);
    self.libraries = libraries;
    if (tool_begin(&self, argc, argv, &options, &verdict, &code))
        code = run(&options, &verdict);
    options_free(&self, &options);
    return code;
}
