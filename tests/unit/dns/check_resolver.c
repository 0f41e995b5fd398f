#include "common/dns/resolver.h"

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct resolvconf conf;
static struct reason why;

static bool read_with(const char *path, char **servers, size_t count)
{
    struct resolver_options options = {.nameservers = {.items = servers, .count = count},
                                       .resolv_conf = path};

    return resolver_read(&options, &conf, &why);
}

START_TEST(nameserver_values)
{
    static const char *const good[] = {"10.0.0.1", "10.0.0.1:5353", "::1", "[::1]:53", "[::1]"};
    static const char *const bad[] = {"", "mydb", "10.0.0.1:0", "10.0.0.1:x", "tcp://10.0.0.1"};

    for (size_t i = 0; i < COUNT_OF(good); i++)
        ck_assert_msg(resolver_check_nameserver(good[i], &why), "%s", good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        ck_assert_msg(!resolver_check_nameserver(bad[i], &why), "%s", bad[i]);
        ck_assert_int_eq(why.code, CODE_USAGE);
    }
}
END_TEST

START_TEST(the_file_alone)
{
    ck_assert(read_with(scratch_file("conf", "nameserver 10.0.0.1\nsearch a.example\n"), NULL, 0));
    ck_assert_uint_eq(conf.server_count, 1);
    ck_assert(!read_with(scratch_path("missing"), NULL, 0));
    ck_assert_int_eq(why.code, CODE_USAGE);
    ck_assert_uint_eq(conf.server_count, 0);
    ck_assert(!read_with(scratch_file("conf", "search a.example\n"), NULL, 0));
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, "contains no nameserver");
}
END_TEST

START_TEST(flags_replace_the_files_servers_and_keep_its_search_list)
{
    char one[] = "127.0.0.1:5353", two[] = "::1";
    char *servers[] = {one, two};

    ck_assert(read_with(scratch_file("conf", "nameserver 10.0.0.1\nsearch a.example\noptions ndots:4\n"),
                        servers, 2));
    ck_assert_uint_eq(conf.server_count, 2);
    ck_assert_uint_eq(address_port(&conf.servers[0]), 5353);
    ck_assert_uint_eq(address_port(&conf.servers[1]), 53);
    ck_assert_uint_eq(conf.domain_count, 1);
    ck_assert_int_eq(conf.ndots, 4);
}
END_TEST

START_TEST(flags_make_up_for_a_file_without_servers)
{
    char one[] = "127.0.0.1";
    char *servers[] = {one};

    ck_assert(read_with(scratch_file("conf", "search a.example\n"), servers, 1));
    ck_assert_uint_eq(conf.server_count, 1);
    ck_assert_uint_eq(conf.domain_count, 1);
    ck_assert(read_with(scratch_file("conf", "options ndots:5\n"), servers, 1));
    ck_assert_uint_eq(conf.server_count, 1);
    ck_assert_int_eq(conf.ndots, 5);
}
END_TEST

START_TEST(a_file_that_the_user_names_has_to_be_there)
{
    char one[] = "127.0.0.1";
    char *servers[] = {one};

    memset(&conf, 0x55, sizeof conf);
    conf.domain_count = 0;
    ck_assert(!read_with(scratch_path("missing"), servers, 1));
    ck_assert_int_eq(why.code, CODE_USAGE);
}
END_TEST

START_TEST(an_unread_configuration_holds_nothing)
{
    char one[] = "127.0.0.1";
    char *servers[] = {one};

    memset(&conf, 0x55, sizeof conf);
    read_with(scratch_path("missing"), servers, 1);
    ck_assert_uint_le(conf.server_count, 1);
    ck_assert_uint_eq(conf.domain_count, 0);
}
END_TEST

START_TEST(more_servers_than_places)
{
    char one[] = "127.0.0.1";
    char *servers[20];

    for (size_t i = 0; i < COUNT_OF(servers); i++)
        servers[i] = one;
    ck_assert(read_with(scratch_file("conf", "nameserver 10.0.0.1\n"), servers, COUNT_OF(servers)));
    ck_assert_uint_eq(conf.server_count, RESOLVCONF_SERVERS);
}
END_TEST

SUITE("resolver", nameserver_values, the_file_alone, flags_replace_the_files_servers_and_keep_its_search_list,
      flags_make_up_for_a_file_without_servers, a_file_that_the_user_names_has_to_be_there,
      an_unread_configuration_holds_nothing, more_servers_than_places)
