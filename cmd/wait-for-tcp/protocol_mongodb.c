/* MongoDB: hello, which every server answers before a login (OP_MSG, BSON). */
#include <string.h>

#include "cmd/wait-for-tcp/protocol.h"

#include "common/base/banned.h"

enum {
    HEAD = 16, /* length, number, number of the request, opcode */
    OP_MSG = 2013,
    BEFORE_DOCUMENT = HEAD + 5, /* flags, and the kind of section */
    DOCUMENT_LEAST = 5,         /* its length, and a NUL */
    NUMBER = 1,
    NO_SUCH_COMMAND = 59,
};

#define COMMAND(length, document_length, name)    \
    length "\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0" \
           "\0\0\0\0\0" document_length "\0\0\0\x10" name "\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0"

static const char hello[] = COMMAND("\x34", "\x1f", "hello");
static const char is_master[] = COMMAND("\x37", "\x22", "isMaster"); /* for servers before 4.4.2 */

enum bson_type {
    BSON_DOUBLE = 0x01,
    BSON_TEXT = 0x02,
    BSON_DOCUMENT = 0x03,
    BSON_ARRAY = 0x04,
    BSON_BINARY = 0x05,
    BSON_OBJECT_ID = 0x07,
    BSON_BOOL = 0x08,
    BSON_DATE = 0x09,
    BSON_NULL = 0x0A,
    BSON_INT32 = 0x10,
    BSON_TIMESTAMP = 0x11,
    BSON_INT64 = 0x12,
    BSON_DECIMAL = 0x13,
};

/* An element of a document. */
struct element {
    unsigned char type;
    const char *name;
    const unsigned char *value;
    size_t length;
};

/* How long the value is, of which `room` bytes may be there; SIZE_MAX: unknown. */
static size_t value_length(unsigned char type, const unsigned char *value, size_t room)
{
    static const unsigned char fixed[] = {
        [BSON_DOUBLE] = 8, [BSON_OBJECT_ID] = 12, [BSON_BOOL] = 1,  [BSON_DATE] = 8,
        [BSON_INT32] = 4,  [BSON_TIMESTAMP] = 8,  [BSON_INT64] = 8, [BSON_DECIMAL] = 16,
    };

    if (type == BSON_NULL)
        return 0;
    if (type < sizeof fixed && fixed[type] > 0)
        return fixed[type];
    if (type < BSON_TEXT || type > BSON_BINARY || room < 4)
        return SIZE_MAX;
    /* The length of a document counts itself; that of a text and of bytes does not, and bytes have a kind, too. */
    return (size_t)talk_u32_little(value) + (type == BSON_TEXT ? 4 : type == BSON_BINARY ? 5 : 0);
}

/* Takes the element at *at, which ends before `end`. */
static bool element_next(const unsigned char **at, const unsigned char *end, struct element *element)
{
    const unsigned char *name = *at + 1;
    const unsigned char *stop = *at < end ? memchr(name, 0, (size_t)(end - name)) : NULL;

    if (!stop)
        return false;
    element->type = **at;
    element->name = (const char *)name;
    element->value = stop + 1;
    element->length = value_length(element->type, element->value, (size_t)(end - element->value));
    if (element->length > (size_t)(end - element->value))
        return false;
    *at = element->value + element->length;
    return true;
}

/* A number or a truth that is not 0; of a double, -0 neither. */
static bool element_is_true(const struct element *element)
{
    bool is_double = element->type == BSON_DOUBLE;
    bool found = false;

    if (!is_double && element->type != BSON_BOOL && element->type != BSON_INT32 &&
        element->type != BSON_INT64)
        return false;
    for (size_t i = 0; i < element->length; i++)
        found = found || (is_double && i == 7 ? element->value[i] & 0x7F : element->value[i]) != 0;
    return found;
}

/* What of the answer counts. */
struct answer {
    bool ok, serves;
    uint32_t code;
    const char *words;
    size_t words_length;
};

static void answer_note(struct answer *answer, const struct element *element)
{
    if (strcmp(element->name, "ok") == 0)
        answer->ok = element_is_true(element);
    else if (strcmp(element->name, "isWritablePrimary") == 0 || strcmp(element->name, "ismaster") == 0 ||
             strcmp(element->name, "secondary") == 0)
        answer->serves = answer->serves || element_is_true(element);
    else if (strcmp(element->name, "code") == 0 && element->type == BSON_INT32)
        answer->code = talk_u32_little(element->value);
    else if ((strcmp(element->name, "errmsg") == 0 || strcmp(element->name, "info") == 0) &&
             element->type == BSON_TEXT) {
        answer->words = (const char *)element->value + 4;
        answer->words_length = element->length - 4;
    }
}

static enum talk_verdict mongodb_answer(struct talk *talk, const struct answer *answer)
{
    static const struct talk_rule refused = {"", TALK_NOT_YET, "MongoDB answers with an error", NULL};
    static const struct talk_rule idle = {
        "", TALK_NOT_YET, "MongoDB is neither primary nor secondary",
        "it starts or recovers, its replica set is not initiated, or it is an arbiter"};

    if (answer->ok && answer->serves)
        return talk_ready(talk, NULL);
    if (!answer->ok && answer->code == NO_SUCH_COMMAND && talk->step++ == 0) {
        talk_send(talk, is_master, sizeof is_master);
        return TALK_MORE;
    }
    return talk_refuse(talk, answer->ok ? &idle : &refused, answer->words, answer->words_length);
}

/* One section of kind 0: a document, to the end of the message. */
static enum talk_verdict mongodb_message(struct talk *talk, const unsigned char *at, size_t length)
{
    const unsigned char *document = at + BEFORE_DOCUMENT, *end = at + length - 1;
    struct answer answer = {0};
    struct element element;

    if (talk_u32_little(at + 8) != NUMBER || talk_u32_little(at + 12) != OP_MSG ||
        talk_u32_little(at + HEAD) != 0 || document[-1] != 0 ||
        talk_u32_little(document) != length - BEFORE_DOCUMENT || *end != 0)
        return TALK_INVALID;
    for (document += 4; document < end;) {
        if (!element_next(&document, end, &element))
            return TALK_INVALID;
        answer_note(&answer, &element);
    }
    return mongodb_answer(talk, &answer);
}

static enum talk_verdict mongodb_judge(struct talk *talk)
{
    while (talk->in.length >= 4) {
        uint32_t length = talk_u32_little(talk_bytes(talk));
        if (length < BEFORE_DOCUMENT + DOCUMENT_LEAST || length > TALK_MESSAGE_MOST)
            return TALK_INVALID;
        if (talk->in.length < length)
            break;
        enum talk_verdict verdict = mongodb_message(talk, talk_bytes(talk), length);
        if (verdict != TALK_MORE)
            return verdict;
        talk_drop(talk, length);
    }
    return TALK_MORE;
}

const struct protocol protocol_mongodb = {
    .title = "MongoDB",
    .opening = hello,
    .opening_length = sizeof hello,
    .judge = mongodb_judge,
};
