#include "cmd/fetch-config/packed.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "cmd/fetch-config/busy.h"
#include "cmd/fetch-config/magic.h"

#include "common/base/banned.h"

#define READABLE "tar (plain, gzip, zstd, xz, bzip2)"
#define ZIP      "PK\x03\x04" /* how one begins that has entries */

enum { OVERHEAD = 64 * 1024 * 1024 /* of small archives: headers, padding */ };

/* --- undoing --- */

/* Why the stream is refused, whose file has ended or which is in one of the later states. */
static void judge(struct packed *packed)
{
    const char *name = coding_name(packed->coding.kind);
    struct reason *why = &packed->why;

    switch (packed->coding.state) {
    case CODING_WITHIN:
    case CODING_ENDED:
        reason_set(why, CODE_FAILED, "is cut: the %s stream has not come to its end", name);
        break;
    case CODING_TRAILING:
        reason_set(why, CODE_FAILED, "has bytes behind the end of its %s stream", name);
        break;
    case CODING_MEMORY:
        reason_set(why, CODE_FAILED, "cannot be unpacked: the window of its %s stream does not fit", name);
        reason_hint(why, "it takes more memory to unpack than the container has, or more than %d MiB",
                    CODING_WINDOW);
        break;
    case CODING_BROKEN:
    case CODING_STOPPED:
        reason_set(why, CODE_FAILED, "is damaged: its %s stream, checksum or length is wrong", name);
        break;
    }
}

/* The next of the file. False: there is none, or it cannot be read. */
static bool fetch_input(struct packed *packed)
{
    ssize_t got = read(packed->descriptor, packed->bytes, sizeof packed->bytes);

    packed->input = (struct coding_input){packed->bytes, got > 0 ? (size_t)got : 0};
    if (got < 0) {
        packed->failed = true;
        reason_set(&packed->why, CODE_FAILED, "cannot be read back: %s", strerror(errno));
    }
    return got > 0;
}

static void keep_head(struct packed *packed)
{
    size_t room = sizeof packed->head - packed->headed;
    size_t kept = packed->made < room ? packed->made : room;

    memcpy(packed->head + packed->headed, packed->coding.room, kept);
    packed->headed += kept;
}

/* How many bytes more are in coding.room; 0: the stream has come to its end, or it has failed. */
static size_t undo(struct packed *packed)
{
    while (!packed->failed) {
        bool waits = packed->input.length == 0 && packed->made < CODING_ROOM;
        if (waits && !fetch_input(packed)) {
            if (packed->failed || packed->coding.state == CODING_ENDED)
                return 0;
            break;
        }
        enum coding_state state = coding_step(&packed->coding, &packed->input, &packed->made);
        packed->undone += (int64_t)packed->made;
        packed->failed = busy_must_end(packed->deadline, "it was being unpacked", &packed->why);
        if (packed->undone > packed->most) {
            packed->failed = true;
            reason_set(&packed->why, CODE_FAILED, "unpacks to more than --max-unpacked-size allows");
        }
        if (packed->made > 0 && !packed->failed) {
            keep_head(packed);
            return packed->made;
        }
        if (state > CODING_ENDED)
            break;
    }
    if (!packed->failed)
        judge(packed);
    packed->failed = true;
    return 0;
}

static la_ssize_t on_read(struct archive *archive, void *owner, const void **bytes)
{
    struct packed *packed = owner;
    size_t length = undo(packed);

    *bytes = packed->coding.room;
    if (!packed->failed)
        return (la_ssize_t)length;
    archive_set_error(archive, EIO, "%s", packed->why.text);
    return ARCHIVE_FATAL;
}

bool packed_finish(struct packed *packed, struct reason *why)
{
    while (packed->coding.room && !packed->failed && undo(packed) > 0) {
    }
    if (packed->failed)
        *why = packed->why;
    return !packed->failed;
}

/* --- opening --- */

