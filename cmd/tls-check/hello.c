#include "cmd/tls-check/hello.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "cmd/tls-check/hello_parts.h"
#include "common/base/cursor.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum {
    MOST = 4096, /* bytes of a first message */
    RECORD_HEAD = 5,
    HANDSHAKE = 22,
    ALERT = 21,
    WARNING = 1, /* an alert's level: it ends nothing */
    CLIENT_HELLO = 1,
    SERVER_HELLO = 2,
    RANDOM = 32,
    TLS_1_0 = 0x0301,
    TLS_1_2 = 0x0303,
    SERVER_NAME = 0,
    SUPPORTED_GROUPS = 10,
    POINT_FORMATS = 11,
    SIGNATURES = 13,
    EXTENDED_SECRET = 23,
    SUPPORTED_VERSIONS = 43,
    KEY_SHARE = 51,
    RENEGOTIATION = 0xFF01,
};

/* --- writing --- */

static void add_number(struct buf *out, unsigned bytes, size_t number)
{
    unsigned char wire[4];

    for (unsigned i = 0; i < bytes; i++)
        wire[i] = (unsigned char)(number >> 8 * (bytes - 1 - i));
    buf_add(out, wire, bytes);
}

/* Adds what was put into `part`, with its length before it, and empties that. */
static void add_part(struct buf *out, unsigned length_bytes, struct buf *part)
{
    add_number(out, length_bytes, part->length);
    buf_add(out, part->data ? part->data : "", part->length);
    buf_clear(part);
}

static void add_extension(struct buf *out, unsigned kind, struct buf *part)
{
    add_number(out, 2, kind);
    add_part(out, 2, part);
}

static void add_random(struct buf *out)
{
    unsigned char bytes[RANDOM];

    if (RAND_bytes(bytes, sizeof bytes) != 1)
        mem_exhausted();
    buf_add(out, bytes, sizeof bytes);
}

/* Numbers of two bytes each, with their length before them. */
static void add_items(struct buf *out, const struct hello_item *items, bool post_quantum_first)
{
    struct buf list;

    buf_init(&list, MOST);
    if (post_quantum_first)
        add_number(&list, 2, HELLO_X25519MLKEM768);
    for (; items->name; items++)
        if (!post_quantum_first || items->number != HELLO_X25519MLKEM768)
            add_number(&list, 2, (size_t)items->number);
    add_part(out, 2, &list);
    buf_free(&list);
}

static void add_server_name(struct buf *out, const char *name)
{
    struct buf entry, list;

    buf_init(&entry, MOST);
    buf_init(&list, MOST);
    add_number(&list, 1, 0); /* a host name */
    buf_add_text(&entry, name);
    add_part(&list, 2, &entry);
    add_part(&entry, 2, &list);
    add_extension(out, SERVER_NAME, &entry);
    buf_free(&entry);
    buf_free(&list);
}

static void add_signatures(struct buf *out, struct buf *part)
{
    static const unsigned schemes[] = {0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805,
                                       0x0806, 0x0809, 0x080A, 0x080B, 0x0401, 0x0501, 0x0601,
                                       0x0303, 0x0301, 0x0203, 0x0201, 0x0202, 0x0101};
    struct buf list;

    buf_init(&list, MOST);
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        add_number(&list, 2, schemes[i]);
    add_part(part, 2, &list);
    add_extension(out, SIGNATURES, part);
    buf_free(&list);
}

static bool add_key(struct buf *shares)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "X25519MLKEM768");
    unsigned char *encoded = NULL;
    size_t length = key ? EVP_PKEY_get1_encoded_public_key(key, &encoded) : 0;

    add_number(shares, 2, HELLO_X25519MLKEM768);
    add_number(shares, 2, length);
    buf_add(shares, encoded ? (const char *)encoded : "", length);
    OPENSSL_free(encoded);
    EVP_PKEY_free(key);
    return length > 0;
}

/* Without a key, a server of TLS 1.3 asks for one of the group that it would take (RFC 8446, 4.2.8). */
static bool add_key_shares(struct buf *out, enum hello_kind kind, struct buf *part)
{
    struct buf shares;

    buf_init(&shares, MOST);
    bool good = kind != HELLO_LARGE || add_key(&shares);
    add_part(part, 2, &shares);
    add_extension(out, KEY_SHARE, part);
    buf_free(&shares);
    return good;
}

