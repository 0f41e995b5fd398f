#include "common/run/wait_board.h"

#include <stdio.h>

#include "common/base/deadline.h"

#include "common/base/banned.h"

static void wait_on_redraw(void *owner)
{
    struct wait *wait = owner;
    int64_t now = deadline_now();

    board_draw(&wait->board, now);
    if (wait->board.on)
        loop_timer_set(wait->loop, &wait->redraw, deadline_after(now, BOARD_EVERY));
}

static void wait_fill_row(const void *owner, size_t index, struct board_row *row)
{
    const struct wait *wait = owner;
    const struct wait_target *target = wait->targets[index];
    bool ended = target->phase == WAIT_READY || target->phase == WAIT_FAILED;

    snprintf(row->name, sizeof row->name, "%s", target->name);
    row->state = target->phase == WAIT_READY                                   ? BOARD_DONE
                 : target->phase == WAIT_FAILED                                ? BOARD_FAILED
                 : target->phase == WAIT_QUEUED && target->retry.attempts == 0 ? BOARD_NEXT
                                                                               : BOARD_TRYING;
    row->attempts = target->retry.attempts;
    row->took = (ended ? target->ended : deadline_now()) - wait->began;
    if (target->phase == WAIT_READY)
        snprintf(row->reason, sizeof row->reason, "%s", target->found ? target->found : "");
    else
        snprintf(row->reason, sizeof row->reason, "%s%s", target->reason.text, target->reason.detail);
}

void wait_board_begin(struct wait *wait)
{
    wait->redraw = (struct loop_timer){.on_due = wait_on_redraw, .owner = wait};
    wait->board = (struct board){
        .head = "target", .trying = "waiting", .count = wait->count, .fill = wait_fill_row, .owner = wait};
    board_begin(&wait->board, wait->options);
    if (wait->board.on)
        loop_timer_set(wait->loop, &wait->redraw, deadline_after(wait->began, BOARD_EVERY));
}

void wait_board_end(struct wait *wait)
{
    loop_timer_clear(wait->loop, &wait->redraw);
    board_end(&wait->board);
}
