/* Decompresses an archive (gzip, zstd, xz, bzip2) for libarchive, to the end of its stream, so that a truncated or damaged one is
 * refused. libarchive itself would stop at the end of the tar, and does not verify gzip's checksum. */
#ifndef FETCH_CONFIG_ARCHIVE_STREAM_H
#define FETCH_CONFIG_ARCHIVE_STREAM_H

#include <archive.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/http/coding.h"

enum { ARCHIVE_STREAM_CHUNK = 64 * 1024, ARCHIVE_STREAM_HEAD = 512 };

struct archive_stream {
    int descriptor;
    int64_t most; /* bytes after decompression, with headers and padding, at most */
    int64_t deadline;
    struct coding coding; /* closed: the file is not compressed, and libarchive reads the descriptor itself */
    struct coding_input input;
    int64_t undone;
    size_t made;                    /* by the last step */
    size_t headed;                  /* length of `head` */
    bool failed;                    /* `why` has the reason */
    struct reason why;              /* CODE_FAILED, CODE_DEADLINE */
    char head[ARCHIVE_STREAM_HEAD]; /* the first bytes after decompression */
    char bytes[ARCHIVE_STREAM_CHUNK];
};

/* Opens one or more tars, or a zip, for the caller to read with libarchive and to release before the stream is closed.
 * `max_size` is for the files in it; headers and padding may take as much again. NULL fills `why`. */
struct archive *archive_stream_open(struct archive_stream *stream, int descriptor, int64_t max_size,
                                    int64_t deadline, struct reason *why);

/* Reads from the end of the archive to the end of the stream. False fills `why`: the stream is incomplete or damaged. */
bool archive_stream_finish(struct archive_stream *stream, struct reason *why);

/* Names the format of a file without entries, if it is known: an ISO image begins with zeros, like an empty tar. */
void archive_stream_name_empty(const struct archive_stream *stream, struct reason *why);

void archive_stream_close(struct archive_stream *stream);

#endif
