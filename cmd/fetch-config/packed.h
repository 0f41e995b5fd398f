/* An archive as libarchive reads it: undone (gzip, zstd, xz, bzip2) on the way, up to the end of its stream, so that nothing is
 * taken from one that is cut or damaged. libarchive itself would stop at the tar's end, and checks no sum of gzip's. */
#ifndef FETCH_CONFIG_PACKED_H
#define FETCH_CONFIG_PACKED_H

#include <archive.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/http/coding.h"

enum { PACKED_CHUNK = 64 * 1024, PACKED_HEAD = 512 };

struct packed {
    int descriptor;
    int64_t most; /* bytes that it may unpack to, padding and headers included */
    int64_t deadline;
    struct coding coding; /* closed: it is not compressed, and libarchive reads the descriptor itself */
    struct coding_input input;
    int64_t undone;
    size_t made;            /* by the last step */
    size_t headed;          /* length of `head` */
    bool failed;            /* `why` says why it cannot be read on */
    struct reason why;      /* CODE_FAILED, CODE_DEADLINE */
    char head[PACKED_HEAD]; /* how it begins, undone */
    char bytes[PACKED_CHUNK];
};

/* A tar, to the end of its file, with others behind it, or a zip, for libarchive to read, for the caller to release before `packed` is closed; NULL fills `why`. `max_size`: of the
 * files in it; what else it holds may take as much again. */
struct archive *packed_open(struct packed *packed, int descriptor, int64_t max_size, int64_t deadline,
                            struct reason *why);

/* Reads what is behind the archive's end, to the end of the stream. False fills `why`: the stream, or the file, is not whole. */
bool packed_finish(struct packed *packed, struct reason *why);

/* What a file without a single entry is, if it is known: an ISO image begins with zeros, as an empty tar does. */
void packed_name_empty(const struct packed *packed, struct reason *why);

void packed_close(struct packed *packed);

#endif
