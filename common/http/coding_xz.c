#include "common/http/coding_format.h"

#include <lzma.h>
#include <stdlib.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

/* The dictionary, and the memory of the decoder itself. */
static const uint64_t memory_most = ((uint64_t)CODING_WINDOW + 1) << 20;

static bool begins(const char *bytes, size_t length)
{
    return coding_is_like(bytes, length,
                          "\xfd"
                          "7zXZ\0",
                          6);
}

/* A checksum of an unknown kind would be ignored, so it is an error. A stream without any checksum is valid. */
static bool start(lzma_stream *stream)
{
    return lzma_stream_decoder(stream, memory_most, LZMA_TELL_UNSUPPORTED_CHECK) == LZMA_OK;
}

static void *open_stream(void)
{
    lzma_stream *stream = xcalloc(1, sizeof *stream);

    if (!start(stream))
        mem_exhausted();
    return stream;
}

static enum coding_state step(void *owner, struct coding_input *input, char *room, size_t *made)
{
    lzma_stream *stream = owner;

    stream->next_in = (const uint8_t *)input->bytes;
    stream->avail_in = input->length;
    stream->next_out = (uint8_t *)room;
    stream->avail_out = CODING_ROOM;
    lzma_ret result = lzma_code(stream, LZMA_RUN);
    input->bytes += input->length - stream->avail_in;
    input->length = stream->avail_in;
    *made = CODING_ROOM - stream->avail_out;
    if (result == LZMA_STREAM_END)
        return start(stream) ? CODING_ENDED : CODING_MEMORY;
    if (result == LZMA_OK || result == LZMA_BUF_ERROR) /* the latter: it needs more input */
        return CODING_WITHIN;
    return result == LZMA_MEM_ERROR || result == LZMA_MEMLIMIT_ERROR ? CODING_MEMORY : CODING_BROKEN;
}

static void close_stream(void *owner)
{
    lzma_end(owner);
    free(owner);
}

/* Padding and further streams: "The .xz File Format", 2.2. */
const struct coding_format coding_xz = {
    .name = "xz",
    .padding = 4,
    .follows_padding = true,
    .begins = begins,
    .open = open_stream,
    .step = step,
    .close = close_stream,
};
