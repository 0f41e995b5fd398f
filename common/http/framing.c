#include "common/http/framing.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/units.h"

#include "common/base/banned.h"

enum { DIGITS_MOST = 32 };

/* A list is accepted if all its elements are the same number (RFC 9112, 6.3). */
static bool is_one_number(const char *text)
{
    int64_t first = -1, number;

    for (;;) {
        char digits[DIGITS_MOST];
        text += strspn(text, " \t");
        size_t length = strspn(text, "0123456789");
        if (length == 0 || length >= sizeof digits)
            return false;
        snprintf(digits, sizeof digits, "%.*s", (int)length, text);
        if (!units_parse_number(digits, 0, INT64_MAX, &number) || (first >= 0 && number != first))
            return false;
        first = number;
        text += length;
        text += strspn(text, " \t");
        if (*text == '\0')
            return true;
        if (*text++ != ',')
            return false;
    }
}

static bool refuse(struct reason *why)
{
    reason_hint(why, "the server, or a proxy before it, writes headers that contradict each other");
    return false;
}

bool framing_check(const char *length, const char *transfer, struct reason *why)
{
    if (transfer && strcasecmp(transfer, "chunked") != 0)
        return reason_set(why, CODE_FAILED, "the answer's Transfer-Encoding is \"%.60s\": expected chunked",
                          transfer);
    if (transfer && length) {
        reason_set(why, CODE_FAILED, "the answer has both Content-Length (%.60s) and Transfer-Encoding",
                   length);
        return refuse(why);
    }
    if (!length || is_one_number(length))
        return true;
    reason_set(why, CODE_FAILED, "the answer's Content-Length is \"%.60s\": expected one number", length);
    return refuse(why);
}

const char *framing_hidden(const char *line, size_t length)
{
    static const char *const names[] = {"Content-Length", "Transfer-Encoding", "Content-Encoding",
                                        "Content-Range"};
    const char *colon = memchr(line, ':', length), *end = colon, *begin = line;

    while (colon && begin < end && (unsigned char)*begin <= ' ')
        begin++;
    while (colon && end > begin && (unsigned char)end[-1] <= ' ')
        end--;
    if (!colon || (begin == line && end == colon))
        return NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == (size_t)(end - begin) && strncasecmp(names[i], begin, strlen(names[i])) == 0)
            return names[i];
    return NULL;
}

bool framing_refuse_hidden(const char *name, struct reason *why)
{
    reason_set(why, CODE_FAILED, "the answer has a %s with blanks around its name, which is not valid HTTP",
               name);
    reason_hint(why, "the server, or a proxy before it, writes invalid headers (RFC 9112, 5.1)");
    return false;
}
