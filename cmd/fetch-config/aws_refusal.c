#include "cmd/fetch-config/aws_refusal.h"

#include <expat.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

enum { WORD = 64 };

struct refusal {
    char code[WORD], region[WORD]; /* empty: missing */
    char text[WORD];               /* of the element that is being read */
    size_t length;                 /* WORD: longer than any word */
};

/* --- reading --- */

static void XMLCALL on_start(void *owner, const XML_Char *name, const XML_Char **attributes)
{
    struct refusal *refusal = owner;

    (void)name;
    (void)attributes;
    refusal->length = 0;
}

static void XMLCALL on_text(void *owner, const XML_Char *text, int length)
{
    struct refusal *refusal = owner;

    if ((size_t)length >= WORD - refusal->length) {
        refusal->length = WORD;
        return;
    }
    memcpy(refusal->text + refusal->length, text, (size_t)length);
    refusal->length += (size_t)length;
}

/* Only a plain word may be printed. */
static void take(const struct refusal *refusal, char place[WORD])
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";

    if (*place != '\0' || refusal->length >= WORD)
        return;
    for (size_t i = 0; i < refusal->length; i++)
        if (refusal->text[i] == '\0' || !strchr(plain, refusal->text[i]))
            return;
    memcpy(place, refusal->text, refusal->length);
    place[refusal->length] = '\0';
}

static void XMLCALL on_end(void *owner, const XML_Char *name)
{
    struct refusal *refusal = owner;

    if (strcmp(name, "Code") == 0)
        take(refusal, refusal->code);
    else if (strcmp(name, "Region") == 0)
        take(refusal, refusal->region);
    refusal->length = 0;
}

static void refusal_read(const char *body, size_t length, struct refusal *refusal)
{
    XML_Parser parser = XML_ParserCreate(NULL);

    if (!parser)
        mem_exhausted();
    memset(refusal, 0, sizeof *refusal);
    XML_SetUserData(parser, refusal);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_Parse(parser, body, (int)length, 0);
    XML_ParserFree(parser);
}

bool aws_refusal_passes(const char *body, size_t length)
{
    static const char *const passing[] = {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "IDPCommunicationError",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    };
    struct refusal refusal;

    refusal_read(body, length, &refusal);
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
        if (strcmp(passing[i], refusal.code) == 0)
            return true;
    return false;
}

/* --- reporting --- */

static const char *hint_for(enum refuser refuser, const char *code)
{
    static const struct {
        enum refuser refuser;
        const char *code, *hint;
    } hints[] = {
        {REFUSER_S3, "AccessDenied",
         "may this role read the object? Without the right to list the bucket, S3 answers this for a missing key, too"},
        {REFUSER_S3, "AuthorizationHeaderMalformed", "is AWS_REGION right?"},
        {REFUSER_S3, "NoSuchBucket", "is the bucket's name right, and is it in the store asked?"},
        {REFUSER_S3, "NoSuchKey", "is the key right, and has the object been put there?"},
        {REFUSER_S3, "SignatureDoesNotMatch",
         "is the secret key right, and does a proxy on the way leave the Host header alone?"},
        {REFUSER_S3, "InvalidAccessKeyId", "does this store know the access key?"},
        {REFUSER_S3, "InvalidToken", "is AWS_SESSION_TOKEN the one that came with the access key?"},
        {REFUSER_S3, "ExpiredToken", "the credentials have expired: who renews them?"},
        {REFUSER_S3, "RequestTimeTooSkewed", "are the clocks of this node and of the store right?"},
        {REFUSER_S3, "InvalidObjectState", "the object is archived: it has to be restored first"},
        {REFUSER_STS, "AccessDenied", "does the trust policy of AWS_ROLE_ARN name this service account?"},
        {REFUSER_STS, "ValidationError", "is AWS_ROLE_ARN right?"},
        {REFUSER_STS, "InvalidIdentityToken",
         "does the role's account know this cluster's OIDC provider, and the token's audience?"},
        {REFUSER_STS, "ExpiredTokenException", "the token of AWS_WEB_IDENTITY_TOKEN_FILE has expired"},
    };

    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (hints[i].refuser == refuser && strcmp(hints[i].code, code) == 0)
            return hints[i].hint;
    return NULL;
}

static void hint_at_status(enum refuser refuser, int status, struct reason *why)
{
    if (refuser == REFUSER_STS && (status == 401 || status == 403 || status == 404))
        reason_hint(why, "does this pod's service account have that role?");
    else if (refuser == REFUSER_S3 && (status == 301 || status == 307))
        reason_hint(why, "the bucket is in another region: is AWS_REGION right?");
    else if (refuser == REFUSER_S3 && status == 403)
        reason_hint(why, "may this role read the object, and is AWS_REGION right?");
}

static void hint_at_region(const char *region, struct reason *why)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

    if (*region != '\0' && region[strspn(region, plain)] == '\0')
        reason_hint(why, "the bucket is in another region: set AWS_REGION to %s", region);
}

void aws_refusal_tell(enum refuser refuser, int status, const char *region, const char *body, size_t length,
                      struct reason *why)
{
    struct refusal refusal;

    if (status < 300)
        return;
    hint_at_status(refuser, status, why);
    refusal_read(body, length, &refusal);
    if (refuser == REFUSER_S3 && (status == 301 || status == 307 || status == 400))
        hint_at_region(region, why);
    if (refusal.code[0] == '\0')
        return;
    size_t used = strlen(why->text);
    snprintf(why->text + used, sizeof why->text - used, ": %s", refusal.code);
    const char *hint = hint_for(refuser, refusal.code);
    if (*region != '\0' && strcmp(refusal.code, "AuthorizationHeaderMalformed") == 0)
        return; /* the header has named it already */
    if (hint && refusal.region[0] != '\0')
        reason_hint(why, "%s It expects %s", hint, refusal.region);
    else if (hint)
        reason_hint(why, "%s", hint);
}
