#include "common/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/json.h"
#include "common/base/stop.h"
#include "common/base/visible.h"

#include "common/base/banned.h"

/* Message and target are cut so that they fit into a line with every byte escaped: a JSON object that is cut off is invalid. */
enum {
    LINE_MAX_BYTES = 64 * 1024,
    MESSAGE_MAX_BYTES = 4 * 1024,
    PATIENCE = 1000, /* milliseconds to wait for a reader that reads nothing */
};

static struct {
    const char *tool;
    enum log_format format;
    enum log_level level;
    unsigned step;
    void (*take)(void *owner, const char *bytes, size_t length); /* NULL: lines go to standard error */
    void (*release)(void *owner);
    void *owner;
} setup = {.tool = "initkit", .format = LOG_TEXT, .level = LOG_INFO};

static const char *const level_names[] = {"error", "warn", "info", "debug"};

void log_setup(const char *tool, enum log_format format, enum log_level level)
{
    setup.tool = tool;
    setup.format = format;
    setup.level = level;
}

void log_set_step(unsigned step)
{
    setup.step = step;
}

void log_redirect(void (*take)(void *owner, const char *bytes, size_t length), void (*release)(void *owner),
                  void *owner)
{
    setup.take = take;
    setup.release = release;
    setup.owner = owner;
}

bool log_is_redirected(void)
{
    return setup.take != NULL;
}

void log_release(void)
{
    if (setup.release)
        setup.release(setup.owner);
}

static bool cut; /* the last line was written in part */

/* Drops a line that nobody reads: a run must not miss its deadline for it. The following lines are tried without waiting. */
void log_write(const char *bytes, size_t length)
{
    static bool unheard;
    size_t done = 0;

    while (done < length) {
        unheard = !stop_wait_writable(STDERR_FILENO, unheard ? 0 : PATIENCE);
        if (unheard)
            break;
        size_t left = length - done;
        ssize_t written = write(STDERR_FILENO, bytes + done, left < STOP_CHUNK ? left : STOP_CHUNK);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            break;
        done += written > 0 ? (size_t)written : 0;
    }
    if (done > 0)
        cut = done < length;
}

static void log_add_time(struct buf *line)
{
    struct timespec now;
    struct tm utc;
    char text[32];
    size_t length;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + length, sizeof text - length, ".%03dZ", (int)(now.tv_nsec / 1000000));
    json_add_member(line, "time", text);
}

static void log_add_json(struct buf *line, const struct log_event *event, const char *message)
{
    const struct reason *reason = event->reason;
    char text[sizeof reason->text + sizeof reason->detail];

    buf_add_text(line, "{");
    log_add_time(line);
    json_add_member(line, "level", level_names[event->level]);
    json_add_member(line, "tool", setup.tool);
    if (setup.step > 0)
        json_add_member_number(line, "step", setup.step);
    json_add_member(line, "event", event->name ? event->name : level_names[event->level]);
    json_add_member(line, "message", message);
    if (event->target)
        json_add_member(line, "target", event->target);
    if (event->attempt > 0)
        json_add_member_number(line, "attempt", event->attempt);
    if (event->elapsed >= 0)
        json_add_member_number(line, "elapsed_ms", event->elapsed);
    for (const struct log_number *number = event->numbers; number && number->name; number++)
        json_add_member_number(line, number->name, number->value);
    if (reason) {
        snprintf(text, sizeof text, "%s%s", reason->text, reason->detail);
        json_add_member(line, "reason", text);
        json_add_member_number(line, "class", (int64_t)reason->code);
        if (reason->hint[0] != '\0')
            json_add_member(line, "hint", reason->hint);
    }
    buf_add_text(line, "}");
}

static void log_add_plain(struct buf *line, const struct log_event *event, const char *message)
{
    visible_add(line, setup.tool);
    buf_add_text(line, ": ");
    if (event->target) {
        visible_add(line, event->target);
        buf_add_text(line, ": ");
    }
    visible_add(line, message);
}

static void __attribute__((format(printf, 2, 0)))
log_say(const struct log_event *event, const char *format, va_list arguments)
{
    char message[MESSAGE_MAX_BYTES], target[MESSAGE_MAX_BYTES];
    struct log_event bounded = *event;
    struct buf line;

    if (event->level > setup.level)
        return;
    vsnprintf(message, sizeof message, format, arguments);
    if (event->target) {
        snprintf(target, sizeof target, "%s", event->target);
        bounded.target = target;
    }
    buf_init(&line, LINE_MAX_BYTES);
    if (cut)
        buf_add_text(&line, "\n");
    if (setup.format == LOG_JSON)
        log_add_json(&line, &bounded, message);
    else
        log_add_plain(&line, &bounded, message);
    buf_add_text(&line, "\n");
    if (setup.take)
        setup.take(setup.owner, line.data, line.length);
    else
        log_write(line.data, line.length);
    buf_free(&line);
}

void log_event(const struct log_event *event, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_say(event, format, arguments);
    va_end(arguments);
}

void log_warn(const char *format, ...)
{
    struct log_event event = {.level = LOG_WARN, .elapsed = -1};
    va_list arguments;

    va_start(arguments, format);
    log_say(&event, format, arguments);
    va_end(arguments);
}
