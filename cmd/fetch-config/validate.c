#include "cmd/fetch-config/validate.h"

#include <errno.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <yaml.h>

#include "cmd/fetch-config/cancel.h"
#include "cmd/fetch-config/yamlcheck.h"
#include "common/base/limits.h"
#include "common/base/mem.h"
#include "common/http/json_arena.h"

#include "common/base/banned.h"

enum {
    CHUNK = 64 * 1024,
    VALUES_MEMORY = 128 * 1024 * 1024, /* for a document's values, or the keys of YAML, at most */
    TAGS_MOST = 1000, /* %TAG lines of a YAML document: libyaml takes time that grows with their square */
};

static char chunk[CHUNK];

enum validate_format validate_guess(const char *name)
{
    static const struct {
        const char *ending;
        enum validate_format format;
    } endings[] = {
        {".json", VALIDATE_JSON}, {".yaml", VALIDATE_YAML}, {".yml", VALIDATE_YAML}, {".xml", VALIDATE_XML}};
    size_t length = strlen(name);

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t ending = strlen(endings[i].ending);
        if (length > ending && strcasecmp(name + length - ending, endings[i].ending) == 0)
            return endings[i].format;
    }
    return VALIDATE_NONE;
}

struct input {
    int descriptor;
    int64_t deadline;
    struct reason *why;
    bool failed; /* for `why`: reading failed, or it was cancelled; not an error of the document */
};

static bool input_must_end(struct input *input)
{
    input->failed = input->failed || cancel_due(input->deadline, "it was being validated", input->why);
    return input->failed;
}

/* The number of bytes, 0 at the end, -1 on failure. */
static ssize_t input_read(struct input *input, char *into, size_t size)
{
    ssize_t got;

    do
        got = input_must_end(input) ? -1 : read(input->descriptor, into, size);
    while (got < 0 && !input->failed && errno == EINTR);
    if (got < 0 && !input->failed)
        input->failed = !reason_set(input->why, CODE_FAILED, "could not be read back to be validated");
    return got;
}

static bool wrong(struct reason *why, const char *format, size_t line, size_t column, const char *problem)
{
    reason_set(why, CODE_FAILED, "invalid %s: line %zu, column %zu: %s", format, line, column, problem);
    reason_hint(why, "nothing was published: look at what the server sends");
    return false;
}

/* The parsers hold a text of YAML, or names and open elements of XML. That memory has been freed. */
static bool no_memory(struct reason *why)
{
    reason_set(why, CODE_FAILED, "cannot be validated: not enough memory");
    reason_hint(why, "is it what you expect? if so, raise the container's memory limit");
    return false;
}

static size_t json_read(void *into, size_t size, void *owner)
{
    return (size_t)input_read(owner, into, size);
}

/* Half of the container's memory: if the kernel killed the process, there would be no message. */
static size_t values_memory(void)
{
    int64_t memory = limits_own_memory();

    return memory >= 0 && memory / 2 < VALUES_MEMORY ? (size_t)memory / 2 : VALUES_MEMORY;
}

static bool validate_json(struct input *input)
{
    struct reason *why = input->why;
    size_t memory = values_memory();
    json_error_t error;

    bool good = json_arena_load(json_read, input, memory, &error) != NULL;
    json_arena_clear();
    if (good)
        return true;
    if (input->failed)
        return false;
    /* The text nearby may be a rendered secret. */
    char *near = strstr(error.text, " near '");
    if (near)
        *near = '\0';
    if (error.line > 0)
        return wrong(why, "JSON", (size_t)error.line, (size_t)error.column, error.text);
    reason_set(why, CODE_FAILED, "cannot be validated: %s", error.text);
    reason_hint(why, "--validate json holds all values at once: %s",
                memory < VALUES_MEMORY ? "raise the container's memory limit"
                                       : "leave it out for such a file");
    return false;
}

struct yaml {
    struct input *input;
    yaml_parser_t parser;
};

static bool too_many_tags(const struct yaml *yaml)
{
    struct input *input = yaml->input;

    if (yaml->parser.tag_directives.top - yaml->parser.tag_directives.start <= TAGS_MOST)
        return false;
    input->failed = true;
    return !reason_set(input->why, CODE_FAILED, "cannot be validated: more than %d %%TAG lines", TAGS_MOST);
}

static int yaml_read(void *owner, unsigned char *into, size_t size, size_t *length)
{
    const struct yaml *yaml = owner;
    ssize_t got = too_many_tags(yaml) ? -1 : input_read(yaml->input, (char *)into, size);

    *length = got > 0 ? (size_t)got : 0;
    return got >= 0;
}

