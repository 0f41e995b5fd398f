#include "common/files/template.h"

#include <string.h>

#include "common/files/template_parts.h"

#include "common/base/banned.h"

/* A longer reference is plain text. A default may have any length, as it is not stored. */
enum { REFERENCE_MAX = 8192, NAME_AT = 2 /* behind "${" */ };

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
    buf_init(&template->held_text, TEMPLATE_HELD_TEXT_MOST);
}

/* The state around the present reference. */
static enum state around(const struct template *template)
{
    return template->depth > 0 ? DEFAULT : TEXT;
}

/* The stored text is not a reference, and is passed on as it is. Within a default, its closing brace must not end the default. */
static void give_back(struct template *template)
{
    template_put_reference(template);
    template->state = template->depth > 0 ? UNTOUCHED : TEXT;
}

static bool is_name_byte(char byte, bool first)
{
    return byte == '_' || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (!first && byte >= '0' && byte <= '9');
}

static void end_reference(struct template *template)
{
    if (template->state == NAME)
        template_end_name(template);
    else if (template->state == MESSAGE)
        template_end_message(template);
    else
        template_end_path(template);
    buf_clear(&template->reference);
    template->state = around(template);
}

/* --- byte by byte --- */

static void begin_default(struct template *template)
{
    char name[TEMPLATE_NAME];
    const char *value = template_value(template);

    if (template->depth++ == 0) {
        template->open_line = template->start_line;
        template->open_column = template->start_column;
    }
    if (template->dropping > 0) {
        /* nothing of it is used */
    } else if (value && *value != '\0') {
        template_put_value(template, template_name(template, name), value);
        template->dropping = template->depth;
    } else if (template->form != TEMPLATE_PLAIN) {
        template_hold(template);
    }
    buf_clear(&template->reference);
    template->state = DEFAULT;
}

static void end_default(struct template *template)
{
    if (template->dropping == template->depth)
        template->dropping = 0;
    template_release(template);
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

/* Whether "${NAME:" is "${FORM:", and the byte after it can begin the name. */
static bool begins_form(struct template *template, char byte)
{
    size_t length = template->reference.length - 1;

    if (template->name_at > NAME_AT || !is_name_byte(byte, true))
        return false;
    template->form = template_form_find(template->reference.data + NAME_AT, length - NAME_AT);
    if (template->form == TEMPLATE_PLAIN)
        return false;
    template->name_at = length + 1;
    return true;
}

/* The byte after "${NAME:" decides the kind. False: the byte is not consumed. */
static bool on_colon(struct template *template, char byte)
{
    char name[TEMPLATE_NAME];
    bool default_or_message = byte == '-' || byte == '?';

    if (default_or_message && !template_is_ours(template)) {
        give_back(template);
        template_put(template, &byte, 1);
        template->state = UNTOUCHED;
    } else if (byte == '-') {
        begin_default(template);
    } else if (byte == '?') {
        buf_add(&template->reference, &byte, 1);
        template->state = MESSAGE;
    } else if (begins_form(template, byte)) {
        template->state = NAME;
        return false;
    } else if (template->name_at == NAME_AT && strcmp(template_name(template, name), file_name) == 0) {
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
    template_put(template, &byte, 1);
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
        template_put(template, &byte, 1);
    }
}

static void on_dollar_byte(struct template *template, char byte)
{
    if (byte == '{') {
        buf_add_text(&template->reference, "${");
        template->state = NAME;
        template->form = TEMPLATE_PLAIN;
        template->name_at = NAME_AT;
        template->braces = 1;
        template->dollar = false;
        return;
    }
    template_put(template, "$", 1);
    template->state = around(template);
    if (byte != '$')
        on_text_byte(template, byte);
}

/* False: the byte is not consumed. It ends something that is not a reference, and belongs to the next state. */
static bool on_state_byte(struct template *template, char byte)
{
    bool first = template->reference.length == template->name_at;

    switch ((enum state) template->state) {
    case NAME:
        if (is_name_byte(byte, first) && template->reference.length < TEMPLATE_NAME) {
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
        template_put(template, &byte, 1);
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
            template_put(template, text + at, run);
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
        template_report(template, template->open_line, template->open_column, open);
    switch (template->depth > 0 ? TEXT : (enum state) template->state) {
    case DOLLAR:
        template_put(template, "$", 1);
        break;
    case MESSAGE:
    case PATH:
        template_fail(template, open);
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
    buf_free(&template->held_text);
    return !template->failed && !template->ended;
}
