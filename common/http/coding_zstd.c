#include "common/http/coding_format.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

/* A frame, or a skippable frame (RFC 8878, 3.1.1 and 3.1.2). */
static bool begins(const char *bytes, size_t length)
{
    return coding_is_like(bytes, length, "\x28\xb5\x2f\xfd", 4) ||
           (length > 0 && ((unsigned char)bytes[0] & 0xf0) == 0x50 &&
            (length == 1 || coding_is_like(bytes + 1, length - 1, "\x2a\x4d\x18", 3)));
}

/* The library's default limit of the window is that of CODING_WINDOW. */
static void *open_stream(void)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();

    if (!context)
        mem_exhausted();
    return context;
}

/* `room` is written to through zstd's own struct. NOLINTNEXTLINE(readability-non-const-parameter) */
static enum coding_state step(void *stream, struct coding_input *input, char *room, size_t *made)
{
    ZSTD_inBuffer in = {input->bytes, input->length, 0};
    ZSTD_outBuffer out = {room, CODING_ROOM, 0};
    size_t result = ZSTD_decompressStream(stream, &out, &in);

    input->bytes += in.pos;
    input->length -= in.pos;
    *made = out.pos;
    if (!ZSTD_isError(result))
        return result == 0 ? CODING_ENDED : CODING_WITHIN;
    ZSTD_ErrorCode error = ZSTD_getErrorCode(result);
    return error == ZSTD_error_memory_allocation || error == ZSTD_error_frameParameter_windowTooLarge
               ? CODING_MEMORY
               : CODING_BROKEN;
}

static void close_stream(void *stream)
{
    ZSTD_freeDCtx(stream);
}

const struct coding_format coding_zstd = {
    .name = "zstd",
    .begins = begins,
    .open = open_stream,
    .step = step,
    .close = close_stream,
};