static bool yaml_wrong(const yaml_parser_t *parser, struct reason *why)
{
    const char *problem = parser->problem ? parser->problem : "it cannot be parsed";

    if (parser->error == YAML_MEMORY_ERROR)
        return no_memory(why);
    /* An error of libyaml's reader has no line and column. */
    if (parser->error == YAML_READER_ERROR)
        return reason_set(why, CODE_FAILED, "invalid YAML: line %zu: %s", parser->mark.line + 1, problem);
    return wrong(why, "YAML", parser->problem_mark.line + 1, parser->problem_mark.column + 1, problem);
}

static bool validate_yaml(struct input *input)
{
    struct yamlcheck *check = xcalloc(1, sizeof *check);
    const char *problem = NULL;
    struct yaml yaml = {.input = input};
    yaml_event_t event;
    bool good, ended;

    if (!yaml_parser_initialize(&yaml.parser))
        mem_exhausted();
    yaml_parser_set_input(&yaml.parser, yaml_read, &yaml);
    yamlcheck_begin(check, values_memory());
    do {
        good = yaml_parser_parse(&yaml.parser, &event) == 1;
        ended = good && event.type == YAML_STREAM_END_EVENT;
        if (good) {
            problem = yamlcheck_event(check, &event);
            if (problem && check->is_limit)
                reason_set(input->why, CODE_FAILED, "cannot be validated: line %zu: %s",
                           event.start_mark.line + 1, problem);
            else if (problem)
                wrong(input->why, "YAML", event.start_mark.line + 1, event.start_mark.column + 1, problem);
            yaml_event_delete(&event);
        }
    } while (good && !ended && !problem && !input_must_end(input));
    if (!good && !input->failed)
        yaml_wrong(&yaml.parser, input->why);
    yamlcheck_end(check);
    free(check);
    yaml_parser_delete(&yaml.parser);
    return ended && !problem;
}

/* A tag with a million attributes, or an entity whose value is much longer than its name, keeps expat busy for seconds in one call.
 * Meanwhile it allocates memory for each attribute, and calls a handler for each piece of an entity: there it is cancelled. Its
 * hooks for memory have no argument for an owner. */
static struct input *xml_input;
static size_t xml_most; /* bytes of one allocation */

static bool xml_may_take(size_t size)
{
    return size <= xml_most && !input_must_end(xml_input);
}

static void *xml_take(size_t size)
{
    return xml_may_take(size) ? malloc(size) : NULL;
}

static void *xml_take_more(void *memory, size_t size)
{
    return xml_may_take(size) ? realloc(memory, size) : NULL;
}

static void XMLCALL on_xml_piece(void *parser, const XML_Char *text, int length)
{
    (void)text;
    (void)length;
    if (input_must_end(xml_input))
        XML_StopParser(parser, XML_FALSE);
}

static XML_Parser xml_begin(struct input *input)
{
    static const XML_Memory_Handling_Suite memory = {xml_take, xml_take_more, free};

    xml_input = input;
    xml_most = values_memory();
    XML_Parser parser = XML_ParserCreate_MM(NULL, &memory, NULL);
    if (!parser && !input->failed)
        mem_exhausted();
    if (!parser)
        return NULL;
    XML_UseParserAsHandlerArg(parser);
    XML_SetDefaultHandlerExpand(parser, on_xml_piece);
    return parser;
}

/* External entities are not followed, and expat bounds the growth of internal ones. */
static bool validate_xml(struct input *input)
{
    XML_Parser parser = xml_begin(input);
    enum XML_Status status = XML_STATUS_OK;
    ssize_t got;

    if (!parser)
        return false;
    do {
        got = input_read(input, chunk, sizeof chunk);
        if (got >= 0)
            status = XML_Parse(parser, chunk, (int)got, got == 0);
    } while (got > 0 && status == XML_STATUS_OK);
    bool good = got == 0 && status == XML_STATUS_OK, is_wrong = status != XML_STATUS_OK && !input->failed;
    if (is_wrong && XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY)
        no_memory(input->why);
    else if (is_wrong)
        wrong(input->why, "XML", XML_GetCurrentLineNumber(parser), XML_GetCurrentColumnNumber(parser) + 1,
              XML_ErrorString(XML_GetErrorCode(parser)));
    XML_ParserFree(parser);
    return good;
}

bool validate(int descriptor, enum validate_format format, int64_t deadline, struct reason *why)
{
    struct input input = {.descriptor = descriptor, .deadline = deadline, .why = why};

    switch (format) {
    case VALIDATE_JSON:
        return validate_json(&input);
    case VALIDATE_YAML:
        return validate_yaml(&input);
    case VALIDATE_XML:
        return validate_xml(&input);
    case VALIDATE_AUTO:
    case VALIDATE_NONE:
        break;
    }
    return true;
}
