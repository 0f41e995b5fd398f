/* The only writer of diagnostics: lines on standard error, as text or as JSON. */
#ifndef COMMON_BASE_LOG_H
#define COMMON_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/reason.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_TEXT, LOG_JSON };

/* An additional number in a JSON line. */
struct log_number {
    const char *name;
    int64_t value;
};

/* A member other than level and name is left out of the line when it is NULL or 0, `elapsed` when it is negative. */
struct log_event {
    enum log_level level;
    const char *name; /* attempt, waiting, ready, failed, deadline, signal; else the level's name */
    const char *target;
    unsigned attempt;
    int64_t elapsed; /* milliseconds */
    const struct reason *reason;
    const struct log_number *numbers; /* ends with a NULL name; text lines have them in the message */
};

/* From now on lines begin with `tool`, and only those at `level` or more severe are written. `tool` must outlive the log. */
void log_setup(const char *tool, enum log_format format, enum log_level level);

/* The number of this step of `initkit run`, a member of each JSON line. 0: not a step. */
void log_set_step(unsigned step);

/* Writes a line; as text "TOOL: TARGET: MESSAGE", escaped as visible.h describes. The line is lost when nobody reads it from
 * standard error within a second. */
void log_event(const struct log_event *event, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* From now on lines go to `take` instead of standard error; with NULL they go to standard error again. `release` is called when
 * lines must not be held back any longer, and has to end the redirection. */
void log_redirect(void (*take)(void *owner, const char *bytes, size_t length), void (*release)(void *owner),
                  void *owner);
bool log_is_redirected(void);
void log_release(void);

/* Writes bytes to standard error, with the same limit of time as log_event. */
void log_write(const char *bytes, size_t length);

void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
