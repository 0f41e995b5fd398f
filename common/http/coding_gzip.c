#include "common/http/coding_format.h"

#include <stdlib.h>

#define ZLIB_CONST /* zlib must not change its input */
#include <zlib.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

enum { GZIP_WINDOW = 15 + 16 /* the largest; 16: gzip's header and trailer, both checked by zlib */ };

static bool begins(const char *bytes, size_t length)
{
    return coding_is_like(bytes, length, "\x1f\x8b", 2);
}

static void *open_stream(void)
{
    z_stream *stream = xcalloc(1, sizeof *stream);

    if (inflateInit2(stream, GZIP_WINDOW) != Z_OK)
        mem_exhausted();
    return stream;
}

static enum coding_state step(void *owner, struct coding_input *input, char *room, size_t *made)
{
    z_stream *stream = owner;
    unsigned given = coding_clamp(input->length);

    stream->next_in = (const Bytef *)input->bytes;
    stream->avail_in = given;
    stream->next_out = (Bytef *)room;
    stream->avail_out = CODING_ROOM;
    int result = inflate(stream, Z_NO_FLUSH);
    input->bytes += given - stream->avail_in;
    input->length -= given - stream->avail_in;
    *made = CODING_ROOM - stream->avail_out;
    if (result == Z_STREAM_END)
        return inflateReset(stream) == Z_OK ? CODING_ENDED : CODING_BROKEN;
    if (result == Z_OK || result == Z_BUF_ERROR) /* the latter: it needs more input */
        return CODING_WITHIN;
    return result == Z_MEM_ERROR ? CODING_MEMORY : CODING_BROKEN;
}

static void close_stream(void *owner)
{
    inflateEnd(owner);
    free(owner);
}

const struct coding_format coding_gzip = {
    .name = "gzip",
    .padding = 1,
    .begins = begins,
    .open = open_stream,
    .step = step,
    .close = close_stream,
};
