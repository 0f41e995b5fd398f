#include "common/run/wait_say.h"

#include "common/base/buf.h"
#include "common/base/deadline.h"
#include "common/base/log.h"
#include "common/base/units.h"

#include "common/base/banned.h"

enum { SUMMARY_MAX = 8 * 1024 }; /* of a line about all targets */

static void wait_add_effort(struct buf *line, int64_t elapsed, unsigned attempts)
{
    char text[UNITS_TEXT];

    buf_add_format(line, "after %s (%u attempt%s)", units_format_duration(elapsed, text), attempts,
                   attempts == 1 ? "" : "s");
}

static void wait_add_found(const struct wait_target *target, struct buf *line)
{
    if (target->found)
        buf_add_format(line, "; %s", target->found);
}

static const char *reason_known(const struct wait_target *target)
{
    return target->reason.text[0] != '\0' ? target->reason.text : "no attempt has ended yet";
}

/* --- lines about one target --- */

static void target_say(struct wait_target *target, enum log_level level, const char *name, const char *text)
{
    const struct reason *reason = target->reason.text[0] != '\0' ? &target->reason : NULL;
    int64_t now = deadline_now();
    struct log_event event = {
        .level = level,
        .name = name,
        .target = target->name,
        .attempt = target->retry.attempts,
        .elapsed = now - target->wait->began,
        .reason = reason,
    };

    log_event(&event, "%s", text);
    if (level <= LOG_INFO)
        target->said = now;
}

static void target_say_reason(struct wait_target *target, enum log_level level, const char *name,
                              const char *more)
{
    struct buf text;

    buf_init(&text, SUMMARY_MAX);
    buf_add_format(&text, "%s%s (attempt %u)%s", reason_known(target), target->reason.detail,
                   target->retry.attempts, more);
    target_say(target, level, name, text.data);
    buf_free(&text);
}

static void target_say_news(struct wait_target *target)
{
    struct buf hint;

    buf_init(&hint, SUMMARY_MAX);
    if (target->reason.hint[0] != '\0')
        buf_add_format(&hint, "; hint: %s", target->reason.hint);
    target_say_reason(target, LOG_INFO, "attempt", hint.data);
    buf_free(&hint);
}

void wait_say_attempt(struct wait_target *target, bool news)
{
    if (news)
        target_say_news(target);
    else
        target_say_reason(target, LOG_DEBUG, "attempt", "");
}

void wait_say_waiting(struct wait_target *target)
{
    target_say_reason(target, LOG_INFO, "waiting", ", still waiting");
}

void wait_say_ready(struct wait_target *target)
{
    struct buf text;

    buf_init(&text, SUMMARY_MAX);
    buf_add_format(&text, "%s ", target->wait->done);
    wait_add_effort(&text, deadline_now() - target->wait->began, target->retry.attempts);
    wait_add_found(target, &text);
    target_say(target, LOG_INFO, "ready", text.data);
    buf_free(&text);
}

/* --- lines about all targets --- */

static bool is_open(const struct wait_target *target)
{
    return target->phase != WAIT_READY;
}

/* Whether this target has failed with the exit code of the verdict. CODE_OK: there is no verdict yet. */
static bool has_decided(const struct wait_target *target, enum code code)
{
    return target->phase == WAIT_FAILED && target->reason.code == code;
}

/* Adds "a:1: REASON; b:2: REASON; and 3 more" for the targets that are not ready, first those that decided the verdict. A
 * single target is not named. */
static void wait_add_open(const struct wait *wait, enum code code, struct buf *line)
{
    const char *separator = "";
    size_t left = wait->count - wait->ready;

    for (size_t i = 0; i < 2 * wait->count && left > 0; i++) {
        const struct wait_target *target = wait->targets[i % wait->count];
        if (!is_open(target) || has_decided(target, code) != (i < wait->count))
            continue;
        buf_add_text(line, separator);
        separator = "; ";
        if (line->length > VERDICT_LINE / 2) {
            buf_add_format(line, "and %zu more", left);
            return;
        }
        if (wait->count > 1)
            buf_add_format(line, "%s: ", target->name);
        buf_add_format(line, "%s%s", reason_known(target), target->reason.detail);
        left--;
    }
}

/* Adds the hint of a target that decided the verdict, else the first hint of any target. */
static void wait_add_hint(const struct wait *wait, enum code code, struct buf *line)
{
    const struct wait_target *chosen = NULL;

    for (size_t i = 0; i < wait->count; i++) {
        const struct wait_target *target = wait->targets[i];
        if (!is_open(target) || target->reason.text[0] == '\0' || target->reason.hint[0] == '\0')
            continue;
        if (!chosen || (has_decided(target, code) && !has_decided(chosen, code)))
            chosen = target;
    }
    if (chosen)
        buf_add_format(line, "; hint: %s", chosen->reason.hint);
}

