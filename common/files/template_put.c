/* What a template writes: to the sink, or to the default that is held because it has a form. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/files/template_parts.h"

#include "common/base/banned.h"

/* No form makes more than six bytes of one. */
enum { CHUNK = 4096, MESSAGE_MAX = 512, FORMED_MOST = 8 * TEMPLATE_HELD_TEXT_MOST };

static void put_to_sink(struct template *template, const char *bytes, size_t length)
{
    const struct template_sink *sink = template->sink;

    if (!template->ended && sink->write && !sink->write(sink->owner, bytes, length))
        template->ended = true;
}

void template_put(struct template *template, const char *bytes, size_t length)
{
    if (length == 0 || template->dropping > 0)
        return;
    if (template->held_count == 0)
        put_to_sink(template, bytes, length);
    else if (!template->overfull && !buf_add(&template->held_text, bytes, length)) {
        const struct template_held *held = &template->held[template->held_count - 1];
        template->overfull = true;
        template_report(template, held->line, held->column, "the default is larger than 256 KiB");
    }
}

void template_report(struct template *template, size_t line, size_t column, const char *message)
{
    template->failed = true;
    template->sink->error(template->sink->owner, line, column, message);
}

void template_fail(struct template *template, const char *message)
{
    if (template->dropping == 0)
        template_report(template, template->start_line, template->start_column, message);
}

void template_put_value(struct template *template, const char *name, const char *value)
{
    char message[MESSAGE_MAX];
    struct buf formed;

    if (template->form == TEMPLATE_PLAIN) {
        template_put(template, value, strlen(value));
        return;
    }
    buf_init(&formed, FORMED_MOST);
    const char *problem = template_form_add(&formed, template->form, value, strlen(value));
    if (problem) {
        snprintf(message, sizeof message, "%.200s: its value %s", name, problem);
        template_fail(template, message);
    } else {
        template_put(template, formed.data, formed.length);
    }
    buf_free(&formed);
}

void template_hold(struct template *template)
{
    if (template->held_count == TEMPLATE_HELD_MOST) {
        template_fail(template, "more than 8 forms, one within the other");
        return;
    }
    template->held[template->held_count++] = (struct template_held){
        .form = template->form,
        .depth = template->depth,
        .start = template->held_text.length,
        .line = template->start_line,
        .column = template->start_column,
    };
}

void template_release(struct template *template)
{
    char message[MESSAGE_MAX];
    struct buf *text = &template->held_text, formed;

    if (template->held_count == 0 || template->held[template->held_count - 1].depth != template->depth)
        return;
    const struct template_held held = template->held[--template->held_count];
    buf_init(&formed, FORMED_MOST);
    const char *problem = template_form_add(&formed, held.form, text->data + held.start,
                                            text->length - held.start);
    text->length = held.start;
    if (problem) {
        snprintf(message, sizeof message, "the default %s", problem);
        template_report(template, held.line, held.column, message);
    } else {
        template_put(template, formed.data, formed.length);
    }
    buf_free(&formed);
}

/* The size of files in procfs is unknown, and some are endless. */
const char *template_put_file(struct template *template, int descriptor)
{
    char chunk[CHUNK];
    bool newline = false;
    size_t length = 0;

    while (!template->ended) {
        ssize_t got = read(descriptor, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? strerror(errno) : NULL;
        length += (size_t)got;
        if (length > TEMPLATE_FILE_MOST)
            return "is larger than 16 MiB";
        if (newline)
            template_put(template, "\n", 1);
        newline = chunk[got - 1] == '\n';
        template_put(template, chunk, (size_t)got - newline);
    }
    return NULL;
}
