#include "common/cli/help.h"

#include <string.h>

#include "common/cli/variables.h"

#include "common/base/banned.h"

enum { HELP_COLUMN = 30, HELP_CODE_COLUMN = 8, HELP_WIDTH = 100, HELP_PARAGRAPH = 4096 };

static const struct help_code codes[] = {
    {"0", "ok", "Success: the condition holds, or the work is done", HELP_ALL},
    {"1", "failed", "Permanent failure, or the only attempt failed", HELP_ALL},
    {"2", "usage", "Invalid option, value, variable or operand; nothing was attempted", HELP_ALL},
    {"3", "internal", "A bug, or out of memory", HELP_ALL},
    {"20", "untrusted", "Chain not trusted: unknown issuer, self-signed, missing intermediate", HELP_SERVERS},
    {"21", "wrong name", "Name or address not in the certificate", HELP_SERVERS},
    {"22", "expired", "Certificate expired, or with fewer days left than asked for", HELP_SERVERS},
    {"23", "client certificate", "Client certificate required, refused, or not matching its key",
     HELP_SERVERS},
    {"24", "protocol", "No common protocol, cipher or group, or the peer does not speak TLS", HELP_SERVERS},
    {"25", "pin", "Pin mismatch", HELP_SERVERS},
    {"26", "status", "HTTP status not accepted", HELP_SERVERS},
    {"27", "trust store", "Trust store, certificate or key file cannot be read, or has no trust anchor",
     HELP_SERVERS},
    {"28", "unfit", "Certificate unfit: weak key or signature, wrong purpose, constraint violated",
     HELP_SERVERS},
    {"29", "proxy", "Refused by the proxy", HELP_SERVERS},
    {"124", "deadline", "Timed out (--timeout)", HELP_WAITING},
    {"130", "signal", "Stopped by SIGINT", HELP_WAITING},
    {"143", "signal", "Stopped by SIGTERM", HELP_WAITING},
};

static bool ends_with(const struct tool *tool, const struct help_code *code)
{
    if (!tool || code->tools == HELP_ALL)
        return true;
    return code->tools == HELP_SERVERS ? tool->judges_servers : !tool->one_shot;
}

const struct help_code *help_code(const struct tool *tool, size_t index)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (ends_with(tool, &codes[i]) && index-- == 0)
            return &codes[i];
    return NULL;
}

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

void help_add_meaning(struct buf *out, const struct tool *tool, const struct option *row)
{
    const char *initial = options_initial(tool, row);

    if (row->stands_for) {
        buf_add_format(out, "The same as --%s%s%s", row->stands_for, row->value ? "=" : "",
                       row->value ? row->value : "");
        return;
    }
    buf_add_text(out, row->help);
    if (initial && *initial != '\0')
        buf_add_format(out, " (default: %s)", initial);
    else if (row->type == OPTION_LIST)
        buf_add_text(out, " (repeatable)");
}

static bool has_type(const struct tool *tool, enum option_type type)
{
    for (size_t i = 0; options_row(tool, i); i++)
        if (options_row(tool, i)->type == type)
            return true;
    return false;
}

void help_add_values(struct buf *out, const struct tool *tool)
{
    if (has_type(tool, OPTION_DURATION))
        buf_add_text(out, "D is a duration: 250ms, 2s, 1m30s, 1h; a number without a unit is seconds. ");
    if (has_type(tool, OPTION_SIZE))
        buf_add_text(out, "S is a size: 64Ki, 10Mi, 1Gi, 5M; a number without a unit is bytes. ");
}

bool help_has_variable(const struct option *row)
{
    return !row->no_variable && !row->stands_for;
}

/* "--once, --help or --version" */
static void add_flags_only(struct buf *out, const struct tool *tool)
{
    const struct option *row, *last = NULL;

    for (size_t i = 0; (row = options_row(tool, i)); i++)
        if (row->no_variable)
            last = row;
    for (size_t i = 0; (row = options_row(tool, i)); i++) {
        if (!row->no_variable)
            continue;
        buf_add_format(out, "%s--%s", out->length > 0 ? row == last ? " or " : ", " : "", row->name);
    }
}

