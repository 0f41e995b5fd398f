#include "cmd/fetch-config/aws_answer.h"

#include <expat.h>
#include <jansson.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/http/headers.h"

#include "common/base/banned.h"

/* Stores a value of the answer. It goes into a header, so only visible ASCII is accepted. */
static void take(struct aws_key *key, const char *name, const char *value)
{
    char **place = strcmp(name, "AccessKeyId") == 0                                  ? &key->id
                   : strcmp(name, "SecretAccessKey") == 0                            ? &key->secret
                   : strcmp(name, "SessionToken") == 0 || strcmp(name, "Token") == 0 ? &key->token
                                                                                     : NULL;

    if (!place || *value == '\0')
        return;
    for (const char *at = value; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            return;
    headers_wipe(*place);
    *place = xstrdup(value);
}

/* --- STS --- */

struct xml_answer {
    struct aws_key *key;
    struct buf text;
};

static void XMLCALL on_start(void *owner, const XML_Char *name, const XML_Char **attributes)
{
    struct xml_answer *answer = owner;

    (void)name;
    (void)attributes;
    buf_clear(&answer->text);
}

static void XMLCALL on_text(void *owner, const XML_Char *text, int length)
{
    struct xml_answer *answer = owner;

    buf_add(&answer->text, text, (size_t)length);
}

static void XMLCALL on_end_tag(void *owner, const XML_Char *name)
{
    struct xml_answer *answer = owner;

    take(answer->key, name, answer->text.data);
    buf_clear(&answer->text);
}

bool aws_answer_xml(const char *text, size_t length, struct aws_key *key)
{
    XML_Parser parser = XML_ParserCreate(NULL);
    struct xml_answer answer = {.key = key};

    if (!parser)
        mem_exhausted();
    buf_init(&answer.text, AWS_ANSWER);
    XML_SetUserData(parser, &answer);
    XML_SetElementHandler(parser, on_start, on_end_tag);
    XML_SetCharacterDataHandler(parser, on_text);
    bool good = XML_Parse(parser, text, (int)length, 1) == XML_STATUS_OK;
    XML_ParserFree(parser);
    buf_free(&answer.text);
    return good && key->id && key->secret;
}

/* --- the container endpoint --- */

bool aws_answer_json(const char *text, size_t length, struct aws_key *key)
{
    json_t *answer = json_loadb(text, length, 0, NULL), *value;
    const char *name;

    json_object_foreach(answer, name, value)
    {
        if (json_is_string(value))
            take(key, name, json_string_value(value));
    }
    json_decref(answer);
    return key->id && key->secret;
}
