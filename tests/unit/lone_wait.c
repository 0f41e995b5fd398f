#include "tests/unit/lone_wait.h"

#include <unistd.h>

#include "tests/unit/capture.h"

int lone_wait(struct wait_target *target, struct loop *loop, int64_t attempt_timeout,
              void (*start)(struct wait_target *target, int64_t deadline),
              void (*cancel)(struct wait_target *target, struct reason *doing))
{
    struct common_options options = {
        .retry = {.timeout = 10000, .interval = 10, .backoff = 1, .max_interval = 10, .once = true}};
    struct verdict verdict = {.tool = "test", .termination_log = ""};
    struct wait wait = {
        .loop = loop,
        .options = &options,
        .verdict = &verdict,
        .targets = &target,
        .count = 1,
        .done = "ready",
        .in_flight_most = 1,
        .start = start,
        .cancel = cancel,
    };

    options.retry.attempt_timeout = attempt_timeout;
    target->phase = WAIT_SLEEPING;
    target->reason.text[0] = '\0';
    capture_begin(STDERR_FILENO);
    int code = wait_run(&wait);
    capture_end();
    return code;
}
