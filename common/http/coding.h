/* Compression that is undone piece by piece, up to the end of its stream: gzip (RFC 1952), zstd (RFC 8878), xz and bzip2. */
#ifndef COMMON_CODING_H
#define COMMON_CODING_H

#include <stdbool.h>
#include <stddef.h>

#define CODING_ACCEPTED "gzip, zstd" /* for Accept-Encoding */

enum {
    CODING_ROOM = 64 * 1024, /* what one step undoes at most */
    CODING_WINDOW = 128,     /* MiB that a stream may ask for, whatever memory there is */
};

enum coding_kind { CODING_IDENTITY, CODING_GZIP, CODING_ZSTD, CODING_XZ, CODING_BZIP2 };

enum coding_state {
    CODING_WITHIN,   /* the stream has not come to its end, or not begun */
    CODING_ENDED,    /* it has; another member (gzip), frame (zstd) or stream may follow */
    CODING_BROKEN,   /* damaged: no such stream, a wrong checksum or length */
    CODING_TRAILING, /* behind its end there is what is neither another stream nor padding */
    CODING_MEMORY,   /* its window takes more memory than there is, or than CODING_WINDOW */
    CODING_STOPPED,  /* by the sink */
};

/* What has come and is not undone yet. */
struct coding_input {
    const char *bytes;
    size_t length;
};

/* Takes a piece of what was packed. False stops. */
typedef bool coding_sink(void *owner, const char *bytes, size_t length);

/* Zeroed, it is closed. Not to be copied while open. */
struct coding {
    enum coding_kind kind;
    enum coding_state state;
    size_t padding; /* zeros that came behind the end of a stream */
    char *room;     /* what the last step undid; NULL: closed */
    void *stream;
};

/* The coding that Content-Encoding's value names. False when there are several, or one that HTTP does not know here. */
bool coding_find(const char *value, enum coding_kind *kind);

/* The coding of a file that begins so; CODING_IDENTITY: none that is known here. */
enum coding_kind coding_detect(const char *bytes, size_t length);

/* "gzip", "zstd", "xz", "bzip2", "identity" */
const char *coding_name(enum coding_kind kind);

/* Opens a closed one, of another kind than CODING_IDENTITY. */
void coding_begin(struct coding *coding, enum coding_kind kind);

/* Takes some of `input` and leaves `made` bytes in coding->room. When that is full there may be more, without further input. Once
 * the state is none of the first two, nothing more is taken. */
enum coding_state coding_step(struct coding *coding, struct coding_input *input, size_t *made);

/* All of the next bytes, as they came. */
enum coding_state coding_feed(struct coding *coding, const char *bytes, size_t length, coding_sink *sink,
                              void *owner);

/* Closes it; a closed one may be closed again. */
void coding_end(struct coding *coding);

#endif
