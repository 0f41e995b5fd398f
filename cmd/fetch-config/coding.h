/* A Content-Encoding that is undone piece by piece, up to its end: gzip (RFC 1952) and zstd (RFC 8878). */
#ifndef FETCH_CONFIG_CODING_H
#define FETCH_CONFIG_CODING_H

#include <stdbool.h>
#include <stddef.h>

#define CODING_ACCEPTED "gzip, zstd" /* for Accept-Encoding */

enum coding_kind { CODING_IDENTITY, CODING_GZIP, CODING_ZSTD };

enum coding_state {
    CODING_WITHIN,   /* the stream has not come to its end, or not begun */
    CODING_ENDED,    /* it has; another member (gzip) or frame (zstd) may follow */
    CODING_BROKEN,   /* damaged: no such stream, a wrong checksum or length */
    CODING_TRAILING, /* behind its end there is what is neither a member nor padding */
    CODING_MEMORY,   /* its window takes more memory than there is, or than is ever given (128 MiB) */
    CODING_STOPPED,  /* by the sink */
};

/* Takes a piece of what was packed. False stops. */
typedef bool coding_sink(void *owner, const char *bytes, size_t length);

/* Zeroed, it is closed. Not to be copied while open. */
struct coding {
    enum coding_kind kind;
    enum coding_state state;
    coding_sink *sink;
    void *owner;
    bool padded; /* zeros came behind a gzip member: nothing else may follow */
    char *room;  /* NULL: closed */
    struct z_stream_s *gzip;
    struct ZSTD_DCtx_s *zstd;
};

/* The coding that Content-Encoding's value names. False when there are several, or one that is not known here. */
bool coding_find(const char *value, enum coding_kind *kind);

/* "gzip", "zstd", "identity" */
const char *coding_name(enum coding_kind kind);

/* Opens a closed one, of another kind than CODING_IDENTITY. */
void coding_begin(struct coding *coding, enum coding_kind kind, coding_sink *sink, void *owner);

/* The next bytes, as they came. Once the state is none of the first two, nothing more is taken. */
enum coding_state coding_feed(struct coding *coding, const char *bytes, size_t length);

/* Closes it; a closed one may be closed again. */
void coding_end(struct coding *coding);

#endif
