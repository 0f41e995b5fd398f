/* docs-gen: writes what the documents say about options from the tables of the tools, so that it is said once: man
 * pages, the tables of the README.md files and of docs/options.md (between markers), the completion for bash, and the list of the
 * variables that tools know. With --check it writes nothing and names what is stale. Run by `make docs` and `make check-docs`. */
#include "cmd/initkit/docs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/strings.h"
#include "common/cli/help.h"
#include "common/cli/variables.h"
#include "common/files/publish.h"

#include "common/base/banned.h"

enum { DOCUMENT_MAX = 1024 * 1024, MARKER_TEXT = 64, FILE_MODE = 0644 };

#define VARIABLES_FILE  "common/cli/variables.inc"
#define COMPLETION_FILE "cmd/initkit/completion.bash"

/* --- the list of variables --- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_variable(struct strings *names, const char *tool, const char *option)
{
    char name[VARIABLE_NAME];

    variable_name(tool, option, name);
    strings_add(names, name, strlen(name));
}

static void collect_variables(struct strings *names, const struct tool *tool)
{
    const struct option *row;

    if (tool->runs_tools && !tool->one_shot)
        add_variable(names, NULL, tool->name); /* its words */
    else
        add_variable(names, tool->name, "targets");
    for (size_t i = 0; (row = options_row(tool, i)); i++) {
        if (!help_has_variable(row))
            continue;
        add_variable(names, NULL, row->name);
        add_variable(names, tool->name, row->name);
    }
}

static void write_variables(struct buf *out, const struct tool *unused)
{
    struct strings names = {0};

    (void)unused;
    for (const struct tool *const *tool = docs_all_tools; *tool; tool++)
        collect_variables(&names, *tool);
    if (names.count > 0)
        qsort(names.items, names.count, sizeof *names.items, compare_texts);
    for (size_t i = 0; i < names.count; i++)
        if (i == 0 || strcmp(names.items[i - 1], names.items[i]) != 0)
            buf_add_format(out, "\"%s\",\n", names.items[i] + strlen("INITKIT_"));
    strings_clear(&names);
}

/* --- documents --- */

/* A part of a document, between two markers of that name. */
struct section {
    const char *name;
    void (*write)(struct buf *out, const struct tool *tool);
};

static const struct section tool_sections[] = {{"options", docs_write_options}, {NULL, NULL}};

static const struct section readme_sections[] = {{"tools", docs_write_tools}, {NULL, NULL}};

static const struct section shared_sections[] = {
    {"options", docs_write_common_options}, {"exit codes", docs_write_codes}, {NULL, NULL}};

struct run {
    bool check;
    bool stale;
    bool failed;
};

static void run_fail(struct run *run, const char *path, const char *trouble)
{
    fprintf(stderr, "docs-gen: %s: %s\n", path, trouble);
    run->failed = true;
}

/* Compares the file with what it should hold, and writes it unless only to check. */
static void run_settle(struct run *run, const char *path, const struct buf *wanted)
{
    struct publish publish;
    struct reason why;
    struct buf present;

    buf_init(&present, DOCUMENT_MAX);
    bool same = file_read(path, &present, NULL, &why) && present.length == wanted->length &&
                memcmp(present.data, wanted->data, wanted->length) == 0;
    buf_free(&present);
    if (same)
        return;
    run->stale = true;
    fprintf(stderr, "docs-gen: %s %s\n", path, run->check ? "is stale; make docs writes it" : "written");
    if (run->check)
        return;
    bool good = publish_begin(&publish, path, FILE_MODE, &why);
    if (good && !publish_write(&publish, wanted->data, wanted->length, &why)) {
        publish_abort(&publish);
        good = false;
    }
    if (!good || !publish_commit(&publish, &why))
        run_fail(run, path, why.text);
}

/* Puts what `section` writes between its markers in `text`. False when they are not there. */
static bool section_fill(const struct section *section, const struct tool *tool, struct buf *text)
{
    char begin[MARKER_TEXT], end[MARKER_TEXT];
    struct buf filled;

    snprintf(begin, sizeof begin, "<!-- %s: begin (make docs) -->\n", section->name);
    snprintf(end, sizeof end, "\n<!-- %s: end -->\n", section->name);
    const char *head_end = strstr(text->data, begin);
    const char *tail = head_end ? strstr(head_end, end) : NULL;
    if (!tail)
        return false;
    head_end += strlen(begin);
    buf_init(&filled, DOCUMENT_MAX);
    buf_add(&filled, text->data, (size_t)(head_end - text->data));
    buf_add_text(&filled, "\n");
    section->write(&filled, tool);
    buf_add_text(&filled, tail);
    buf_free(text);
    *text = filled;
    return true;
}

static void run_sections(struct run *run, const char *path, const struct section *section,
                         const struct tool *tool)
{
    struct reason why;
    struct buf text;

    buf_init(&text, DOCUMENT_MAX);
    bool good = file_read(path, &text, NULL, &why);
    for (; good && section->name; section++) {
        good = section_fill(section, tool, &text);
        if (!good)
            reason_set(&why, CODE_FAILED, "has no markers for \"%s\"", section->name);
    }
    if (good)
        run_settle(run, path, &text);
    else
        run_fail(run, path, why.text);
    buf_free(&text);
}

static void run_whole(struct run *run, const char *path,
                      void (*write)(struct buf *out, const struct tool *tool), const struct tool *tool)
{
    struct buf text;

    buf_init(&text, DOCUMENT_MAX);
    write(&text, tool);
    run_settle(run, path, &text);
    buf_free(&text);
}

static void run_tool(struct run *run, const struct tool *tool)
{
    char path[DOCS_PATH];

    docs_readme(tool, path);
    run_sections(run, path, tool_sections, tool);
    docs_man(tool, path);
    run_whole(run, path, docs_write_man, tool);
}

int main(int argc, char **argv)
{
    struct run run = {.check = argc == 2 && strcmp(argv[1], "--check") == 0};

    if (argc > 1 && !run.check) {
        fprintf(stderr, "usage: docs-gen [--check], from the top of the repository\n");
        return CODE_USAGE;
    }
    run_whole(&run, VARIABLES_FILE, write_variables, NULL);
    run_whole(&run, COMPLETION_FILE, docs_write_completion, NULL);
    for (const struct tool *const *tool = docs_all_tools; *tool; tool++)
        run_tool(&run, *tool);
    run_sections(&run, "README.md", readme_sections, NULL);
    run_sections(&run, "docs/options.md", shared_sections, NULL);
    return run.failed || (run.check && run.stale) ? CODE_FAILED : CODE_OK;
}
