/* controller-info.xml: agent_take_xml of agent.h. */
#include <expat.h>
#include <openssl/crypto.h>
#include <string.h>

#include "cmd/tls-check/agent_parts.h"
#include "common/base/buf.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { TEXT_MOST = 64 * 1024 };

struct reading {
    struct agent *agent;
    const char *path;
    struct buf text; /* of the element at hand, up to here */
    bool is_leaf;    /* nothing stands in it but text */
};

static void XMLCALL on_start(void *owner, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *reading = owner;

    (void)name, (void)attributes;
    buf_clear(&reading->text);
    reading->is_leaf = true;
}

static void XMLCALL on_text(void *owner, const XML_Char *text, int length)
{
    struct reading *reading = owner;

    reading->is_leaf = reading->is_leaf && buf_add(&reading->text, text, (size_t)length);
}

static void XMLCALL on_end(void *owner, const XML_Char *name)
{
    struct reading *reading = owner;
    static const char blanks[] = " \t\r\n";

    if (reading->is_leaf && reading->text.length > 0) {
        const char *begin = reading->text.data + strspn(reading->text.data, blanks);
        size_t length = strlen(begin);
        while (length > 0 && strchr(blanks, begin[length - 1]))
            length--;
        agent_set_element(reading->agent, name, begin, length, reading->path);
    }
    reading->is_leaf = false;
}

bool agent_take_xml(struct agent *agent, const char *xml, const char *path, struct reason *why)
{
    struct reading reading = {.agent = agent, .path = path};
    XML_Parser parser = XML_ParserCreate(NULL);

    if (!parser)
        mem_exhausted();
    buf_init(&reading.text, TEXT_MOST);
    XML_SetUserData(parser, &reading);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    bool good = XML_Parse(parser, xml, (int)strlen(xml), 1) == XML_STATUS_OK;
    if (!good && XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY)
        mem_exhausted();
    if (!good) {
        reason_set(why, CODE_USAGE, "%.200s: line %lu: %s", path,
                   (unsigned long)XML_GetCurrentLineNumber(parser),
                   XML_ErrorString(XML_GetErrorCode(parser)));
        reason_hint(why, "the agent cannot read this file either, and ignores what is in it");
    }
    OPENSSL_cleanse(reading.text.data, reading.text.capacity);
    buf_free(&reading.text);
    XML_ParserFree(parser);
    return good;
}
