/* S3 objects: their URLs, and the credentials for them. */
#ifndef FETCH_CONFIG_AWS_H
#define FETCH_CONFIG_AWS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/base/strings.h"
#include "common/cli/options.h"
#include "common/http/reach.h"
#include "common/http/url.h"

/* Sources of credentials, in the order in which they are tried. */
enum aws_source {
    AWS_VARIABLES,    /* AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY */
    AWS_WEB_IDENTITY, /* AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE: IRSA */
    AWS_CONTAINER,    /* AWS_CONTAINER_CREDENTIALS_FULL_URI: Pod Identity */
    AWS_NOWHERE,
};

/* The settings in the environment; the texts are the environment's own, or those in `trimmed`. */
struct aws {
    enum aws_source source;
    const char *region; /* NULL: not set */
    const char *endpoint, *sts_endpoint;
    const char *id, *secret, *token;
    const char *role, *role_session, *identity_file;
    const char *container_path, *container_url, *container_token, *container_token_file;
    struct strings trimmed;
};

struct aws_key {
    char *id, *secret, *token; /* token NULL: none */
};

/* The request for credentials. */
struct aws_question {
    char *url;
    char *form; /* the body of a POST; NULL: a GET */
    struct strings headers;
    enum reach reach; /* the addresses that it may go to */
};

enum { AWS_ANSWER = 64 * 1024 };

/* Reads the environment. A newline at the end of a value is dropped with a warning. False fills `why` (CODE_USAGE): a value that
 * cannot be part of a request; it names the variable and never repeats the value. Call aws_free in either case. */
bool aws_read(char **environment, struct aws *aws, struct reason *why);
void aws_free(struct aws *aws);

/* The http or https URL of s3://BUCKET/KEY, for the caller to free. NULL fills `why` (CODE_USAGE). */
char *aws_object_url(const struct aws *aws, const char *bucket, const char *key, struct reason *why);

/* For a source that is a server: prepares the request; reads the token file again. False fills `why`; call aws_question_free in
 * either case. */
bool aws_ask(const struct aws *aws, struct aws_question *question, struct reason *why);
void aws_question_free(struct aws_question *question);

/* The credentials in the answer, which is changed; with AWS_VARIABLES, those in the variables. False fills `why`. */
bool aws_take_key(const struct aws *aws, char *answer, size_t length, struct aws_key *key,
                  struct reason *why);
void aws_key_free(struct aws_key *key);

/* Adds the headers that sign a GET of `url` at `time`, in seconds since 1970. */
void aws_sign(const struct aws *aws, const struct aws_key *key, const struct url *url, int64_t time,
              struct strings *headers);

#endif
