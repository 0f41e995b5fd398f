#include "common/dns/hosts.h"

#include <stdio.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

/* The addresses found, separated by blanks. */
static const char *find(const char *content, const char *name, int family)
{
    static char all[HOSTS_ADDRESSES * ADDRESS_TEXT];
    char text[8192], shown[ADDRESS_TEXT];
    struct address found[HOSTS_ADDRESSES];
    size_t length = 0;

    snprintf(text, sizeof text, "%s", content);
    size_t count = hosts_find(text, name, family, found);
    all[0] = '\0';
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(all + length, sizeof all - length, "%s%s", i > 0 ? " " : "",
                                   address_format(&found[i], shown));
    return all;
}

START_TEST(names_and_aliases)
{
    static const char file[] =
        "127.0.0.1 localhost\n10.0.0.1\tmydb.example mydb\n10.0.0.2 other\n::2 mydb # mine\n";

    ck_assert_str_eq(find(file, "mydb", AF_UNSPEC), "10.0.0.1 ::2");
    ck_assert_str_eq(find(file, "mydb.example", AF_UNSPEC), "10.0.0.1");
    ck_assert_str_eq(find(file, "MyDB.Example", AF_UNSPEC), "10.0.0.1");
    ck_assert_str_eq(find(file, "mydb", AF_INET), "10.0.0.1");
    ck_assert_str_eq(find(file, "mydb", AF_INET6), "::2");
    ck_assert_str_eq(find(file, "my", AF_UNSPEC), "");
    ck_assert_str_eq(find(file, "mydb.ex", AF_UNSPEC), "");
    ck_assert_str_eq(find(file, "10.0.0.1", AF_UNSPEC), "");
    ck_assert_str_eq(find(file, "mine", AF_UNSPEC), "");
}
END_TEST

/* As libc compares them. */
START_TEST(a_trailing_dot_makes_another_name)
{
    ck_assert_str_eq(find("10.0.0.1 mydb.\n", "mydb", AF_UNSPEC), "");
    ck_assert_str_eq(find("10.0.0.1 mydb\n", "mydb.", AF_UNSPEC), "");
    ck_assert_str_eq(find("10.0.0.1 mydb.\n", "mydb.", AF_UNSPEC), "10.0.0.1");
}
END_TEST

START_TEST(comments_blanks_and_windows_line_ends)
{
    static const char file[] = "# 10.0.0.9 mydb\r\n\r\n \t10.0.0.1  \t mydb \r\n#\n10.0.0.2 other#mydb\r\n";

    ck_assert_str_eq(find(file, "mydb", AF_UNSPEC), "10.0.0.1");
    ck_assert_str_eq(find(file, "other", AF_UNSPEC), "10.0.0.2");
}
END_TEST

START_TEST(garbage_is_passed_over)
{
    ck_assert_str_eq(find("mydb\n10.0.0.1\n10.0.0.256 mydb\nmydb 10.0.0.1\n\xff\xfe mydb\n10.0.0.3 mydb",
                          "mydb", AF_UNSPEC),
                     "10.0.0.3");
    ck_assert_str_eq(find("", "mydb", AF_UNSPEC), "");
    ck_assert_str_eq(find("10.0.0.1 mydb\n", "", AF_UNSPEC), "");
}
END_TEST

START_TEST(each_address_once_and_at_most_so_many)
{
    char file[4096];
    struct address found[HOSTS_ADDRESSES];
    size_t length = 0;

    ck_assert_str_eq(find("10.0.0.1 mydb\n10.0.0.1 mydb\n10.0.0.2 mydb\n", "mydb", AF_UNSPEC),
                     "10.0.0.1 10.0.0.2");
    for (int i = 1; i <= HOSTS_ADDRESSES + 4; i++)
        length += (size_t)snprintf(file + length, sizeof file - length, "10.0.0.%d mydb\n", i);
    ck_assert_uint_eq(hosts_find(file, "mydb", AF_UNSPEC, found), HOSTS_ADDRESSES);
}
END_TEST

START_TEST(localhost_is_loopback)
{
    ck_assert_str_eq(find("", "localhost", AF_UNSPEC), "127.0.0.1 ::1");
    ck_assert_str_eq(find("", "LocalHost.", AF_INET6), "::1");
    ck_assert_str_eq(find("127.0.0.2 localhost\n", "localhost", AF_UNSPEC), "127.0.0.2");
    ck_assert_str_eq(find("", "localhost.example", AF_UNSPEC), "");
}
END_TEST

START_TEST(from_a_file)
{
    struct address found[HOSTS_ADDRESSES];

    ck_assert_uint_eq(hosts_lookup(scratch_file("hosts", "10.0.0.1 mydb\n"), "mydb", AF_UNSPEC, found), 1);
    ck_assert_uint_eq(hosts_lookup(scratch_path("missing"), "mydb", AF_UNSPEC, found), 0);
    ck_assert_uint_eq(hosts_lookup(scratch_path("missing"), "localhost", AF_INET, found), 1);
}
END_TEST

SUITE("hosts", names_and_aliases, a_trailing_dot_makes_another_name, comments_blanks_and_windows_line_ends,
      garbage_is_passed_over, each_address_once_and_at_most_so_many, localhost_is_loopback, from_a_file)