/* "2 of 3 targets not ready", "not ready" for a single one. */
static void wait_add_share(const struct wait *wait, struct buf *line)
{
    if (wait->count > 1)
        buf_add_format(line, "%zu of %zu targets ", wait->count - wait->ready, wait->count);
    buf_add_format(line, "not %s", wait->done);
}

static unsigned wait_attempts(const struct wait *wait)
{
    unsigned attempts = 0;

    for (size_t i = 0; i < wait->count; i++)
        attempts += wait->targets[i]->retry.attempts;
    return attempts;
}

void wait_say_so_far(const struct wait *wait)
{
    struct buf line;

    if (!verdict_is_followed(wait->verdict))
        return;
    buf_init(&line, SUMMARY_MAX);
    if (wait->count == 1)
        buf_add_format(&line, "%s: ", wait->targets[0]->name);
    wait_add_share(wait, &line);
    buf_add_text(&line, " yet: ");
    wait_add_open(wait, CODE_OK, &line);
    wait_add_hint(wait, CODE_OK, &line);
    verdict_so_far(wait->verdict, line.data);
    buf_free(&line);
}

void wait_say_all_waiting(struct wait *wait, int64_t now)
{
    struct log_event event = {.level = LOG_INFO, .name = "waiting", .elapsed = now - wait->began};
    struct buf line;

    buf_init(&line, SUMMARY_MAX);
    wait_add_share(wait, &line);
    buf_add_text(&line, " yet: ");
    wait_add_open(wait, CODE_OK, &line);
    log_event(&event, "%s", line.data);
    buf_free(&line);
    wait->said = now;
}

static void wait_add_good(const struct wait *wait, struct buf *line, int64_t elapsed)
{
    if (wait->count == 1)
        buf_add_format(line, "%s ", wait->done);
    else if (wait->ready == wait->count)
        buf_add_format(line, "all %zu targets %s ", wait->count, wait->done);
    else
        buf_add_format(line, "%zu of %zu targets %s ", wait->ready, wait->count, wait->done);
    wait_add_effort(line, elapsed, wait_attempts(wait));
    if (wait->count == 1)
        wait_add_found(wait->targets[0], line);
}

static void wait_add_bad(const struct wait *wait, struct buf *line, enum code code, int64_t elapsed)
{
    const char *ended = code == CODE_DEADLINE  ? "timed out "
                        : code == CODE_SIGTERM ? "stopped by SIGTERM "
                        : code == CODE_SIGINT  ? "stopped by SIGINT "
                                               : "gave up ";

    wait_add_share(wait, line);
    buf_add_text(line, ": ");
    wait_add_open(wait, code, line);
    buf_add_format(line, "; %s", ended);
    wait_add_effort(line, elapsed, wait_attempts(wait));
    wait_add_hint(wait, code, line);
}

/* The last good answer and a signal came at the same time: no target failed, but the result was not used. */
static void wait_add_stopped(const struct wait *wait, struct buf *line, enum code code, int64_t elapsed)
{
    buf_add_format(line, "%s, but stopped by %s ", wait->done, code == CODE_SIGINT ? "SIGINT" : "SIGTERM");
    wait_add_effort(line, elapsed, wait_attempts(wait));
    if (wait->publish)
        buf_add_text(line, "; nothing was published");
}

static const char *verdict_event(enum code code)
{
    if (code == CODE_OK)
        return "ready";
    if (code == CODE_DEADLINE)
        return "deadline";
    return code >= CODE_SIGINT ? "signal" : "failed";
}

/* The members about a single target. */
static void event_add_target(struct log_event *event, const struct wait_target *target, enum code code)
{
    event->target = target->name;
    event->attempt = target->retry.attempts;
    if (code != CODE_OK && target->reason.text[0] != '\0')
        event->reason = &target->reason;
}

int wait_say_verdict(const struct wait *wait, enum code code)
{
    int64_t elapsed = deadline_now() - wait->began;
    struct log_event event = {
        .level = code == CODE_OK ? LOG_INFO
                 : wait->kept    ? LOG_WARN
                                 : LOG_ERROR,
        .name = verdict_event(code),
        .elapsed = elapsed,
    };
    struct buf line;

    if (wait->count == 1)
        event_add_target(&event, wait->targets[0], code);
    buf_init(&line, SUMMARY_MAX);
    if (code == CODE_OK)
        wait_add_good(wait, &line, elapsed);
    else if (wait->ready == wait->count)
        wait_add_stopped(wait, &line, code, elapsed);
    else
        wait_add_bad(wait, &line, code, elapsed);
    if (wait->kept)
        buf_add_format(&line, "; kept %s", wait->kept);
    int exit_code = verdict_finish(wait->verdict, wait->kept ? CODE_OK : code, &event, line.data);
    buf_free(&line);
    return exit_code;
}
