/* --expect on the first line, and what a server sends behind it, in packets: seen exactly when a plain search finds it. */
#include "cmd/wait-for-tcp/needle.h"
#include "common/base/escape.h"

#include "tests/fuzz/input.h"

enum { EXPECT_MOST = 64 * 1024, PACKET = 7 };

static bool seen(const struct buf *text, const char *bytes, size_t length)
{
    struct needle needle;
    size_t matched = 0;
    bool found = false;

    needle_begin(&needle, text->data, text->length);
    for (size_t at = 0; at < length && !found; at += PACKET)
        found = needle_follow(&needle, &matched, bytes + at, length - at < PACKET ? length - at : PACKET);
    needle_free(&needle);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *rest, *text = input_first_line(data, size, &rest);
    size_t length = strlen(text) < size ? size - strlen(text) - 1 : 0;
    struct buf expect;
    struct reason why;

    buf_init(&expect, EXPECT_MOST);
    bool good = escape_decode(text, &expect, &why);
    MUST(good || (why.code == CODE_USAGE && why.text[0] != '\0'));
    MUST(expect.length <= strlen(text));
    length = strlen(rest) < length ? strlen(rest) : length;
    if (good && expect.length > 0)
        MUST(seen(&expect, rest, length) == (memmem(rest, length, expect.data, expect.length) != NULL));
    buf_free(&expect);
    free(text);
    free(rest);
    return 0;
}
