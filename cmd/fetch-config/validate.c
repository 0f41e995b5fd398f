#include "cmd/fetch-config/validate.h"

#include <errno.h>
#include <expat.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <yaml.h>

#include "cmd/fetch-config/jsoncheck.h"
#include "common/limits.h"
#include "common/mem.h"
#include "common/stop.h"

#include "common/banned.h"

enum {
    CHUNK = 64 * 1024,
    JSON_MEMORY = 128 * 1024 * 1024, /* for a document's values, at most */
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

/* -1 when it cannot be read, or a signal asks for the end. */
static ssize_t next_chunk(int descriptor, char *into, size_t size)
{
    ssize_t got;

    do
        got = stop_signal() != 0 ? -1 : read(descriptor, into, size);
    while (got < 0 && errno == EINTR && stop_signal() == 0);
    return got;
}

static bool cannot_read(struct reason *why)
{
    return reason_set(why, CODE_FAILED, "%s",
                      stop_signal() != 0 ? "it was being validated"
                                         : "could not be read back to be validated");
}

static bool wrong(struct reason *why, const char *format, size_t line, size_t column, const char *problem)
{
    reason_set(why, CODE_FAILED, "is no valid %s: line %zu, column %zu: %s", format, line, column, problem);
    reason_hint(why, "what came was kept from its place: look at what the server sends");
    return false;
}

struct json_input {
    int descriptor;
    bool failed;
};

static size_t json_read(void *into, size_t size, void *owner)
{
    struct json_input *input = owner;
    ssize_t got = next_chunk(input->descriptor, into, size);

    input->failed = got < 0;
    return (size_t)got;
}

/* Half of what the container may use: being killed for too much of it would leave no reason. */
static size_t json_memory(void)
{
    struct limits limits;

    limits_read(LIMITS_PROC, LIMITS_SYS, &limits);
    return limits.memory >= 0 && limits.memory / 2 < JSON_MEMORY ? (size_t)limits.memory / 2 : JSON_MEMORY;
}

static bool validate_json(int descriptor, struct reason *why)
{
    struct json_input input = {.descriptor = descriptor};
    size_t memory = json_memory();
    json_error_t error;

    if (jsoncheck(json_read, &input, memory, &error))
        return true;
    if (input.failed)
        return cannot_read(why);
    if (error.line > 0)
        return wrong(why, "JSON", (size_t)error.line, (size_t)error.column, error.text);
    reason_set(why, CODE_FAILED, "cannot be validated: %s", error.text);
    reason_hint(why, "--validate json holds all values at once: %s",
                memory < JSON_MEMORY ? "raise the container's memory limit" : "leave it out for such a file");
    return false;
}

struct yaml_input {
    int descriptor;
    bool failed;
};

static int yaml_read(void *owner, unsigned char *into, size_t size, size_t *length)
{
    struct yaml_input *input = owner;
    ssize_t got = next_chunk(input->descriptor, (char *)into, size);

    input->failed = got < 0;
    *length = got > 0 ? (size_t)got : 0;
    return got >= 0;
}

static bool yaml_wrong(const yaml_parser_t *parser, struct reason *why)
{
    const char *problem = parser->problem ? parser->problem : "it cannot be parsed";

    if (parser->error == YAML_MEMORY_ERROR)
        mem_exhausted();
    /* What the reader finds has no place but an offset. */
    if (parser->error == YAML_READER_ERROR)
        return reason_set(why, CODE_FAILED, "is no valid YAML: line %zu: %s", parser->mark.line + 1, problem);
    return wrong(why, "YAML", parser->problem_mark.line + 1, parser->problem_mark.column + 1, problem);
}

static bool validate_yaml(int descriptor, struct reason *why)
{
    struct yaml_input input = {.descriptor = descriptor};
    yaml_parser_t parser;
    yaml_event_t event;
    bool good, ended;

    if (!yaml_parser_initialize(&parser))
        mem_exhausted();
    yaml_parser_set_input(&parser, yaml_read, &input);
    do {
        good = yaml_parser_parse(&parser, &event) == 1;
        ended = good && event.type == YAML_STREAM_END_EVENT;
        if (good)
            yaml_event_delete(&event);
    } while (good && !ended && stop_signal() == 0);
    if (input.failed || (good && !ended))
        good = cannot_read(why);
    else if (!good)
        yaml_wrong(&parser, why);
    yaml_parser_delete(&parser);
    return good;
}

/* External entities are not followed, and expat bounds the growth of internal ones. */
static bool validate_xml(int descriptor, struct reason *why)
{
    XML_Parser parser = XML_ParserCreate(NULL);
    enum XML_Status status = XML_STATUS_OK;
    ssize_t got;

    if (!parser)
        mem_exhausted();
    do {
        got = next_chunk(descriptor, chunk, sizeof chunk);
        if (got >= 0)
            status = XML_Parse(parser, chunk, (int)got, got == 0);
    } while (got > 0 && status == XML_STATUS_OK);
    bool good = got == 0 && status == XML_STATUS_OK;
    if (status == XML_STATUS_OK && got < 0)
        cannot_read(why);
    else if (!good && XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY)
        mem_exhausted();
    else if (!good)
        wrong(why, "XML", XML_GetCurrentLineNumber(parser), XML_GetCurrentColumnNumber(parser) + 1,
              XML_ErrorString(XML_GetErrorCode(parser)));
    XML_ParserFree(parser);
    return good;
}

bool validate(int descriptor, enum validate_format format, struct reason *why)
{
    switch (format) {
    case VALIDATE_JSON:
        return validate_json(descriptor, why);
    case VALIDATE_YAML:
        return validate_yaml(descriptor, why);
    case VALIDATE_XML:
        return validate_xml(descriptor, why);
    case VALIDATE_AUTO:
    case VALIDATE_NONE:
        break;
    }
    return true;
}
