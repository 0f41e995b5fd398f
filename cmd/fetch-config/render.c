#include "cmd/fetch-config/render.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cmd/fetch-config/cancel.h"
#include "common/base/log.h"
#include "common/files/template.h"

#include "common/base/banned.h"

enum { CHUNK = 64 * 1024, SAID_MOST = 100 };

struct rendering {
    const struct render_rules *rules;
    struct body_file result;
    struct reason *why;
    size_t errors;
    size_t held;   /* bytes in `text` that are not written yet, as each short piece would be a system call */
    size_t passed; /* bytes since the deadline was last checked */
    bool write_failed;
    bool stopped; /* cancelled, for `why`: later errors of the template are not real */
};

static char text[CHUNK];

static bool must_end(struct rendering *rendering)
{
    struct reason why;

    if (!cancel_due(rendering->rules->deadline, "it was being rendered", &why))
        return false;
    if (!rendering->stopped)
        *rendering->why = why;
    rendering->stopped = true;
    return true;
}

static bool put(struct rendering *rendering, const char *bytes, size_t length)
{
    rendering->write_failed = rendering->write_failed ||
                              !body_file_write(&rendering->result, bytes, length, rendering->why);
    return !rendering->write_failed;
}

static bool flush(struct rendering *rendering)
{
    size_t length = rendering->held;

    rendering->held = 0;
    return put(rendering, text, length);
}

static bool on_text(void *owner, const char *bytes, size_t length)
{
    struct rendering *rendering = owner;

    rendering->passed += length;
    if (rendering->passed >= CHUNK && must_end(rendering))
        return false;
    rendering->passed %= CHUNK;
    if (rendering->errors > 0)
        return true; /* nothing will be published, but all errors are to be reported */
    if (rendering->result.size + (int64_t)(rendering->held + length) > rendering->rules->max_size) {
        rendering->write_failed = true;
        return reason_set(rendering->why, CODE_FAILED,
                          "is rendered to more than the %" PRId64 " bytes of --max-unpacked-size",
                          rendering->rules->max_size);
    }
    if (length > CHUNK - rendering->held && !flush(rendering))
        return false;
    if (length > CHUNK)
        return put(rendering, bytes, length);
    memcpy(text + rendering->held, bytes, length);
    rendering->held += length;
    return true;
}

static void on_error(void *owner, size_t line, size_t column, const char *message)
{
    struct rendering *rendering = owner;
    struct log_event event = {
        .level = LOG_ERROR, .name = "attempt", .target = rendering->rules->target, .elapsed = -1};

    if (rendering->stopped || rendering->write_failed)
        return;
    if (rendering->errors++ == 0)
        reason_set(rendering->why, CODE_FAILED, "cannot be rendered: line %zu, column %zu: %.200s", line,
                   column, message);
    if (rendering->errors <= SAID_MOST)
        log_event(&event, "line %zu, column %zu: %s", line, column, message);
}

static bool render_descriptor(int from, struct rendering *rendering)
{
    static char chunk[CHUNK];
    const struct template_sink sink = {.write = on_text, .error = on_error, .owner = rendering};
    struct template template;
    ssize_t got = 0;
    bool goes_on = true;

    template_begin(&template, &sink, rendering->rules->prefix, &rendering->rules->files);
    while (goes_on && (got = read(from, chunk, sizeof chunk)) > 0)
        goes_on = template_feed(&template, chunk, (size_t)got) && !must_end(rendering);
    bool good = template_end(&template) && !rendering->stopped && flush(rendering);
    if (rendering->stopped || rendering->write_failed)
        return false;
    if (rendering->errors == 0 && got != 0)
        return reason_set(rendering->why, CODE_FAILED, "could not be read back to be rendered");
    if (rendering->errors > 1)
        reason_detail(rendering->why, ", and %zu more error%s", rendering->errors - 1,
                      rendering->errors > 2 ? "s" : "");
    return good && rendering->errors == 0;
}

bool render_body_file(struct body_file *body, const struct render_rules *rules, struct reason *why)
{
    struct rendering rendering = {.rules = rules, .why = why};

    int from = body_file_reopen(body, why);
    bool good = from >= 0 && body_file_begin(&rendering.result, rules->place, false, why);
    if (good && !render_descriptor(from, &rendering)) {
        body_file_abort(&rendering.result);
        good = false;
    }
    if (from >= 0)
        close(from);
    if (good) {
        body_file_abort(body);
        body_file_move(&rendering.result, body);
    }
    return good;
}
