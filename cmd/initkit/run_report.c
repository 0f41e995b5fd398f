#include "cmd/initkit/run_report.h"

#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/deadline.h"
#include "common/base/log.h"
#include "common/base/stop.h"
#include "common/base/units.h"

#include "common/base/banned.h"

enum { LINE_MAX_BYTES = 8 * 1024 };

/* The step that a line is about while none has decided: the first that is under way and has reported something, else the first that
 * is not done. NULL: all are. */
static const struct child *foremost(const struct supervisor *supervisor)
{
    const struct child *first = NULL;

    for (size_t i = 0; i < supervisor->chain->count; i++) {
        const struct child *child = &supervisor->children[i];
        if (child->state == CHILD_DONE)
            continue;
        if (child->step.report->edition > 0)
            return child;
        first = first ? first : child;
    }
    return first;
}

static void add_share(const struct supervisor *supervisor, struct buf *line)
{
    buf_add_format(line, "%zu of %zu step%s done", supervisor->done, supervisor->chain->count,
                   supervisor->chain->count == 1 ? "" : "s");
}

static void add_step(const struct child *child, const struct step_words *words, struct buf *line)
{
    buf_add_format(line, "; step %u, %s", child->step.number, words->line);
}

void run_report_so_far(const struct supervisor *supervisor)
{
    const struct child *child = foremost(supervisor);
    struct step_words words;
    struct buf line;

    if (!child || !verdict_is_followed(supervisor->verdict))
        return;
    buf_init(&line, LINE_MAX_BYTES);
    add_share(supervisor, &line);
    child_words(child, &words);
    add_step(child, &words, &line);
    verdict_so_far(supervisor->verdict, line.data);
    buf_free(&line);
}

/* Leaves out what stands in the row's first column already: the tool, the operand, or its part before "=". */
static const char *behind(const char *text, const char *word)
{
    const char *end = strstr(text, ": ");
    size_t length = end ? (size_t)(end - text) : 0;

    return length > 0 && word && strncmp(text, word, length) == 0 &&
                   (word[length] == '\0' || word[length] == '=')
               ? end + 2
               : text;
}

void run_report_row(const void *supervisor, size_t index, struct board_row *row)
{
    static const enum board_state states[] = {[CHILD_NEXT] = BOARD_NEXT,
                                              [CHILD_RUNNING] = BOARD_TRYING,
                                              [CHILD_DONE] = BOARD_DONE,
                                              [CHILD_FAILED] = BOARD_FAILED};
    const struct child *child = &((const struct supervisor *)supervisor)->children[index];
    const char *tool = child->plan->tool->tool->name, *operand = child->plan->operand;
    struct step_words words;

    snprintf(row->name, sizeof row->name, "%s%s%s", tool, operand ? " " : "", operand ? operand : "");
    row->state = states[child->state];
    row->attempts = child->step.report->attempts;
    if (child->state == CHILD_NEXT)
        return;
    row->took = (child->state == CHILD_RUNNING ? deadline_now() : child->ended) - child->began;
    if (child->step.report->edition == 0 && child->why.text[0] == '\0')
        return;
    child_words(child, &words);
    snprintf(row->reason, sizeof row->reason, "%s", behind(behind(words.line, tool), operand));
}

void run_report_forgiven(const struct chain *chain, const struct child *child)
{
    char name[CHAIN_NAME];

    log_warn("%s: %s, which --warn-only forgives; hint: %s", chain_name(chain, child->step.number - 1, name),
             child->why.text, child->why.hint);
}

/* Steps that ended with 0 although their verdict is another one: what --warn-only has let pass is reported once more at the end.
 * Their number comes first: the line may be cut. */
static void add_warnings(const struct supervisor *supervisor, struct buf *line)
{
    struct step_words words;
    size_t warned = 0;

    for (size_t i = 0; i < supervisor->chain->count; i++) {
        child_words(&supervisor->children[i], &words);
        warned += words.code != CODE_OK;
    }
    if (warned == 1)
        buf_add_text(line, "; with a warning");
    else if (warned > 1)
        buf_add_format(line, "; %zu steps with a warning", warned);
    for (size_t i = 0; i < supervisor->chain->count && line->length <= VERDICT_LINE; i++) {
        child_words(&supervisor->children[i], &words);
        if (words.code != CODE_OK)
            add_step(&supervisor->children[i], &words, line);
    }
}

static void add_good(const struct supervisor *supervisor, struct buf *line)
{
    char took[UNITS_TEXT];

    add_share(supervisor, line);
    buf_add_format(line, " after %s", units_format_duration(deadline_now() - supervisor->began, took));
    add_warnings(supervisor, line);
}

static enum code verdict_code(const struct supervisor *supervisor)
{
    if (stop_signal() != 0)
        return (enum code)(128 + stop_signal());
    return supervisor->decided ? supervisor->decided->code : CODE_DEADLINE;
}

static const char *event_name(enum code code)
{
    if (code == CODE_OK)
        return "ready";
    if (code == CODE_DEADLINE)
        return "deadline";
    return code >= CODE_SIGINT ? "signal" : "failed";
}

/* What ended the run in place of a step. */
static void add_cause(const struct supervisor *supervisor, struct buf *line)
{
    char limit[UNITS_TEXT];

    if (stop_signal() != 0)
        buf_add_format(line, "; stopped by %s", stop_signal() == SIGINT ? "SIGINT" : "SIGTERM");
    else if (!supervisor->decided || (supervisor->decided->code == CODE_DEADLINE &&
                                      deadline_left(supervisor->surroundings.deadline, deadline_now()) == 0))
        buf_add_format(line, "; the whole run (--timeout %s) timed out",
                       units_format_duration(supervisor->options->retry.timeout, limit));
}

static int report_bad(const struct supervisor *supervisor, struct buf *line)
{
    const struct child *child = supervisor->decided ? supervisor->decided : foremost(supervisor);
    enum code code = verdict_code(supervisor);
    struct log_number numbers[] = {{NULL, 0}, {NULL, 0}};
    struct step_words words = {0};
    struct log_event event = {
        .level = LOG_ERROR,
        .name = event_name(code),
        .elapsed = deadline_now() - supervisor->began,
        .numbers = numbers,
    };

    add_share(supervisor, line);
    add_cause(supervisor, line);
    if (child) {
        child_words(child, &words);
        add_step(child, &words, line);
        numbers[0] = (struct log_number){"step", child->step.number};
    }
    if (words.reason.text[0] != '\0')
        event.reason = &words.reason;
    return verdict_finish(supervisor->verdict, code, &event, line->data);
}

int run_report_verdict(const struct supervisor *supervisor, bool good)
{
    struct log_event event = {
        .level = LOG_INFO, .name = "ready", .elapsed = deadline_now() - supervisor->began};
    struct buf line;
    int code;

    buf_init(&line, LINE_MAX_BYTES);
    if (good) {
        add_good(supervisor, &line);
        code = verdict_finish(supervisor->verdict, CODE_OK, &event, line.data);
    } else {
        code = report_bad(supervisor, &line);
    }
    buf_free(&line);
    return code;
}
