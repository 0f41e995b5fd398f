#include "common/http/coding_format.h"

#include <bzlib.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

/* The library, built without stdio, calls this when it detects a bug in itself. */
_Noreturn void bz_internal_error(int number);

_Noreturn void bz_internal_error(int number)
{
    (void)number;
    abort();
}

static bool begins(const char *bytes, size_t length)
{
    return coding_is_like(bytes, length, "BZh", 3) && (length < 4 || (bytes[3] >= '1' && bytes[3] <= '9'));
}

static void *open_stream(void)
{
    bz_stream *stream = xcalloc(1, sizeof *stream);

    if (BZ2_bzDecompressInit(stream, 0, 0) != BZ_OK)
        mem_exhausted();
    return stream;
}

static enum coding_state step(void *owner, struct coding_input *input, char *room, size_t *made)
{
    bz_stream *stream = owner;
    unsigned given = coding_clamp(input->length);

    stream->next_in = (char *)(uintptr_t)input->bytes; /* it only reads there */
    stream->avail_in = given;
    stream->next_out = room;
    stream->avail_out = CODING_ROOM;
    int result = BZ2_bzDecompress(stream);
    input->bytes += given - stream->avail_in;
    input->length -= given - stream->avail_in;
    *made = CODING_ROOM - stream->avail_out;
    if (result == BZ_STREAM_END) {
        BZ2_bzDecompressEnd(stream);
        return BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK ? CODING_ENDED : CODING_MEMORY;
    }
    if (result == BZ_OK)
        return CODING_WITHIN;
    return result == BZ_MEM_ERROR ? CODING_MEMORY : CODING_BROKEN;
}

static void close_stream(void *owner)
{
    BZ2_bzDecompressEnd(owner);
    free(owner);
}

const struct coding_format coding_bzip2 = {
    .name = "bzip2",
    .begins = begins,
    .open = open_stream,
    .step = step,
    .close = close_stream,
};
