/* A compressed body or file, in pieces of any size: the same bytes and the same end as in one piece. And the headers that
 * frame and code it. */
#include "common/http/coding.h"
#include "common/http/framing.h"
#include "common/http/resume.h"
#include "tests/fuzz/input.h"

enum { UNPACKED_MOST = 1 << 20 };

struct result {
    size_t length;
    uint32_t sum;
};

static bool take(void *owner, const char *bytes, size_t length)
{
    struct result *result = owner;

    for (size_t i = 0; i < length; i++)
        result->sum = result->sum * 31 + (unsigned char)bytes[i];
    result->length += length;
    return result->length <= UNPACKED_MOST;
}

static enum coding_state undo(enum coding_kind kind, const char *bytes, size_t size, size_t piece,
                              struct result *result)
{
    struct coding coding = {0};

    *result = (struct result){0};
    coding_begin(&coding, kind);
    for (size_t at = 0; at < size; at += piece)
        coding_feed(&coding, bytes + at, piece < size - at ? piece : size - at, take, result);
    enum coding_state state = coding.state;
    coding_end(&coding);
    return state;
}

static void both_ways(enum coding_kind kind, const char *bytes, size_t size, size_t piece)
{
    struct result whole, pieces;
    enum coding_state state = undo(kind, bytes, size, size, &whole);

    if (state == CODING_STOPPED)
        return;
    MUST(undo(kind, bytes, size, piece, &pieces) == state);
    MUST(state > CODING_ENDED || (whole.length == pieces.length && whole.sum == pieces.sum));
    MUST(size > 0 || state == CODING_WITHIN);
}

/* Each line is a header's value. What names a body is short and printable, and only one text is the rest of it. */
static void resume_headers(char *text)
{
    const char *values[7] = {0};
    struct resume resume = {0};
    struct reason why;

    for (size_t i = 0; text && i < sizeof values / sizeof values[0]; i++)
        values[i] = strsep(&text, "\n");
    const struct resume_headers headers = {values[0], values[1], values[2], values[3],
                                           values[4], values[5], values[6]};
    if (!resume_learn(&headers, &resume))
        return;
    MUST(resume.total > 0 && strlen(resume.validator) > 2 && !strpbrk(resume.validator, "\r\n"));
    if (resume.total > 1 && resume_fits(&headers, &resume, 1, &why))
        MUST(headers.range && strtoll(headers.range + 6, NULL, 10) == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t piece = size > 0 ? 1 + data[0] % 16 : 1;
    char *text = input_text(data, size);
    enum coding_kind kind;
    struct reason why;

    both_ways(CODING_GZIP, text + (size > 0), size - (size > 0), piece);
    both_ways(CODING_ZSTD, text + (size > 0), size - (size > 0), piece);
    both_ways(CODING_XZ, text + (size > 0), size - (size > 0), piece);
    both_ways(CODING_BZIP2, text + (size > 0), size - (size > 0), piece);
    MUST(!coding_find(text, &kind) || kind <= CODING_ZSTD);
    MUST(framing_check(text, NULL, &why) || why.text[0] != '\0');
    MUST(!framing_check(text, text, &why));
    if (framing_hidden(text, strlen(text)))
        MUST(strchr(text, ':'));
    resume_headers(text);
    free(text);
    return 0;
}
