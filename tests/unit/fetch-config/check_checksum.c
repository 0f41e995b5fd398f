#include "cmd/fetch-config/checksum.h"

#include <stdio.h>

#include "tests/unit/suite.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char *find(const char *text, const char *name)
{
    static char hex[BODY_FILE_DIGEST];
    char copy[512];

    snprintf(copy, sizeof copy, "%s", text);
    const char *other;

    switch (checksum_find(copy, name, hex, &other)) {
    case CHECKSUM_FOUND:
        return hex;
    case CHECKSUM_AMBIGUOUS:
        return "ambiguous";
    case CHECKSUM_MISSING:
        break;
    }
    return other ? other : "none";
}

START_TEST(checksums)
{
    ck_assert_str_eq(find(A, "x"), A);
    ck_assert_str_eq(find(A "\n", "x"), A);
    ck_assert_str_eq(find(A "  y\n", "x"), A);
    ck_assert_str_eq(find(A "  y\n" B " *./x\r\n", "x"), B);
    ck_assert_str_eq(find(B "  x\n" A "  y\n", "x"), B);
    ck_assert_str_eq(find(A "  y\n" B "  z\n", "x"), "none");
    ck_assert_str_eq(find(A "  one/x\n" B "  two/x\n", "x"), "ambiguous");
    ck_assert_str_eq(find(A "  one/x\n" B "  y\n" A "  two/x\n", "x"), A);
    ck_assert_str_eq(find("# sums\n" A "  x\n", "x"), A);
    ck_assert_str_eq(find("aaaa  x\n", "x"), "none");
    ck_assert_str_eq(find(A "a  x\n", "x"), "none");
    ck_assert_str_eq(find("", "x"), "none");
    ck_assert_str_eq(find("SHA256 (dir/x) = " A "\nSHA256 (y) = " B "\n", "x"), A);
    ck_assert_str_eq(find("SHA256 (a (1).txt) = " A "\nSHA256 (y) = " B "\n", "a (1).txt"), A);
    ck_assert_str_eq(find("SHA2-256(x)= " A "\n", "y"), A);
    ck_assert_str_eq(find("SHA256 (x) = " A "x\n", "x"), "none");
    ck_assert_str_eq(find("SHA256 (x = " A "\n", "x"), "none");
    ck_assert_str_eq(find("\xef\xbb\xbf" A "  x\r\n", "x"), A);
    ck_assert_str_eq(find(A B "  x\n", "x"), "SHA-512");
    ck_assert_str_eq(find("SHA512 (x) = " A B "\n", "x"), "SHA-512");
    ck_assert_str_eq(find("SHA512 (x) = " A B "\nSHA256 (x) = " A "\n", "x"), A);
    ck_assert_str_eq(find("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  x\n", "x"), "MD5");
    ck_assert_str_eq(find("SHA3-256 (x) = " B "\nSHA256 (x) = " A "\n", "x"), A);
    ck_assert_str_eq(find("SHA2-512/256(x)= " A "\n", "x"), "SHA3-256 or SHA-512/256");
}
END_TEST

SUITE("fetch_checksum", checksums)
