/* SIGTERM and SIGINT as something every wait can watch: the handler makes one descriptor readable, for good.
 *
 * A container's PID 1 has no default signal actions, so without this a pod takes its whole grace period to go. */
#ifndef COMMON_BASE_STOP_H
#define COMMON_BASE_STOP_H

#include <stdbool.h>

/* Installs the handlers (no SA_RESTART: a blocked write must end too) and ignores SIGPIPE. Does nothing the second time. */
void stop_install(void);

/* For the child of a fork, where both signals are still blocked: a descriptor of its own, which no signal has reached. */
void stop_renew(void);

/* Readable from the first signal on; nobody reads from it. -1 before stop_install. */
int stop_descriptor(void);

/* SIGTERM or SIGINT, whichever came first; 0 while none has come. */
int stop_signal(void);

/* Waits until `fd` takes up to STOP_CHUNK bytes without blocking. False when a stop signal comes first, or it has not by then:
 * a pipe that nobody empties must not hold a tool that is to end. */
enum { STOP_CHUNK = 4096 }; /* PIPE_BUF */
bool stop_wait_writable(int fd, int milliseconds /* -1: no limit */);

#endif
