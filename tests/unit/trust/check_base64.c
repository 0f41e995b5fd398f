#include "common/trust/base64.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "common/base/mem.h"

#include "tests/unit/suite.h"

static enum base64_result decode(const char *text, char decoded[256])
{
    struct base64 base64;
    size_t length = strlen(text), count = 0;
    unsigned char *to = xcalloc(BASE64_ROOM(length),
                                1); /* of just the size that the header promises to be enough */

    base64_init(&base64);
    enum base64_result result = base64_decode(&base64, text, length, to, &count);
    snprintf(decoded, 256, "%.*s", (int)count, (char *)to);
    free(to);
    return result;
}

START_TEST(lines)
{
    static const struct {
        const char *text, *decoded;
        enum base64_result result;
    } cases[] = {
        {"YQ==", "a", BASE64_USUAL},
        {"YWI=", "ab", BASE64_USUAL},
        {"YWJj", "abc", BASE64_USUAL},
        {"\nYWJj\nZGVm\n", "abcdef", BASE64_USUAL},
        {"\r\nYWJj\r\nZGVmZw==\r\n", "abcdefg", BASE64_USUAL},
        {"\nYW\nJjZ\nGVm\n", "abcdef", BASE64_USUAL}, /* lines end where they like */
        {"\nYWJj \nZGVm\n", "abcdef", BASE64_UNUSUAL},
        {"\nYWJj \r\n", "abc", BASE64_UNUSUAL},
        {"\nYW Jj\n", "", BASE64_INVALID},
        {"\n YWJj\n", "", BASE64_INVALID},
        {"\nYWJj\rZGVm\n", "", BASE64_INVALID},
        {"\nYWJj\t\n", "", BASE64_INVALID},
        {"\nYQ=\n=\n", "a", BASE64_USUAL},
        {"", "", BASE64_INVALID},
        {"\n \r\n", "", BASE64_INVALID},
        {"====", "", BASE64_INVALID},
        {"Y", "", BASE64_INVALID},
        {"Y===", "", BASE64_INVALID},
        {"YQ", "", BASE64_INVALID},
        {"YQ=", "", BASE64_INVALID},
        {"YQ===", "", BASE64_INVALID},
        {"YWJj=", "", BASE64_INVALID},
        {"YQ==YQ==", "", BASE64_INVALID},
        {"YWJj\nProc-Type: 4\n", "", BASE64_INVALID},
        {"YWJ-", "", BASE64_INVALID},
        {"YWJ\xC3", "", BASE64_INVALID},
    };
    char decoded[256];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ck_assert_msg(decode(cases[i].text, decoded) == cases[i].result, "\"%s\"", cases[i].text);
        ck_assert_str_eq(decoded, cases[i].decoded);
    }
}
END_TEST

START_TEST(a_line_of_over_76_characters_is_unusual)
{
    char text[128], decoded[256];

    for (int length = 72; length <= 80; length += 4) {
        snprintf(text, sizeof text, "\n%.*s\n", length,
                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        ck_assert_int_eq(decode(text, decoded), length <= 76 ? BASE64_USUAL : BASE64_UNUSUAL);
    }
}
END_TEST

START_TEST(each_byte_comes_back)
{
    unsigned char bytes[256], text[400];
    struct base64 base64;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    base64_init(&base64);
    for (size_t size = 1; size <= sizeof bytes; size++) {
        int length = EVP_EncodeBlock(text, bytes, (int)size);
        unsigned char *to = xcalloc(BASE64_ROOM((size_t)length), 1);
        size_t count = 0;
        ck_assert_int_ne(base64_decode(&base64, (char *)text, (size_t)length, to, &count), BASE64_INVALID);
        ck_assert_uint_eq(count, size);
        ck_assert(memcmp(to, bytes, size) == 0);
        free(to);
    }
}
END_TEST

SUITE("base64", lines, a_line_of_over_76_characters_is_unusual, each_byte_comes_back)