void help_add_environment(struct buf *out, const struct tool *tool)
{
    char own[VARIABLE_NAME], operands[VARIABLE_NAME], words[VARIABLE_NAME];
    struct buf flags;

    buf_init(&flags, HELP_PARAGRAPH);
    add_flags_only(&flags, tool);
    variable_name(tool->name, "log-level", own);
    variable_name(tool->name, "targets", operands);
    variable_name(NULL, tool->name, words);
    buf_add_format(
        out,
        "Every option but %s can be set in the environment: %s for this tool, or INITKIT_LOG_LEVEL "
        "for every tool. A flag takes precedence over both, the tool's own variable over the other. ",
        flags.data, own);
    if (tool->runs_tools && !tool->one_shot)
        buf_add_format(
            out,
            "If the command line names no TOOL, the words of %s (one per line) come before its arguments. ",
            words);
    else if (!tool->one_shot)
        buf_add_format(
            out,
            "If no operands are given, they are taken from %s or INITKIT_TARGETS, separated by white space. ",
            operands);
    buf_add_text(
        out, "Switches take true or false, repeatable options one value per line. An empty variable counts "
             "as unset (except for the termination log).");
    buf_free(&flags);
}

/* Prints the words of `text`, beginning at `column`, in lines of at most HELP_WIDTH characters. */
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
    struct buf meaning;

    buf_init(&meaning, HELP_PARAGRAPH);
    help_add_meaning(&meaning, tool, row);
    int column = fprintf(out, "%s%s", row->letter ? "  " : "      ", help_form(row, form));
    if (column >= HELP_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", HELP_COLUMN - column, "");
    print_wrapped(out, meaning.data, HELP_COLUMN, HELP_COLUMN);
    buf_free(&meaning);
}

static void print_paragraphs(FILE *out, const char *text)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t length = end ? (size_t)(end - text) : strlen(text);
        char paragraph[HELP_PARAGRAPH];
        snprintf(paragraph, sizeof paragraph, "%.*s", (int)length, text);
        print_wrapped(out, paragraph, 0, 0);
        fputc('\n', out);
        text += length + strspn(text + length, "\n");
    }
}

static void print_codes(FILE *out, const struct tool *tool)
{
    const struct help_code *code;

    fprintf(out, "\nExit codes:\n");
    for (size_t i = 0; (code = help_code(tool, i)); i++) {
        fprintf(out, "  %-*s", HELP_CODE_COLUMN - 2, code->code);
        print_wrapped(out, code->meaning, HELP_CODE_COLUMN, HELP_CODE_COLUMN);
    }
}

void help_print(FILE *out, const struct tool *tool)
{
    struct buf notes;

    fprintf(out, "Usage: %s [OPTION]... %s\n%s.\n\n", tool_shown(tool), tool->operands, tool->summary);
    print_paragraphs(out, tool->description);
    fprintf(out, "Options:\n");
    for (size_t i = 0; i < tool->option_count; i++)
        print_row(out, tool, options_row(tool, i));
    fprintf(out, "\nOptions of every tool:\n");
    for (size_t i = tool->option_count; options_row(tool, i); i++)
        if (options_tells(tool, options_row(tool, i)))
            print_row(out, tool, options_row(tool, i));
    fputc('\n', out);
    buf_init(&notes, HELP_PARAGRAPH);
    help_add_values(&notes, tool);
    help_add_environment(&notes, tool);
    print_paragraphs(out, notes.data);
    buf_free(&notes);
    fprintf(out, "Examples:\n");
    for (const char *const *example = tool->examples; *example; example += 2)
        fprintf(out, "  # %s\n  %s\n", example[0], example[1]);
    print_codes(out, tool);
}

void version_print(FILE *out, const struct tool *tool)
{
    fprintf(out, "%s %s\n", tool_shown(tool), INITKIT_VERSION);
    for (const char *const *library = tool->libraries; *library; library++)
        fprintf(out, "%s\n", *library);
}
