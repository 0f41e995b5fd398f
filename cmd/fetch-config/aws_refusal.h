/* The reason in an answer of S3, or of STS, which issues credentials for it: a small XML document with a code. One status has many
 * meanings there, and the code tells them apart. */
#ifndef FETCH_CONFIG_AWS_REFUSAL_H
#define FETCH_CONFIG_AWS_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/base/strings.h"

enum refuser {
    REFUSER_S3,
    REFUSER_STS, /* or the container endpoint, whose answers have no code */
};

/* Whether the code is worth a retry, whatever the status: the list of botocore. */
bool aws_refusal_passes(const char *body, size_t length);

/* Adds the code to `why`, which names the status, and a hint for the code, or for the status if there is no code. `body` is the
 * beginning of the answer, cut anywhere; `region` is the region in its header, or empty. */
void aws_refusal_tell(enum refuser refuser, int status, const char *region, const char *body, size_t length,
                      struct reason *why);

#endif
