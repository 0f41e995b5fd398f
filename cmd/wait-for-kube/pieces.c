#include "cmd/wait-for-kube/pieces.h"

#include <string.h>

#include "common/base/banned.h"

void pieces_begin(struct pieces *pieces)
{
    pieces_free(pieces);
    *pieces = (struct pieces){.on_object = pieces->on_object, .owner = pieces->owner};
    buf_init(&pieces->object, PIECES_OBJECT);
}

void pieces_free(struct pieces *pieces)
{
    buf_free(&pieces->object);
}

bool pieces_are_whole(const struct pieces *pieces)
{
    return pieces->ended && !pieces->wrong;
}

bool pieces_are_list(const struct pieces *pieces)
{
    return pieces_are_whole(pieces) && pieces->is_list && pieces->had_items;
}

static bool key_is(const struct pieces *pieces, const char *key)
{
    return pieces->key_length == strlen(key) && memcmp(pieces->key, key, pieces->key_length) == 0;
}

/* A brace opens what is to be taken: an element of the items, or the metadata. */
static void open_brace(struct pieces *pieces)
{
    bool is_item = pieces->in_items && pieces->depth == 2;
    bool is_meta = pieces->depth == 1 && key_is(pieces, "metadata");

    if (pieces->taking || !(is_item || is_meta))
        return;
    pieces->taking = true;
    pieces->kind = is_item ? PIECES_ITEM : PIECES_META;
    pieces->from = pieces->depth;
    buf_clear(&pieces->object);
}

static bool close_one(struct pieces *pieces, bool brace)
{
    if (pieces->depth == 0 || pieces->is_array[pieces->depth - 1] == brace)
        return false;
    pieces->depth--;
    if (!brace && pieces->depth == 1)
        pieces->in_items = false;
    pieces->ended = pieces->depth == 0;
    if (!pieces->taking || pieces->depth != pieces->from)
        return true;
    pieces->taking = false;
    return pieces->on_object(pieces->owner, pieces->kind, pieces->object.data, pieces->object.length);
}

static bool take_mark(struct pieces *pieces, char byte)
{
    switch (byte) {
    case '"':
        pieces->in_string = true;
        if (pieces->depth == 1)
            pieces->key_length = 0;
        return true;
    case '{':
    case '[':
        if (byte == '[' && pieces->depth == 1 && key_is(pieces, "items"))
            pieces->in_items = pieces->had_items = true;
        if (pieces->depth == PIECES_DEPTH)
            return false;
        pieces->is_array[pieces->depth++] = byte == '[';
        return true;
    case '}':
    case ']':
        return close_one(pieces, byte == '}');
    case 'n': /* null: there are none */
        pieces->had_items = pieces->had_items || (pieces->depth == 1 && key_is(pieces, "items"));
        return true;
    default:
        return true;
    }
}

/* A name of the outermost object, or a value there. */
static void end_key(struct pieces *pieces)
{
    size_t length = pieces->key_length;

    if (pieces->kind_follows)
        pieces->is_list = length >= 4 && length <= PIECES_KEY &&
                          memcmp(pieces->key + length - 4, "List", 4) == 0;
    pieces->kind_follows = !pieces->kind_follows && key_is(pieces, "kind");
}

static void take_text(struct pieces *pieces, char byte)
{
    if (pieces->escaped)
        pieces->escaped = false;
    else if (byte == '\\')
        pieces->escaped = true;
    else if (byte == '"')
        pieces->in_string = false;
    if (pieces->in_string && pieces->depth == 1) {
        if (pieces->key_length < PIECES_KEY)
            pieces->key[pieces->key_length] = byte;
        pieces->key_length++;
    } else if (pieces->depth == 1) {
        end_key(pieces);
    }
}

/* The whole document is one object; only blanks follow it. */
static bool fits(const struct pieces *pieces, char byte)
{
    bool blank = byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';

    if (pieces->ended)
        return blank;
    return pieces->depth > 0 || blank || byte == '{';
}

bool pieces_feed(struct pieces *pieces, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length && !pieces->wrong; i++) {
        char byte = bytes[i];
        pieces->wrong = !fits(pieces, byte);
        if (!pieces->in_string && byte == '{')
            open_brace(pieces);
        if (pieces->taking && !buf_add(&pieces->object, &byte, 1))
            pieces->wrong = true;
        if (pieces->in_string)
            take_text(pieces, byte);
        else if (!pieces->wrong && !take_mark(pieces, byte))
            pieces->wrong = true;
    }
    return !pieces->wrong;
}
