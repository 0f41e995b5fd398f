/* SIGTERM and SIGINT as a descriptor that every wait can watch: the handler makes it readable, and it stays so.
 *
 * PID 1 of a container has no default signal actions. Without a handler, deleting the pod would take its whole grace period. */
#ifndef COMMON_BASE_STOP_H
#define COMMON_BASE_STOP_H

#include <stdbool.h>

/* Installs the handlers (without SA_RESTART: a blocked write must end, too) and ignores SIGPIPE. A second call does nothing. */
void stop_install(void);

/* For the child of a fork, while both signals are still blocked: gives it its own descriptor, and forgets earlier signals. */
void stop_renew(void);

/* Becomes readable with the first signal; nobody reads from it. -1 before stop_install. */
int stop_descriptor(void);

/* SIGTERM or SIGINT, whichever came first; 0 while none has come. */
int stop_signal(void);

/* Waits until up to STOP_CHUNK bytes can be written to `fd` without blocking. False when a stop signal comes first, or the time
 * is over: a pipe that nobody reads must not keep a tool from ending. */
enum { STOP_CHUNK = 4096 }; /* PIPE_BUF */
bool stop_wait_writable(int fd, int milliseconds /* -1: no limit */);

#endif
