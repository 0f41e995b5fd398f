#include "common/http/multi.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { IDLE_CONNECTIONS = 32 };

struct multi {
    struct loop *loop;
    CURLM *curl;
    struct loop_timer timer;
};

/* A socket that libcurl wants watched. */
struct watched {
    struct multi *multi;
    struct loop_watch watch;
};

/* Calls on_done for all that have ended. The owners may add and remove transfers. */
static void multi_reap(struct multi *multi)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi->curl, &left))) {
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;
        struct multi_transfer *transfer = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
        curl_multi_remove_handle(multi->curl, easy);
        transfer->on_done(transfer->owner, code);
    }
}

static void multi_act(struct multi *multi, curl_socket_t socket, int events)
{
    int running;

    if (curl_multi_socket_action(multi->curl, socket, events, &running) == CURLM_OUT_OF_MEMORY)
        mem_exhausted();
    multi_reap(multi);
}

static void multi_on_timer(void *owner)
{
    multi_act(owner, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl may remove the watch during this call. */
static void multi_on_event(void *owner, uint32_t events)
{
    struct watched *watched = owner;
    int mask = 0;

    if (events & (EPOLLIN | EPOLLHUP))
        mask |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        mask |= CURL_CSELECT_OUT;
    if (events & EPOLLERR)
        mask |= CURL_CSELECT_ERR;
    multi_act(watched->multi, watched->watch.fd, mask);
}

static int multi_watch(CURL *easy, curl_socket_t socket, int what, void *owner, void *mine)
{
    struct multi *multi = owner;
    struct watched *watched = mine;
    uint32_t events = 0;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watched)
            loop_watch_remove(multi->loop, &watched->watch);
        curl_multi_assign(multi->curl, socket, NULL);
        free(watched);
        return 0;
    }
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
        events |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
        events |= EPOLLOUT;
    if (watched)
        return loop_watch_change(multi->loop, &watched->watch, events) ? 0 : -1;
    watched = xcalloc(1, sizeof *watched);
    watched->multi = multi;
    watched->watch = (struct loop_watch){.fd = socket, .on_event = multi_on_event, .owner = watched};
    if (!loop_watch_add(multi->loop, &watched->watch, events)) {
        free(watched);
        return -1;
    }
    curl_multi_assign(multi->curl, socket, watched);
    return 0;
}

static int multi_set_timer(CURLM *curl, long milliseconds, void *owner)
{
    struct multi *multi = owner;

    (void)curl;
    if (milliseconds < 0)
        loop_timer_clear(multi->loop, &multi->timer);
    else
        loop_timer_set(multi->loop, &multi->timer, deadline_after(deadline_now(), milliseconds));
    return 0;
}

struct multi *multi_new(struct loop *loop)
{
    struct multi *multi = xcalloc(1, sizeof *multi);

    multi->loop = loop;
    multi->timer = (struct loop_timer){.on_due = multi_on_timer, .owner = multi};
    multi->curl = curl_multi_init();
    if (!multi->curl) {
        free(multi);
        return NULL;
    }
    curl_multi_setopt(multi->curl, CURLMOPT_SOCKETFUNCTION, multi_watch);
    curl_multi_setopt(multi->curl, CURLMOPT_SOCKETDATA, multi);
    curl_multi_setopt(multi->curl, CURLMOPT_TIMERFUNCTION, multi_set_timer);
    curl_multi_setopt(multi->curl, CURLMOPT_TIMERDATA, multi);
    curl_multi_setopt(multi->curl, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
    return multi;
}

void multi_free(struct multi *multi)
{
    if (!multi)
        return;
    curl_multi_cleanup(multi->curl);
    loop_timer_clear(multi->loop, &multi->timer);
    free(multi);
}

void multi_add(struct multi *multi, CURL *easy, struct multi_transfer *transfer)
{
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    if (curl_multi_add_handle(multi->curl, easy) != CURLM_OK)
        mem_exhausted();
}

void multi_remove(struct multi *multi, CURL *easy)
{
    curl_multi_remove_handle(multi->curl, easy);
}
