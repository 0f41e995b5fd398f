/* A live table on a terminal: a row for each target or step, redrawn in place. Log lines are held back meanwhile and follow when
 * the table ends, so that in the end the terminal shows what any other standard error does. */
#ifndef COMMON_CLI_BOARD_H
#define COMMON_CLI_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/cli/options.h"

enum {
    BOARD_EVERY = 100,      /* milliseconds between two drawings */
    BOARD_LINES_MOST = 200, /* of a screen */
};

/* In the order in which rows are left out where there are too many: the last first. */
enum board_state { BOARD_FAILED, BOARD_TRYING, BOARD_NEXT, BOARD_DONE };

struct board_row {
    char name[160];
    enum board_state state;
    unsigned attempts; /* 0: none has ended */
    int64_t took;      /* milliseconds so far, or until the end */
    char reason[480];  /* what stands behind all that; may be empty */
};

struct board {
    /* Set by the caller; `fill` gets a zeroed row. */
    const char *head;   /* of the first column */
    const char *trying; /* how BOARD_TRYING is called */
    size_t count;
    void (*fill)(const void *owner, size_t index, struct board_row *row);
    const void *owner;

    bool on; /* false: nothing below counts, and nothing is drawn */
    bool colours;
    int64_t drawn_at;
    struct buf drawn; /* what is on the screen */
    size_t lines;
    unsigned short widths[BOARD_LINES_MOST]; /* of the lines there, columns */
    int screen_width;
    struct buf held; /* log lines */
};

/* Turns it on if standard error is a terminal that can be drawn on, and lines as people read them are wanted there (text, level
 * info). A step of `initkit run` has none: that has one for all. */
void board_begin(struct board *board, const struct common_options *options);

/* Draws it anew, if it is on and the last time is BOARD_EVERY ago. */
void board_draw(struct board *board, int64_t now);

/* Lines from elsewhere: held back, or written at once when it is not on. */
void board_take(struct board *board, const char *bytes, size_t length);

/* Takes the table from the screen, writes the lines that were held back, and turns it off. */
void board_end(struct board *board);

/* The table's lines for a screen of that size into `out`, each ended by "\n", and their widths in columns. Returns their
 * number: less than `height`. */
size_t board_paint(const struct board *board, int width, int height, struct buf *out, unsigned short *widths);

#endif
