#include "common/dns/answer.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/dns/answer_records.h"
#include "common/net/hostname.h"

#include "common/base/banned.h"

bool answer_is_negative(enum answer_status status)
{
    return status == ANSWER_NO_DATA || status == ANSWER_NXDOMAIN;
}

bool answer_is_settled(enum answer_status status)
{
    return status == ANSWER_RECORDS || answer_is_negative(status);
}

/* --- aliases --- */

/* The CNAME records of an answer, collected so that following them takes at most ANSWER_ALIASES squared steps. */
struct aliases {
    size_t count;
    const ares_dns_rr_t *records[ANSWER_ALIASES];
};

/* False when there are too many. */
static bool find_aliases(const ares_dns_record_t *message, struct aliases *aliases)
{
    size_t count = ares_dns_record_rr_cnt(message, ARES_SECTION_ANSWER);

    aliases->count = 0;
    for (size_t i = 0; i < count; i++) {
        const ares_dns_rr_t *record = ares_dns_record_rr_get_const(message, ARES_SECTION_ANSWER, i);
        if (ares_dns_rr_get_type(record) != ARES_REC_TYPE_CNAME)
            continue;
        if (aliases->count == ANSWER_ALIASES)
            return false;
        aliases->records[aliases->count++] = record;
    }
    return true;
}

static const char *alias_of(const struct aliases *aliases, const char *name)
{
    for (size_t i = 0; i < aliases->count; i++)
        if (hostname_same(ares_dns_rr_get_name(aliases->records[i]), name))
            return ares_dns_rr_get_str(aliases->records[i], ARES_RR_CNAME_CNAME);
    return NULL;
}

/* The end of the alias chain of `name`. It follows at most as many aliases as there are records, so that a loop ends. */
static const char *follow_aliases(const struct aliases *aliases, const char *name)
{
    const char *next;

    for (size_t step = 0; step < aliases->count && (next = alias_of(aliases, name)); step++)
        name = next;
    return name;
}

/* --- answers without records --- */

/* The type of a record. Those outside of the answer section are not parsed, and hold their type in their data. */
static int type_of(const ares_dns_rr_t *record)
{
    ares_dns_rec_type_t type = ares_dns_rr_get_type(record);

    return type == ARES_REC_TYPE_RAW_RR ? (int)ares_dns_rr_get_u16(record, ARES_RR_RAW_RR_TYPE) : (int)type;
}

static bool authority_has(const ares_dns_record_t *message, ares_dns_rec_type_t type, uint32_t *ttl)
{
    size_t count = ares_dns_record_rr_cnt(message, ARES_SECTION_AUTHORITY);

    for (size_t i = 0; i < count; i++) {
        const ares_dns_rr_t *record = ares_dns_record_rr_get_const(message, ARES_SECTION_AUTHORITY, i);
        if (type_of(record) != (int)type)
            continue;
        *ttl = ares_dns_rr_get_ttl(record);
        return true;
    }
    return false;
}

/* Whether the wanted record is in the additional section: the server has it, but put it into the wrong section. */
static bool is_misplaced(const ares_dns_record_t *message, enum dns_type type, const char *owner)
{
    size_t count = ares_dns_record_rr_cnt(message, ARES_SECTION_ADDITIONAL);

    for (size_t i = 0; i < count; i++) {
        const ares_dns_rr_t *record = ares_dns_record_rr_get_const(message, ARES_SECTION_ADDITIONAL, i);
        if (type_of(record) == (int)type && hostname_same(ares_dns_rr_get_name(record), owner))
            return true;
    }
    return false;
}

/* NOERROR without the wanted records: it is "no data" only in the forms of RFC 2308, 2.2, types 1 to 3. */
static enum answer_status judge_empty(struct answer *answer, const ares_dns_record_t *message,
                                      const char *name, const char *owner)
{
    unsigned flags = ares_dns_record_get_flags(message);
    size_t answers = ares_dns_record_rr_cnt(message, ARES_SECTION_ANSWER);
    bool is_alias = !hostname_same(name, owner);
    uint32_t ignored;

    if (is_alias)
        answer->alias = xstrdup(owner);
    if (answer->unavailable)
        return ANSWER_NO_DATA;
    if (is_misplaced(message, answer->type, owner) || (answers > 0 && !is_alias))
        return ANSWER_OTHER;
    if (answer->has_negative_ttl)
        return ANSWER_NO_DATA;
    if (is_alias)
        return ANSWER_ALIAS;
    if (authority_has(message, ARES_REC_TYPE_NS, &ignored))
        return flags & ARES_FLAG_AA ? ANSWER_NO_DATA : ANSWER_REFERRAL;
    if (ares_dns_record_rr_cnt(message, ARES_SECTION_AUTHORITY) > 0)
        return ANSWER_OTHER;
    return flags & (ARES_FLAG_AA | ARES_FLAG_RA) ? ANSWER_NO_DATA : ANSWER_LAME;
}

/* --- a whole answer --- */

static enum answer_status status_of(ares_dns_rcode_t rcode)
{
    switch ((int)rcode) {
    case ARES_RCODE_NXDOMAIN:
        return ANSWER_NXDOMAIN;
    case ARES_RCODE_SERVFAIL:
        return ANSWER_SERVFAIL;
    case ARES_RCODE_REFUSED:
        return ANSWER_REFUSED;
    default:
        return ANSWER_RCODE;
    }
}

