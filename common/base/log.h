/* The one writer of diagnostics: a line on standard error, as text or as JSON. */
#ifndef COMMON_BASE_LOG_H
#define COMMON_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/reason.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_TEXT, LOG_JSON };

/* A member of its own in a JSON line. */
struct log_number {
    const char *name;
    int64_t value;
};

/* Everything but level, name and message is left out of the line where it is NULL, 0, or, for elapsed, negative. */
struct log_event {
    enum log_level level;
    const char *name; /* attempt, waiting, ready, failed, deadline, signal; else the level's name */
    const char *target;
    unsigned attempt;
    int64_t elapsed; /* milliseconds */
    const struct reason *reason;
    const struct log_number *numbers; /* NULL, or ended by a NULL name; text lines say them in the message */
};

/* Says what follows in the name of `tool`, at `level` and what is graver. `tool` must outlive the log. */
void log_setup(const char *tool, enum log_format format, enum log_level level);

/* The number of the step of `initkit run` that this process is: a member of each JSON line. 0: none. */
void log_set_step(unsigned step);

/* Text: "TOOL: TARGET: MESSAGE", escaped as visible.h says. A line is lost when nobody takes it from
 * standard error within a second. */
void log_event(const struct log_event *event, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lines go to `take` from then on, not to standard error; with NULL they go there again. `release` is called when they must not
 * be kept any longer, and ends that. */
void log_redirect(void (*take)(void *owner, const char *bytes, size_t length), void (*release)(void *owner),
                  void *owner);
bool log_is_redirected(void);
void log_release(void);

/* Writes bytes to standard error as log_event does lines. */
void log_write(const char *bytes, size_t length);

void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
