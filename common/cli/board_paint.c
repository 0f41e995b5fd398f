/* The layout of the table: board_paint of board.h. */
#include <stdio.h>
#include <string.h>

#include "common/base/units.h"
#include "common/base/visible.h"
#include "common/cli/board.h"

#include "common/base/banned.h"

enum {
    CELL_MAX_BYTES = 4 * 1024,
    GAP = 2,
    NAME_LEAST = 12,
    STATE_COLUMNS = 7,
    ATTEMPTS_COLUMNS = 8,
    TIME_COLUMNS = 7,
    WIDE_ENOUGH_FOR_TIME = 40, /* columns of the screen */
    WIDE_ENOUGH_FOR_ATTEMPTS = 56,
};

static const struct {
    const char *word, *colour;
} states[] = {
    [BOARD_FAILED] = {"failed", "\033[31m"},
    [BOARD_TRYING] = {NULL, "\033[33m"}, /* see state_word */
    [BOARD_NEXT] = {"next", "\033[2m"},
    [BOARD_DONE] = {"done", "\033[32m"},
};

static const char *state_word(const struct board *board, size_t state)
{
    return states[state].word ? states[state].word : board->trying;
}

/* A line of the table while it is written. */
struct painter {
    struct buf *out;
    bool colours;
    int width;    /* of the screen, without its last column: there the cursor may wrap to the next line */
    int column;   /* where the written text ends, at most: see char_columns */
    bool inexact; /* it may end before that */
    int next;     /* where the next cell begins */
};

/* Columns of a character. 2 for everything but ASCII, which may be too many, but never too few. */
static int char_columns(const struct visible_char *at)
{
    return at->point < 0x80 ? 1 : 2;
}

/* Adds text up to `columns` columns; text that does not fit is cut and ends with "\u2026". */
static void add_text(struct painter *painter, const char *text, int columns)
{
    int used = 0;

    while (*text != '\0') {
        const struct visible_char at = visible_next(text);
        int more = char_columns(&at);
        bool is_last = text[at.length] == '\0';
        if (used + more > columns - (is_last ? 0 : 1)) {
            if (columns > used) {
                buf_add_text(painter->out, "\u2026");
                used++;
            }
            break;
        }
        buf_add(painter->out, text, (size_t)at.length);
        painter->inexact |= more > 1;
        used += more;
        text += at.length;
    }
    painter->column += used;
}

/* Blanks up to a column. If the text before it is not ASCII, only the terminal knows where it ends. */
static void move_to(struct painter *painter, int column)
{
    if (painter->inexact)
        buf_add_format(painter->out, "\033[K\033[%dG", column + 1);
    else
        buf_add_format(painter->out, "%*s", column - painter->column, "");
    painter->column = column;
}

/* Adds a cell of `columns` columns, or as many as fit into the line, and blanks before it. */
static void add_cell(struct painter *painter, const char *text, int columns, const char *colour)
{
    int begin = painter->next, end = begin + columns < painter->width ? begin + columns : painter->width;
    bool coloured = painter->colours && colour;
    struct buf cell;

    painter->next = end + GAP;
    if (*text == '\0' || begin >= painter->width)
        return;
    move_to(painter, begin);
    buf_add_text(painter->out, coloured ? colour : "");
    buf_init(&cell, CELL_MAX_BYTES);
    visible_add(&cell, text);
    add_text(painter, cell.data, end - begin);
    buf_free(&cell);
    buf_add_text(painter->out, coloured ? "\033[0m" : "");
}

static void begin_line(struct painter *painter)
{
    painter->column = painter->next = 0;
    painter->inexact = false;
}

/* The cells of a line. */
struct line {
    const char *name, *state, *attempts, *time, *reason, *colour;
};

static unsigned short add_line(struct painter *painter, int name_columns, const struct line *line)
{
    begin_line(painter);
    add_cell(painter, line->name, name_columns, NULL);
    add_cell(painter, line->state, STATE_COLUMNS, line->colour);
    if (painter->width >= WIDE_ENOUGH_FOR_ATTEMPTS)
        add_cell(painter, line->attempts, ATTEMPTS_COLUMNS, NULL);
    if (painter->width >= WIDE_ENOUGH_FOR_TIME)
        add_cell(painter, line->time, TIME_COLUMNS, NULL);
    add_cell(painter, line->reason, painter->width, NULL);
    buf_add_text(painter->out, "\n");
    return (unsigned short)painter->column;
}