static bool add_extensions(struct buf *out, enum hello_kind kind, const char *server_name)
{
    static const char versions[] = "\x08\x03\x04\x03\x03\x03\x02\x03\x01", uncompressed[] = "\x01\x00";
    struct buf part;

    buf_init(&part, MOST);
    if (server_name)
        add_server_name(out, server_name);
    add_items(&part, hello_groups, kind == HELLO_LARGE);
    add_extension(out, SUPPORTED_GROUPS, &part);
    buf_add(&part, uncompressed, 2);
    add_extension(out, POINT_FORMATS, &part);
    add_signatures(out, &part);
    add_extension(out, EXTENDED_SECRET, &part);
    buf_add(&part, versions, sizeof versions - 1);
    add_extension(out, SUPPORTED_VERSIONS, &part);
    add_number(&part, 1, 0);
    add_extension(out, RENEGOTIATION, &part);
    bool good = add_key_shares(out, kind, &part);
    buf_free(&part);
    return good;
}

bool hello_add(struct buf *out, enum hello_kind kind, const char *server_name)
{
    struct buf body, part;

    buf_init(&body, MOST);
    buf_init(&part, MOST);
    add_number(&body, 2, TLS_1_2);
    add_random(&body);
    add_number(&body, 1, RANDOM); /* a session's number, which keeps middleboxes quiet (RFC 8446, D.4) */
    add_random(&body);
    add_items(&body, hello_suites, false);
    add_number(&body, 2, 0x0100); /* one way to compress: none */
    bool good = add_extensions(&part, kind, server_name);
    add_part(&body, 2, &part);
    add_number(&part, 1, CLIENT_HELLO);
    add_part(&part, 3, &body);
    add_number(out, 1, HANDSHAKE);
    add_number(out, 2, TLS_1_0);
    add_part(out, 2, &part);
    buf_free(&body);
    buf_free(&part);
    return good;
}

/* --- reading --- */

static void read_extensions(struct cursor list, struct hello_answer *answer)
{
    while (list.left > 0) {
        size_t kind = cursor_take_number(&list, 2);
        struct cursor value = cursor_take_part(&list, 2);
        if (kind == SUPPORTED_VERSIONS && value.left == 2)
            answer->version = (int)cursor_take_number(&value, 2);
        else if (kind == KEY_SHARE && value.left >= 2)
            answer->group = (int)cursor_take_number(&value, 2);
    }
}

static enum hello_next read_server_hello(struct cursor body, struct hello_answer *answer)
{
    memset(answer, 0, sizeof *answer);
    answer->version = (int)cursor_take_number(&body, 2);
    cursor_take(&body, RANDOM);
    cursor_take_part(&body, 1); /* the session's number */
    answer->suite = (int)cursor_take_number(&body, 2);
    cursor_take(&body, 1); /* compression */
    if (body.broken || answer->version >> 8 != 3)
        return HELLO_GARBLED;
    if (body.left > 0)
        read_extensions(cursor_take_part(&body, 2), answer);
    return HELLO_ANSWERED;
}

/* The ServerHello may be spread over records, and others may follow it in one. */
static enum hello_next read_messages(const struct buf *messages, struct hello_answer *answer)
{
    struct cursor cursor = {.at = (const unsigned char *)messages->data, .left = messages->length};
    size_t kind = cursor_take_number(&cursor, 1);
    struct cursor body = cursor_take_part(&cursor, 3);

    if (messages->length > 0 && kind != SERVER_HELLO)
        return HELLO_GARBLED;
    if (!body.broken)
        return read_server_hello(body, answer);
    return HELLO_MORE;
}

enum hello_next hello_read(const struct buf *in, struct hello_answer *answer)
{
    struct cursor cursor = {.at = (const unsigned char *)in->data, .left = in->length};
    enum hello_next next = HELLO_MORE;
    struct buf messages;

    buf_init(&messages, in->max);
    while (next == HELLO_MORE && cursor.left >= RECORD_HEAD) {
        size_t kind = cursor_take_number(&cursor, 1), version = cursor_take_number(&cursor, 2);
        struct cursor record = cursor_take_part(&cursor, 2);
        if (version >> 8 != 3 || (kind != HANDSHAKE && kind != ALERT))
            next = HELLO_GARBLED;
        else if (record.broken)
            break;
        else if (kind == ALERT)
            next = record.left != 2 ? HELLO_GARBLED : record.at[0] == WARNING ? HELLO_MORE : HELLO_REFUSED;
        else
            next = buf_add(&messages, record.at, record.left) ? read_messages(&messages, answer)
                                                              : HELLO_GARBLED;
    }
    buf_free(&messages);
    return next;
}
