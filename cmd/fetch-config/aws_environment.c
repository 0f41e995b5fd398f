/* aws_read: the settings for AWS in the environment. */
#include <stddef.h>
#include <string.h>

#include "cmd/fetch-config/aws.h"
#include "common/base/environment.h"
#include "common/base/log.h"
#include "common/base/strings.h"
#include "common/http/headers.h"

#include "common/base/banned.h"

/* The characters that a value may have. */
enum kind {
    KIND_WORD, /* goes into a header: visible ASCII */
    KIND_NAME, /* goes into a host name: letters, digits, -._ */
    KIND_TEXT, /* a path, a URL: anything but control bytes */
};

static bool is_fit(enum kind kind, const char *value)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

    if (kind == KIND_NAME)
        return value[strspn(value, letters)] == '\0';
    for (; *value != '\0'; value++)
        if ((unsigned char)*value < ' ' || *value == 0x7F ||
            (kind == KIND_WORD && (*value == ' ' || (unsigned char)*value >= 0x80)))
            return false;
    return true;
}

static const char *expected_of(enum kind kind)
{
    return kind == KIND_WORD   ? "expected visible characters of ASCII on one line"
           : kind == KIND_NAME ? "expected letters, digits, - . and _"
                               : "expected one line without control bytes";
}

/* The value without a newline at its end. */
static const char *trim(struct aws *aws, const char *name, const char *value)
{
    size_t length = strlen(value);

    if (value[length - 1] != '\n')
        return value;
    length -= length > 1 && value[length - 2] == '\r' ? 2 : 1;
    log_warn("%s: ends with a newline, which is left out: write the value without one", name);
    strings_add(&aws->trimmed, value, length);
    return aws->trimmed.items[aws->trimmed.count - 1];
}

/* If two rows are for the same member, the first variable that is set counts. */
static const struct {
    const char *name;
    size_t offset;
    enum kind kind;
} variables[] = {
    {"AWS_REGION", offsetof(struct aws, region), KIND_NAME},
    {"AWS_DEFAULT_REGION", offsetof(struct aws, region), KIND_NAME},
    {"AWS_ENDPOINT_URL_S3", offsetof(struct aws, endpoint), KIND_TEXT},
    {"AWS_ENDPOINT_URL", offsetof(struct aws, endpoint), KIND_TEXT},
    {"AWS_ENDPOINT_URL_STS", offsetof(struct aws, sts_endpoint), KIND_TEXT},
    {"AWS_ENDPOINT_URL", offsetof(struct aws, sts_endpoint), KIND_TEXT},
    {"AWS_ACCESS_KEY_ID", offsetof(struct aws, id), KIND_WORD},
    {"AWS_SECRET_ACCESS_KEY", offsetof(struct aws, secret), KIND_WORD},
    {"AWS_SESSION_TOKEN", offsetof(struct aws, token), KIND_WORD},
    {"AWS_ROLE_ARN", offsetof(struct aws, role), KIND_TEXT},
    {"AWS_ROLE_SESSION_NAME", offsetof(struct aws, role_session), KIND_TEXT},
    {"AWS_WEB_IDENTITY_TOKEN_FILE", offsetof(struct aws, identity_file), KIND_TEXT},
    {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", offsetof(struct aws, container_path), KIND_TEXT},
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", offsetof(struct aws, container_url), KIND_TEXT},
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN", offsetof(struct aws, container_token), KIND_TEXT},
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", offsetof(struct aws, container_token_file), KIND_TEXT},
};

bool aws_read(char **environment, struct aws *aws, struct reason *why)
{
    *aws = (struct aws){.source = AWS_NOWHERE};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char **place = (const char **)(void *)((char *)aws + variables[i].offset);
        const char *value = *place ? NULL : environment_find(environment, variables[i].name);
        if (!value)
            continue;
        *place = trim(aws, variables[i].name, value);
        if (**place == '\0' || !is_fit(variables[i].kind, *place))
            return reason_set(why, CODE_USAGE, "%s: %s", variables[i].name, expected_of(variables[i].kind));
    }
    if (aws->id && aws->secret)
        aws->source = AWS_VARIABLES;
    else if (aws->role && aws->identity_file)
        aws->source = AWS_WEB_IDENTITY;
    else if (aws->container_path || aws->container_url)
        aws->source = AWS_CONTAINER;
    return true;
}

void aws_free(struct aws *aws)
{
    headers_clear(&aws->trimmed);
}
