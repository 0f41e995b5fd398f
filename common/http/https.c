#include "common/http/https.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/tls/judge.h"
#include "common/tls/tls.h"

#include "common/base/banned.h"

#define ONLY_TWO "gRPC needs HTTP/2, and this server refuses it (ALPN h2): is this its port for gRPC?"

/* One connection's facts. libcurl keeps connections longer than the exchange that made them, and their callbacks write here: so
 * this is freed when both the exchange and the context of the connection have released it. */
struct https_connection {
    bool has_exchange, has_context;
    struct tls_facts facts;
    struct reason why; /* why it could not be set up; the text is empty if it could */
};

static void connection_let_go(struct https_connection *connection)
{
    if (connection->has_exchange || connection->has_context)
        return;
    tls_facts_free(&connection->facts);
    free(connection);
}

/* OpenSSL calls it when the context is freed, whose data is the connection. */
static void on_context_freed(void *parent, void *data, CRYPTO_EX_DATA *all, int index, long number,
                             void *pointer)
{
    struct https_connection *connection = data;

    (void)parent, (void)all, (void)index, (void)number, (void)pointer;
    if (!connection)
        return;
    connection->has_context = false;
    connection_let_go(connection);
}

static int connection_index(void)
{
    static int index = -1;

    if (index < 0)
        index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, on_context_freed);
    return index;
}

static struct https_connection *connection_new(SSL_CTX *context)
{
    struct https_connection *connection = xcalloc(1, sizeof *connection);

    connection->has_exchange = connection->has_context = true;
    tls_facts_init(&connection->facts);
    if (SSL_CTX_set_ex_data(context, connection_index(), connection) != 1)
        mem_exhausted();
    return connection;
}

static bool load_trust(struct https *https, int64_t deadline, struct reason *why)
{
    struct truststore_source source = https->trust_source;

    source.deadline = deadline;
    https->trust = https->trusts_anyone ? truststore_none() : truststore_load(&source, why);
    if (!https->trust)
        return false;
    const struct strings *warnings = truststore_warnings(https->trust);
    for (size_t i = 0; i < warnings->count; i++)
        log_warn("%s", warnings->items[i]);
    return true;
}

static bool load_client(struct https *https, int64_t deadline, struct reason *why)
{
    struct keystore_source source = https->client_source;

    source.deadline = deadline;
    https->setup->client = &https->client;
    bool good = keystore_load(&source, &https->client, why);
    if (good && https->client.warning[0] != '\0')
        log_warn("%s", https->client.warning);
    return good;
}

static bool load_all(struct https *https, int64_t deadline, struct reason *why)
{
    if (!load_trust(https, deadline, why))
        return false;
    https->setup = xcalloc(1, sizeof *https->setup);
    https->strangers = xcalloc(1, sizeof *https->strangers);
    https->setup->trust = https->trust;
    https->setup->min_version = TLS1_2_VERSION;
    https->setup->keep_going = https->trusts_anyone;
    *https->strangers = *https->setup;
    return !https->client_source.certificate || load_client(https, deadline, why);
}

static void https_unload(struct https *https)
{
    keystore_free(&https->client);
    truststore_free(https->trust);
    free(https->setup);
    free(https->strangers);
    https->trust = NULL;
    https->setup = https->strangers = NULL;
}

bool https_load(struct https *https, int64_t deadline, struct reason *why)
{
    if (https->trust || load_all(https, deadline, why))
        return true;
    https_unload(https);
    if (why->code == CODE_FAILED) /* see store_file_is_late */
        why->code = CODE_DEADLINE;
    return false;
}

bool https_load_first(struct https *https, int64_t timeout, const char *undone, struct reason *why)
{
    if (https_load(https, deadline_limit(deadline_now(), timeout), why))
        return true;
    if (why->code == CODE_DEADLINE)
        reason_wrap(why, "%s", undone);
    return false;
}

static void https_expect(struct tls_facts *facts, const struct exchange *exchange)
{
    const struct url *url = exchange->request.url, *proxy = &exchange->proxy.url;
    char place[TARGET_PLACE], proxy_place[TARGET_PLACE];

    tls_expect(facts, url->host);
    facts->deadline = exchange->request.deadline;
    target_place(url->host, url->port, place);
    if (exchange->proxy.used)
        snprintf(facts->reach, sizeof facts->reach, "-proxy %s -connect %s",
                 target_place(proxy->host, proxy->port, proxy_place), place);
    else
        snprintf(facts->reach, sizeof facts->reach, "-connect %s", place);
}

void https_forget(struct exchange *exchange)
{
    struct https_connection *connection = exchange->tls;

    exchange->tls = NULL;
    if (!connection)
        return;
    connection->has_exchange = false;
    connection_let_go(connection);
}

