#include "common/files/template.h"
#include "common/base/environment.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/banned.h"

/* A longer reference is plain text. A default may have any length, as it is not stored. */
enum { REFERENCE_MAX = 8192, NAME_LONGEST = 1024, CHUNK = 4096, MESSAGE_MAX = 512 };

static const char file_name[] = "file";

enum state {
    TEXT,
    DOLLAR,    /* after a dollar */
    NAME,      /* in ${NAME */
    COLON,     /* after the colon of ${NAME: */
    DEFAULT,   /* after ${NAME:-, where text is handled as in TEXT */
    MESSAGE,   /* after ${NAME:? */
    PATH,      /* after ${file: */
    UNTOUCHED, /* in a foreign reference, up to its closing brace */
};

void template_begin(struct template *template, const struct template_sink *sink, const char *prefix,
                    const struct template_files *files)
{
    memset(template, 0, sizeof *template);
    template->sink = sink;
    template->prefix = prefix ? prefix : "";
    template->files = files;
    template->line = template->column = 1;
    buf_init(&template->reference, REFERENCE_MAX);
}

static void put(struct template *template, const char *bytes, size_t length)
{
    if (length > 0 && template->dropping == 0 && !template->ended && template->sink->write &&
        !template->sink->write(template->sink->owner, bytes, length))
        template->ended = true;
}

static void report(struct template *template, size_t line, size_t column, const char *message)
{
    template->failed = true;
    template->sink->error(template->sink->owner, line, column, message);
}

static void fail(struct template *template, const char *message)
{
    if (template->dropping == 0)
        report(template, template->start_line, template->start_column, message);
}

/* The state around the present reference. */
static enum state around(const struct template *template)
{
    return template->depth > 0 ? DEFAULT : TEXT;
}

static void put_reference(struct template *template)
{
    put(template, template->reference.data, template->reference.length);
    buf_clear(&template->reference);
}

/* The stored text is not a reference, and is passed on as it is. Within a default, its closing brace must not end the default. */
static void give_back(struct template *template)
{
    put_reference(template);
    template->state = template->depth > 0 ? UNTOUCHED : TEXT;
}

static bool is_name_byte(char byte, bool first)
{
    return byte == '_' || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (!first && byte >= '0' && byte <= '9');
}

/* The NAME of the present reference, "${NAME" or "${NAME:...", in `name`. */
static const char *name_of(const struct template *template, char name[NAME_LONGEST])
{
    const char *text = template->reference.data + 2;

    snprintf(name, NAME_LONGEST, "%.*s", (int)strcspn(text, ":}"), text);
    return name;
}

static bool is_ours(const struct template *template)
{
    return strncmp(template->reference.data + 2, template->prefix, strlen(template->prefix)) == 0;
}

static const char *value_of(const struct template *template)
{
    char name[NAME_LONGEST];

    return environment_get(name_of(template, name));
}

/* --- the kinds of reference, once they are complete --- */

static void end_name(struct template *template)
{
    char name[NAME_LONGEST], message[MESSAGE_MAX];
    const char *value = value_of(template);

    if (!is_ours(template)) {
        buf_add_text(&template->reference, "}");
        put_reference(template);
        return;
    }
    if (value) {
        put(template, value, strlen(value));
    } else {
        snprintf(message, sizeof message, "%.200s is not set", name_of(template, name));
        fail(template, message);
    }
}

static void end_message(struct template *template)
{
    char name[NAME_LONGEST], message[MESSAGE_MAX];
    const char *value = value_of(template);
    const char *words = strchr(template->reference.data, '?') + 1;

    if (value && *value != '\0') {
        put(template, value, strlen(value));
        return;
    }
    name_of(template, name);
    snprintf(message, sizeof message, "%.200s: %.256s", name, *words != '\0' ? words : "is not set");
    fail(template, message);
}

/* Passes the file on without one newline at its end. The size of files in procfs is unknown, and some are endless. NULL, or the
 * problem. */
static const char *put_file(struct template *template, int descriptor)
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
            put(template, "\n", 1);
        newline = chunk[got - 1] == '\n';
        put(template, chunk, (size_t)got - newline);
    }
    return NULL;
}

static void end_path(struct template *template)
{
    char message[MESSAGE_MAX];
    const char *path = template->reference.data + sizeof "${file:" - 1;
    const char *problem = NULL;
    int descriptor = -1;

    if (template->dropping == 0)
        descriptor = template_files_open(template->files, path, &problem);
    if (descriptor >= 0) {
        problem = put_file(template, descriptor);
        close(descriptor);
    }
    if (!problem)
        return;
    snprintf(message, sizeof message, "%.256s: %s", path, problem);
    fail(template, message);
}

static void end_reference(struct template *template)
{
    if (template->state == NAME)
        end_name(template);
    else if (template->state == MESSAGE)
        end_message(template);
    else
        end_path(template);
    buf_clear(&template->reference);
    template->state = around(template);
}

/* --- byte by byte --- */

