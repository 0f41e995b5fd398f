#include "cmd/wait-for-tcp/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "tests/unit/lone_wait.h"
#include "tests/unit/name_server.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct resolvconf conf;
static struct dns_resolver resolver;
static struct probe_plan plan;
static struct probe probe;
static struct name_server server;
static struct reason why;
static int listener = -1;
static uint16_t port;

static void begin(const struct name_server_row *rows)
{
    struct address address;
    socklen_t length = sizeof address;

    conf = (struct resolvconf){.ndots = 1, .server_count = 1};
    plan = (struct probe_plan){
        .tour = {.loop = loop_new(),
                 .lookup = {.resolver = &resolver,
                            .search = true,
                            .family = AF_UNSPEC,
                            .hosts_path = "/nonexistent"}},
        .rules = {.min_addresses = 1},
    };
    needle_begin(&plan.needle, "", 0);
    name_server_open(&server, plan.tour.loop, rows);
    conf.servers[0] = server.address;
    resolver = (struct dns_resolver){.loop = plan.tour.loop, .conf = &conf};
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert(address_parse("127.0.0.1", 0, &address));
    ck_assert_int_eq(bind(listener, &address.socket.any, address_length(&address)), 0);
    ck_assert_int_eq(getsockname(listener, &address.socket.any, &length), 0);
    port = address_port(&address);
}

static void listen_now(void)
{
    ck_assert_int_eq(listen(listener, 10), 0);
}

/* An attempt at HOST, on the listener's port; or at a whole target, when it holds a colon. */
static int attempt(const char *host)
{
    char text[300];

    snprintf(text, sizeof text, strchr(host, ':') ? "%s" : "%s:%u", host, port);
    probe = (struct probe){.base.name = host, .plan = &plan};
    ck_assert_msg(target_parse(text, "", &probe.target, &why), "%s: %s", text, why.text);
    int code = lone_wait(&probe.base, plan.tour.loop, 500, probe_start, probe_cancel);
    ck_assert_ptr_null(probe.dials);
    ck_assert_ptr_null(probe.tour.lookup.dns);
    return code;
}

static void end(void)
{
    name_server_close(&server);
    loop_free(plan.tour.loop);
    needle_free(&plan.needle);
    close(listener);
}

static const struct name_server_row no_such_name[] = {{.rcode = 3}};

START_TEST(an_address)
{
    begin(no_such_name);
    ck_assert_int_eq(attempt("127.0.0.1"), 1);
    ck_assert_str_eq(probe.base.reason.text, "connection refused by");
    expect_lacks(probe.base.reason.hint, "resolves");
    listen_now();
    ck_assert_int_eq(attempt("127.0.0.1"), 0);
    ck_assert_str_eq(server.asked, "");
    end();
}
END_TEST

START_TEST(a_name)
{
    static const struct name_server_row rows[] = {{.name = "db.test", .type = DNS_A, .value = "127.0.0.1"},
                                                  {.rcode = 0}};

    begin(rows);
    ck_assert_int_eq(attempt("db.test"), 1);
    ck_assert_str_eq(probe.base.reason.text, "connection refused by");
    ck_assert_str_eq(probe.base.reason.detail, " 127.0.0.1");
    expect_contains(probe.base.reason.hint, "resolves but refuses");
    listen_now();
    ck_assert_int_eq(attempt("db.test"), 0);
    end();
}
END_TEST

START_TEST(a_name_that_is_not_there)
{
    begin(no_such_name);
    ck_assert_int_eq(attempt("db.test"), 1);
    expect_contains(probe.base.reason.text, "NXDOMAIN");
    plan.rules.gone = true;
    plan.tour.lookup.gone = true;
    ck_assert_int_eq(attempt("db.test"), 0);
    end();
}
END_TEST

START_TEST(the_hosts_file_comes_before_dns)
{
    begin(no_such_name);
    listen_now();
    plan.tour.lookup.hosts_path = scratch_file("hosts", "127.0.0.1 db.test\n");
    ck_assert_int_eq(attempt("db.test"), 0);
    ck_assert_str_eq(server.asked, "");
    end();
}
END_TEST

START_TEST(one_good_address_of_two_is_enough_unless_all_are_wanted)
{
    begin(no_such_name);
    listen_now();
    plan.tour.lookup.hosts_path = scratch_file("hosts", "127.0.0.2 db.test\n127.0.0.1 db.test\n");
    ck_assert_int_eq(attempt("db.test"), 0);
    plan.rules.all_addresses = true;
    plan.tour.all = true;
    ck_assert_int_eq(attempt("db.test"), 1);
    ck_assert_str_eq(probe.base.reason.text, "1 of 2 addresses accept: connection refused by");
    ck_assert_str_eq(probe.base.reason.detail, " 127.0.0.2");
    end();
}
END_TEST

