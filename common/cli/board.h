/* A live table on a terminal: a row for each target or step, redrawn in place. Log lines are held back and written when the
 * table ends, so that the terminal then shows the same lines as any other standard error. */
#ifndef COMMON_CLI_BOARD_H
#define COMMON_CLI_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/cli/options.h"

enum {
    BOARD_EVERY = 100,      /* milliseconds between two drawings */
    BOARD_LINES_MOST = 200, /* lines of the table at most */
};

/* When there are too many rows, the last state is left out first. */
enum board_state { BOARD_FAILED, BOARD_TRYING, BOARD_NEXT, BOARD_DONE };

struct board_row {
    char name[160];
    enum board_state state;
    unsigned attempts; /* that have ended */
    int64_t took;      /* milliseconds so far, or until the end */
    char reason[480];  /* the last column; may be empty */
};

struct board {
    /* Set by the caller. `fill` gets a row that is all zero. */
    const char *head;   /* heading of the first column */
    const char *trying; /* the word for BOARD_TRYING */
    size_t count;
    void (*fill)(const void *owner, size_t index, struct board_row *row);
    const void *owner;

    bool on; /* false: nothing is drawn, and the members below are unused */
    bool colours;
    int64_t drawn_at;
    struct buf drawn; /* the table that is on the screen */
    size_t lines;
    unsigned short widths[BOARD_LINES_MOST]; /* columns of each line on the screen */
    int screen_width;
    struct buf held; /* log lines that are held back */
};

/* Turns the table on if standard error is a terminal that can be drawn on, and the log format is text at level info. A step of
 * `initkit run` has no table: the run draws one for all steps. */
void board_begin(struct board *board, const struct common_options *options);

/* Draws the table if it is on, at least BOARD_EVERY milliseconds after the last drawing, and not in the background of a shell. */
void board_draw(struct board *board, int64_t now);

/* Holds log lines back, or writes them at once when the table is off. */
void board_take(struct board *board, const char *bytes, size_t length);

/* Removes the table from the screen, writes the lines that were held back, and turns the table off. */
void board_end(struct board *board);

/* Writes the lines of the table for a screen of that size to `out`, each with "\n" at its end, and their widths in columns to
 * `widths`. Returns the number of lines, which is less than `height`. */
size_t board_paint(const struct board *board, int width, int height, struct buf *out, unsigned short *widths);

#endif
