/* An archive as libarchive reads it: undone (gzip, zstd, xz, bzip2) on the way, up to the end of its stream, so that nothing is
 * taken from one that is cut or damaged. libarchive itself would stop at the tar's end, and checks no sum of gzip's. */
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
    int64_t most; /* bytes that it may unpack to, padding and headers included */
    int64_t deadline;
    struct coding coding; /* closed: it is not compressed, and libarchive reads the descriptor itself */
    struct coding_input input;
    int64_t undone;
    size_t made;                    /* by the last step */
    size_t headed;                  /* length of `head` */
    bool failed;                    /* `why` says why it cannot be read on */
    struct reason why;              /* CODE_FAILED, CODE_DEADLINE */
    char head[ARCHIVE_STREAM_HEAD]; /* how it begins, undone */
    char bytes[ARCHIVE_STREAM_CHUNK];
};

/* A tar, to the end of its file, with others behind it, or a zip, for libarchive to read, for the caller to release before the stream is closed; NULL fills `why`. `max_size`: of the
 * files in it; what else it holds may take as much again. */
struct archive *archive_stream_open(struct archive_stream *stream, int descriptor, int64_t max_size,
                                    int64_t deadline, struct reason *why);

/* Reads what is behind the archive's end, to the end of the stream. False fills `why`: the stream, or the file, is not whole. */
bool archive_stream_finish(struct archive_stream *stream, struct reason *why);

/* What a file without a single entry is, if it is known: an ISO image begins with zeros, as an empty tar does. */
void archive_stream_name_empty(const struct archive_stream *stream, struct reason *why);

void archive_stream_close(struct archive_stream *stream);

#endif
