#include "cmd/wait-for-http/grpc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/cursor.h"

#include "common/base/banned.h"

enum {
    TIMEOUT_MOST = 99999999, /* eight digits */
    FIELD_STATUS = 1,
    VARINT_BYTES = 10,
    VARINT_LAST = 63, /* the last byte's shift: only one bit of it is left */
};

/* Wire types of protobuf's fields. */
enum { WIRE_VARINT, WIRE_64, WIRE_BYTES, WIRE_32 = 5 };

/* --- what is sent --- */

static void add_byte(struct buf *out, size_t byte)
{
    const unsigned char value = (unsigned char)byte;

    buf_add(out, &value, 1);
}

void grpc_write_question(const char *service, struct buf *out)
{
    size_t length = strlen(service);
    size_t tag = length == 0 ? 0 : length < 0x80 ? 2 : 3;

    add_byte(out, 0); /* not compressed */
    for (int shift = 24; shift >= 0; shift -= 8)
        add_byte(out, (tag + length) >> shift);
    if (length == 0)
        return;
    add_byte(out, 1 << 3 | WIRE_BYTES);
    if (length >= 0x80)
        add_byte(out, length | 0x80);
    add_byte(out, length < 0x80 ? length : length >> 7);
    buf_add(out, service, length);
}

const char *grpc_timeout(int64_t milliseconds, char text[GRPC_TIMEOUT])
{
    if (milliseconds > TIMEOUT_MOST)
        return "";
    snprintf(text, GRPC_TIMEOUT, "grpc-timeout: %" PRId64 "m", milliseconds > 0 ? milliseconds : 1);
    return text;
}

bool grpc_check_header(const char *line, struct reason *why)
{
    static const char *const names[] = {"content-type", "te"};
    size_t length = strcspn(line, ":;");
    bool taken = length >= 5 && strncasecmp(line, "grpc-", 5) == 0;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        taken = taken || (strlen(names[i]) == length && strncasecmp(line, names[i], length) == 0);
    return !taken ||
           reason_set(why, CODE_USAGE, "--header: %.*s cannot be set for grpc://: gRPC sets it itself",
                      (int)(length < 60 ? length : 60), line);
}

/* --- protobuf --- */

static bool read_varint(struct cursor *cursor, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < VARINT_BYTES; i++) {
        const unsigned char *byte = cursor_take(cursor, 1);
        if (!byte || (i * 7 == VARINT_LAST && *byte > 1))
            return false;
        *value |= (uint64_t)(*byte & 0x7F) << (i * 7);
        if (*byte < 0x80)
            return true;
    }
    return false;
}

static bool skip_field(struct cursor *cursor, unsigned wire)
{
    uint64_t value;

    switch (wire) {
    case WIRE_VARINT:
        return read_varint(cursor, &value);
    case WIRE_64:
        return cursor_take(cursor, 8) != NULL;
    case WIRE_BYTES:
        return read_varint(cursor, &value) && cursor_take(cursor, value) != NULL;
    case WIRE_32:
        return cursor_take(cursor, 4) != NULL;
    default: /* groups: proto3 has none */
        return false;
    }
}

bool grpc_read_status(const void *bytes, size_t length, uint64_t *status)
{
    struct cursor cursor = {.at = bytes, .left = length};
    uint64_t tag;

    *status = 0;
    while (cursor.left > 0) {
        if (!read_varint(&cursor, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
            return false;
        bool good = tag == (FIELD_STATUS << 3 | WIRE_VARINT) ? read_varint(&cursor, status)
                                                             : skip_field(&cursor, tag & 7);
        if (!good)
            return false;
    }
    return true;
}
