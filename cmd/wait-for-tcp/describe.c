#include "cmd/wait-for-tcp/describe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/net/connect.h"

#include "common/base/banned.h"

enum { SHOWN = 4 * DIAL_SEEN + 1 };

#define NOT_SHOWN "what the server sent is not shown, as it may repeat the secret that was sent to it"

/* "-ERR max number of clients reached\\r\\n": what can be printed as it is, the rest as escapes of C. */
static void show_seen(const struct dial *dial, char shown[SHOWN])
{
    static const char letters[] = "\n\r\t\\\"";
    size_t length = 0;

    shown[0] = '\0';
    for (size_t i = 0; i < dial->seen_length; i++) {
        unsigned char byte = (unsigned char)dial->seen[i];
        const char *letter = byte != 0 ? strchr(letters, byte) : NULL;
        if (letter)
            length += (size_t)snprintf(shown + length, SHOWN - length, "\\%c", "nrt\\\""[letter - letters]);
        else
            length += (size_t)snprintf(shown + length, SHOWN - length,
                                       byte >= 0x20 && byte < 0x7F ? "%c" : "\\x%02x", byte);
    }
}

static void hint_dropped(const struct dial *dial, struct reason *why)
{
    char shown[SHOWN];

    show_seen(dial, shown);
    if (dial->seen_length > 0 && dial->secret)
        reason_hint(why, NOT_SHOWN);
    else if (dial->seen_length > 0)
        reason_hint(why, "before that it sent \"%s\": does the server turn this client away?", shown);
    else
        reason_hint(why, "something accepts for a server that is not there: a sidecar or balancer without a "
                         "backend?");
}

static void hint_unexpected(const struct dial *dial, struct reason *why)
{
    char shown[SHOWN];

    show_seen(dial, shown);
    if (dial->seen_length > 0 && dial->secret)
        reason_hint(why, NOT_SHOWN);
    else if (dial->seen_length > 0)
        reason_hint(why, "\"%s\" came instead: another protocol, or a proxy?", shown);
    else if (dial->protocol)
        reason_hint(
            why,
            "the port is open, but nothing came: TLS from the first byte, another protocol, a proxy that waits for "
            "its backend, or a server that looks up its clients' names first?");
    else
        reason_hint(why, "the port is open, but nothing came: does the server wait for something else than "
                         "--send, or a proxy for its backend?");
}

static bool is_loopback(const struct address *address)
{
    if (address_family(address) == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&address->socket.v6.sin6_addr);
    return address_family(address) == AF_INET &&
           ntohl(address->socket.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static void hint_refused(const struct dial *dial, enum judge_source source, struct reason *why)
{
    if (is_loopback(&dial->address) && source == JUDGE_LITERAL)
        reason_hint(why,
                    "nothing listens in this pod yet; an init container cannot wait for a container that "
                    "starts after it (native sidecars excepted)");
    else if (source == JUDGE_OWN_NAME)
        reason_hint(why, "/etc/hosts gives this name to this pod itself: for a Service of that name use its "
                         "full name, such as NAME.%%n.svc.cluster.local");
    else if (source == JUDGE_NAMED)
        reason_hint(why, "resolves but refuses: has the Service ready endpoints?");
}

static void describe_unexpected(const struct dial *dial, struct reason *why)
{
    const char *how = dial->error == 0          ? "accepted, then closed"
                      : dial->error == EMSGSIZE ? "more than 1 MiB"
                                                : "accepted";

    if (dial->protocol)
        reason_set(why, CODE_FAILED, "%s, but no valid %s answer from", how, dial->protocol->title);
    else
        reason_set(why, CODE_FAILED, "%s, but not the expected answer from", how);
    hint_unexpected(dial, why);
}

void describe_dial(const struct dial *dial, const char *where, enum judge_source source, struct reason *why)
{
    switch (dial->state) {
    case DIAL_DROPPED:
        reason_set(why, CODE_FAILED, "accepted, then %s by",
                   dial->error == 0            ? "closed"
                   : dial->error == ECONNRESET ? "reset"
                                               : strerror(dial->error));
        hint_dropped(dial, why);
        break;
    case DIAL_UNEXPECTED:
        describe_unexpected(dial, why);
        break;
    case DIAL_NOT_YET:
    case DIAL_NEVER:
        *why = dial->talk->why;
        reason_detail(why, "%s, reported by %s", dial->talk->why.detail, where);
        return;
    case DIAL_UNPROVEN:
        reason_set(why, CODE_FAILED, "accepted, but the time was over before --hold was, by");
        reason_hint(why, "give more --timeout, or less --hold");
        break;
    case DIAL_SELF:
        connect_reason(ECONNREFUSED, where, why);
        return;
    case DIAL_ERROR:
        connect_reason(dial->error, where, why);
        if (dial->error == ECONNREFUSED)
            hint_refused(dial, source, why);
        return;
    case DIAL_IDLE:
    case DIAL_CONNECTING:
    case DIAL_TALKING:
    case DIAL_HOLDING:
    case DIAL_ACCEPTED:
    case DIAL_TIMED_OUT:
        connect_reason(ETIMEDOUT, where, why);
        break;
    }
    reason_detail(why, " %s", where);
}
