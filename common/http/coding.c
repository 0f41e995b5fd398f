#include "common/http/coding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/mem.h"
#include "common/http/coding_format.h"

#include "common/base/banned.h"

enum { MAGIC = 8 };

static const struct coding_format *const formats[] = {
    [CODING_GZIP] = &coding_gzip,
    [CODING_ZSTD] = &coding_zstd,
    [CODING_XZ] = &coding_xz,
    [CODING_BZIP2] = &coding_bzip2,
};

enum { KINDS = sizeof formats / sizeof formats[0] };

/* The codings that HTTP has a name for. */
static const struct {
    const char *name;
    enum coding_kind kind;
} names[] = {
    {"identity", CODING_IDENTITY},
    {"gzip", CODING_GZIP},
    {"x-gzip", CODING_GZIP}, /* RFC 9110, 8.4.1.3 */
    {"zstd", CODING_ZSTD},
};

const char *coding_name(enum coding_kind kind)
{
    return formats[kind] ? formats[kind]->name : "identity";
}

enum coding_kind coding_detect(const char *bytes, size_t length)
{
    for (size_t i = CODING_GZIP; length >= MAGIC && i < KINDS; i++)
        if (formats[i]->begins(bytes, length))
            return (enum coding_kind)i;
    return CODING_IDENTITY;
}

static bool find_name(const char *name, size_t length, enum coding_kind *kind)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i].name) == length && strncasecmp(names[i].name, name, length) == 0) {
            *kind = names[i].kind;
            return true;
        }
    return false;
}

/* Elements of a list may be empty (RFC 9110, 5.6.1.2). */
bool coding_find(const char *value, enum coding_kind *kind)
{
    *kind = CODING_IDENTITY;
    for (value += strspn(value, ", \t"); *value != '\0'; value += strspn(value, ", \t")) {
        size_t length = strcspn(value, ", \t");
        enum coding_kind found;
        if (!find_name(value, length, &found) || (found != CODING_IDENTITY && *kind != CODING_IDENTITY))
            return false;
        if (found != CODING_IDENTITY)
            *kind = found;
        value += length;
    }
    return true;
}

void coding_begin(struct coding *coding, enum coding_kind kind)
{
    *coding = (struct coding){.kind = kind, .room = xcalloc(1, CODING_ROOM), .stream = formats[kind]->open()};
}

void coding_end(struct coding *coding)
{
    if (coding->stream)
        formats[coding->kind]->close(coding->stream);
    free(coding->room);
    *coding = (struct coding){0};
}

/* After an end, as the programs themselves accept it: another member (RFC 1952, 2.2), another frame, skippable ones included
 * (RFC 8878, 3.1), another stream, or zeros that pad a block. */
static enum coding_state go_on(struct coding *coding, struct coding_input *input)
{
    const struct coding_format *format = formats[coding->kind];

    while (format->padding > 0 && input->length > 0 && *input->bytes == '\0') {
        coding->padding++;
        input->bytes++;
        input->length--;
    }
    bool padded = coding->padding > 0;
    bool filled = format->padding == 0 || coding->padding % format->padding == 0;
    if (input->length == 0)
        return filled ? CODING_ENDED : CODING_WITHIN;
    /* Looks at the first byte only, as the second may be received later: the decoder checks all of them. */
    if (!format->begins(input->bytes, 1) || !filled || (padded && !format->follows_padding))
        return CODING_TRAILING;
    coding->padding = 0;
    return CODING_WITHIN;
}

enum coding_state coding_step(struct coding *coding, struct coding_input *input, size_t *made)
{
    *made = 0;
    if (coding->state == CODING_ENDED || (coding->state == CODING_WITHIN && coding->padding > 0))
        coding->state = go_on(coding, input);
    if (coding->state == CODING_WITHIN && coding->padding == 0)
        coding->state = formats[coding->kind]->step(coding->stream, input, coding->room, made);
    return coding->state;
}

enum coding_state coding_feed(struct coding *coding, const char *bytes, size_t length, coding_sink *sink,
                              void *owner)
{
    struct coding_input input = {bytes, length};
    size_t made = 0;

    /* When the room is full, there may be more. */
    while ((input.length > 0 || made == CODING_ROOM) && coding->state <= CODING_ENDED) {
        coding_step(coding, &input, &made);
        if (made > 0 && !sink(owner, coding->room, made))
            coding->state = CODING_STOPPED;
    }
    return coding->state;
}
