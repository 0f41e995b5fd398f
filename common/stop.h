/* SIGTERM and SIGINT as something every wait can watch: the handler makes one descriptor readable, for good.
 *
 * A container's PID 1 has no default signal actions, so without this a pod takes its whole grace period to go. */
#ifndef COMMON_STOP_H
#define COMMON_STOP_H

/* Installs the handlers (no SA_RESTART: a blocked write must end too) and ignores SIGPIPE. Once a process. */
void stop_install(void);

/* Readable from the first signal on; nobody reads from it. -1 before stop_install. */
int stop_descriptor(void);

/* SIGTERM or SIGINT, whichever came first; 0 while none has come. */
int stop_signal(void);

#endif
