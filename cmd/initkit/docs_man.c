#include "cmd/initkit/docs.h"

#include <ctype.h>
#include <string.h>

#include "common/cli/help.h"

#include "common/base/banned.h"

enum { PARAGRAPH = 4096, LINE_WIDTH = 78 };

/* What roff would take for its own is said by name (groff_char(7)); a hyphen has to stay one that can be copied. */
static void add_byte(struct buf *out, char byte)
{
    static const struct {
        char byte;
        const char *escape;
    } escapes[] = {{'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"},
                   {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"}};

    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        if (escapes[i].byte != byte)
            continue;
        buf_add_text(out, escapes[i].escape);
        return;
    }
    buf_add(out, &byte, 1);
}

/* In the middle of a line. */
static void add_text(struct buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        add_byte(out, text[i]);
}

/* Words on lines that a person can read; a dot at the beginning of one is no request. */
static void add_filled(struct buf *out, const char *text, size_t length)
{
    const char *end = text + length;
    size_t start = out->length;

    while (text < end && *(text += strspn(text, " \n")) != '\0' && text < end) {
        size_t word = strcspn(text, " \n");
        if (out->length > start && out->length - start + 1 + word > LINE_WIDTH) {
            buf_add_text(out, "\n");
            start = out->length;
        }
        if (out->length > start)
            buf_add_text(out, " ");
        else if (*text == '.')
            buf_add_text(out, "\\&");
        add_text(out, text, word);
        text += word;
    }
    buf_add_text(out, "\n");
}

static void add_paragraphs(struct buf *out, const char *text)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t length = end ? (size_t)(end - text) : strlen(text);
        add_filled(out, text, length);
        text += length + strspn(text + length, "\n");
        buf_add_text(out, *text != '\0' ? ".PP\n" : "");
    }
}

static void add_bold(struct buf *out, const char *text)
{
    buf_add_text(out, "\\fB");
    add_text(out, text, strlen(text));
    buf_add_text(out, "\\fR");
}

/* .TH with neither date nor version: a page changes when what it says does. Names of variables are not to be broken. */
static void add_head(struct buf *out, const struct tool *tool)
{
    char name[DOCS_PATH];

    docs_man_name(tool, name);
    buf_add_format(out, ".\\\" From the table of %s, by `make docs`: changes here are lost.\n.TH ",
                   tool_shown(tool));
    for (const char *at = name; *at != '\0'; at++)
        add_byte(out, (char)toupper((unsigned char)*at));
    buf_add_text(out, " 1 \"\" initkit \"User Commands\"\n.nh\n.ad l\n.SH NAME\n");
    add_text(out, name, strlen(name));
    buf_add_format(out, " \\- %c", tolower((unsigned char)tool->summary[0]));
    add_text(out, tool->summary + 1, strlen(tool->summary + 1));
    buf_add_text(out, "\n.SH SYNOPSIS\n");
    add_bold(out, tool_shown(tool));
    buf_add_text(out, " [\\fIOPTION\\fR]... \\fI");
    add_text(out, tool->operands, strlen(tool->operands));
    buf_add_text(out, "\\fR\n.SH DESCRIPTION\n");
    add_paragraphs(out, tool->description);
}

static void add_option(struct buf *out, const struct tool *tool, const struct option *row)
{
    struct buf meaning;
    char form[HELP_FORM];

    buf_init(&meaning, PARAGRAPH);
    help_add_meaning(&meaning, tool, row);
    buf_add_text(out, ".TP\n");
    add_bold(out, help_form(row, form));
    buf_add_text(out, "\n");
    add_filled(out, meaning.data, meaning.length);
    buf_free(&meaning);
}

static void add_options(struct buf *out, const struct tool *tool)
{
    const struct option *row;
    struct buf values;

    buf_add_text(out, ".SH OPTIONS\n");
    for (size_t i = 0; (row = options_row(tool, i)); i++) {
        if (i == tool->option_count)
            buf_add_text(out, ".SS Options of every tool\n");
        if (options_tells(tool, row))
            add_option(out, tool, row);
    }
    buf_init(&values, PARAGRAPH);
    help_add_values(&values, tool);
    buf_add_text(out, values.length > 0 ? ".PP\n" : "");
    add_paragraphs(out, values.data);
    buf_free(&values);
}

static void add_environment(struct buf *out, const struct tool *tool)
{
    struct buf text;

    buf_init(&text, PARAGRAPH);
    help_add_environment(&text, tool);
    buf_add_text(out, ".SH ENVIRONMENT\n");
    add_paragraphs(out, text.data);
    buf_free(&text);
}

static void add_codes(struct buf *out, const struct tool *tool)
{
    const struct help_code *code;

    buf_add_text(out, ".SH EXIT STATUS\n");
    for (size_t i = 0; (code = help_code(tool, i)); i++) {
        buf_add_text(out, ".TP\n");
        add_bold(out, code->code);
        buf_add_text(out, "\n");
        add_filled(out, code->meaning, strlen(code->meaning));
    }
}

static void add_examples(struct buf *out, const struct tool *tool)
{
    buf_add_text(out, ".SH EXAMPLES\n");
    for (const char *const *example = tool->examples; *example; example += 2) {
        buf_add_text(out, example > tool->examples ? ".PP\n" : "");
        add_filled(out, example[0], strlen(example[0]));
        buf_add_text(out, ".PP\n.RS 4\n.EX\n");
        add_text(out, example[1], strlen(example[1]));
        buf_add_text(out, "\n.EE\n.RE\n");
    }
}

static void add_others(struct buf *out, const struct tool *tool)
{
    const char *separator = ".SH SEE ALSO\n";
    char name[DOCS_PATH];

    for (const struct tool *const *other = docs_all_tools; *other; other++) {
        if (*other == tool)
            continue;
        buf_add_text(out, separator);
        docs_man_name(*other, name);
        add_bold(out, name);
        buf_add_text(out, "(1)");
        separator = ",\n";
    }
    buf_add_text(out, "\n");
}

void docs_write_man(struct buf *out, const struct tool *tool)
{
    add_head(out, tool);
    add_options(out, tool);
    add_environment(out, tool);
    add_codes(out, tool);
    add_examples(out, tool);
    add_others(out, tool);
}