static void begin_default(struct template *template)
{
    const char *value = value_of(template);

    if (template->depth++ == 0) {
        template->open_line = template->start_line;
        template->open_column = template->start_column;
    }
    if (value && *value != '\0' && template->dropping == 0) {
        put(template, value, strlen(value));
        template->dropping = template->depth;
    }
    buf_clear(&template->reference);
    template->state = DEFAULT;
}

static void end_default(struct template *template)
{
    if (template->dropping == template->depth)
        template->dropping = 0;
    template->depth--;
    template->state = around(template);
}

/* Whether the byte closes a message, a path or a foreign reference, in which only matching braces count. */
static bool closes(struct template *template, char byte)
{
    if (byte == '{' && template->dollar)
        template->braces++;
    template->dollar = byte == '$';
    return byte == '}' && --template->braces == 0;
}

/* The byte after "${NAME:" decides the kind. False: the byte is not consumed. */
static bool on_colon(struct template *template, char byte)
{
    char name[NAME_LONGEST];
    bool default_or_message = byte == '-' || byte == '?';

    if (default_or_message && !is_ours(template)) {
        give_back(template);
        put(template, &byte, 1);
        template->state = UNTOUCHED;
    } else if (byte == '-') {
        begin_default(template);
    } else if (byte == '?') {
        buf_add(&template->reference, &byte, 1);
        template->state = MESSAGE;
    } else if (strcmp(name_of(template, name), file_name) == 0) {
        template->state = PATH;
        if (closes(template, byte))
            end_reference(template);
        else
            buf_add(&template->reference, &byte, 1);
    } else {
        give_back(template);
        return false;
    }
    return true;
}

static void keep(struct template *template, char byte)
{
    if (buf_add(&template->reference, &byte, 1))
        return;
    give_back(template);
    put(template, &byte, 1);
}

static void on_text_byte(struct template *template, char byte)
{
    if (byte == '}' && template->depth > 0) {
        end_default(template);
    } else if (byte == '$') {
        template->state = DOLLAR;
        template->start_line = template->line;
        template->start_column = template->column;
    } else {
        put(template, &byte, 1);
    }
}

static void on_dollar_byte(struct template *template, char byte)
{
    if (byte == '{') {
        buf_add_text(&template->reference, "${");
        template->state = NAME;
        template->braces = 1;
        template->dollar = false;
        return;
    }
    put(template, "$", 1);
    template->state = around(template);
    if (byte != '$')
        on_text_byte(template, byte);
}

/* False: the byte is not consumed. It ends something that is not a reference, and belongs to the next state. */
static bool on_state_byte(struct template *template, char byte)
{
    bool first = template->reference.length == 2;

    switch ((enum state) template->state) {
    case NAME:
        if (is_name_byte(byte, first) && template->reference.length < NAME_LONGEST) {
            keep(template, byte);
        } else if (byte == ':' && !first) {
            keep(template, byte);
            template->state = COLON;
        } else if (byte == '}' && !first) {
            end_reference(template);
        } else {
            give_back(template);
            return false;
        }
        return true;
    case COLON:
        return on_colon(template, byte);
    case UNTOUCHED:
        put(template, &byte, 1);
        if (closes(template, byte))
            template->state = around(template);
        return true;
    case MESSAGE:
    case PATH:
        if (closes(template, byte))
            end_reference(template);
        else
            keep(template, byte);
        return true;
    case DOLLAR:
        on_dollar_byte(template, byte);
        return true;
    case TEXT:
    case DEFAULT:
        break;
    }
    on_text_byte(template, byte);
    return true;
}

static void count(struct template *template, char byte)
{
    if (byte == '\n') {
        template->line++;
        template->column = 1;
    } else if (((unsigned char)byte & 0xC0) != 0x80) { /* not a continuation byte of UTF-8 */
        template->column++;
    }
}

static void on_byte(struct template *template, char byte)
{
    if (!on_state_byte(template, byte))
        on_state_byte(template, byte);
    count(template, byte);
}

bool template_feed(struct template *template, const char *text, size_t length)
{
    for (size_t at = 0; at < length && !template->ended; at++) {
        /* Text between references is passed on in one piece. */
        if (template->state == TEXT && text[at] != '$') {
            const char *dollar = memchr(text + at, '$', length - at);
            size_t run = dollar ? (size_t)(dollar - text) - at : length - at;
            put(template, text + at, run);
            for (size_t i = 0; i < run; i++)
                count(template, text[at + i]);
            at += run - 1;
            continue;
        }
        on_byte(template, text[at]);
    }
    return !template->ended;
}

bool template_end(struct template *template)
{
    static const char open[] = "this reference has no closing brace";

    if (template->depth > 0)
        report(template, template->open_line, template->open_column, open);
    switch (template->depth > 0 ? TEXT : (enum state) template->state) {
    case DOLLAR:
        put(template, "$", 1);
        break;
    case MESSAGE:
    case PATH:
        fail(template, open);
        break;
    case NAME:
    case COLON:
        give_back(template);
        break;
    case TEXT:
    case DEFAULT:
    case UNTOUCHED:
        break;
    }
    buf_free(&template->reference);
    return !template->failed && !template->ended;
}
