/* The rest of a body that broke off: which bodies can be gone on with, and whether an answer is the rest of the same one (RFC 9110,
 * 13.1.5 and 14.4). All of it is judging, pure. */
#ifndef COMMON_RESUME_H
#define COMMON_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"

enum { RESUME_VALIDATOR = 256 };

/* The body that a part of is here. */
struct resume {
    char *url;                        /* that it came from; NULL: there is none */
    char validator[RESUME_VALIDATOR]; /* for If-Range */
    int64_t total;                    /* bytes of the whole */
};

/* An answer's headers, NULL where there is none. */
struct resume_headers {
    const char *etag, *modified, *date;
    const char *coding, *length, *range, *accepts;
};

/* Whether the body of this 200 could be gone on with: it is named strongly, has a length and no coding. Fills the validator and the
 * total then. */
bool resume_learn(const struct resume_headers *headers, struct resume *resume);

/* Whether this 206 is all that follows the first `from` bytes of the same body. False fills `why`. */
bool resume_fits(const struct resume_headers *headers, const struct resume *resume, int64_t from,
                 struct reason *why);

/* Whether an answer that is not 206 says by its Content-Range that it holds only a part of the file. Units other than bytes, as
 * some APIs count their pages, are not about that. */
bool resume_is_part(const char *range);

#endif
