#include "common/run/wait.h"

#include <sys/resource.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/stop.h"
#include "common/run/wait_attempt.h"
#include "common/run/wait_board.h"
#include "common/run/wait_say.h"

#include "common/base/banned.h"

enum {
    HEARTBEAT = 30000,      /* milliseconds between two heartbeat lines */
    HEARTBEAT_CHECK = 1000, /* milliseconds between two checks whether one is due */
    OWN_DESCRIPTORS = 32,   /* standard streams, epoll, files */
    MANY_TARGETS = 10,      /* with more targets, one heartbeat line is for all of them */
    LATE_MOST = 50,         /* milliseconds after the limit of the run, to read what has arrived before it */
};

size_t wait_capacity(size_t descriptors, size_t most)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur <= OWN_DESCRIPTORS + descriptors)
        return 1;
    rlim_t fit = (limit.rlim_cur - OWN_DESCRIPTORS) / descriptors;
    return fit < most ? (size_t)fit : most;
}

static void wait_on_limit(void *owner)
{
    struct wait *wait = owner;

    loop_quit(wait->loop);
}

static void wait_on_alive(void *owner)
{
    struct wait *wait = owner;
    int64_t now = deadline_now();
    bool many = wait->count - wait->ready > MANY_TARGETS;

    for (size_t i = 0; i < wait->count && !many; i++) {
        struct wait_target *target = wait->targets[i];
        if (target->phase != WAIT_READY && target->phase != WAIT_FAILED && now - target->said >= HEARTBEAT)
            wait_say_waiting(target);
    }
    if (many && now - wait->said >= HEARTBEAT)
        wait_say_all_waiting(wait, now);
    loop_timer_set(wait->loop, &wait->alive, deadline_after(now, HEARTBEAT_CHECK));
}

static void wait_begin(struct wait *wait)
{
    wait->began = deadline_now();
    wait->said = wait->began;
    wait->limit = (struct loop_timer){.on_due = wait_on_limit, .owner = wait};
    wait->alive = (struct loop_timer){.on_due = wait_on_alive, .owner = wait};
    wait->kick = (struct loop_timer){.on_due = wait_attempt_on_kick, .owner = wait};
    for (size_t i = 0; i < wait->count; i++) {
        struct wait_target *target = wait->targets[i];
        target->wait = wait;
        target->timer = (struct loop_timer){.on_due = wait_attempt_on_due, .owner = target};
        target->said = wait->began;
        retry_begin(&target->retry, &wait->options->retry, wait->began,
                    (uint32_t)wait->began * 2654435761u + (uint32_t)getpid() * 40503u + (uint32_t)i);
        loop_timer_set(wait->loop, &target->timer, wait->began);
    }
    loop_timer_set(wait->loop, &wait->alive, deadline_after(wait->began, HEARTBEAT));
}

static void wait_cancel_all(struct wait *wait)
{
    for (size_t i = 0; i < wait->count; i++) {
        struct wait_target *target = wait->targets[i];
        struct reason doing;

        loop_timer_clear(wait->loop, &target->timer);
        if (target->phase != WAIT_TRYING)
            continue;
        wait->cancel(target, &doing);
        target->phase = WAIT_SLEEPING;
        if (target->reason.text[0] == '\0')
            target->reason = doing;
    }
    wait->in_flight = 0;
    loop_timer_clear(wait->loop, &wait->limit);
    loop_timer_clear(wait->loop, &wait->alive);
    loop_timer_clear(wait->loop, &wait->kick);
    wait_board_end(wait);
}

static enum code wait_code(const struct wait *wait, enum loop_end end)
{
    enum code code = CODE_OK;

    if (end == LOOP_STOPPED)
        return (enum code)(128 + stop_signal());
    if (wait_is_won(wait))
        return CODE_OK;
    if (!wait_is_lost(wait))
        return CODE_DEADLINE;
    for (size_t i = 0; i < wait->count; i++)
        if (wait->targets[i]->phase == WAIT_FAILED)
            code = code_first(code, wait->targets[i]->reason.code);
    return code;
}

int wait_run(struct wait *wait)
{
    struct reason why;

    wait_begin(wait);
    wait_board_begin(wait);
    loop_timer_set(wait->loop, &wait->limit, wait_limit(wait));
    loop_set_limit(wait->loop, deadline_after(wait_limit(wait), LATE_MOST));
    wait_say_so_far(wait); /* the first attempt may never end */
    enum loop_end end = loop_run(wait->loop);
    if (stop_signal() != 0) /* it came while an attempt was busy */
        end = LOOP_STOPPED;
    wait_cancel_all(wait);
    enum code code = wait_code(wait, end);
    if (code != CODE_OK && end != LOOP_STOPPED && wait->keep)
        wait->kept = wait->keep(wait);
    bool concluded = !wait->conclude || wait->conclude(wait, code, &why);
    if (code == CODE_OK && (!concluded || (wait->publish && !wait->publish(wait, &why)))) {
        if (stop_signal() != 0) /* publishing was interrupted */
            why.code = (enum code)(128 + stop_signal());
        return verdict_refuse(wait->verdict, &why);
    }
    return wait_say_verdict(wait, code);
}