static unsigned short add_row(struct painter *painter, int name_columns, const struct board *board,
                              const struct board_row *row)
{
    char attempts[16] = "", took[UNITS_TEXT] = "";

    if (row->attempts > 0)
        snprintf(attempts, sizeof attempts, "%u", row->attempts);
    if (row->state != BOARD_NEXT)
        units_format_duration(row->state == BOARD_TRYING ? row->took - row->took % BOARD_EVERY : row->took,
                              took);
    return add_line(painter, name_columns,
                    &(struct line){row->name, state_word(board, row->state), attempts, took, row->reason,
                                   states[row->state].colour});
}

static void fill(const struct board *board, size_t index, struct board_row *row)
{
    memset(row, 0, sizeof *row);
    board->fill(board->owner, index, row);
}

/* The layout, computed before the first line is written. */
struct survey {
    size_t of_state[BOARD_DONE + 1];
    size_t shown[BOARD_DONE + 1]; /* how many rows of each state are shown */
    size_t left_out;
    int name_columns;
};

static struct survey survey_rows(const struct board *board, size_t room, int width)
{
    struct survey found = {.name_columns = (int)strlen(board->head)};
    struct board_row row;

    for (size_t i = 0; i < board->count; i++) {
        fill(board, i, &row);
        found.of_state[row.state]++;
        int columns = (int)strlen(row.name);
        found.name_columns = columns > found.name_columns ? columns : found.name_columns;
    }
    int most = width / 3 > NAME_LEAST ? width / 3 : NAME_LEAST;
    found.name_columns = found.name_columns < most ? found.name_columns : most;
    found.left_out = board->count > room ? board->count - room + 1 : 0; /* the last line counts them */
    size_t left = board->count - found.left_out;
    for (size_t state = 0; state <= BOARD_DONE; state++) {
        found.shown[state] = found.of_state[state] < left ? found.of_state[state] : left;
        left -= found.shown[state];
    }
    return found;
}

/* "… and 980 more: 950 done, 30 waiting" */
static unsigned short add_rest(struct painter *painter, const struct board *board,
                               const struct survey *survey)
{
    char text[160];
    int length = snprintf(text, sizeof text, "and %zu more:", survey->left_out);
    const char *separator = " ";

    for (size_t state = 0; state <= BOARD_DONE; state++) {
        size_t hidden = survey->of_state[state] - survey->shown[state];
        if (hidden == 0)
            continue;
        length += snprintf(text + length, sizeof text - (size_t)length, "%s%zu %s", separator, hidden,
                           state_word(board, state));
        separator = ", ";
    }
    begin_line(painter);
    add_cell(painter, text, painter->width, NULL);
    buf_add_text(painter->out, "\n");
    return (unsigned short)painter->column;
}

size_t board_paint(const struct board *board, int width, int height, struct buf *out, unsigned short *widths)
{
    struct painter painter = {.out = out, .colours = board->colours, .width = width > 1 ? width - 1 : 1};
    size_t room = height > 2 ? (size_t)height - 1 : 1, lines = 0;
    struct board_row row;

    room = room < BOARD_LINES_MOST ? room : BOARD_LINES_MOST;
    bool has_head = room > 2;
    struct survey survey = survey_rows(board, room - has_head, painter.width);
    if (has_head)
        widths[lines++] = add_line(&painter, survey.name_columns,
                                   &(struct line){board->head, "state", "attempts", "time", "", NULL});
    size_t left[BOARD_DONE + 1];
    memcpy(left, survey.shown, sizeof left);
    for (size_t i = 0; i < board->count; i++) {
        fill(board, i, &row);
        if (left[row.state] == 0)
            continue;
        left[row.state]--;
        widths[lines++] = add_row(&painter, survey.name_columns, board, &row);
    }
    if (survey.left_out > 0)
        widths[lines++] = add_rest(&painter, board, &survey);
    return lines;
}
