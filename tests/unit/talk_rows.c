#include "tests/unit/talk_rows.h"

#include "tests/unit/suite.h"

enum talk_verdict talk_rows_say(struct talk *talk, const char *in, size_t length, size_t piece)
{
    enum talk_verdict verdict = TALK_MORE;

    for (size_t at = 0; at < length && verdict == TALK_MORE; at += piece)
        verdict = talk_add(talk, in + at, length - at < piece ? length - at : piece);
    return verdict;
}

static void expect_verdict(const struct talk_row *row, const struct talk *talk, enum talk_verdict verdict)
{
    ck_assert_msg(verdict == row->verdict, "%s: \"%s\": %d, expected %d", row->protocol->title, row->in,
                  (int)verdict, (int)row->verdict);
    if (verdict == TALK_READY)
        ck_assert_str_eq(talk->found ? talk->found : "", row->text);
    if (verdict != TALK_NOT_YET && verdict != TALK_NEVER)
        return;
    ck_assert_int_eq(talk->why.code, CODE_FAILED);
    ck_assert_str_eq(talk->why.text, row->text);
    if (row->words && !talk->secret)
        expect_contains(talk->why.detail, row->words);
    else
        ck_assert_str_eq(talk->why.detail, "");
}

static void expect_row(const struct talk_row *row, bool secret)
{
    static const size_t pieces[] = {64 * 1024, 1, 7};
    struct talk talk;

    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        talk_begin(&talk, row->protocol, secret);
        expect_verdict(row, &talk, talk_rows_say(&talk, row->in, row->length, pieces[i]));
        talk_free(&talk);
    }
    for (size_t cut = 0; cut < row->length && row->verdict != TALK_INVALID; cut++) {
        talk_begin(&talk, row->protocol, secret);
        enum talk_verdict verdict = talk_rows_say(&talk, row->in, cut, cut + 1);
        ck_assert_msg(verdict == TALK_MORE, "%s: \"%s\" cut after %zu bytes: %d", row->protocol->title,
                      row->in, cut, (int)verdict);
        talk_free(&talk);
    }
}

void talk_rows_hold(const struct talk_row *rows, size_t count, bool secret)
{
    for (size_t i = 0; i < count; i++)
        expect_row(&rows[i], secret);
}

void talk_rows_bounded(const struct protocol *protocol, const char *begins, size_t length)
{
    static char more[4096];
    struct talk talk;
    size_t said = length;

    memset(more, ' ', sizeof more);
    talk_begin(&talk, protocol, false);
    enum talk_verdict verdict = talk_rows_say(&talk, begins, length, length);
    for (; verdict == TALK_MORE && said <= 2 * TALK_TOTAL_MOST; said += sizeof more)
        verdict = talk_add(&talk, more, sizeof more);
    ck_assert_msg(verdict == TALK_INVALID, "%s: %d after %zu bytes", protocol->title, (int)verdict, said);
    ck_assert_uint_le(talk.in.length, 2 * TALK_MESSAGE_MOST);
    talk_free(&talk);
}

void talk_rows_sent(const struct talk *talk, const char *bytes, size_t length)
{
    ck_assert_msg(talk->out.length == length && memcmp(talk->out.data, bytes, length) == 0,
                  "%zu bytes are sent, expected %zu", talk->out.length, length);
}
