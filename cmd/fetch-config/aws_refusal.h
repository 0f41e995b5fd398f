/* What servers say of a request that they refuse. S3, and STS, which hands out credentials for it, send a small XML document with a
 * code: one status stands for many things there, and the code tells them apart. */
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

/* Whether the code says that the same request may do later, whatever the status: botocore's list of what is retried. */
bool aws_refusal_passes(const char *body, size_t length);

/* Adds the code to `why`, which tells the status, and a hint for the code, or for the status when the body has none. `body` is the
 * answer's beginning, cut anywhere; `region` what its header says of the bucket's place, or empty. */
void aws_refusal_tell(enum refuser refuser, int status, const char *region, const char *body, size_t length,
                      struct reason *why);

#endif
