/* Resuming a download that broke off: which bodies can be resumed, and whether an answer is the rest of the same body (RFC 9110,
 * 13.1.5 and 14.4). Pure functions. */
#ifndef COMMON_RESUME_H
#define COMMON_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"

enum { RESUME_VALIDATOR = 256 };

/* A body of which a part was received. */
struct resume {
    char *url;                        /* where it came from; NULL: there is no part */
    char validator[RESUME_VALIDATOR]; /* for If-Range */
    int64_t total;                    /* bytes of the whole body */
};

/* Headers of an answer; NULL: it has none of that name. */
struct resume_headers {
    const char *etag, *modified, *date;
    const char *coding, *length, *range, *accepts;
};

/* Whether the body of this 200 could be resumed: it has a strong validator, a length and no coding. Fills the validator and the
 * total. */
bool resume_learn(const struct resume_headers *headers, struct resume *resume);

/* Whether this 206 is exactly the rest of the same body, after the first `from` bytes. False fills `why`. */
bool resume_fits(const struct resume_headers *headers, const struct resume *resume, int64_t from,
                 struct reason *why);

/* Whether the Content-Range of an answer that is not 206 says that it is only a part of the file. Units other than bytes do not
 * count: some APIs number their pages so. */
bool resume_is_part(const char *range);

#endif
