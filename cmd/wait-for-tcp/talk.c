#include "cmd/wait-for-tcp/talk.h"

#include <string.h>

#include "common/base/banned.h"

enum { WORDS_MOST = 60 /* bytes of the server's own words in a reason */ };

void talk_begin(struct talk *talk, const struct protocol *protocol, bool secret)
{
    *talk = (struct talk){.protocol = protocol, .secret = secret};
    buf_init(&talk->in, 2 * TALK_MESSAGE_MOST); /* one that is not whole yet, and a read behind it */
    buf_init(&talk->out, TALK_MESSAGE_MOST);
}

void talk_free(struct talk *talk)
{
    buf_free(&talk->in);
    buf_free(&talk->out);
}

enum talk_verdict talk_add(struct talk *talk, const char *bytes, size_t length)
{
    talk->received += length;
    if (talk->received > TALK_TOTAL_MOST || !buf_add(&talk->in, bytes, length))
        return TALK_INVALID;
    return talk->protocol->judge(talk);
}

const unsigned char *talk_bytes(const struct talk *talk)
{
    return (const unsigned char *)talk->in.data;
}

uint32_t talk_u32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

uint16_t talk_u16(const unsigned char *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t talk_u32_little(const unsigned char *at)
{
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

uint16_t talk_u16_little(const unsigned char *at)
{
    return (uint16_t)(at[1] << 8 | at[0]);
}

void talk_drop(struct talk *talk, size_t length)
{
    memmove(talk->in.data, talk->in.data + length, talk->in.length - length + 1);
    talk->in.length -= length;
}

int talk_line(const struct talk *talk)
{
    const char *end = talk->in.length > 0 ? memchr(talk->in.data, '\n', talk->in.length) : NULL;

    if (!end)
        return -1;
    int length = (int)(end - talk->in.data);
    return length > 0 && end[-1] == '\r' ? length - 1 : length;
}

void talk_drop_line(struct talk *talk)
{
    talk_drop(talk, (size_t)((const char *)memchr(talk->in.data, '\n', talk->in.length) - talk->in.data) + 1);
}

void talk_send(struct talk *talk, const void *bytes, size_t length)
{
    buf_add(&talk->out, bytes, length);
}

enum talk_verdict talk_ready(struct talk *talk, const char *found)
{
    talk->found = found;
    return TALK_READY;
}

enum talk_verdict talk_refuse(struct talk *talk, const struct talk_rule *rule, const char *words,
                              size_t length)
{
    size_t shown = 0;

    while (!talk->secret && shown < length && shown < WORDS_MOST && (unsigned char)words[shown] >= ' ')
        shown++;
    reason_set(&talk->why, CODE_FAILED, "%s", rule->text);
    if (shown > 0)
        reason_detail(&talk->why, ": \"%.*s%s\"", (int)shown, words, shown == WORDS_MOST ? "..." : "");
    if (rule->hint)
        reason_hint(&talk->why, "%s", rule->hint);
    return rule->verdict;
}

const struct talk_rule *talk_find(const struct talk_rule *rules, size_t count, const char *answer,
                                  size_t length)
{
    for (size_t i = 0; i < count; i++) {
        size_t wanted = strlen(rules[i].prefix);
        bool whole = wanted > 0 && rules[i].prefix[wanted - 1] == '\n';
        wanted -= whole;
        if ((whole ? length == wanted : length >= wanted) && memcmp(answer, rules[i].prefix, wanted) == 0)
            return &rules[i];
    }
    return NULL;
}

enum talk_verdict talk_apply(struct talk *talk, const struct talk_rule *rule, const char *words,
                             size_t length)
{
    if (!rule)
        return TALK_INVALID;
    if (rule->verdict == TALK_READY)
        return talk_ready(talk, rule->text);
    if (rule->verdict == TALK_NOT_YET || rule->verdict == TALK_NEVER)
        return talk_refuse(talk, rule, words, length);
    return rule->verdict;
}
