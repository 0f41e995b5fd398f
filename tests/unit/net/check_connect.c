#include "common/net/connect.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct address loopback(uint16_t port)
{
    struct address address;

    ck_assert(address_parse("127.0.0.1", port, &address));
    return address;
}

/* A bound socket on loopback, and where. */
static int bound_socket(struct address *address)
{
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t length = sizeof *address;

    *address = loopback(0);
    ck_assert_int_eq(bind(descriptor, &address->socket.any, address_length(address)), 0);
    ck_assert_int_eq(getsockname(descriptor, &address->socket.any, &length), 0);
    return descriptor;
}

static int result_of(const struct sockaddr *to, socklen_t length, int *descriptor)
{
    int error;

    *descriptor = connect_start(to, length, &error);
    if (*descriptor < 0 || error == 0)
        return error;
    ck_assert_int_eq(error, EINPROGRESS);
    struct pollfd wait = {.fd = *descriptor, .events = POLLOUT};
    ck_assert_int_eq(poll(&wait, 1, 5000), 1);
    return connect_result(*descriptor);
}

START_TEST(open_and_refused)
{
    struct address address;
    int listener = bound_socket(&address), descriptor;

    int error = result_of(&address.socket.any, address_length(&address), &descriptor);
    ck_assert_int_eq(error, ECONNREFUSED); /* bound, but it does not listen */
    ck_assert_int_eq(connect_classify(error), CONNECT_REFUSED);
    close(descriptor);
    ck_assert_int_eq(listen(listener, 5), 0);
    ck_assert_int_eq(result_of(&address.socket.any, address_length(&address), &descriptor), 0);
    ck_assert(!connect_to_self(descriptor));
    close(descriptor);
    close(listener);
}
END_TEST

START_TEST(unix_sockets)
{
    struct sockaddr_un address;
    int descriptor, listener = socket(AF_UNIX, SOCK_STREAM, 0);

    ck_assert(address_unix(scratch_path("app.sock"), &address));
    int error = result_of((const struct sockaddr *)&address, sizeof address, &descriptor);
    ck_assert_int_eq(error, ENOENT);
    ck_assert_int_eq(descriptor, -1);
    ck_assert_int_eq(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(result_of((const struct sockaddr *)&address, sizeof address, &descriptor), ECONNREFUSED);
    ck_assert_int_eq(listen(listener, 5), 0);
    ck_assert_int_eq(result_of((const struct sockaddr *)&address, sizeof address, &descriptor), 0);
    ck_assert(!connect_to_self(descriptor));
    close(descriptor);
    close(listener);
}
END_TEST

START_TEST(a_connection_that_met_itself)
{
    struct address address;
    int descriptor = bound_socket(&address);

    ck_assert_int_eq(connect(descriptor, &address.socket.any, address_length(&address)), 0);
    ck_assert(connect_to_self(descriptor));
    connect_forget(descriptor);
    close(descriptor);
    int again = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(again, &address.socket.any, address_length(&address)), 0); /* no TIME_WAIT */
    close(again);
}
END_TEST

START_TEST(what_errors_prove)
{
    static const struct {
        int error;
        enum connect_kind kind;
    } cases[] = {
        {0, CONNECT_OPEN},
        {ECONNREFUSED, CONNECT_REFUSED},
        {ENOENT, CONNECT_REFUSED},
        {ENETUNREACH, CONNECT_UNREACHABLE},
        {EADDRNOTAVAIL, CONNECT_UNREACHABLE},
        {EAFNOSUPPORT, CONNECT_UNREACHABLE},
        {ETIMEDOUT, CONNECT_OTHER},
        {EHOSTUNREACH, CONNECT_OTHER},
        {ECONNRESET, CONNECT_OTHER},
        {EACCES, CONNECT_OTHER},
        {EMFILE, CONNECT_OTHER},
        {EAGAIN, CONNECT_OTHER},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_int_eq(connect_classify(cases[i].error), cases[i].kind);
}
END_TEST

START_TEST(every_error_has_words)
{
    struct reason why;

    for (int error = 1; error < 134; error++) {
        connect_reason(error, "10.0.0.1", &why);
        ck_assert_int_eq(why.code, CODE_FAILED);
        ck_assert_uint_gt(strlen(why.text), 3);
        ck_assert_str_eq(why.detail, " 10.0.0.1");
    }
    connect_reason(ECONNREFUSED, "10.0.0.1", &why);
    ck_assert_str_eq(why.text, "connection refused by");
    expect_contains(why.hint, "is the server up");
    connect_reason(EPROTO, "10.0.0.1", &why);
    ck_assert_str_eq(why.hint, "");
}
END_TEST

/* Orders addresses given as text, and joins them again. */
static const char *ordered(const char *const *texts, size_t count)
{
    static char all[1024];
    struct address addresses[16];
    char shown[ADDRESS_TEXT];
    size_t length = 0;

    for (size_t i = 0; i < count; i++)
        ck_assert(address_parse(texts[i], 80, &addresses[i]));
    connect_order(addresses, count);
    all[0] = '\0';
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(all + length, sizeof all - length, "%s ",
                                   address_format(&addresses[i], shown));
    return all;
}

START_TEST(families_by_turns)
{
    static const char *const mixed[] = {"1.0.0.1", "1.0.0.2", "1.0.0.3", "::1", "::2"};
    static const char *const only_v4[] = {"1.0.0.2", "1.0.0.1"};
    static const char *const more_v6[] = {"::1", "::2", "::3", "1.0.0.1"};

    ck_assert_str_eq(ordered(mixed, 5), "::1 1.0.0.1 ::2 1.0.0.2 1.0.0.3 ");
    ck_assert_str_eq(ordered(only_v4, 2), "1.0.0.2 1.0.0.1 ");
    ck_assert_str_eq(ordered(more_v6, 4), "::1 1.0.0.1 ::2 ::3 ");
    ck_assert_str_eq(ordered(mixed, 1), "1.0.0.1 ");
    ck_assert_str_eq(ordered(mixed, 0), "");
}
END_TEST

SUITE("connect", open_and_refused, unix_sockets, a_connection_that_met_itself, what_errors_prove,
      every_error_has_words, families_by_turns)
