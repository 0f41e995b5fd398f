#include "cmd/fetch-config/cancel.h"

#include "common/base/deadline.h"
#include "common/base/stop.h"

#include "common/base/banned.h"

bool cancel_due(int64_t deadline, const char *what, struct reason *why)
{
    bool stopped = stop_signal() != 0;

    if (!stopped && deadline_left(deadline, deadline_now()) > 0)
        return false;
    reason_set(why, stopped ? CODE_FAILED : CODE_DEADLINE, "%s", what);
    return true;
}

enum outcome cancel_outcome(struct reason *why)
{
    if (why->code != CODE_DEADLINE)
        return ATTEMPT_FAIL;
    why->code = CODE_FAILED;
    return ATTEMPT_RETRY;
}
