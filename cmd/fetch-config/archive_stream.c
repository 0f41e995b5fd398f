#include "cmd/fetch-config/archive_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "cmd/fetch-config/cancel.h"
#include "cmd/fetch-config/magic.h"

#include "common/base/banned.h"

#define READABLE "tar (plain, gzip, zstd, xz, bzip2)"
#define ZIP      "PK\x03\x04" /* the first bytes of a zip with entries */

enum { OVERHEAD = 64 * 1024 * 1024 /* allowed for headers and padding of many small files */ };

/* --- decompressing --- */

/* Fills `why`: the file has ended too early, or the decompressor is in one of the states of failure. */
static void judge(struct archive_stream *stream)
{
    const char *name = coding_name(stream->coding.kind);
    struct reason *why = &stream->why;

    switch (stream->coding.state) {
    case CODING_WITHIN:
    case CODING_ENDED:
        reason_set(why, CODE_FAILED, "is truncated: the end of its %s stream is missing", name);
        break;
    case CODING_TRAILING:
        reason_set(why, CODE_FAILED, "has more bytes after the end of its %s stream", name);
        break;
    case CODING_MEMORY:
        reason_set(why, CODE_FAILED, "cannot be unpacked: its %s stream needs too much memory", name);
        reason_hint(why, "decompression needs more memory than the container has, or more than %d MiB",
                    CODING_WINDOW);
        break;
    case CODING_BROKEN:
    case CODING_STOPPED:
        reason_set(why, CODE_FAILED, "is damaged: its %s stream, checksum or length is wrong", name);
        break;
    }
}

/* Reads the next piece of the file. False: at its end, or if it cannot be read. */
static bool fetch_input(struct archive_stream *stream)
{
    ssize_t got = read(stream->descriptor, stream->bytes, sizeof stream->bytes);

    stream->input = (struct coding_input){stream->bytes, got > 0 ? (size_t)got : 0};
    if (got < 0) {
        stream->failed = true;
        reason_set(&stream->why, CODE_FAILED, "cannot be read back: %s", strerror(errno));
    }
    return got > 0;
}

static void keep_head(struct archive_stream *stream)
{
    size_t room = sizeof stream->head - stream->headed;
    size_t kept = stream->made < room ? stream->made : room;

    memcpy(stream->head + stream->headed, stream->coding.room, kept);
    stream->headed += kept;
}

/* Decompresses a piece into coding.room. The number of bytes; 0: at the end of the stream, or `failed`. */
static size_t undo(struct archive_stream *stream)
{
    while (!stream->failed) {
        bool waits = stream->input.length == 0 && stream->made < CODING_ROOM;
        if (waits && !fetch_input(stream)) {
            if (stream->failed || stream->coding.state == CODING_ENDED)
                return 0;
            break;
        }
        enum coding_state state = coding_step(&stream->coding, &stream->input, &stream->made);
        stream->undone += (int64_t)stream->made;
        stream->failed = cancel_due(stream->deadline, "it was being unpacked", &stream->why);
        if (stream->undone > stream->most) {
            stream->failed = true;
            reason_set(&stream->why, CODE_FAILED, "unpacks to more than --max-unpacked-size allows");
        }
        if (stream->made > 0 && !stream->failed) {
            keep_head(stream);
            return stream->made;
        }
        if (state > CODING_ENDED)
            break;
    }
    if (!stream->failed)
        judge(stream);
    stream->failed = true;
    return 0;
}

static la_ssize_t on_read(struct archive *archive, void *owner, const void **bytes)
{
    struct archive_stream *stream = owner;
    size_t length = undo(stream);

    *bytes = stream->coding.room;
    if (!stream->failed)
        return (la_ssize_t)length;
    archive_set_error(archive, EIO, "%s", stream->why.text);
    return ARCHIVE_FATAL;
}

bool archive_stream_finish(struct archive_stream *stream, struct reason *why)
{
    while (stream->coding.room && !stream->failed && undo(stream) > 0) {
    }
    if (stream->failed)
        *why = stream->why;
    return !stream->failed;
}

