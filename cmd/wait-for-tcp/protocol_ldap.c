/* LDAP: a search of the root entry, which anybody may ask for (RFC 4512, 5.1). */
#include <stdio.h>
#include <string.h>

#include "cmd/wait-for-tcp/protocol.h"
#include "common/net/ber.h"

#include "common/base/banned.h"

enum {
    TAG_SEQUENCE = 0x30,
    TAG_INTEGER = 0x02,
    TAG_TEXT = 0x04,
    TAG_ENUMERATED = 0x0A,
    TAG_ENTRY = 0x64,
    TAG_DONE = 0x65,
    TAG_REFERENCE = 0x73,
    TAG_NOTICE = 0x78, /* an extended response; with the number 0: of disconnection */
    NUMBER = 1,        /* of the request */
};

/* Results by their number. Who asks for a login or for TLS first serves whoever brings it. */
static const struct talk_rule rules[] = {
    {"0 ", TALK_READY, NULL, NULL},
    {"8 ", TALK_READY, "it asks for a login", NULL},
    {"48 ", TALK_READY, "it asks for a login", NULL},
    {"50 ", TALK_READY, "it asks for a login", NULL},
    {"53 authentication required", TALK_READY, "it asks for a login", NULL}, /* OpenLDAP's "require authc" */
    {"13 ", TALK_READY, "it asks for TLS", NULL},
    {"51 ", TALK_NOT_YET, "the directory server is busy", NULL},
    {"52 ", TALK_NOT_YET, "the directory server is not available", NULL},
    {"", TALK_NOT_YET, "the directory server answers with an error", NULL},
};

/* The result's number, the name that it is about, and a text. A notice is never good news, whatever its number. */
static enum talk_verdict ldap_result(struct talk *talk, struct ber result, bool is_notice)
{
    static const struct talk_rule notice = {"", TALK_NOT_YET, "the directory server closes the connection",
                                            NULL};
    static const char unbind[] = "\x30\x05\x02\x01\x02\x42\x00";
    struct ber number, name, text;
    char words[128];

    if (!ber_take(&result, TAG_ENUMERATED, &number) || number.length != 1 ||
        !ber_take(&result, TAG_TEXT, &name) || !ber_take(&result, TAG_TEXT, &text))
        return TALK_INVALID;
    talk_send(talk, unbind, sizeof unbind - 1);
    snprintf(words, sizeof words, "%u %.*s", number.at[0], text.length < 100 ? (int)text.length : 100,
             (const char *)text.at);
    const struct talk_rule *rule = talk_find(rules, sizeof rules / sizeof rules[0], words, strlen(words));
    return talk_apply(talk, is_notice ? &notice : rule, words, strlen(words));
}

static enum talk_verdict ldap_message(struct talk *talk, struct ber from)
{
    struct ber message, number, content;

    if (!ber_take(&from, TAG_SEQUENCE, &message) || !ber_take(&message, TAG_INTEGER, &number) ||
        number.length != 1)
        return TALK_INVALID;
    if (ber_take(&message, TAG_ENTRY, &content) || ber_take(&message, TAG_REFERENCE, &content))
        return number.at[0] == NUMBER ? TALK_MORE : TALK_INVALID;
    bool is_notice = number.at[0] == 0 && ber_take(&message, TAG_NOTICE, &content);
    if (!is_notice && (number.at[0] != NUMBER || !ber_take(&message, TAG_DONE, &content)))
        return TALK_INVALID;
    return ldap_result(talk, content, is_notice);
}

static enum talk_verdict ldap_judge(struct talk *talk)
{
    while (talk->in.length > 0) {
        struct ber from = {talk_bytes(talk), talk->in.length};
        size_t length, head = ber_head(from, &length);
        if (from.at[0] != TAG_SEQUENCE || (head > 0 && length > TALK_MESSAGE_MOST))
            return TALK_INVALID;
        if (head == 0 || from.length < head + length)
            break;
        enum talk_verdict verdict = ldap_message(talk, (struct ber){from.at, head + length});
        if (verdict != TALK_MORE)
            return verdict;
        talk_drop(talk, head + length);
    }
    return TALK_MORE;
}

/* Base "", this entry only, aliases as they are, no limits, (objectClass=*), no attributes (RFC 4511, 4.5.1.8). */
static const char search[] =
    "\x30\x2a\x02\x01\x01\x63\x25\x04\x00\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00"
    "\x87\x0bobjectClass\x30\x05\x04\x03"
    "1.1";

const struct protocol protocol_ldap = {
    .title = "LDAP",
    .opening = search,
    .opening_length = sizeof search - 1,
    .judge = ldap_judge,
};
