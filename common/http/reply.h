/* What became of one request, as facts, and what follows from them: looking is exchange.c's work, this is the judging, pure. */
#ifndef COMMON_REPLY_H
#define COMMON_REPLY_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/base/strings.h"
#include "common/http/resume.h"

enum {
    REPLY_PATIENCE_MOST = 86400000, /* milliseconds: no Retry-After is taken for longer */
    REPLY_STATUSES = 64,            /* --retry-status at most */
};

#define REPLY_ONE_ONE \
    "only HTTP/1.1 is spoken here: let the server, or the balancer before it, speak that beside HTTP/2"

struct reply {
    CURLcode code;
    int status;         /* of HTTP; 0: none came */
    int connect_status; /* of a proxy's answer to CONNECT */
    int error;          /* errno of connecting, 0 */
    char said[CURL_ERROR_SIZE];
    char address[112];     /* of the peer, or its unix socket; empty: none */
    int64_t received;      /* bytes of the body */
    int64_t expected;      /* Content-Length; -1: not told */
    int64_t retry_after;   /* milliseconds that the server asks for; 0: it does not */
    char *location;        /* of a redirect; NULL: none */
    char region[32];       /* x-amz-bucket-region; empty: not told */
    char foreign[16];      /* the first bytes of what is not HTTP */
    size_t foreign_length; /* 0: it was HTTP, or nothing came */
    bool connected;        /* TCP, and the proxy's CONNECT */
    bool header_cut;       /* a status came, and the header behind it did not end */
    bool stalled;          /* nothing came for --stall-timeout */
    bool late;             /* the attempt's time was up */
    bool too_large;        /* the body has passed --max-size */
    bool unpacked_too_far; /* what its Content-Encoding unpacked to has passed --max-unpacked-size */
    bool body_failed; /* its length, its Content-Encoding or its target is wrong: `body` has the reason */
    struct reason body;
    enum outcome body_outcome;
    int64_t from;       /* the request was for what follows so many bytes; 0: for the whole */
    bool resumed;       /* and the answer is that */
    bool misfits;       /* the answer goes on with something else: for `body` */
    struct resume seen; /* of a whole one that could be gone on with: its total is 0 otherwise */
    bool tls_failed;    /* `tls` is the verdict on the peer's certificate or the handshake */
    struct reason tls;
    enum outcome tls_outcome;
};

struct reply_rules {
    const int *retry_statuses;
    size_t retry_status_count;
    const char *proxy;        /* as shown, NULL: none */
    const char *proxy_source; /* "--proxy", "https_proxy" */
    bool proxy_auth;          /* the proxy was given a user and password */
    bool encrypted;           /* https */
    int64_t connect_timeout, stall_timeout, max_size, max_unpacked_size;
    int64_t now, deadline; /* of the run: a Retry-After beyond it ends it now */
};

/* Whether the status is a redirect that is to be followed. */
bool reply_is_redirect(const struct reply *reply);

/* Whether the server has no rest of the body that was begun, so that the whole is to be asked for: as the file is shorter now, or
 * since it takes If-Range for another condition. */
bool reply_refuses_range(const struct reply *reply);

/* " Not Found": what a known status means; empty for others. */
const char *reply_phrase(int status);

/* Anything but OK fills `why`. */
enum outcome reply_judge(const struct reply *reply, const struct reply_rules *rules, struct reason *why);

/* Adds to `why`, which tells the status, what the body's beginning says: a Status of Kubernetes its message, unless that
 * repeats a value of the headers that were `sent` (NULL: none), which may be secrets; a 400 to plain http that the port speaks
 * TLS. */
void reply_add_words(int status, bool encrypted, const struct strings *sent, const char *body, size_t length,
                     struct reason *why);

/* Whether a text repeats a value of the headers that were `sent`, which may be secrets; NULL: none were. */
bool reply_repeats(const char *text, size_t length, const struct strings *sent);

/* Retry-After (RFC 9110, 10.2.3): seconds or a date; `now` is the wall clock's seconds. Milliseconds; 0 when it says nothing that
 * can be used. */
int64_t reply_retry_after(const char *value, int64_t now);

/* "408,429,503": fit for an option's check when `count` is NULL. */
bool reply_parse_statuses(const char *text, int statuses[REPLY_STATUSES], size_t *count);

#endif
