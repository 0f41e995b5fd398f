/* Any bytes as a target, a message, a reason and a hint: what becomes of them as a log line, as text and as JSON, and as a
 * termination message is one line of valid UTF-8 in which nothing acts on a terminal, turns the text or hides in it. JSON
 * gives back every character. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/json.h"
#include "common/base/visible.h"
#include "common/cli/verdict.h"

#include "tests/fuzz/input.h"
#include "tests/unit/strict_json.c"

enum { LINE_MOST = 70 * 1024 };

static char line[LINE_MOST + 1];

/* What is in `descriptor`, into `line`: one line, whose `end` is left out. */
static size_t take_line(int descriptor, const char *end)
{
    ssize_t length = pread(descriptor, line, LINE_MOST, 0);

    MUST(length > (ssize_t)strlen(end) && length < LINE_MOST);
    length -= (ssize_t)strlen(end);
    line[(size_t)length + strlen(end)] = '\0';
    MUST(strcmp(line + length, end) == 0);
    line[length] = '\0';
    MUST(strlen(line) == (size_t)length);
    MUST(strict_plain(line, (size_t)length));
    return (size_t)length;
}

/* The text as JSON can have it: a byte that is not UTF-8 is U+FFFD. The caller frees it. */
static char *as_utf8(const char *text)
{
    struct buf out;

    buf_init(&out, 3 * strlen(text) + 1);
    for (struct visible_char next; *text != '\0'; text += next.length) {
        next = visible_next(text);
        buf_add(&out, next.is_utf8 ? text : "\xEF\xBF\xBD", next.is_utf8 ? (size_t)next.length : 3);
    }
    return out.data;
}

static void check_member(const json_t *object, const char *name, const char *text)
{
    const char *value = json_string_value(json_object_get(object, name));
    char *expected = as_utf8(text);

    MUST(value && strcmp(value, expected) == 0);
    free(expected);
}

static void say(enum log_format format, const struct log_event *event, const char *message)
{
    int errors = dup(STDERR_FILENO), file = memfd_create("line", MFD_CLOEXEC);

    dup2(file, STDERR_FILENO);
    log_setup("wait-for-tcp", format, LOG_INFO);
    log_event(event, "%s", message);
    dup2(errors, STDERR_FILENO);
    size_t length = take_line(file, "\n");
    close(errors);
    close(file);
    if (format == LOG_TEXT)
        return;
    MUST(strict_json(line, length));
    json_t *object = json_loadb(line, length, 0, NULL);
    check_member(object, "message", message);
    check_member(object, "target", event->target);
    check_member(object, "reason", event->reason->text);
    check_member(object, "hint", event->reason->hint);
    json_decref(object);
}

static void check_termination(const char *target, const char *message)
{
    static char path[] = "/tmp/fuzz-text-XXXXXX";
    static int file = -1;
    const struct verdict verdict = {.tool = "wait-for-tcp", .termination_log = path};
    struct buf whole;

    if (file < 0) {
        file = mkostemp(path, O_CLOEXEC);
        MUST(file >= 0);
    }
    buf_init(&whole, SIZE_MAX / 2);
    buf_add_format(&whole, "%s: %s", target, message);
    verdict_so_far(&verdict, whole.data);
    buf_free(&whole);
    MUST(take_line(file, "") < VERDICT_LINE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *message, *target = input_first_line(data, size < 2000 ? size : 2000, &message);
    struct reason reason;
    const struct log_event event = {.level = LOG_INFO, .target = target, .reason = &reason};

    reason_set(&reason, CODE_FAILED, "x%s", message);
    reason_hint(&reason, "x%s", target);
    say(LOG_TEXT, &event, message);
    say(LOG_JSON, &event, message);
    check_termination(target, message);
    free(target);
    free(message);
    return 0;
}
