/* S3 objects: where they are, and who asks for them. */
#ifndef FETCH_CONFIG_AWS_H
#define FETCH_CONFIG_AWS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/base/strings.h"
#include "common/cli/options.h"
#include "common/http/reach.h"
#include "common/http/url.h"

/* Where credentials come from, in the order in which they are looked for. */
enum aws_source {
    AWS_VARIABLES,    /* AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY */
    AWS_WEB_IDENTITY, /* AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE: IRSA */
    AWS_CONTAINER,    /* AWS_CONTAINER_CREDENTIALS_FULL_URI: Pod Identity */
    AWS_NOWHERE,
};

/* What the environment says; the texts are the environment's own, or those in `trimmed`. */
struct aws {
    enum aws_source source;
    const char *region; /* NULL: not told */
    const char *endpoint, *sts_endpoint;
    const char *id, *secret, *token;
    const char *role, *role_session, *identity_file;
    const char *container_path, *container_url, *container_token, *container_token_file;
    struct strings trimmed;
};

struct aws_key {
    char *id, *secret, *token; /* token NULL: none */
};

/* How credentials are asked for. */
struct aws_question {
    char *url;
    char *form; /* the body of a POST; NULL: a GET */
    struct strings headers;
    enum reach reach; /* who may be asked */
};

enum { AWS_ANSWER = 64 * 1024 };

/* A newline at the end of a value, as a file brings it, is left out with a warning. False fills `why` (CODE_USAGE): a value
 * that cannot go into a request; it names the variable and never repeats the value. aws_free in either case. */
bool aws_read(char **environment, struct aws *aws, struct reason *why);
void aws_free(struct aws *aws);

/* The http or https URL of s3://BUCKET/KEY, for the caller to free. NULL fills `why` (CODE_USAGE). */
char *aws_object_url(const struct aws *aws, const char *bucket, const char *key, struct reason *why);

/* For a source that has to be asked. Reads its token file anew. False fills `why`; aws_question_free in either case. */
bool aws_ask(const struct aws *aws, struct aws_question *question, struct reason *why);
void aws_question_free(struct aws_question *question);

/* Reads the answer, which is changed; with AWS_VARIABLES, the variables. False fills `why`. */
bool aws_take_key(const struct aws *aws, char *answer, size_t length, struct aws_key *key,
                  struct reason *why);
void aws_key_free(struct aws_key *key);

/* Adds the headers that sign a GET of `url` at `time`, in seconds since 1970. */
void aws_sign(const struct aws *aws, const struct aws_key *key, const struct url *url, int64_t time,
              struct strings *headers);

#endif
