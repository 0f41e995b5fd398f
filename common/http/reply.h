/* The facts about one request, which exchange.c collects, and the verdict on them: pure functions. */
#ifndef COMMON_REPLY_H
#define COMMON_REPLY_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/base/strings.h"
#include "common/http/resume.h"

enum {
    REPLY_PATIENCE_MOST = 86400000, /* milliseconds: a longer Retry-After is shortened to it */
    REPLY_STATUSES = 64,            /* statuses in --retry-status, at most */
};

#define REPLY_ONE_ONE \
    "HTTP/2 is not supported here: allow HTTP/1.1, too, at the server or at the balancer before it"

struct reply {
    CURLcode code;
    int status;         /* of HTTP; 0: no answer */
    int connect_status; /* of a proxy's answer to CONNECT; 0: none */
    int error;          /* errno of connecting; 0: none */
    char said[CURL_ERROR_SIZE];
    char address[112];     /* of the peer, or its unix socket; empty: not connected */
    int64_t received;      /* bytes of the body that were received */
    int64_t expected;      /* Content-Length; -1: there is none */
    int64_t retry_after;   /* Retry-After, in milliseconds; 0: there is none */
    char *location;        /* of a redirect; NULL: none */
    char region[32];       /* x-amz-bucket-region; empty: there is none */
    char foreign[16];      /* the first bytes of an answer that is not HTTP */
    size_t foreign_length; /* 0: it was HTTP, or there was no answer */
    bool connected;        /* TCP, and the proxy's CONNECT */
    bool header_cut;       /* a status was received, but the header did not end */
    bool stalled;          /* nothing was received for --stall-timeout */
    bool late;             /* the attempt timed out */
    bool too_large;        /* the body is larger than --max-size */
    bool unpacked_too_far; /* after decoding, it is larger than --max-unpacked-size */
    bool
        body_failed; /* its length or Content-Encoding is wrong, or it cannot be kept; the reason is `body` */
    struct reason body;
    enum outcome body_outcome;
    int64_t from;       /* the request was for the bytes after so many; 0: for the whole file */
    bool resumed;       /* and the answer is exactly these bytes */
    bool misfits;       /* the answer is something else; the reason is `body` */
    struct resume seen; /* of a whole body that could be resumed; otherwise its total is 0 */
    bool tls_failed;    /* the certificate or the handshake failed; the reason is `tls` */
    struct reason tls;
    enum outcome tls_outcome;
};

struct reply_rules {
    const int *retry_statuses;
    size_t retry_status_count;
    const char *proxy;        /* as it is shown; NULL: none */
    const char *proxy_source; /* "--proxy", "https_proxy" */
    bool proxy_auth;          /* a user and password were sent to the proxy */
    bool encrypted;           /* https */
    int64_t connect_timeout, stall_timeout, max_size, max_unpacked_size;
    int64_t now, deadline; /* of the run, which a Retry-After beyond it ends now */
};

/* Whether the status is a redirect that can be followed. */
bool reply_is_redirect(const struct reply *reply);

/* Whether the server refuses the rest of the body, so that the whole file must be requested: the file is shorter now, or the
 * server misunderstands If-Range. */
bool reply_refuses_range(const struct reply *reply);

/* The phrase of a known status, such as " Not Found"; empty for others. */
const char *reply_phrase(int status);

/* Judges the reply. Any outcome but ATTEMPT_OK fills `why`. */
enum outcome reply_judge(const struct reply *reply, const struct reply_rules *rules, struct reason *why);

/* Adds to `why` what the beginning of the body says about the status: the message of a Kubernetes Status, unless it repeats a
 * value of the headers that were `sent` (NULL: none), as these may be secret; for a 400 to plain http, that the port speaks TLS. */
void reply_add_words(int status, bool encrypted, const struct strings *sent, const char *body, size_t length,
                     struct reason *why);

/* Whether a text repeats a value of the headers that were `sent`, which may be secret; NULL: none. */
bool reply_repeats(const char *text, size_t length, const struct strings *sent);

/* Retry-After (RFC 9110, 10.2.3): seconds or a date; `now` is the time of day in seconds. Returns milliseconds; 0 if it is
 * invalid. */
int64_t reply_retry_after(const char *value, int64_t now);

/* "408,429,503": with `count` NULL, only checks the text. */
bool reply_parse_statuses(const char *text, int statuses[REPLY_STATUSES], size_t *count);

#endif
