#include "common/cli/board.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/log.h"
#include "common/base/stop.h"
#include "common/cli/step.h"

#include "common/base/banned.h"

enum {
    HELD_MAX_BYTES = 1024 * 1024,
    SCREEN_MAX_BYTES = 256 * 1024,
    USUAL_WIDTH = 80, /* of a terminal that does not report its size */
    USUAL_HEIGHT = 24,
};

/* isatty is called only for a character device: a seccomp profile may forbid the ioctl that it makes. */
static bool is_terminal(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) && isatty(fd);
}

static bool can_be_drawn_on(void)
{
    const char *kind = environment_get("TERM");

    return kind && *kind != '\0' && strcmp(kind, "dumb") != 0 && is_terminal(STDERR_FILENO);
}

/* In the background the terminal is the shell's. A group that is not of this PID namespace is reported as 0. */
static bool is_in_foreground(void)
{
    pid_t group = tcgetpgrp(STDERR_FILENO);

    return group <= 0 || group == getpgrp();
}

/* This process had been stopped, and goes on. */
static volatile sig_atomic_t continued;

static void on_continue(int number)
{
    (void)number;
    continued = 1;
}

/* While this process was stopped, the shell has written below the table. It stays there, and the next one is a new one. */
static void leave_table_of_before(struct board *board)
{
    if (!continued)
        return;
    continued = 0;
    board->lines = 0;
    buf_clear(&board->drawn);
}

static void on_line(void *owner, const char *bytes, size_t length)
{
    board_take(owner, bytes, length);
}

static void on_release(void *owner)
{
    board_end(owner);
}

void board_begin(struct board *board, const struct common_options *options)
{
    const char *no_colour = environment_get("NO_COLOR"); /* no-color.org: it counts unless it is empty */
    struct sigaction action = {.sa_handler = on_continue, .sa_flags = SA_RESTART};

    board->on = !step_current() && board->count > 1 && options->log_format == LOG_TEXT &&
                options->log_level == LOG_INFO && can_be_drawn_on();
    if (!board->on)
        return;
    board->colours = !no_colour || *no_colour == '\0';
    board->drawn_at = deadline_now(); /* the first table is delayed: a short run needs none */
    buf_init(&board->drawn, SCREEN_MAX_BYTES);
    buf_init(&board->held, HELD_MAX_BYTES);
    sigemptyset(&action.sa_mask);
    sigaction(SIGCONT, &action, NULL);
    log_redirect(on_line, on_release, board);
}

/* Called for each drawing, to notice a change of size. */
static void screen_size(int *width, int *height)
{
    struct winsize size = {0};

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0)
        memset(&size, 0, sizeof size);
    *width = size.ws_col > 0 ? size.ws_col : USUAL_WIDTH;
    *height = size.ws_row > 0 ? size.ws_row : USUAL_HEIGHT;
}

/* Moves the cursor to the first line of the table. On a screen that has become narrower, a line may take several rows. */
static void add_return(const struct board *board, int width, struct buf *out)
{
    size_t up = 0;

    for (size_t i = 0; i < board->lines; i++)
        up += board->widths[i] > width ? (size_t)((board->widths[i] + width - 1) / width) : 1;
    buf_add_text(out, "\r");
    if (up > 0)
        buf_add_format(out, "\033[%zuA", up);
}

/* Adds the lines of the table, with the rest of each line and everything below the table cleared. */
static void add_lines(const struct buf *table, struct buf *out)
{
    for (const char *line = table->data; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        buf_add(out, line, length);
        buf_add_text(out, "\033[K\r\n");
        line += length + 1;
    }
    buf_add_text(out, "\033[J");
}

void board_draw(struct board *board, int64_t now)
{
    unsigned short widths[BOARD_LINES_MOST];
    struct buf table, out;
    int width, height;

    if (!board->on || now - board->drawn_at < BOARD_EVERY || !is_in_foreground() ||
        !stop_wait_writable(STDERR_FILENO, 0))
        return;
    leave_table_of_before(board);
    board->drawn_at = now;
    screen_size(&width, &height);
    buf_init(&table, SCREEN_MAX_BYTES / 2);
    size_t lines = board_paint(board, width, height, &table, widths);
    if (width != board->screen_width || strcmp(table.data, board->drawn.data) != 0) {
        buf_init(&out, SCREEN_MAX_BYTES);
        add_return(board, width, &out);
        add_lines(&table, &out);
        log_write(out.data, out.length);
        buf_free(&out);
        board->lines = lines;
        board->screen_width = width;
        memcpy(board->widths, widths, sizeof widths);
        buf_clear(&board->drawn);
        buf_add(&board->drawn, table.data, table.length);
    }
    buf_free(&table);
}

void board_take(struct board *board, const char *bytes, size_t length)
{
    if (board->on && buf_add(&board->held, bytes, length))
        return;
    board_end(board); /* the buffer is full: from now on lines are written directly */
    log_write(bytes, length);
}

void board_end(struct board *board)
{
    int width, height;
    struct buf out;

    if (!board->on)
        return;
    board->on = false;
    log_redirect(NULL, NULL, NULL);
    leave_table_of_before(board);
    if (board->lines > 0) {
        screen_size(&width, &height);
        buf_init(&out, SCREEN_MAX_BYTES);
        add_return(board, width, &out);
        buf_add_text(&out, "\033[J");
        log_write(out.data, out.length);
        buf_free(&out);
    }
    log_write(board->held.data, board->held.length);
    buf_free(&board->held);
    buf_free(&board->drawn);
}
