/* One request and its answer: resolves, connects, sends, receives, and collects the facts. It follows no redirect and judges
 * nothing. */
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

/* What is the same for all requests of a run. */
struct exchange_plan {
    struct loop *loop;
    struct multi *multi;
    const char *tool; /* its name, for its variables and User-Agent */
    struct lookup_plan lookup;
    const char *proxy;           /* --proxy; NULL: the variables of the environment count */
    const char *proxy_auth_file; /* NULL: none */
    char **environment;
    int64_t connect_timeout, stall_timeout;
    int64_t max_size, max_unpacked_size;
    /* Sets up TLS for an https handle; judges it when the transfer is over, if `tls` is set, before the handle is freed. */
    bool (*prepare_tls)(struct exchange *exchange, struct reason *why);
    void (*judge_tls)(struct exchange *exchange);
    void (*forget_tls)(struct exchange *exchange); /* the exchange ends, whether it was judged or not */
    void *tls;
    bool trace; /* log the headers that are sent and received, at level debug */
};

/* Which bodies are given to on_body. Of other bodies, the beginning is kept in `refusal`. */
enum exchange_wants {
    EXCHANGE_WANTS_GOOD, /* those of 2xx answers; of a 206 only if a part was requested */
    EXCHANGE_WANTS_ANY,
    EXCHANGE_WANTS_NONE,
};

/* The request. */
struct exchange_request {
    const struct url *url;
    const char *method;            /* NULL: GET */
    const struct strings *headers; /* to the server, never to a proxy */
    int upload;                    /* a descriptor whose content is the request's body; -1: none */
    int64_t upload_size;
    const void *post;         /* the body of a POST, in place of `upload`; NULL: none */
    size_t post_length;       /* bytes of it */
    const char *const *fixed; /* headers without secrets, NULL-terminated; NULL: none */
    /* Speak only HTTP/2, from the first byte on, and offer nothing else by ALPN; a proxy is asked for a tunnel. Otherwise only
     * HTTP/1.1 is spoken. */
    bool http2;
    bool stranger; /* a redirect led there: it gets no client certificate */
    enum exchange_wants wants;
    bool fresh;       /* over a new connection, which is not used again */
    bool keep_alive;  /* it may be silent for long: TCP keep-alive detects that the peer is gone */
    bool kept;        /* the body of a 2xx answer is used: it must exist and be complete */
    bool decode;      /* accept a Content-Encoding of a body that is kept, and decode it */
    bool direct;      /* without a proxy, whatever is configured */
    enum reach reach; /* which addresses it may go to */
    int64_t from;     /* 0: the whole file is requested; else the bytes of `part` after the first `from` */
    const struct resume *part; /* must outlive the request */
    bool resumable; /* it may be resumed: no Content-Encoding is requested, and reply.seen is filled */
    int64_t deadline;
    int64_t wall_time; /* in seconds, for a Retry-After that is a date */
};

struct exchange {
    const struct exchange_plan *plan;
    /* Takes the next piece of a body. False: it cannot be kept, for `why`; or, if `enough` is set, no more of it is wanted,
     * which is not a failure. */
    bool (*on_body)(void *owner, const char *bytes, size_t length, struct reason *why);
    /* The header of an answer whose body is wanted is complete; may be NULL. */
    void (*on_begin)(void *owner);
    /* The transfer is over, and the answer's header can be read; may be NULL. */
    void (*on_answer)(void *owner, CURL *easy);
    void (*on_end)(void *owner); /* once; the facts are in `reply`, unless `failed` */
    void *owner;

    struct exchange_request request;
    struct reply reply;
    bool failed; /* before anything was sent, for `why` and with `outcome` */
    struct reason why;
    enum outcome outcome;
    struct http_proxy proxy;

    struct lookup lookup;
    struct race race; /* libcurl connects; this decides the order of addresses and the patience */
    CURL *easy;
    struct multi_transfer transfer;
    struct curl_slist *resolve, *headers;
    char *proxy_auth;
    bool had_proxy_auth;
    struct loop_timer stall, limit;
    int64_t last_activity;
    int64_t looked;   /* when --stall-timeout was over, and activity was checked once more */
    curl_off_t moved; /* bytes seen by the last activity */
    int64_t taken;    /* bytes of the body that were received */
    int64_t unpacked; /* bytes after decoding */
    struct coding coding;
    const char *accepted; /* the value of Accept-Encoding; NULL: there was none */
    bool enough;
    bool in_header;     /* a status line has come, and the empty line after it has not */
    bool headed;        /* the final answer's header has ended */
    const char *hidden; /* the name of a header that framing_hidden has found */
    size_t drained;
    char refusal[EXCHANGE_REFUSAL]; /* the beginning of the body of an answer that is not 2xx */
    size_t refused;                 /* its length */
    bool running;
    void *tls; /* of prepare_tls, from the beginning of a handshake until judge_tls; NULL: there is none */
};

/* Begins. Set plan, callbacks and owner before. */
void exchange_start(struct exchange *exchange, const struct exchange_request *request);

/* Ends it without on_end, or releases it after on_end. */
void exchange_clear(struct exchange *exchange);

/* Moves the deadline of the present request. */
void exchange_extend(struct exchange *exchange, int64_t deadline);

/* The length of the body that is being received; -1 if it is not known. */
int64_t exchange_expected(const struct exchange *exchange);

/* Whether the answer came from an address that only this node reaches, as far as that is known. */
bool exchange_was_local(const struct exchange *exchange);

/* What it is doing, for messages: "connecting". */
void exchange_doing(const struct exchange *exchange, struct reason *doing);

#endif
