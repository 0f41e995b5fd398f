#include "common/help.h"

#include <stdio.h>
#include <string.h>

#include "common/banned.h"

enum { HELP_COLUMN = 30, HELP_WIDTH = 100 };

const char *help_form(const struct option *row, char text[HELP_FORM])
{
    char letter[8] = "";
    char name[HELP_FORM / 2] = "";

    if (row->letter)
        snprintf(letter, sizeof letter, "-%c", row->letter);
    if (row->name)
        snprintf(name, sizeof name, "--%s", row->name);
    snprintf(text, HELP_FORM, "%s%s%s%s%s", letter, row->letter && row->name ? ", " : "", name,
             row->argument ? " " : "", row->argument ? row->argument : "");
    return text;
}

/* Words of `text` from column `column` on, broken at HELP_WIDTH. */
static void print_wrapped(FILE *out, const char *text, int column, int margin)
{
    while (*(text += strspn(text, " \n")) != '\0') {
        int length = (int)strcspn(text, " \n");
        if (column > margin && column + 1 + length > HELP_WIDTH) {
            fprintf(out, "\n%*s", margin, "");
            column = margin;
        } else if (column > margin) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", length, text);
        column += length;
        text += length;
    }
    fputc('\n', out);
}

static void print_row(FILE *out, const struct tool *tool, const struct option *row)
{
    char form[HELP_FORM];
    char help[1024];
    const char *initial = options_initial(tool, row);

    help_form(row, form);
    if (row->stands_for)
        snprintf(help, sizeof help, "The same as --%s%s%s", row->stands_for, row->value ? "=" : "",
                 row->value ? row->value : "");
    else if (initial && *initial != '\0')
        snprintf(help, sizeof help, "%s (default: %s)", row->help, initial);
    else
        snprintf(help, sizeof help, "%s%s", row->help, row->type == OPTION_LIST ? " (repeatable)" : "");
    int column = fprintf(out, "%s%s", row->letter ? "  " : "      ", form);
    if (column >= HELP_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", HELP_COLUMN - column, "");
    print_wrapped(out, help, HELP_COLUMN, HELP_COLUMN);
}

static void print_paragraphs(FILE *out, const char *text)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t length = end ? (size_t)(end - text) : strlen(text);
        char paragraph[2048];
        snprintf(paragraph, sizeof paragraph, "%.*s", (int)length, text);
        print_wrapped(out, paragraph, 0, 0);
        fputc('\n', out);
        text += length + strspn(text + length, "\n");
    }
}

void help_print(FILE *out, const struct tool *tool)
{
    fprintf(out, "Usage: %s [OPTION]... %s\n%s.\n\n", tool->name, tool->operands, tool->summary);
    print_paragraphs(out, tool->description);
    fprintf(out, "Options:\n");
    for (size_t i = 0; i < tool->option_count; i++)
        print_row(out, tool, options_row(tool, i));
    fprintf(out, "\nOptions of every tool:\n");
    for (size_t i = tool->option_count; options_row(tool, i); i++)
        print_row(out, tool, options_row(tool, i));
    fprintf(out, "\nD is a duration: 250ms, 2s, 1m30s, 1h; a bare number is seconds.\n"
                 "Every option but --help, --version and --once can be set in the environment:\n"
                 "INITKIT_TIMEOUT for all tools, INITKIT_");
    for (const char *letter = tool->name; *letter != '\0'; letter++)
        fputc(*letter == '-' ? '_' : *letter - 'a' + 'A', out);
    fprintf(out, "_TIMEOUT for this one; INITKIT_TARGETS for the operands.\n\nExamples:\n");
    for (const char *const *example = tool->examples; *example; example += 2)
        fprintf(out, "  # %s\n  %s\n", example[0], example[1]);
    fprintf(out, "\nExit codes: 0 the condition holds, 1 it cannot, 2 usage, 3 internal error,\n"
                 "124 --timeout ran out, 130 SIGINT, 143 SIGTERM.\n");
}

void version_print(FILE *out, const struct tool *tool)
{
    fprintf(out, "%s %s\n", tool->name, INITKIT_VERSION);
    for (const char *const *library = tool->libraries; *library; library++)
        fprintf(out, "%s\n", *library);
}
