#include "common/cli/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/visible.h"
#include "common/cli/step.h"
#include "common/files/directory.h"

#include "common/base/banned.h"

enum { LINE_WITH_TARGET = 16 * 1024 };

#define NO_REASON "failed, and no reason is known, which is a bug: please report it"

/* Follows no link of another user in the directories of the path, and no link at its end: whoever made it would choose the file
 * that is overwritten. The kubelet mounts the file itself, which is not a link. */
static int termination_open(const char *path)
{
    static bool told;
    struct reason link;
    struct stat found;
    int descriptor = directory_open_file(path, O_WRONLY | O_NONBLOCK | O_NOCTTY);

    if (descriptor < 0 && !told && directory_refuse_link(path, errno, &link)) {
        told = true;
        log_warn("--termination-log %s", link.text);
    }
    if (descriptor >= 0 && (fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode))) {
        close(descriptor);
        descriptor = -1;
    }
    return descriptor;
}

/* Writes in place, because a rename onto a mounted file fails. It writes first and truncates afterwards, so that the file is
 * never empty. The termination log is a help only, so errors are ignored. */
static void termination_write(const char *path, const struct buf *message)
{
    int descriptor = termination_open(path);

    if (descriptor < 0)
        return;
    if (pwrite(descriptor, message->data, message->length, 0) == (ssize_t)message->length) {
        int ignored = ftruncate(descriptor, (off_t)message->length);
        (void)ignored;
    }
    close(descriptor);
}

bool verdict_is_followed(const struct verdict *verdict)
{
    return verdict->termination_log[0] != '\0' || step_current();
}

/* Without a newline at its end: kubectl describe would show an empty line after it. */
static void verdict_note(const struct verdict *verdict, bool final, enum code code,
                         const struct reason *reason, const char *line)
{
    struct buf message;

    if (!verdict_is_followed(verdict))
        return;
    buf_init(&message, VERDICT_LINE - 1);
    buf_add_format(&message, "%s: ", verdict->tool);
    visible_add(&message, line);
    step_report_words(final, code, reason, message.data);
    if (verdict->termination_log[0] != '\0')
        termination_write(verdict->termination_log, &message);
    buf_free(&message);
}

void verdict_so_far(const struct verdict *verdict, const char *line)
{
    verdict_note(verdict, false, CODE_OK, NULL, line);
}

void verdict_clear(const struct verdict *verdict)
{
    struct buf nothing;

    buf_init(&nothing, 0);
    if (verdict->termination_log[0] != '\0')
        termination_write(verdict->termination_log, &nothing);
    buf_free(&nothing);
}

static enum code verdict_code(const struct verdict *verdict, enum code code)
{
    bool forgiven = code == CODE_FAILED || code == CODE_INTERNAL || code == CODE_DEADLINE ||
                    (code >= CODE_UNTRUSTED && code <= CODE_PROXY);

    return verdict->warn_only && forgiven ? CODE_OK : code;
}

int verdict_finish(const struct verdict *verdict, enum code code, const struct log_event *event,
                   const char *line)
{
    struct buf message;

    buf_init(&message, LINE_WITH_TARGET);
    buf_add_format(&message, "%.*s%s%s", VERDICT_LINE, event->target ? event->target : "",
                   event->target ? ": " : "", line);
    verdict_note(verdict, true, code, event->reason, message.data);
    buf_free(&message);
    log_event(event, "%s", line);
    return (int)verdict_code(verdict, code);
}

int verdict_refuse(const struct verdict *verdict, const struct reason *why)
{
    struct log_event event = {.level = LOG_ERROR,
                              .name = why->code >= CODE_SIGINT     ? "signal"
                                      : why->code == CODE_DEADLINE ? "deadline"
                                                                   : "failed",
                              .elapsed = -1,
                              .reason = why};
    struct buf text;

    buf_init(&text, VERDICT_LINE);
    buf_add_format(&text, "%s%s%s%s", why->text[0] != '\0' ? why->text : NO_REASON, why->detail,
                   why->hint[0] != '\0' ? "; hint: " : "", why->hint);
    int code = verdict_finish(verdict, why->code, &event, text.data);
    buf_free(&text);
    return code;
}

void verdict_exhausted(const void *verdict)
{
    struct reason why;

    log_release(); /* the run ends now */
    reason_set(&why, CODE_INTERNAL, "out of memory");
    reason_hint(&why, "raise the container's memory limit, or do less at once");
    verdict_refuse(verdict, &why);
}
