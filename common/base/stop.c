#include "common/base/stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/banned.h"

static int descriptor = -1;
static volatile sig_atomic_t first_signal;

static void on_signal(int number)
{
    int saved = errno;
    uint64_t one = 1;

    if (descriptor < 0)
        _exit(128 + number); /* no wait would notice the signal */
    if (first_signal == 0)
        first_signal = number;
    ssize_t ignored = write(descriptor, &one, sizeof one);
    (void)ignored;
    errno = saved;
}

void stop_install(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    if (descriptor >= 0)
        return;
    descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

void stop_renew(void)
{
    close(descriptor);
    descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    first_signal = 0;
}

int stop_descriptor(void)
{
    return descriptor;
}

int stop_signal(void)
{
    return first_signal;
}

bool stop_wait_writable(int fd, int milliseconds)
{
    struct pollfd waits[] = {{.fd = fd, .events = POLLOUT}, {.fd = descriptor, .events = POLLIN}};
    int ready;

    do
        ready = poll(waits, descriptor >= 0 ? 2 : 1, milliseconds);
    while (ready < 0 && errno == EINTR);
    return ready < 0 || waits[0].revents != 0; /* after an error of poll, writing reports what is wrong */
}
