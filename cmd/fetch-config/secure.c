#include "cmd/fetch-config/secure.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/tls/judge.h"
#include "common/tls/tls.h"

#include "common/base/banned.h"

/* One connection's facts. libcurl's pool keeps connections beyond the exchange that made them, and with them the callbacks
 * that write here. */
struct secure_connection {
    struct secure_connection *next;
    struct tls_facts facts;
    struct reason why; /* why it could not be set up; an empty text: it could */
};

bool secure_load(struct secure *secure, struct reason *why)
{
    if (secure->trust)
        return true;
    secure->trust = truststore_load(&secure->trust_source, why);
    if (!secure->trust)
        return false;
    const struct strings *warnings = truststore_warnings(secure->trust);
    for (size_t i = 0; i < warnings->count; i++)
        log_warn("%s", warnings->items[i]);
    secure->setup = xcalloc(1, sizeof *secure->setup);
    secure->strangers = xcalloc(1, sizeof *secure->strangers);
    secure->setup->trust = secure->trust;
    secure->setup->min_version = TLS1_2_VERSION;
    *secure->strangers = *secure->setup;
    if (!secure->client_source.certificate)
        return true;
    secure->setup->client = &secure->client;
    bool good = keystore_load(&secure->client_source, &secure->client, why);
    if (good && secure->client.warning[0] != '\0')
        log_warn("%s", secure->client.warning);
    return good;
}

static void secure_expect(struct tls_facts *facts, const struct exchange *exchange)
{
    const struct url *url = exchange->request.url, *proxy = &exchange->via.url;
    char place[TARGET_PLACE], proxy_place[TARGET_PLACE];

    tls_expect(facts, url->host);
    facts->deadline = exchange->request.deadline;
    target_place(url->host, url->port, place);
    if (exchange->via.used)
        snprintf(facts->reach, sizeof facts->reach, "-proxy %s -connect %s",
                 target_place(proxy->host, proxy->port, proxy_place), place);
    else
        snprintf(facts->reach, sizeof facts->reach, "-connect %s", place);
}

/* libcurl calls it before the handshake of each new connection. */
static CURLcode on_context(CURL *easy, void *context, void *owner)
{
    struct exchange *exchange = owner;
    struct secure *secure = exchange->plan->tls;
    struct secure_connection *connection = xcalloc(1, sizeof *connection);

    (void)easy;
    connection->next = secure->connections;
    secure->connections = connection;
    exchange->tls = connection;
    tls_facts_init(&connection->facts);
    secure_expect(&connection->facts, exchange);
    bool stranger = exchange->request.stranger;
    connection->facts.client_withheld = stranger && secure->setup->client;
    return tls_apply(context, stranger ? secure->strangers : secure->setup, &connection->facts,
                     &connection->why)
               ? CURLE_OK
               : CURLE_ABORTED_BY_CALLBACK;
}

/* A connection on which the client certificate was shown is for those only to whom it may be shown, and the other way round. */
static void keep_apart(const struct exchange *exchange)
{
    const struct secure *secure = exchange->plan->tls;

    if (!exchange->request.stranger || !secure->setup->client)
        return;
    curl_easy_setopt(exchange->easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(exchange->easy, CURLOPT_FORBID_REUSE, 1L);
}

/* libcurl's own checks stay on behind ours, but it reads no certificates: whom to trust is the trust store's to say. Each
 * connection shakes hands in full, so that none goes without a chain to verify. */
bool secure_prepare(struct exchange *exchange, struct reason *why)
{
    CURL *easy = exchange->easy;

    exchange->tls = NULL;
    if (!secure_load(exchange->plan->tls, why))
        return false;
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, exchange);
    keep_apart(exchange);
    return true;
}

/* libcurl has taken the error off OpenSSL's queue and tells it as "error:0A00010B:...". */
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
    /* A handshake that was ended here, because of the chain or what its issuer says of it, needs no other reason. */
    facts->done = done > 0 || (facts->has_chain && !judge_lets_pass(facts));
    if (!facts->done)
        note_end(facts, reply);
    if (done > 0 && facts->client_wanted && facts->alert >= 0 && reply->status == 0)
        facts->acceptance = TLS_ACCEPTANCE_REFUSED;
    facts->http_status = reply->status;
}

void secure_judge(struct exchange *exchange)
{
    static const struct tls_rules rules;
    struct secure_connection *connection = exchange->tls;
    struct tls_judgement judgement;
    struct reply *reply = &exchange->reply;

    if (!connection)
        return; /* no TLS, or a connection that was judged before */
    exchange->tls = NULL;
    if (connection->why.text[0] != '\0') {
        reply->tls = connection->why;
        reply->tls_outcome = ATTEMPT_FAIL;
    } else {
        note_facts(exchange, &connection->facts);
        judge_tls(&connection->facts, &rules, &judgement);
        reply->tls_outcome = judge_sum_up(&judgement, &reply->tls);
        if (connection->facts.alert == SSL_AD_NO_APPLICATION_PROTOCOL)
            reason_hint(&reply->tls, REPLY_ONE_ONE);
    }
    reply->tls_failed = reply->tls_outcome != ATTEMPT_OK;
    tls_facts_free(&connection->facts);
}

void secure_free(struct secure *secure)
{
    while (secure->connections) {
        struct secure_connection *connection = secure->connections;
        secure->connections = connection->next;
        tls_facts_free(&connection->facts);
        free(connection);
    }
    keystore_free(&secure->client);
    truststore_free(secure->trust);
    free(secure->setup);
    free(secure->strangers);
    memset(secure, 0, sizeof *secure);
}
