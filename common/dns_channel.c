#include "common/dns_channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>

#include "common/deadline.h"
#include "common/mem.h"

#include "common/banned.h"

enum {
    RESEND_LEAST = 1000, /* milliseconds */
    RESEND_MOST = 10000,
    TRIES = 3,
    SERVER_TEXT = ADDRESS_TEXT + 16,
};

struct socket_watch {
    struct loop_watch watch;
    struct dns_channel *channel;
    struct socket_watch *next;
};

static void socket_on_event(void *owner, uint32_t events)
{
    struct socket_watch *socket = owner;
    struct dns_channel *channel = socket->channel; /* processing may close the socket */
    ares_fd_events_t event = {.fd = socket->watch.fd};

    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        event.events |= ARES_FD_EVENT_READ;
    if (events & EPOLLOUT)
        event.events |= ARES_FD_EVENT_WRITE;
    ares_process_fds(channel->ares, &event, 1, ARES_PROCESS_FLAG_NONE);
    channel->on_activity(channel->owner);
}

static void socket_remove(struct loop *loop, struct socket_watch **at)
{
    struct socket_watch *gone = *at;

    loop_watch_remove(loop, &gone->watch);
    *at = gone->next;
    free(gone);
}

/* c-ares tells what it wants to know of a socket; nothing at all just before it closes it. */
static void channel_on_socket_state(void *data, ares_socket_t fd, int readable, int writable)
{
    struct dns_channel *channel = data;
    struct loop *loop = channel->loop;
    uint32_t events = (readable ? (uint32_t)EPOLLIN : 0) | (writable ? (uint32_t)EPOLLOUT : 0);
    struct socket_watch **at = &channel->watches;

    while (*at && (*at)->watch.fd != fd)
        at = &(*at)->next;
    if (*at && events == 0) {
        socket_remove(loop, at);
    } else if (*at) {
        loop_watch_change(loop, &(*at)->watch, events);
    } else if (events != 0) {
        *at = xcalloc(1, sizeof **at);
        (*at)->watch = (struct loop_watch){.fd = fd, .on_event = socket_on_event, .owner = *at};
        (*at)->channel = channel;
        loop_watch_add(loop, &(*at)->watch, events);
    }
}

/* "10.0.0.1:53", "[::1]:53" */
static void format_server(const struct address *server, char text[SERVER_TEXT])
{
    char address[ADDRESS_TEXT];

    snprintf(text, SERVER_TEXT, address_family(server) == AF_INET6 ? "[%s]:%u" : "%s:%u",
             address_format(server, address), address_port(server));
}

/* How long until a question is sent again. c-ares hears late answers to the last sending or two only, so who gives an
 * attempt more time, because DNS is slow, gets fewer sendings. */
static int resend_interval(const struct resolvconf *conf, int64_t time)
{
    if (conf->timeout > 0)
        return conf->timeout * 1000;
    if (time / TRIES > RESEND_MOST)
        return RESEND_MOST;
    return time / TRIES > RESEND_LEAST ? (int)(time / TRIES) : RESEND_LEAST;
}

/* Everything is said explicitly, so that c-ares's defaults do not count. */
static int channel_init(struct dns_channel *channel, const struct resolvconf *conf, int64_t time, bool tcp)
{
    char nothing[] = "/dev/null", dns_only[] = "b";
    int resend = resend_interval(conf, time);
    struct ares_options options = {
        .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS,
        .timeout = resend,
        .maxtimeout = resend,
        .tries = conf->attempts > 0 ? conf->attempts : TRIES,
        .sock_state_cb = channel_on_socket_state,
        .sock_state_cb_data = channel,
        .udp_max_queries = 1, /* A and AAAA from one port lose packets in conntrack races */
        .qcache_max_ttl = 0,  /* or "no data" would be remembered for an hour */
        .resolvconf_path = nothing,
        .lookups = dns_only,
    };
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_MAXTIMEOUTMS | ARES_OPT_TRIES |
               ARES_OPT_SOCK_STATE_CB | ARES_OPT_UDP_MAX_QUERIES | ARES_OPT_QUERY_CACHE |
               ARES_OPT_RESOLVCONF | ARES_OPT_LOOKUPS | ARES_OPT_NOROTATE;

    if (tcp || conf->use_vc)
        options.flags |= ARES_FLAG_USEVC;
    return ares_init_options(&channel->ares, &options, mask);
}

bool dns_channel_open(struct dns_channel *channel, const struct address *server,
                      const struct resolvconf *conf, int64_t time, bool tcp)
{
    char text[SERVER_TEXT];
    int status = channel_init(channel, conf, time, tcp);

    format_server(server, text);
    if (status == ARES_SUCCESS)
        status = ares_set_servers_ports_csv(channel->ares, text);
    if (status == ARES_ENOMEM)
        mem_exhausted();
    return status == ARES_SUCCESS;
}

void dns_channel_close(struct dns_channel *channel)
{
    if (channel->ares)
        ares_destroy(channel->ares);
    channel->ares = NULL;
    while (channel->watches)
        socket_remove(channel->loop, &channel->watches);
}

void dns_channel_process(struct dns_channel *channel)
{
    if (channel->ares)
        ares_process_fds(channel->ares, NULL, 0, ARES_PROCESS_FLAG_NONE);
}

int64_t dns_channel_next_timeout(const struct dns_channel *channel, int64_t now)
{
    struct timeval left;

    if (!channel->ares || !ares_timeout(channel->ares, NULL, &left))
        return DEADLINE_NEVER;
    return deadline_after(now, (int64_t)left.tv_sec * 1000 + left.tv_usec / 1000 + 1);
}
