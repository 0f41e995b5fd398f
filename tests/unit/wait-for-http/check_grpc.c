#include "cmd/wait-for-http/grpc.h"

#include "tests/unit/suite.h"

static struct reason why;

static void expect_question(const char *service, const char *bytes, size_t length)
{
    struct buf out;

    buf_init(&out, GRPC_REQUEST_MOST);
    grpc_write_question(service, &out);
    ck_assert_uint_eq(out.length, length);
    ck_assert(memcmp(out.data, bytes, length) == 0);
    buf_free(&out);
}

START_TEST(questions)
{
    char service[1025];
    struct buf out;

    expect_question("", "\0\0\0\0\0", 5);
    expect_question("a.B", "\0\0\0\0\5\x0a\3a.B", 10);
    memset(service, 'x', sizeof service);
    service[127] = '\0';
    buf_init(&out, GRPC_REQUEST_MOST);
    grpc_write_question(service, &out);
    ck_assert_uint_eq(out.length, 5 + 2 + 127);
    ck_assert(memcmp(out.data, "\0\0\0\0\x81\x0a\x7f", 7) == 0);
    buf_clear(&out);
    service[127] = 'x';
    service[1024] = '\0';
    grpc_write_question(service, &out);
    ck_assert_uint_eq(out.length, 5 + 3 + 1024);
    ck_assert(memcmp(out.data, "\0\0\0\4\x03\x0a\x80\x08xx", 10) == 0);
    buf_free(&out);
}
END_TEST

START_TEST(timeouts)
{
    char text[GRPC_TIMEOUT];

    ck_assert_str_eq(grpc_timeout(5000, text), "grpc-timeout: 5000m");
    ck_assert_str_eq(grpc_timeout(0, text), "grpc-timeout: 1m");
    ck_assert_str_eq(grpc_timeout(99999999, text), "grpc-timeout: 99999999m");
    ck_assert_str_eq(grpc_timeout(100000000, text), "");
    ck_assert_str_eq(grpc_timeout(INT64_MAX, text), "");
}
END_TEST

START_TEST(headers_that_gRPC_sets)
{
    ck_assert(grpc_check_header("X-Tenant: shop", &why));
    ck_assert(grpc_check_header("Authorization: Bearer x", &why));
    ck_assert(grpc_check_header("content-types: x", &why));
    ck_assert(!grpc_check_header("Content-Type: x", &why));
    expect_contains(why.text, "Content-Type cannot be set");
    ck_assert_int_eq(why.code, CODE_USAGE);
    ck_assert(!grpc_check_header("TE;", &why));
    ck_assert(!grpc_check_header("GRPC-timeout: 1S", &why));
}
END_TEST

static bool reads(const char *bytes, size_t length, uint64_t wanted)
{
    uint64_t status = 99;

    return grpc_read_status(bytes, length, &status) && status == wanted;
}

#define READS(bytes, wanted) reads(bytes, sizeof(bytes) - 1, wanted)

START_TEST(messages)
{
    ck_assert(READS("", 0));
    ck_assert(READS("\x08\x01", 1));
    ck_assert(READS("\x08\x01\x08\x02", 2));
    ck_assert(READS("\x10\x01", 0));
    ck_assert(READS("\x1a\x02\x08\x01", 0));
    ck_assert(READS("\x21\0\0\0\0\0\0\0\0\x2d\0\0\0\0\x08\x01", 1));
    ck_assert(READS("\x0d\1\0\0\0", 0)); /* field 1 of another type is an unknown one */
    ck_assert(READS("\x08\x81\0", 1));
    ck_assert(READS("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", UINT64_MAX));
    ck_assert(READS("\xf8\xff\xff\xff\x0f\x01", 0)); /* the highest number of a field */
}
END_TEST

START_TEST(what_is_no_message)
{
    uint64_t status;
    static const struct {
        const char *bytes;
        size_t length;
    } wrong[] = {
        {"\x08", 1},                                          /* no value */
        {"\x08\x81", 2},                                      /* half a number */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11}, /* more than 64 bits */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12},
        {"\0\1", 2},      /* field 0 */
        {"\x0b\x0c", 2},  /* a group */
        {"\x0e\1", 2},    /* no such type */
        {"\x12\5abc", 5}, /* longer than the rest */
        {"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 11},
        {"\x21\0\0\0\0\0\0\0", 8},     /* half of 64 bits */
        {"\x2d\0\0\0", 4},             /* and of 32 */
        {"\x88\x80\x80\x80\x10\1", 6}, /* a tag of more than 32 bits */
        {"\x08\1\x10", 3},
    };

    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        ck_assert_msg(!grpc_read_status(wrong[i].bytes, wrong[i].length, &status), "case %zu", i);
}
END_TEST

SUITE("grpc", questions, timeouts, headers_that_gRPC_sets, messages, what_is_no_message)
