/* Decompression piece by piece, up to the end of the stream: gzip (RFC 1952), zstd (RFC 8878), xz and bzip2. */
#ifndef COMMON_CODING_H
#define COMMON_CODING_H

#include <stdbool.h>
#include <stddef.h>

#define CODING_ACCEPTED "gzip, zstd" /* for Accept-Encoding */

enum {
    CODING_ROOM = 64 * 1024, /* bytes that one step makes at most */
    CODING_WINDOW = 128,     /* MiB that a stream may need, however much memory there is */
};

enum coding_kind { CODING_IDENTITY, CODING_GZIP, CODING_ZSTD, CODING_XZ, CODING_BZIP2 };

enum coding_state {
    CODING_WITHIN,   /* the stream has not begun, or has not ended */
    CODING_ENDED,    /* it has ended; another member (gzip), frame (zstd) or stream may follow */
    CODING_BROKEN,   /* damaged: not such a stream, or its checksum or length is wrong */
    CODING_TRAILING, /* after its end there are bytes that are neither another stream nor padding */
    CODING_MEMORY,   /* its window needs more memory than there is, or than CODING_WINDOW */
    CODING_STOPPED,  /* the sink has stopped it */
};

/* Bytes that were received and are not decoded yet. */
struct coding_input {
    const char *bytes;
    size_t length;
};

/* Takes a decoded piece. False stops. */
typedef bool coding_sink(void *owner, const char *bytes, size_t length);

/* A zeroed one is closed. Do not copy an open one. */
struct coding {
    enum coding_kind kind;
    enum coding_state state;
    size_t padding; /* zeros after the end of a stream, so far */
    char *room;     /* what the last step made; NULL: closed */
    void *stream;
};

/* The coding that the value of Content-Encoding names. False: it names several, or one that is not supported. */
bool coding_find(const char *value, enum coding_kind *kind);

/* The coding of a file that begins with these bytes; CODING_IDENTITY: none of these. */
enum coding_kind coding_detect(const char *bytes, size_t length);

/* "gzip", "zstd", "xz", "bzip2", "identity" */
const char *coding_name(enum coding_kind kind);

/* Opens a closed one; `kind` is not CODING_IDENTITY. */
void coding_begin(struct coding *coding, enum coding_kind kind);

/* Takes some of `input` and puts `made` bytes into coding->room. If that is full, there may be more without further input. After
 * a state other than the first two, call only coding_end. */
enum coding_state coding_step(struct coding *coding, struct coding_input *input, size_t *made);

/* Decodes all of the next bytes. */
enum coding_state coding_feed(struct coding *coding, const char *bytes, size_t length, coding_sink *sink,
                              void *owner);

/* Closes it; a closed one may be closed again. */
void coding_end(struct coding *coding);

#endif
