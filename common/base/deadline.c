#include "common/base/deadline.h"

#include <time.h>

#include "common/base/stop.h"

#include "common/base/banned.h"

int64_t deadline_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t deadline_after(int64_t now, int64_t milliseconds)
{
    return milliseconds > DEADLINE_NEVER - now ? DEADLINE_NEVER : now + milliseconds;
}

int64_t deadline_limit(int64_t now, int64_t milliseconds)
{
    return milliseconds == 0 ? DEADLINE_NEVER : deadline_after(now, milliseconds);
}

int64_t deadline_earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool deadline_goes_on(int64_t deadline)
{
    return stop_signal() == 0 && (deadline == 0 || deadline_now() < deadline);
}

int64_t deadline_left(int64_t deadline, int64_t now)
{
    if (deadline == DEADLINE_NEVER)
        return DEADLINE_NEVER;
    return deadline > now ? deadline - now : 0;
}
