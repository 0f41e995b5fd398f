#include "common/net/connect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

int connect_start(const struct sockaddr *to, socklen_t length, int *error)
{
    int descriptor = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    *error = descriptor < 0 ? errno : 0;
    if (descriptor < 0 || connect(descriptor, to, length) == 0)
        return descriptor;
    *error = errno == EINTR ? EINPROGRESS : errno;
    if (*error == EINPROGRESS)
        return descriptor;
    close(descriptor);
    return -1;
}

int connect_result(int descriptor)
{
    int error = 0;
    socklen_t length = sizeof error;

    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        return errno;
    return error;
}

bool connect_to_self(int descriptor)
{
    struct address here, there;
    socklen_t here_length = sizeof here, there_length = sizeof there;

    memset(&here, 0, sizeof here);
    memset(&there, 0, sizeof there);
    if (getsockname(descriptor, &here.socket.any, &here_length) != 0 ||
        getpeername(descriptor, &there.socket.any, &there_length) != 0)
        return false;
    if (address_family(&here) != AF_INET && address_family(&here) != AF_INET6)
        return false;
    return address_same(&here, &there) && address_port(&here) == address_port(&there);
}

void connect_forget(int descriptor)
{
    const struct linger none = {.l_onoff = 1, .l_linger = 0};

    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

enum connect_kind connect_classify(int error)
{
    switch (error) {
    case 0:
        return CONNECT_OPEN;
    case ECONNREFUSED:
    case ENOENT:
        return CONNECT_REFUSED;
    case ENETUNREACH:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
        return CONNECT_UNREACHABLE;
    default:
        return CONNECT_OTHER;
    }
}

static const struct {
    int error;
    const char *text; /* the detail, " 10.0.0.1", follows */
    const char *hint;
} meanings[] = {
    {ECONNREFUSED, "connection refused by", "nothing listens there yet: is the server up, and on this port?"},
    {ETIMEDOUT, "no answer within the attempt's time from",
     "packets are dropped: a NetworkPolicy or firewall, a Service without endpoints, or a host that is down"},
    {ENETUNREACH, "network unreachable on the way to",
     "this pod has no route there: is that address family in use?"},
    {EADDRNOTAVAIL, "no local address to connect from to",
     "this pod has no address of that family, or all local ports are in use"},
    {EAFNOSUPPORT, "address family not supported here for",
     "this node has no such addresses: try the other --family"},
    {EHOSTUNREACH, "host unreachable:",
     "the node or pod behind that address is gone, or a firewall rejects the connection"},
    {ECONNRESET, "connection reset by",
     "something accepts and resets: a sidecar or balancer without a backend?"},
    {EINVAL, "this address cannot be connected to:",
     "a link-local address (fe80::...) needs its interface: [fe80::1%eth0]:80"},
    {EACCES, "permission denied for", "this user may not connect there: check the socket's mode and owner"},
    {EPERM, "not permitted to connect to", "a local firewall or seccomp profile forbids it"},
    {ENOENT, "no such socket:", "the server has not created it yet: is the volume with it mounted here?"},
    {EAGAIN, "the backlog is full:", "the server listens but does not accept: is it overloaded or stuck?"},
    {EMFILE, "too many open files, connecting to", "raise the limit of open files, or use fewer targets"},
    {ENOSPC, "too many watched descriptors, connecting to",
     "fs.epoll.max_user_watches of the node is used up by this user's processes"},
    {ENFILE, "too many open files on this node, connecting to", "the node's limit of open files is reached"},
};

void connect_reason(int error, const char *where, struct reason *why)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (meanings[i].error != error)
            continue;
        reason_set(why, CODE_FAILED, "%s", meanings[i].text);
        reason_detail(why, " %s", where);
        reason_hint(why, "%s", meanings[i].hint);
        return;
    }
    reason_set(why, CODE_FAILED, "%s:", strerror(error));
    reason_detail(why, " %s", where);
}

void connect_order(struct address *addresses, size_t count)
{
    struct address *ordered = xcalloc(count, sizeof *ordered);
    size_t next[2] = {0, 0}; /* the next IPv6 and IPv4 address to take */
    const int families[2] = {AF_INET6, AF_INET};

    for (size_t taken = 0, turn = 0; taken < count; turn = !turn) {
        size_t i = next[turn];
        while (i < count && address_family(&addresses[i]) != families[turn])
            i++;
        if (i < count)
            ordered[taken++] = addresses[i++];
        next[turn] = i;
    }
    memcpy(addresses, ordered, count * sizeof *ordered);
    free(ordered);
}