START_TEST(more_addresses_than_are_tried_at_a_time)
{
    char hosts[4096];
    size_t length = 0;

    begin(no_such_name);
    listen_now();
    for (int i = 2; i < 18; i++)
        length += (size_t)snprintf(hosts + length, sizeof hosts - length, "127.0.0.%d db.test\n", i);
    plan.tour.lookup.hosts_path = scratch_file("hosts", hosts);
    ck_assert_int_eq(attempt("db.test"), 1); /* all are refused, one after another */
    plan.rules.min_addresses = 2;
    plan.tour.all = true;
    ck_assert_int_eq(attempt("db.test"), 1);
    expect_contains(probe.base.reason.text, "0 of 16 addresses accept");
    end();
}
END_TEST

START_TEST(gone)
{
    begin(no_such_name);
    plan.rules.gone = true;
    plan.tour.all = true;
    ck_assert_int_eq(attempt("127.0.0.1"), 0);
    listen_now();
    ck_assert_int_eq(attempt("127.0.0.1"), 1);
    ck_assert_str_eq(probe.base.reason.text, "still accepts connections:");
    end();
}
END_TEST

START_TEST(a_unix_socket)
{
    char *path = scratch_path("app.sock"), text[300];

    begin(no_such_name);
    snprintf(text, sizeof text, "unix:%s", path);
    ck_assert_int_eq(attempt(text), 1);
    ck_assert_str_eq(probe.base.reason.text, "no such socket:");
    expect_contains(probe.base.reason.detail, path);
    end();
}
END_TEST

START_TEST(the_attempts_time_is_over_while_resolving)
{
    static const struct name_server_row silent[] = {{.rcode = NAME_SERVER_SILENT}};

    begin(silent);
    ck_assert_int_eq(attempt("db.test"), 1);
    expect_contains(probe.base.reason.text, "no answer from DNS for db.test");
    end();
}
END_TEST

START_TEST(the_attempts_time_is_over_before_the_hold_is)
{
    begin(no_such_name);
    listen_now();
    plan.hold = 5000;
    ck_assert_int_eq(attempt("127.0.0.1"), 1);
    expect_contains(probe.base.reason.text, "the time was over before --hold was");
    end();
}
END_TEST

/* Accepts, and closes at once while `closing`. */
static bool closing;
static int accepted = -1;

static void on_accept(void *owner, uint32_t events)
{
    (void)owner;
    (void)events;
    if (accepted >= 0)
        close(accepted);
    accepted = accept(listener, NULL, NULL);
    if (closing)
        close(accepted);
    accepted = closing ? -1 : accepted;
}

static int attempt_again(void)
{
    return lone_wait(&probe.base, plan.tour.loop, 500, probe_start, probe_cancel);
}

/* One lucky attempt of many is not enough where something accepts and closes late. */
START_TEST(once_a_connection_was_closed_the_hold_grows_and_is_asked_for_twice)
{
    struct loop_watch watch = {.on_event = on_accept};

    begin(no_such_name);
    listen_now();
    watch.fd = listener;
    ck_assert(loop_watch_add(plan.tour.loop, &watch, EPOLLIN));
    plan.hold = 20;
    closing = true;
    ck_assert_int_eq(attempt("127.0.0.1"), 1);
    ck_assert_str_eq(probe.base.reason.text, "accepted, then closed by");
    closing = false;
    int64_t now = deadline_now();
    ck_assert_int_eq(attempt_again(), 1);
    expect_contains(probe.base.reason.text, "asked once more");
    ck_assert_int_ge(deadline_now() - now, 490);
    ck_assert_int_eq(attempt_again(), 0);
    closing = true;
    ck_assert_int_eq(attempt_again(), 1);
    closing = false;
    now = deadline_now();
    ck_assert_int_eq(attempt_again(), 1);
    ck_assert_int_ge(deadline_now() - now, 3990);
    loop_watch_remove(plan.tour.loop, &watch);
    close(accepted);
    end();
}
END_TEST

START_TEST(cancelled_it_tells_what_it_was_doing)
{
    static const struct name_server_row silent[] = {{.rcode = NAME_SERVER_SILENT}};
    struct reason doing;

    begin(silent);
    listen_now();
    plan.hold = 5000;
    probe = (struct probe){.plan = &plan};
    ck_assert(target_parse("db.test:1", "", &probe.target, &why));
    probe_start(&probe.base, INT64_MAX);
    probe_cancel(&probe.base, &doing);
    ck_assert_str_eq(doing.text, "resolving the name");
    probe = (struct probe){.plan = &plan, .target = {.kind = TARGET_ADDRESS}};
    ck_assert(address_parse("127.0.0.1", port, &probe.target.at.address));
    probe_start(&probe.base, INT64_MAX);
    probe_cancel(&probe.base, &doing);
    expect_contains(doing.text, "connect");
    ck_assert_str_eq(doing.detail, " 127.0.0.1");
    end();
}
END_TEST

SUITE("probe", an_address, a_name, a_name_that_is_not_there, the_hosts_file_comes_before_dns,
      one_good_address_of_two_is_enough_unless_all_are_wanted, more_addresses_than_are_tried_at_a_time, gone,
      a_unix_socket, the_attempts_time_is_over_while_resolving, the_attempts_time_is_over_before_the_hold_is,
      once_a_connection_was_closed_the_hold_grows_and_is_asked_for_twice,
      cancelled_it_tells_what_it_was_doing)
