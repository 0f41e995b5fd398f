#include "cmd/fetch-config/aws_refusal.h"

#include <string.h>

#include "tests/unit/suite.h"

#define DECLARATION "<?xml version='1.0' encoding='UTF-8'?>\n"

static struct reason why;

static void tell(enum refuser refuser, const char *body, size_t length)
{
    reason_set(&why, CODE_HTTP_STATUS, "HTTP status 403 Forbidden");
    reason_hint(&why, "as it was");
    aws_refusal_tell(refuser, 400, "", body, length, &why);
}

static void expect(enum refuser refuser, const char *body, const char *text, const char *hint)
{
    tell(refuser, body, strlen(body));
    ck_assert_int_eq(why.code, CODE_HTTP_STATUS);
    ck_assert_str_eq(why.text, text);
    expect_contains(why.hint, hint);
}

START_TEST(codes)
{
    expect(REFUSER_S3, DECLARATION "<Error><Code>AccessDenied</Code><Message>no</Message></Error>",
           "HTTP status 403 Forbidden: AccessDenied", "may this role read the object");
    expect(REFUSER_STS,
           "<ErrorResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><Error>"
           "<Type>Sender</Type><Code>AccessDenied</Code></Error></ErrorResponse>",
           "HTTP status 403 Forbidden: AccessDenied", "trust policy");
    expect(REFUSER_S3, "<Error>\n  <Code>Un.heard-of_1</Code>\n</Error>",
           "HTTP status 403 Forbidden: Un.heard-of_1", "as it was");
    expect(REFUSER_S3, "<Error><Code>First</Code><Code>Second</Code></Error>",
           "HTTP status 403 Forbidden: First", "as it was");
    expect(REFUSER_S3,
           "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-central-1</Region></Error>",
           "HTTP status 403 Forbidden: AuthorizationHeaderMalformed",
           "is AWS_REGION right? It expects eu-central-1");
}
END_TEST

static void expect_hint(enum refuser refuser, int status, const char *hint)
{
    reason_set(&why, CODE_HTTP_STATUS, "HTTP status");
    reason_hint(&why, "as it was");
    aws_refusal_tell(refuser, status, "", "", 0, &why);
    expect_contains(why.hint, hint);
}

START_TEST(statuses_without_a_code)
{
    expect_hint(REFUSER_S3, 403, "may this role read the object");
    expect_hint(REFUSER_S3, 301, "another region");
    expect_hint(REFUSER_S3, 307, "another region");
    expect_hint(REFUSER_S3, 404, "as it was");
    expect_hint(REFUSER_STS, 404, "service account");
    expect_hint(REFUSER_STS, 503, "as it was");
    expect_hint(REFUSER_STS, 0, "as it was");
}
END_TEST

START_TEST(what_passes)
{
    static const char slow[] = "<Error><Code>SlowDown</Code></Error>",
                      denied[] = "<Error><Code>AccessDenied</Code></Error>";
    static const char sts[] =
        "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code></Error></ErrorResponse>";

    ck_assert(aws_refusal_passes(slow, strlen(slow)));
    ck_assert(aws_refusal_passes(sts, strlen(sts)));
    ck_assert(!aws_refusal_passes(denied, strlen(denied)));
    ck_assert(!aws_refusal_passes("", 0));
}
END_TEST

START_TEST(cut_anywhere)
{
    static const char body[] = DECLARATION "<Error><Code>NoSuchKey</Code><Message>The specified";
    const char *complete = strstr(body, "</Code>") + strlen("</Code>");

    for (size_t length = 0; length < sizeof body; length++) {
        tell(REFUSER_S3, body, length);
        bool has_code = length >= (size_t)(complete - body);
        ck_assert_str_eq(why.text,
                         has_code ? "HTTP status 403 Forbidden: NoSuchKey" : "HTTP status 403 Forbidden");
    }
}
END_TEST

START_TEST(what_is_no_code)
{
    static const char *const bodies[] = {
        "",
        "not found",
        "{\"Code\": \"AccessDenied\"}",
        "<html><body><p>403<br></body></html>",
        "<Error><Code></Code></Error>",
        "<Error><Code>two words</Code></Error>",
        "<Error><Code>line\nbreak</Code></Error>",
        "<Error><Code>&#27;[31m</Code></Error>",
        "<Error><Code>\xC3\xA4</Code></Error>",
        "<Error><Code>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</Code></Error>",
    };

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        expect(REFUSER_S3, bodies[i], "HTTP status 403 Forbidden", "as it was");
}
END_TEST

START_TEST(regions)
{
    static const char moved[] = "<Error><Code>PermanentRedirect</Code><Endpoint>b.s3</Endpoint></Error>";

    reason_set(&why, CODE_HTTP_STATUS, "HTTP status 301");
    aws_refusal_tell(REFUSER_S3, 301, "eu-west-1", moved, strlen(moved), &why);
    ck_assert_str_eq(why.text, "HTTP status 301: PermanentRedirect");
    expect_contains(why.hint, "set AWS_REGION to eu-west-1");
    aws_refusal_tell(REFUSER_S3, 301, "eu west\n", moved, strlen(moved), &why);
    expect_contains(why.hint, "is AWS_REGION right?");
}
END_TEST

SUITE("fetch_aws_refusal", regions, codes, statuses_without_a_code, what_passes, cut_anywhere,
      what_is_no_code)