/* --- opening --- */

/* A compressed file that is not an archive. If its stream is damaged, that is the reason. */
static void refuse_single(struct archive_stream *stream, struct reason *why)
{
    if (!archive_stream_finish(stream, why))
        return;
    const char *inside = magic_name(stream->head, stream->headed);
    const char *name = coding_name(stream->coding.kind);

    reason_set(why, CODE_FAILED, "is a single file in %s, not an archive%s%s", name,
               inside ? ": what it holds is " : "", inside ? inside : "");
    reason_hint(why,
                "--extract unpacks " READABLE " and zip: without --extract the file is published as it is");
}

void archive_stream_name_empty(const struct archive_stream *stream, struct reason *why)
{
    static char bytes[MAGIC_BYTES];
    ssize_t got = pread(stream->descriptor, bytes, sizeof bytes, 0);
    const char *name = stream->coding.room ? NULL : magic_name(bytes, got > 0 ? (size_t)got : 0);

    if (name && memcmp(bytes, ZIP, sizeof ZIP - 1) != 0)
        reason_set(why, CODE_FAILED, "is neither " READABLE " nor zip, but %s", name);
}

static void refuse_unknown(const struct archive_stream *stream, struct reason *why)
{
    bool zip = stream->input.length >= 4 && memcmp(stream->bytes, ZIP, sizeof ZIP - 1) == 0;

    if (zip) {
        reason_set(why, CODE_FAILED, "is truncated: the central directory of the zip is missing");
        reason_hint(why,
                    "the program that made or sent it stopped early, or its comment is longer than 16 KiB");
        return;
    }
    reason_set(why, CODE_FAILED, "is neither " READABLE " nor zip");
    archive_stream_name_empty(stream, why);
    reason_hint(why, "is it the file that you expect? without --extract it is published as it is");
}

static void explain(struct archive_stream *stream, struct archive *archive, struct reason *why)
{
    bool unknown = !archive || archive_errno(archive) == EILSEQ || !archive_error_string(archive);

    if (stream->failed) {
        *why = stream->why;
    } else if (!unknown) {
        reason_set(why, CODE_FAILED, "cannot be unpacked: %.150s", archive_error_string(archive));
        reason_hint(why, "it is damaged, or needs more memory to unpack than the container has");
    } else if (stream->coding.room) {
        refuse_single(stream, why);
    } else {
        refuse_unknown(stream, why);
    }
}

struct archive *archive_stream_open(struct archive_stream *stream, int descriptor, int64_t max_size,
                                    int64_t deadline, struct reason *why)
{
    struct archive *archive = archive_read_new();

    memset(stream, 0, sizeof *stream);
    stream->descriptor = descriptor;
    stream->most = max_size < INT64_MAX / 4 ? 2 * max_size + OVERHEAD : INT64_MAX;
    stream->deadline = deadline;
    /* libarchive converts the names of a zip to this, and refuses names that it cannot convert. */
    setlocale(LC_CTYPE, "C.UTF-8");
    bool good = archive && archive_read_support_format_tar(archive) == ARCHIVE_OK &&
                archive_read_set_format_option(archive, "tar", "read_concatenated_archives", "1") ==
                    ARCHIVE_OK;
    enum coding_kind kind = fetch_input(stream) ? coding_detect(stream->bytes, stream->input.length)
                                                : CODING_IDENTITY;
    if (good && kind != CODING_IDENTITY) {
        coding_begin(&stream->coding, kind);
        good = archive_read_open(archive, stream, NULL, on_read, NULL) == ARCHIVE_OK;
    } else if (good) {
        good = lseek(descriptor, 0, SEEK_SET) == 0 &&
               archive_read_support_format_zip_seekable(archive) == ARCHIVE_OK &&
               archive_read_open_fd(archive, descriptor, ARCHIVE_STREAM_CHUNK) == ARCHIVE_OK;
    }
    if (good)
        return archive;
    explain(stream, archive, why);
    archive_read_free(archive);
    return NULL;
}

void archive_stream_close(struct archive_stream *stream)
{
    coding_end(&stream->coding);
}