/* What a damaged stream is undone to is no archive either: then that is the reason. */
static void refuse_single(struct packed *packed, struct reason *why)
{
    if (!packed_finish(packed, why))
        return;
    const char *inside = magic_name(packed->head, packed->headed);
    const char *name = coding_name(packed->coding.kind);

    reason_set(why, CODE_FAILED, "is a single file in %s, not an archive%s%s", name,
               inside ? ": what it holds is " : "", inside ? inside : "");
    reason_hint(why, "--extract unpacks " READABLE " and zip: leave it out to keep the file as it is");
}

void packed_name_empty(const struct packed *packed, struct reason *why)
{
    static char bytes[MAGIC_BYTES];
    ssize_t got = pread(packed->descriptor, bytes, sizeof bytes, 0);
    const char *name = packed->coding.room ? NULL : magic_name(bytes, got > 0 ? (size_t)got : 0);

    if (name && memcmp(bytes, ZIP, sizeof ZIP - 1) != 0)
        reason_set(why, CODE_FAILED, "is neither " READABLE " nor zip, but %s", name);
}

static void refuse_unknown(const struct packed *packed, struct reason *why)
{
    bool zip = packed->input.length >= 4 && memcmp(packed->bytes, ZIP, sizeof ZIP - 1) == 0;

    if (zip) {
        reason_set(why, CODE_FAILED, "is cut: the zip archive has no central directory");
        reason_hint(why, "what made it, or sent it, stopped before its end");
        return;
    }
    reason_set(why, CODE_FAILED, "is neither " READABLE " nor zip");
    packed_name_empty(packed, why);
    reason_hint(why, "is it another file than expected? With --extract left out it is kept as it is");
}

static void explain(struct packed *packed, struct archive *archive, struct reason *why)
{
    bool unknown = !archive || archive_errno(archive) == EILSEQ || !archive_error_string(archive);

    if (packed->failed) {
        *why = packed->why;
    } else if (!unknown) {
        reason_set(why, CODE_FAILED, "cannot be unpacked: %.150s", archive_error_string(archive));
        reason_hint(why, "it is broken, or takes more memory to unpack than the container has");
    } else if (packed->coding.room) {
        refuse_single(packed, why);
    } else {
        refuse_unknown(packed, why);
    }
}

struct archive *packed_open(struct packed *packed, int descriptor, int64_t max_size, int64_t deadline,
                            struct reason *why)
{
    struct archive *archive = archive_read_new();

    memset(packed, 0, sizeof *packed);
    packed->descriptor = descriptor;
    packed->most = max_size < INT64_MAX / 4 ? 2 * max_size + OVERHEAD : INT64_MAX;
    packed->deadline = deadline;
    /* libarchive converts a zip's names to that, and refuses what it cannot. */
    setlocale(LC_CTYPE, "C.UTF-8");
    bool good = archive && archive_read_support_format_tar(archive) == ARCHIVE_OK &&
                archive_read_set_format_option(archive, "tar", "read_concatenated_archives", "1") ==
                    ARCHIVE_OK;
    enum coding_kind kind = fetch_input(packed) ? coding_detect(packed->bytes, packed->input.length)
                                                : CODING_IDENTITY;
    if (good && kind != CODING_IDENTITY) {
        coding_begin(&packed->coding, kind);
        good = archive_read_open(archive, packed, NULL, on_read, NULL) == ARCHIVE_OK;
    } else if (good) {
        good = lseek(descriptor, 0, SEEK_SET) == 0 &&
               archive_read_support_format_zip_seekable(archive) == ARCHIVE_OK &&
               archive_read_open_fd(archive, descriptor, PACKED_CHUNK) == ARCHIVE_OK;
    }
    if (good)
        return archive;
    explain(packed, archive, why);
    archive_read_free(archive);
    return NULL;
}

void packed_close(struct packed *packed)
{
    coding_end(&packed->coding);
}
