#include "cmd/initkit/docs.h"

#include <string.h>

#include "common/cli/help.h"
#include "common/cli/variables.h"

#include "common/base/banned.h"

#define OPTIONS_HEAD "| option | default | meaning | variable |\n| --- | --- | --- | --- |\n"

/* Within a table's cell a bar is escaped, in code too. */
static void add_code(struct buf *out, const char *text, size_t length)
{
    buf_add_text(out, "`");
    for (size_t i = 0; i < length; i++)
        buf_add_format(out, "%s%c", text[i] == '|' ? "\\" : "", text[i]);
    buf_add_text(out, "`");
}

/* Plain text; options in it become code. */
static void add_plain(struct buf *out, const char *text)
{
    static const char option[] = "abcdefghijklmnopqrstuvwxyz0123456789-=";

    while (*text != '\0') {
        size_t length = strncmp(text, "--", 2) == 0 ? strspn(text, option) : 0;
        if (length > 0) {
            add_code(out, text, length);
            text += length;
            continue;
        }
        buf_add_format(out, "%s%c", strchr("|*_<[`\\", *text) ? "\\" : "", *text);
        text++;
    }
}

static void add_form_cell(struct buf *out, const struct option *row)
{
    char form[HELP_FORM];

    help_form(row, form);
    buf_add_text(out, "| ");
    add_code(out, form, strlen(form));
    buf_add_text(out, " |");
}

static void add_default(struct buf *out, const struct tool *tool, const struct option *row)
{
    const char *initial = options_initial(tool, row);

    if (initial) {
        buf_add_text(out, " ");
        add_code(out, initial, strlen(initial));
    }
}

static void add_meaning_cell(struct buf *out, const struct option *row)
{
    buf_add_text(out, " | ");
    if (row->stands_for) {
        buf_add_format(out, "The same as `--%s%s%s`", row->stands_for, row->value ? "=" : "",
                       row->value ? row->value : "");
    } else {
        add_plain(out, row->help);
        buf_add_text(out, row->type == OPTION_LIST ? " (repeatable)" : "");
    }
    buf_add_text(out, " |");
}

static void add_variable_cell(struct buf *out, const char *tool, const struct option *row)
{
    char name[VARIABLE_NAME];

    if (help_has_variable(row)) {
        variable_name(tool, row->name, name);
        buf_add_text(out, " ");
        add_code(out, name, strlen(name));
    }
    buf_add_text(out, " |\n");
}

void docs_write_options(struct buf *out, const struct tool *tool)
{
    const struct option *row;

    buf_add_text(out, OPTIONS_HEAD);
    for (size_t i = 0; (row = options_row(tool, i)); i++) {
        if (!options_tells(tool, row))
            continue;
        add_form_cell(out, row);
        add_default(out, tool, row);
        add_meaning_cell(out, row);
        add_variable_cell(out, i < tool->option_count ? tool->name : NULL, row);
    }
}

static bool has_row(const struct tool *tool, const struct option *wanted)
{
    for (size_t i = tool->option_count; options_row(tool, i); i++)
        if (options_row(tool, i) == wanted)
            return options_tells(tool, wanted);
    return false;
}

static bool is_same_default(const struct option *row)
{
    const char *first = NULL;

    for (const struct tool *const *tool = docs_all_tools; *tool; tool++) {
        const char *initial = has_row(*tool, row) ? options_initial(*tool, row) : NULL;
        if (initial && first && strcmp(initial, first) != 0)
            return false;
        first = initial ? initial : first;
    }
    return true;
}

/* The default where the tools agree, else each tool's. */
static void add_defaults(struct buf *out, const struct tool *first, const struct option *row)
{
    const char *separator = " ";

    if (is_same_default(row)) {
        add_default(out, first, row);
        return;
    }
    for (const struct tool *const *tool = docs_all_tools; *tool; tool++) {
        if (!has_row(*tool, row) || !options_initial(*tool, row))
            continue;
        buf_add_format(out, "%s%s", separator, tool_shown(*tool));
        add_default(out, *tool, row);
        separator = ", ";
    }
}

/* The first tool that has the row. */
static const struct tool *first_with(const struct option *row)
{
    const struct tool *const *tool = docs_all_tools;

    while (*tool && !has_row(*tool, row))
        tool++;
    return *tool;
}

void docs_write_common_options(struct buf *out, const struct tool *unused)
{
    const struct option *row;

    (void)unused;
    buf_add_text(out, OPTIONS_HEAD);
    for (const struct tool *const *tool = docs_all_tools; *tool; tool++) {
        for (size_t i = (*tool)->option_count; (row = options_row(*tool, i)); i++) {
            if (first_with(row) != *tool)
                continue;
            add_form_cell(out, row);
            add_defaults(out, *tool, row);
            add_meaning_cell(out, row);
            add_variable_cell(out, NULL, row);
        }
    }
}

void docs_write_tools(struct buf *out, const struct tool *unused)
{
    char page[DOCS_PATH];

    (void)unused;
    buf_add_text(out, "| tool | what it does | for example |\n| --- | --- | --- |\n");
    for (const struct tool *const *at = docs_all_tools; *at; at++) {
        const struct tool *tool = *at;
        docs_readme(tool, page);
        buf_add_format(out, "| [%s](%s) | ", tool_shown(tool), page);
        add_plain(out, tool->summary);
        buf_add_text(out, " | ");
        add_code(out, tool->examples[1], strlen(tool->examples[1]));
        buf_add_text(out, " |\n");
    }
}

void docs_write_codes(struct buf *out, const struct tool *tool)
{
    const struct help_code *code;

    buf_add_text(out, "| code | name | meaning |\n| --- | --- | --- |\n");
    for (size_t i = 0; (code = help_code(tool, i)); i++) {
        buf_add_format(out, "| %s | %s | ", code->code, code->name);
        add_plain(out, code->meaning);
        buf_add_text(out, " |\n");
    }
}