static enum answer_status judge_message(struct answer *answer, const ares_dns_record_t *message,
                                        const char *name)
{
    ares_dns_rcode_t rcode = ares_dns_record_get_rcode(message);
    unsigned flags = ares_dns_record_get_flags(message);
    struct aliases aliases;

    if (!(flags & ARES_FLAG_QR) || ares_dns_record_get_opcode(message) != ARES_OPCODE_QUERY)
        return ANSWER_REFLECTED;
    if (flags & ARES_FLAG_TC)
        return ANSWER_TRUNCATED;
    if (rcode != ARES_RCODE_NOERROR && rcode != ARES_RCODE_NXDOMAIN)
        return status_of(rcode);
    answer->has_negative_ttl = authority_has(message, ARES_REC_TYPE_SOA, &answer->negative_ttl);
    if (!find_aliases(message, &aliases))
        return ANSWER_CHAIN;
    const char *owner = answer->type == DNS_CNAME ? name : follow_aliases(&aliases, name);
    answer_collect(answer, message, owner);
    if (rcode == ARES_RCODE_NXDOMAIN) /* NXDOMAIN with records is a contradiction */
        return answer->count > 0 ? ANSWER_OTHER : ANSWER_NXDOMAIN;
    return answer->count > 0 ? ANSWER_RECORDS : judge_empty(answer, message, name, owner);
}

void answer_read(struct answer *answer, const ares_dns_record_t *message, const char *name)
{
    answer->rcode = (int)ares_dns_record_get_rcode(message);
    answer->status = judge_message(answer, message, name);
    if (answer->status != ANSWER_RECORDS)
        answer_drop_records(answer);
    answer->has_negative_ttl = answer->has_negative_ttl && answer_is_negative(answer->status);
}

/* --- the message as bytes --- */

enum { HEADER = 12 /* bytes, RFC 1035, 4.1.1: id, flags, four counts */ };

static unsigned read_u16(const unsigned char *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

/* The end of the name that begins at `at`. */
static size_t skip_name(const unsigned char *bytes, size_t length, size_t at)
{
    while (at < length && bytes[at] != 0 && bytes[at] < 0xC0)
        at += 1 + (size_t)bytes[at];
    return at + (at < length && bytes[at] >= 0xC0 ? 2 : 1);
}

/* Whether all addresses have the right size. c-ares uses the first bytes of an address that is too long; glibc ignores that
 * record, and musl the whole answer. */
static bool has_sound_addresses(const unsigned char *bytes, size_t length)
{
    enum { FIXED = 10 /* bytes after the name of a record: type, class, TTL, length */ };
    size_t at = HEADER;

    for (unsigned i = read_u16(bytes + 4); i > 0; i--)
        at = skip_name(bytes, length, at) + 4;
    for (unsigned i = read_u16(bytes + 6); i > 0; i--) {
        at = skip_name(bytes, length, at);
        if (at + FIXED > length)
            return false;
        unsigned type = read_u16(bytes + at), size = read_u16(bytes + at + 8);
        if ((type == DNS_A && size != 4) || (type == DNS_AAAA && size != 16))
            return false;
        at += FIXED + (size_t)size;
    }
    return true;
}

/* A failure may come without the question (RFC 1035, 4.1.1), as FORMERR mostly does. */
static void read_bare_header(struct answer *answer, const unsigned char *bytes)
{
    answer->rcode = bytes[3] & 0xF;
    answer->status = ANSWER_GARBLED;
    if (answer->rcode != 0 && answer->rcode != ARES_RCODE_NXDOMAIN)
        answer->status = status_of((ares_dns_rcode_t)answer->rcode);
}

static bool is_same_question(const ares_dns_record_t *message, const struct dns_question *question)
{
    const char *name = NULL;
    ares_dns_rec_type_t type;
    ares_dns_class_t class;

    return ares_dns_record_query_cnt(message) == 1 &&
           ares_dns_record_query_get(message, 0, &name, &type, &class) == ARES_SUCCESS &&
           (unsigned)type == question->type && class == ARES_CLASS_IN && hostname_same(name, question->name);
}

/* Parses only the answer section: errors in the other sections, such as garbled EDNS, do not change the verdict. */
static ares_status_t parse(const unsigned char *bytes, size_t length, ares_dns_record_t **message)
{
    return ares_dns_parse(bytes, length,
                          ARES_DNS_PARSE_NS_BASE_RAW | ARES_DNS_PARSE_NS_EXT_RAW |
                              ARES_DNS_PARSE_AR_BASE_RAW | ARES_DNS_PARSE_AR_EXT_RAW,
                          message);
}

bool answer_take(struct answer *answer, const unsigned char *bytes, size_t length,
                 const struct dns_question *question)
{
    ares_dns_record_t *message = NULL;

    answer->status = ANSWER_GARBLED;
    if (length < 2 || read_u16(bytes) != question->id)
        return false;
    if (length < HEADER)
        return true;
    if (!(bytes[2] & 0x80)) { /* QR is not set: a question, perhaps our own */
        answer->status = ANSWER_REFLECTED;
        return false;
    }
    if (read_u16(bytes + 4) == 0) {
        read_bare_header(answer, bytes);
        return true;
    }
    ares_status_t status = parse(bytes, length, &message);
    if (status == ARES_ENOMEM)
        mem_exhausted();
    if (status != ARES_SUCCESS)
        return true;
    bool same = is_same_question(message, question);
    if (same && has_sound_addresses(bytes, length))
        answer_read(answer, message, question->name);
    ares_dns_record_destroy(message);
    return same;
}

void answer_free(struct answer *answer)
{
    answer_drop_records(answer);
    free(answer->alias);
    answer->alias = NULL;
}