/* libcurl calls it before the handshake of each new connection. */
static CURLcode on_context(CURL *easy, void *context, void *owner)
{
    struct exchange *exchange = owner;
    struct https *https = exchange->plan->tls;
    struct https_connection *connection = connection_new(context);

    (void)easy;
    https_forget(exchange);
    exchange->tls = connection;
    https_expect(&connection->facts, exchange);
    bool stranger = exchange->request.stranger;
    connection->facts.client_withheld = stranger && https->setup->client;
    return tls_apply(context, stranger ? https->strangers : https->setup, &connection->facts,
                     &connection->why)
               ? CURLE_OK
               : CURLE_ABORTED_BY_CALLBACK;
}

/* A connection on which the client certificate was sent must not be used for other servers, and vice versa. */
static void keep_apart(const struct exchange *exchange)
{
    const struct https *https = exchange->plan->tls;

    if (!exchange->request.stranger || !https->setup->client)
        return;
    curl_easy_setopt(exchange->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(exchange->easy, CURLOPT_FORBID_REUSE, 1L);
}

/* libcurl's own checks stay on, after ours, but it reads no certificates: our trust store decides. Each connection makes a full
 * handshake, without session resumption, so that there is always a chain to verify. */
bool https_prepare(struct exchange *exchange, struct reason *why)
{
    struct https *https = exchange->plan->tls;
    CURL *easy = exchange->easy;

    exchange->tls = NULL;
    if (!https_load(https, exchange->request.deadline, why))
        return false;
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, (long)!https->trusts_anyone);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, https->trusts_anyone ? 0L : 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, exchange);
    keep_apart(exchange);
    return true;
}

/* libcurl has taken the error off OpenSSL's queue, and reports it as "error:0A00010B:...". */
static void note_library(struct tls_facts *facts, const char *said)
{
    static const char mark[] = "error:";
    const char *number = strstr(said, mark);

    while (number && strspn(number + sizeof mark - 1, "0123456789ABCDEFabcdef") != 8)
        number = strstr(number + 1, mark);
    if (number) {
        tls_note_library(facts, strtoul(number + sizeof mark - 1, NULL, 16));
        return;
    }
    facts->end = TLS_END_LIBRARY;
    snprintf(facts->library, sizeof facts->library, "%.150s", said);
}

static void note_end(struct tls_facts *facts, const struct reply *reply)
{
    if (facts->end == TLS_END_FLOOD)
        return;
    if (facts->alert >= 0)
        facts->end = TLS_END_ALERT;
    else if (reply->code == CURLE_OPERATION_TIMEDOUT)
        facts->end = TLS_END_TIMEOUT;
    else if (reply->code == CURLE_RECV_ERROR || reply->code == CURLE_SEND_ERROR || reply->error != 0 ||
             strstr(reply->said, "SYSCALL") || strstr(reply->said, "0A000126:") /* an unexpected end */ ||
             strstr(reply->said, "reset"))
        facts->end = TLS_END_CLOSED;
    else
        note_library(facts, reply->said);
}

static void note_facts(struct exchange *exchange, struct tls_facts *facts)
{
    const struct reply *reply = &exchange->reply;
    curl_off_t done = 0;

    curl_easy_getinfo(exchange->easy, CURLINFO_APPCONNECT_TIME_T, &done);
    /* A handshake that we ended ourselves, because of the chain or its OCSP response, needs no other reason. */
    facts->done = done > 0 || (facts->has_chain && !judge_lets_pass(facts));
    if (!facts->done)
        note_end(facts, reply);
    if (done > 0 && facts->client_wanted && facts->alert >= 0 && reply->status == 0)
        facts->acceptance = TLS_ACCEPTANCE_REFUSED;
    facts->http_status = reply->status;
}

void https_judge(struct exchange *exchange)
{
    const struct tls_rules rules = {.trusts_anyone = ((struct https *)exchange->plan->tls)->trusts_anyone};
    struct https_connection *connection = exchange->tls;
    struct tls_judgement judgement;
    struct reply *reply = &exchange->reply;

    if (connection->why.text[0] != '\0') {
        reply->tls = connection->why;
        reply->tls_outcome = ATTEMPT_FAIL;
    } else {
        note_facts(exchange, &connection->facts);
        judge_tls(&connection->facts, &rules, &judgement);
        reply->tls_outcome = judgement_sum_up(&judgement, &reply->tls);
        if (connection->facts.alert == SSL_AD_NO_APPLICATION_PROTOCOL)
            reason_hint(&reply->tls, "%s", exchange->request.http2 ? ONLY_TWO : REPLY_ONE_ONE);
    }
    reply->tls_failed = reply->tls_outcome != ATTEMPT_OK;
    https_forget(exchange);
}

void https_free(struct https *https)
{
    https_unload(https);
    memset(https, 0, sizeof *https);
}
