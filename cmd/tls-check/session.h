/* One connection to one address: connect, ask the proxy, start TLS, shake hands, see whether the client is accepted, ask over
 * HTTP; then everything that was seen is judged. */
#ifndef TLS_CHECK_SESSION_H
#define TLS_CHECK_SESSION_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/tls-check/credentials.h"
#include "cmd/tls-check/hello.h"
#include "cmd/tls-check/operand.h"
#include "cmd/tls-check/proxy.h"
#include "cmd/tls-check/starttls.h"
#include "cmd/tls-check/wire.h"
#include "common/run/loop.h"
#include "common/tls/judge.h"

/* The same for all sessions of a run. */
struct session_plan {
    struct loop *loop;
    const char *server_name; /* NULL: the host */
    const struct proxy *proxy;
    enum starttls_protocol starttls;
    const char *http_path; /* for operands without a path of their own; NULL: no request */
    struct tls_rules rules;
    bool wait_for_trust;
    bool large_hello; /* a second look, with a first message of more than one packet */
};

enum session_phase {
    SESSION_IDLE,
    SESSION_CONNECTING,
    SESSION_PROXY,
    SESSION_STARTTLS,
    SESSION_HANDSHAKE,
    SESSION_SETTLING, /* TLS 1.3: what does the server say about the client's certificate? */
    SESSION_HTTP,
    SESSION_HELLO, /* of a second look: what is answered to a first message? */
    SESSION_AGAIN, /* the first look is over, the second is under way */
    SESSION_ENDED,
};

/* What judge_tls said, without the places that it left empty: there may be many sessions. */
struct session_judgement {
    struct reason *reasons, *warnings;
    size_t count, warning_count;
};

enum { SESSION_LOCATION = 128 };

struct session {
    const struct session_plan *plan;
    const struct operand *operand;
    struct credentials *credentials; /* its own count */
    struct address address;
    void (*on_progress)(struct session *session); /* it has connected, or ended */
    void *owner;

    enum session_phase phase;
    struct loop_watch watch;
    struct loop_timer timer;
    int64_t deadline;
    struct wire wire;
    SSL_CTX *context;
    SSL *ssl;
    int step; /* of the STARTTLS conversation */
    struct session
        *second; /* another connection, that asks with another first message (session_again.c); NULL: none */
    bool is_second, has_asked;
    enum hello_kind hello;    /* of a second look: how it asks */
    enum hello_next answered; /* and what came of it */
    struct hello_answer answer;
    struct buf in, out;

    /* What it came to. */
    enum outcome outcome;
    struct reason why;
    bool connected;
    int connect_error; /* that connecting ended with */
    struct tls_facts facts;
    char location[SESSION_LOCATION]; /* where an HTTP answer redirects; empty: nowhere */
    struct session_judgement judgement;
    int64_t started, connected_at, shaken_at, ended_at; /* 0: it did not come so far */
};

void session_start(struct session *session, int64_t deadline);

/* Ends one that has not ended; on_progress is not called. With `time_is_up` it is judged by what was seen. */
void session_stop(struct session *session, bool time_is_up);

/* Releases everything. */
void session_free(struct session *session);

/* "connecting to", "negotiating TLS with"... */
const char *session_doing(const struct session *session);

#endif
