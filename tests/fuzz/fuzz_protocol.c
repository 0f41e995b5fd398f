/* What a server says to --protocol, in pieces. The first byte says which protocol, the second how long the pieces are and whether a
 * password was sent. Ready is never more than what the bytes say: the same bytes in one piece mean the same. */
#include "cmd/wait-for-tcp/protocol.h"

#include "tests/fuzz/input.h"

enum { PROTOCOLS = 13 };

static enum talk_verdict say(struct talk *talk, const uint8_t *data, size_t size, size_t piece)
{
    enum talk_verdict verdict = TALK_MORE;

    for (size_t at = 0; at < size && verdict == TALK_MORE; at += piece) {
        verdict = talk_add(talk, (const char *)data + at, size - at < piece ? size - at : piece);
        MUST(talk->in.length <= 2 * TALK_MESSAGE_MOST && talk->out.length <= TALK_MESSAGE_MOST);
    }
    return verdict;
}

static bool has_reason(const struct talk *talk, enum talk_verdict verdict)
{
    return (verdict != TALK_NOT_YET && verdict != TALK_NEVER) ||
           (talk->why.code == CODE_FAILED && talk->why.text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct talk whole, pieces;

    if (size < 2 || size > TALK_MESSAGE_MOST)
        return 0;
    const struct protocol *protocol = protocol_chosen(1 + data[0] % PROTOCOLS);
    bool secret = (data[1] & 0x80) != 0;
    talk_begin(&whole, protocol, secret);
    talk_begin(&pieces, protocol, secret);
    enum talk_verdict at_once = say(&whole, data + 2, size - 2, size);
    enum talk_verdict one_by_one = say(&pieces, data + 2, size - 2, 1 + data[1] % 64u);
    MUST(at_once == one_by_one || protocol == &protocol_postgres); /* an error of protocol 2 has no end */
    MUST((at_once == TALK_READY) == (one_by_one == TALK_READY));
    MUST(has_reason(&whole, at_once) && has_reason(&pieces, one_by_one));
    MUST(!secret || whole.why.detail[0] == '\0');
    talk_free(&whole);
    talk_free(&pieces);
    return 0;
}
