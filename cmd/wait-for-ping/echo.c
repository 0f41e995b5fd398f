#include "cmd/wait-for-ping/echo.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h> /* needs struct timespec */
#include <linux/icmp.h>

#include "common/base/deadline.h"
#include "common/base/file.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

enum {
    AGAIN = 1000, /* milliseconds until the next request, as ping does */
    READS = 16,   /* in a row, before others have their turn */
    RECEIVED_MOST = 512,
    GROUPS_MAX = 128,
};

bool echo_has_ended(const struct echo *echo)
{
    return echo->state >= ECHO_ANSWERED;
}

static void echo_close(struct echo *echo)
{
    if (echo->state != ECHO_WAITING)
        return;
    loop_timer_clear(echo->loop, &echo->timer);
    loop_watch_remove(echo->loop, &echo->watch);
    close(echo->watch.fd);
}

static void echo_end(struct echo *echo, enum echo_state state, int error)
{
    echo_close(echo);
    echo->state = state;
    echo->error = error;
    echo->on_end(echo);
}

void echo_stop(struct echo *echo)
{
    if (echo_has_ended(echo))
        return;
    echo_close(echo);
    echo->state = ECHO_SILENT;
}

/* --- what this process may use --- */

static int echo_socket(int family, int type)
{
    return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC,
                  family == AF_INET6 ? (int)IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

/* 0, or the errno of opening one. A node without IPv4 has IPv6. */
static int try_type(int type)
{
    int descriptor = echo_socket(AF_INET, type);

    if (descriptor < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT))
        descriptor = echo_socket(AF_INET6, type);
    if (descriptor < 0)
        return errno;
    close(descriptor);
    return 0;
}

static void describe_range(struct reason *why)
{
    struct buf content;
    struct reason ignored;

    buf_init(&content, GROUPS_MAX);
    if (file_read("/proc/sys/net/ipv4/ping_group_range", &content, NULL, &ignored)) {
        content.data[strcspn(content.data, "\n")] = '\0';
        for (char *tab = content.data; (tab = strchr(tab, '\t'));)
            *tab = ' ';
        reason_detail(why, " (it is \"%s\", the group is %lu)", content.data, (unsigned long)getegid());
    }
    buf_free(&content);
}

bool echo_find_socket_type(int *type, struct reason *why)
{
    int error = try_type(*type = SOCK_DGRAM);

    if (error == 0 || try_type(*type = SOCK_RAW) == 0)
        return true;
    if (error != EACCES && error != EPERM)
        return reason_set(why, CODE_FAILED, "cannot open an ICMP socket: %s", strerror(error));
    reason_set(why, CODE_FAILED,
               "this user may not send echo requests: its group is not in "
               "net.ipv4.ping_group_range, and it lacks CAP_NET_RAW");
    describe_range(why);
    reason_hint(why, "in the pod's securityContext: sysctls: [{name: net.ipv4.ping_group_range, value: \"0 "
                     "2147483647\"}]; or wait for a port with wait-for-tcp, which needs nothing");
    return false;
}

/* --- requests --- */

static void echo_send(struct echo *echo)
{
    uint8_t bytes[ICMP_SIZE];

    icmp_write(&echo->request, bytes);
    if (send(echo->watch.fd, bytes, sizeof bytes, MSG_NOSIGNAL) < 0 && errno != EAGAIN && errno != EINTR &&
        errno != ENOBUFS) {
        echo_end(echo, ECHO_ERROR, errno);
        return;
    }
    loop_timer_set(echo->loop, &echo->timer, deadline_after(deadline_now(), AGAIN));
}

static void echo_on_timer(void *owner)
{
    echo_send(owner);
}

/* --- answers --- */

static void echo_refuse(struct echo *echo, enum icmp_kind kind, bool source)
{
    echo->refused++;
    echo->refused_kind = kind;
    echo->refused_source = source;
}

enum echo_reading { READ_MORE, READ_ALL, READ_ENDED /* on_end was called: the echo may be gone */ };

static enum echo_reading echo_take(struct echo *echo, const struct address *from, const uint8_t *bytes,
                                   size_t length)
{
    bool raw = echo->socket_type == SOCK_RAW && echo->request.family == AF_INET;
    enum icmp_kind kind = raw ? icmp_read_raw(&echo->request, bytes, length)
                              : icmp_read(&echo->request, bytes, length);
    bool other = !address_same(from, &echo->address);

    if (kind == ICMP_ANSWER && !other) {
        echo_end(echo, ECHO_ANSWERED, 0);
        return READ_ENDED;
    }
    if (kind != ICMP_FOREIGN || echo->socket_type != SOCK_RAW) /* a raw socket hears everybody's answers */
        echo_refuse(echo, kind, other);
    return READ_MORE;
}

static enum echo_reading echo_receive(struct echo *echo)
{
    struct address from = {0};
    uint8_t bytes[RECEIVED_MOST];
    socklen_t size = sizeof from;
    ssize_t got = recvfrom(echo->watch.fd, bytes, sizeof bytes, MSG_TRUNC, &from.socket.any, &size);

    if (got < 0)
        return errno == EINTR ? READ_MORE : READ_ALL;
    if (got <= (ssize_t)sizeof bytes)
        return echo_take(echo, &from, bytes, (size_t)got);
    echo_refuse(echo, ICMP_CUT, !address_same(&from, &echo->address));
    return READ_MORE;
}

/* --- reports of routers, which the kernel keeps apart from answers --- */

/* What the kernel puts together for IP_RECVERR and IPV6_RECVERR. */
struct echo_report {
    struct sock_extended_err error;
    struct sockaddr_in6 reporter; /* or a sockaddr_in */
};

