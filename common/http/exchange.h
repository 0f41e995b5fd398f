/* One request and its answer: resolve, connect, send, receive, gather the facts. No redirect is followed here and nothing
 * is judged. */
#ifndef COMMON_EXCHANGE_H
#define COMMON_EXCHANGE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/cli/options.h"
#include "common/dns/lookup.h"
#include "common/http/coding.h"
#include "common/http/http_proxy.h"
#include "common/http/multi.h"
#include "common/http/reach.h"
#include "common/http/reply.h"
#include "common/http/url.h"
#include "common/net/race.h"

struct exchange;

enum { EXCHANGE_REFUSAL = 1024 };

/* The same for all of a run. */
struct exchange_plan {
    struct loop *loop;
    struct multi *multi;
    const char *tool; /* its name: of its variables, and for User-Agent */
    struct lookup_plan lookup;
    const char *proxy;           /* --proxy; NULL: the environment says */
    const char *proxy_auth_file; /* NULL: none */
    char **environment;
    int64_t connect_timeout, stall_timeout;
    int64_t max_size, max_unpacked_size;
    /* Sets up TLS for an https handle; and judges it when it is over, if `tls` is set, before the handle goes. */
    bool (*prepare_tls)(struct exchange *exchange, struct reason *why);
    void (*judge_tls)(struct exchange *exchange);
    void (*forget_tls)(struct exchange *exchange); /* the exchange ends, judged or not */
    void *tls;
    bool trace; /* log the headers that are sent and received, at level debug */
};

/* Which bodies go to on_body; of the others the beginning is kept in `refusal`. */
enum exchange_wants {
    EXCHANGE_WANTS_GOOD, /* those of 2xx answers; a 206 only where a part was asked for */
    EXCHANGE_WANTS_ANY,
    EXCHANGE_WANTS_NONE,
};

/* What is asked. */
struct exchange_request {
    const struct url *url;
    const char *method;            /* NULL: GET */
    const struct strings *headers; /* to the server, never to a proxy */
    int upload;                    /* a descriptor whose content is the request's body; -1: none */
    int64_t upload_size;
    bool stranger; /* not whom the URL names, but where it led: it is shown no client certificate */
    enum exchange_wants wants;
    bool fresh;                /* over a connection of its own, which nobody uses again */
    bool keep_alive;           /* it may be silent for long: TCP is to notice when the peer is gone */
    bool kept;                 /* the body of a 2xx answer is for something: it must be there, and whole */
    bool decode;               /* of one that is kept: take a Content-Encoding, and undo it */
    bool direct;               /* through no proxy, whatever is set */
    enum reach reach;          /* which addresses it may go to */
    int64_t from;              /* 0: the whole is asked for; else what follows so many bytes of `part` */
    const struct resume *part; /* which lives as long as the request */
    bool resumable; /* it may be gone on with later: no Content-Encoding is asked for, reply.seen is filled */
    int64_t deadline;
    int64_t wall_time; /* seconds, for a Retry-After that is a date */
};

struct exchange {
    const struct exchange_plan *plan;
    /* A piece of a body that is wanted. False when it cannot be kept: `why` says why; or, with `enough` set, when no more of it is
     * wanted, which is no failure. */
    bool (*on_body)(void *owner, const char *bytes, size_t length, struct reason *why);
    /* The header of an answer whose body is wanted is here; may be NULL. */
    void (*on_begin)(void *owner);
    /* The transfer is over, and the answer's header can be read; may be NULL. */
    void (*on_answer)(void *owner, CURL *easy);
    void (*on_end)(void *owner); /* once; the facts are in `reply`, unless `failed` */
    void *owner;

    struct exchange_request request;
    struct reply reply;
    bool failed; /* before anything was sent, for `why` and with `outcome`: no addresses, no proxy */
    struct reason why;
    enum outcome outcome;
    struct http_proxy proxy;

    struct lookup lookup;
    struct race race; /* libcurl runs it; the order and the patience are ours */
    CURL *easy;
    struct multi_transfer transfer;
    struct curl_slist *resolve, *headers;
    char *proxy_auth;
    bool had_proxy_auth;
    struct loop_timer stall, limit;
    int64_t last_activity;
    int64_t looked; /* when the time of --stall-timeout was over, and it was looked for activity once more */
    curl_off_t moved; /* bytes seen by the last activity */
    int64_t taken;    /* bytes of the body that came */
    int64_t unpacked; /* bytes that its Content-Encoding was undone to */
    struct coding coding;
    const char *accepted; /* the value of Accept-Encoding; NULL: there was none */
    bool enough;
    bool headed;        /* the final answer's header has ended */
    const char *hidden; /* the name of a header that framing_hidden has found */
    size_t drained;
    char refusal[EXCHANGE_REFUSAL]; /* the beginning of a body that is not 2xx */
    size_t refused;                 /* its length */
    bool running;
    void *tls; /* of prepare_tls, from the beginning of a handshake until judge_tls; NULL: none under way */
};

/* Begins; `exchange` has its plan, callbacks and owner. */
void exchange_start(struct exchange *exchange, const struct exchange_request *request);

/* Ends it without on_end, or releases it after on_end. */
void exchange_clear(struct exchange *exchange);

/* Gives the request under way until then. */
void exchange_extend(struct exchange *exchange, int64_t deadline);

/* How long the body under way will be: -1 when that is not known. */
int64_t exchange_expected(const struct exchange *exchange);

/* Whether the answer came from what only this node reaches, as far as that is known. */
bool exchange_was_local(const struct exchange *exchange);

/* "connecting to 10.0.0.1" */
void exchange_doing(const struct exchange *exchange, struct reason *doing);

#endif
