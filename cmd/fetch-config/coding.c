#include "cmd/fetch-config/coding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ZLIB_CONST /* what comes is not to be changed */
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "common/mem.h"

#include "common/banned.h"

enum {
    ROOM = 64 * 1024,
    GZIP_WINDOW = 15 + 16, /* the largest window; 16: gzip's header and trailer, both checked by zlib */
    FED_MOST = 1 << 30,    /* bytes at once: zlib counts them in an unsigned int */
};

static const struct {
    const char *name;
    enum coding_kind kind;
} names[] = {
    {"identity", CODING_IDENTITY},
    {"gzip", CODING_GZIP},
    {"x-gzip", CODING_GZIP}, /* RFC 9110, 8.4.1.3 */
    {"zstd", CODING_ZSTD},
};

const char *coding_name(enum coding_kind kind)
{
    return kind == CODING_GZIP ? "gzip" : kind == CODING_ZSTD ? "zstd" : "identity";
}

static bool find_name(const char *name, size_t length, enum coding_kind *kind)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i].name) == length && strncasecmp(names[i].name, name, length) == 0) {
            *kind = names[i].kind;
            return true;
        }
    return false;
}

/* Elements of a list may be empty (RFC 9110, 5.6.1.2). */
bool coding_find(const char *value, enum coding_kind *kind)
{
    *kind = CODING_IDENTITY;
    for (value += strspn(value, ", \t"); *value != '\0'; value += strspn(value, ", \t")) {
        size_t length = strcspn(value, ", \t");
        enum coding_kind found;
        if (!find_name(value, length, &found) || (found != CODING_IDENTITY && *kind != CODING_IDENTITY))
            return false;
        if (found != CODING_IDENTITY)
            *kind = found;
        value += length;
    }
    return true;
}

void coding_begin(struct coding *coding, enum coding_kind kind, coding_sink *sink, void *owner)
{
    *coding = (struct coding){.kind = kind, .sink = sink, .owner = owner, .room = xcalloc(1, ROOM)};
    if (kind == CODING_GZIP) {
        coding->gzip = xcalloc(1, sizeof *coding->gzip);
        if (inflateInit2(coding->gzip, GZIP_WINDOW) != Z_OK)
            mem_exhausted();
    } else {
        coding->zstd = ZSTD_createDCtx();
        if (!coding->zstd)
            mem_exhausted();
    }
}

void coding_end(struct coding *coding)
{
    if (coding->gzip)
        inflateEnd(coding->gzip);
    free(coding->gzip);
    ZSTD_freeDCtx(coding->zstd);
    free(coding->room);
    *coding = (struct coding){0};
}

/* What has come and is not undone yet. */
struct packed {
    const char *bytes;
    size_t length;
};

/* One step of zlib's: how much it made is left in `made`. */
static enum coding_state step_gzip(struct coding *coding, struct packed *packed, size_t *made)
{
    z_stream *stream = coding->gzip;

    stream->next_in = (const Bytef *)packed->bytes;
    stream->avail_in = (uInt)packed->length;
    stream->next_out = (Bytef *)coding->room;
    stream->avail_out = ROOM;
    int result = inflate(stream, Z_NO_FLUSH);
    packed->bytes += packed->length - stream->avail_in;
    packed->length = stream->avail_in;
    *made = ROOM - stream->avail_out;
    if (result == Z_STREAM_END)
        return inflateReset(stream) == Z_OK ? CODING_ENDED : CODING_BROKEN;
    if (result == Z_OK || result == Z_BUF_ERROR) /* the latter: more has to come first */
        return CODING_WITHIN;
    return result == Z_MEM_ERROR ? CODING_MEMORY : CODING_BROKEN;
}

static enum coding_state step_zstd(struct coding *coding, struct packed *packed, size_t *made)
{
    ZSTD_inBuffer in = {packed->bytes, packed->length, 0};
    ZSTD_outBuffer out = {coding->room, ROOM, 0};
    size_t result = ZSTD_decompressStream(coding->zstd, &out, &in);

    packed->bytes += in.pos;
    packed->length -= in.pos;
    *made = out.pos;
    if (!ZSTD_isError(result))
        return result == 0 ? CODING_ENDED : CODING_WITHIN;
    ZSTD_ErrorCode error = ZSTD_getErrorCode(result);
    return error == ZSTD_error_memory_allocation || error == ZSTD_error_frameParameter_windowTooLarge
               ? CODING_MEMORY
               : CODING_BROKEN;
}

/* Behind an end: another member (RFC 1952, 2.2), another frame, one to be skipped among them (RFC 8878, 3.1), or zeros that fill a
 * block up, as gzip itself takes them. */
static enum coding_state go_on(struct coding *coding, struct packed *packed)
{
    while (coding->kind == CODING_GZIP && packed->length > 0 && *packed->bytes == '\0') {
        coding->padded = true;
        packed->bytes++;
        packed->length--;
    }
    if (packed->length == 0)
        return CODING_ENDED;
    unsigned char first = (unsigned char)*packed->bytes;
    bool begins = coding->kind == CODING_GZIP ? first == 0x1f : first == 0x28 || (first & 0xf0) == 0x50;
    return begins && !coding->padded ? CODING_WITHIN : CODING_TRAILING;
}

static void feed(struct coding *coding, struct packed packed)
{
    bool full = false; /* there may be more than went into the room */

    while (packed.length > 0 || full) {
        size_t made = 0;
        if (coding->state == CODING_ENDED)
            coding->state = go_on(coding, &packed);
        if (coding->state != CODING_WITHIN)
            return;
        coding->state = coding->kind == CODING_GZIP ? step_gzip(coding, &packed, &made)
                                                    : step_zstd(coding, &packed, &made);
        if (made > 0 && !coding->sink(coding->owner, coding->room, made))
            coding->state = CODING_STOPPED;
        full = made == ROOM && coding->state == CODING_WITHIN;
    }
}

enum coding_state coding_feed(struct coding *coding, const char *bytes, size_t length)
{
    while (length > 0 && coding->state <= CODING_ENDED) {
        size_t piece = length < FED_MOST ? length : FED_MOST;
        feed(coding, (struct packed){bytes, piece});
        bytes += piece;
        length -= piece;
    }
    return coding->state;
}