static enum echo_reading echo_take_report(struct echo *echo, const struct echo_report *report,
                                          const uint8_t *bytes, size_t length)
{
    const struct sock_extended_err *error = &report->error;
    int family = report->reporter.sin6_family;

    if ((error->ee_origin != SO_EE_ORIGIN_ICMP && error->ee_origin != SO_EE_ORIGIN_ICMP6) ||
        !icmp_is_loss(echo->request.family, error->ee_type) || !icmp_quotes(&echo->request, bytes, length))
        return READ_MORE;
    echo->type = error->ee_type;
    echo->code = error->ee_code;
    memset(&echo->reporter, 0, sizeof echo->reporter);
    if (family == AF_INET)
        memcpy(&echo->reporter, &report->reporter, sizeof echo->reporter.socket.v4);
    else if (family == AF_INET6)
        memcpy(&echo->reporter, &report->reporter, sizeof echo->reporter.socket.v6);
    echo_end(echo, ECHO_REPORTED, 0);
    return READ_ENDED;
}

/* NULL: there is none. */
static const struct cmsghdr *find_report(struct msghdr *message)
{
    struct cmsghdr *found = CMSG_FIRSTHDR(message);

    while (found && !(found->cmsg_level == IPPROTO_IP && found->cmsg_type == IP_RECVERR) &&
           !(found->cmsg_level == IPPROTO_IPV6 && found->cmsg_type == IPV6_RECVERR))
        found = CMSG_NXTHDR(message, found);
    return found;
}

static enum echo_reading echo_receive_report(struct echo *echo)
{
    _Alignas(struct cmsghdr) char control[256];
    uint8_t bytes[RECEIVED_MOST];
    struct echo_report report = {0};
    struct iovec room = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr message = {
        .msg_iov = &room, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t got = recvmsg(echo->watch.fd, &message, MSG_ERRQUEUE);

    if (got < 0)
        return errno == EINTR ? READ_MORE : READ_ALL;
    const struct cmsghdr *found = find_report(&message);
    if (!found || found->cmsg_len < CMSG_LEN(sizeof report.error))
        return READ_MORE;
    size_t length = found->cmsg_len - CMSG_LEN(0);
    memcpy(&report, CMSG_DATA(found), length < sizeof report ? length : sizeof report);
    return echo_take_report(echo, &report, bytes, (size_t)got);
}

/* Answers first: one that has come counts. */
static void echo_on_event(void *owner, uint32_t events)
{
    struct echo *echo = owner;
    enum echo_reading reading = READ_MORE;

    for (int i = 0; i < READS && reading == READ_MORE; i++)
        reading = echo_receive(echo);
    if (reading == READ_ENDED || !(events & EPOLLERR))
        return;
    reading = READ_MORE;
    for (int i = 0; i < READS && reading == READ_MORE; i++)
        reading = echo_receive_report(echo);
    if (reading == READ_ALL)
        connect_result(echo->watch.fd); /* an error without a report would wake us for ever */
}

/* --- opening --- */

static bool echo_set_options(const struct echo *echo)
{
    const int on = 1;
    int descriptor = echo->watch.fd;
    const struct icmp_filter replies = {.data = ~(1u << ICMP_ECHOREPLY)};
    struct icmp6_filter replies6;

    ICMP6_FILTER_SETBLOCKALL(&replies6);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &replies6);
    if (echo->request.family == AF_INET6)
        return setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on) == 0 &&
               (echo->socket_type != SOCK_RAW ||
                setsockopt(descriptor, IPPROTO_ICMPV6, ICMP6_FILTER, &replies6, sizeof replies6) == 0);
    return setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on) == 0 &&
           (echo->socket_type != SOCK_RAW ||
            setsockopt(descriptor, SOL_RAW, ICMP_FILTER, &replies, sizeof replies) == 0);
}

/* A ping socket's id is chosen by the kernel, which hands out no other's answers. */
static bool echo_fill_request(struct echo *echo)
{
    struct icmp_request *request = &echo->request;
    struct address own = {0};
    socklen_t size = sizeof own;

    if (getrandom(request->payload, sizeof request->payload, GRND_NONBLOCK) !=
        (ssize_t)sizeof request->payload)
        return false;
    memcpy(&request->sequence, request->payload, sizeof request->sequence);
    memcpy(&request->id, request->payload + sizeof request->sequence, sizeof request->id);
    if (echo->socket_type == SOCK_RAW)
        return true;
    if (getsockname(echo->watch.fd, &own.socket.any, &size) != 0)
        return false;
    request->id = address_port(&own);
    return true;
}

static bool echo_open(struct echo *echo)
{
    echo->watch.fd = echo_socket(echo->request.family, echo->socket_type);
    if (echo->watch.fd < 0)
        return false;
    if (echo_set_options(echo) &&
        connect(echo->watch.fd, &echo->address.socket.any, address_length(&echo->address)) == 0 &&
        echo_fill_request(echo) && loop_watch_add(echo->loop, &echo->watch, EPOLLIN))
        return true;
    int error = errno;
    close(echo->watch.fd);
    errno = error;
    return false;
}

void echo_start(struct echo *echo)
{
    echo->request.family = address_family(&echo->address);
    echo->timer = (struct loop_timer){.on_due = echo_on_timer, .owner = echo};
    echo->watch = (struct loop_watch){.on_event = echo_on_event, .owner = echo};
    address_set_port(&echo->address, 0);
    if (!echo_open(echo)) {
        echo_end(echo, ECHO_ERROR, errno);
        return;
    }
    echo->state = ECHO_WAITING;
    echo_send(echo);
}
