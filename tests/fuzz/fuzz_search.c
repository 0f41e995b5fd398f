/* A name on the first line, what each server says to each question on the second, and resolv.conf: the walk through the search list
 * finds records only where every candidate before them is known not to be there, and says "not there" only when that is known of
 * all. The servers are sockets on the lookup's own loop; the walk is that of the tools. */
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/dns/dns.h"
#include "common/net/race.h"
#include "common/net/target.h"
#include "tests/fuzz/input.h"

enum {
    SERVERS = 2,
    CANDIDATES = RESOLVCONF_DOMAINS + 1,
    TYPES = 2,
    PATIENCE = 60, /* milliseconds for a walk: what is silent ends it */
    HEAD = 12,
    MESSAGE = 1024,
};

/* What a server does with a question. Only the first four prove that there is nothing. */
enum kind {
    KIND_NXDOMAIN, /* with an SOA, as RFC 2308, 2.1 has it */
    KIND_NXDOMAIN_BARE,
    KIND_NODATA,
    KIND_NODATA_BARE, /* nothing at all, from a server that is authoritative and recursive */
    KIND_RECORDS,
    KIND_SERVFAIL,
    KIND_REFUSED,
    KIND_SILENT,
    KIND_GARBAGE,
    KIND_OTHER_ID,
    KIND_TRUNCATED, /* and nobody answers over TCP */
    KIND_DANGLING,  /* an alias that leads nowhere, without SOA */
    KIND_REFERRAL,
    KIND_LAME,     /* nothing, from a server that is neither authoritative nor recursive */
    KIND_REFLECTS, /* the question itself, as if it were an answer */
    KIND_COUNT,
};

struct server {
    size_t index;
    struct loop_watch watch;
};

static struct resolvconf conf;
static char host[HOSTNAME_SIZE];
static char candidates[CANDIDATES][HOSTNAME_SIZE];
static size_t candidate_count, server_count;
static const char *script;
static size_t script_length;

/* The name's place among the candidates; their count when it is none. */
static size_t position_of(const char *name)
{
    size_t i = 0;

    while (i < candidate_count && !hostname_same(candidates[i], name))
        i++;
    return i;
}

static enum kind kind_of(size_t server, size_t candidate, size_t type)
{
    size_t at = (candidate * TYPES + type) * server_count + server;

    return script_length > 0 ? (enum kind)((unsigned char)script[at % script_length] % KIND_COUNT)
                             : KIND_NXDOMAIN;
}

/* --- the servers --- */

static void put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

/* The question's name as text, and where the question ends; 0 when it is none. */
static size_t read_question(const unsigned char *message, size_t length, char name[HOSTNAME_SIZE])
{
    size_t at = HEAD, used = 0;

    while (at < length && message[at] != 0) {
        size_t label = message[at++];
        if (label > 63 || at + label >= length || used + label + 1 >= HOSTNAME_SIZE)
            return 0;
        memcpy(name + used, message + at, label);
        used += label;
        name[used++] = '.';
        at += label;
    }
    name[used > 0 ? used - 1 : 0] = '\0';
    return at + 5 <= length ? at + 5 : 0;
}

static size_t add_record(unsigned char *at, unsigned type, const void *data, size_t length)
{
    static const unsigned char owner[] = {0xC0, HEAD}; /* the question's name */

    memcpy(at, owner, sizeof owner);
    put16(at + 2, type);
    put16(at + 4, 1);
    put16(at + 6, 0);
    put16(at + 8, 30);
    put16(at + 10, (unsigned)length);
    memcpy(at + 12, data, length);
    return 12 + length;
}

static size_t add_soa(unsigned char *at)
{
    static const unsigned char soa[2 + 5 * 4] = {0, 0, 0,  0, 0, 1, 0,  0, 0, 60, 0,
                                                 0, 0, 60, 0, 0, 0, 60, 0, 0, 0,  30};

    return add_record(at, 6, soa, sizeof soa);
}

/* Turns the question into an answer; its new length, 0: none is sent. */
static size_t answer_to(unsigned char *message, size_t end, enum kind kind, size_t server, size_t candidate,
                        bool v4, bool v6)
{
    const unsigned char a[4] = {10, (unsigned char)(server + 1), (unsigned char)candidate, 1};
    const unsigned char aaaa[16] = {
        0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (unsigned char)(server + 1), (unsigned char)candidate};
    static const unsigned char nowhere[] = {7, 'n', 'o', 'w', 'h', 'e', 'r', 'e', 0};
    unsigned flags = 0x8580, answers = 0, authorities = 0; /* QR, AA, RD, RA */
    size_t length = end;

    switch (kind) {
    case KIND_NXDOMAIN:
    case KIND_NODATA:
        flags |= kind == KIND_NXDOMAIN ? 3 : 0;
        authorities = 1;
        length += add_soa(message + length);
        break;
    case KIND_NXDOMAIN_BARE:
        flags |= 3;
        break;
    case KIND_RECORDS:
        answers = v4 || v6;
        authorities = !answers;
        length += v4   ? add_record(message + length, 1, a, sizeof a)
                  : v6 ? add_record(message + length, 28, aaaa, sizeof aaaa)
                       : add_soa(message + length);
        break;
    case KIND_SERVFAIL:
        flags |= 2;
        break;
    case KIND_REFUSED:
        flags |= 5;
        break;
    case KIND_SILENT:
        return 0;
    case KIND_GARBAGE:
        memset(message + 2, 0xAA, end - 2);
        return end;
    case KIND_OTHER_ID:
        message[0] ^= 0x55;
        break;
    case KIND_TRUNCATED:
        flags |= 0x200;
        break;
    case KIND_DANGLING:
        answers = 1;
        length += add_record(message + length, 5, nowhere, sizeof nowhere);
        break;
    case KIND_REFERRAL:
        flags = 0x8000;
        authorities = 1;
        length += add_record(message + length, 2, nowhere, sizeof nowhere);
        break;
    case KIND_LAME:
        flags = 0x8000;
        break;
    case KIND_REFLECTS:
        return end;
    case KIND_NODATA_BARE:
    case KIND_COUNT:
        break;
    }
    put16(message + 2, flags);
    put16(message + 6, answers);
    put16(message + 8, authorities);
    put16(message + 10, 0);
    return length;
}

static void on_question(void *owner, uint32_t events)
{
    const struct server *server = owner;
    unsigned char message[MESSAGE];
    char name[HOSTNAME_SIZE] = "";
    struct sockaddr_storage from;
    socklen_t from_length = sizeof from;

    (void)events;
    ssize_t got = recvfrom(server->watch.fd, message, MESSAGE / 2, MSG_DONTWAIT, (struct sockaddr *)&from,
                           &from_length);
    size_t end = got > HEAD ? read_question(message, (size_t)got, name) : 0;
    size_t candidate = position_of(name);
    MUST(got < 0 || (end > 0 && candidate < candidate_count)); /* nothing else is asked for */
    if (got < 0)
        return;
    bool v4 = message[end - 4] == 0 && message[end - 3] == 1,
         v6 = message[end - 4] == 0 && message[end - 3] == 28;
    size_t length = answer_to(message, end, kind_of(server->index, candidate, v6), server->index, candidate,
                              v4, v6);
    if (length > 0)
        sendto(server->watch.fd, message, length, MSG_DONTWAIT, (struct sockaddr *)&from, from_length);
}

static void server_open(struct server *server, size_t index, struct loop *loop)
{
    struct address *address = &conf.servers[index];
    socklen_t length = sizeof *address;

    server->index = index;
    server->watch = (struct loop_watch){.on_event = on_question, .owner = server};
    server->watch.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    MUST(address_parse("127.0.0.1", 0, address));
    MUST(bind(server->watch.fd, &address->socket.any, address_length(address)) == 0);
    MUST(getsockname(server->watch.fd, &address->socket.any, &length) == 0);
    MUST(loop_watch_add(loop, &server->watch, EPOLLIN));
}

/* --- what must be true --- */

static bool is_negative(enum kind kind)
{
    return kind <= KIND_NODATA_BARE;
}

/* A name that does not exist has no records of any type (RFC 8020). */
static bool is_absent(size_t candidate)
{
    bool all = true;

    for (size_t type = 0; type < TYPES; type++) {
        bool one = false;
        for (size_t server = 0; server < server_count; server++) {
            enum kind kind = kind_of(server, candidate, type);
            if (kind == KIND_NXDOMAIN || kind == KIND_NXDOMAIN_BARE)
                return true;
            one = one || is_negative(kind);
        }
        all = all && one;
    }
    return all;
}

/* Each record is one that a server gave to that very candidate. */
static void check_record(enum dns_type type, const char *record, size_t candidate)
{
    struct address address;
    bool v6 = type == DNS_AAAA;

    MUST(address_parse(record, 0, &address) && address_family(&address) == (v6 ? AF_INET6 : AF_INET));
    const unsigned char *bytes = v6 ? address.socket.v6.sin6_addr.s6_addr + 13
                                    : (const unsigned char *)&address.socket.v4.sin_addr;
    MUST(bytes[1] >= 1 && bytes[1] <= server_count && bytes[2] == candidate);
    MUST(kind_of(bytes[1] - 1u, candidate, v6) == KIND_RECORDS);
}

static void on_result(void *owner, const struct dns_result *result)
{
    size_t found = position_of(result->candidate);

    if (result->status == ANSWER_RECORDS) {
        MUST(found < candidate_count);
        for (size_t i = 0; i < result->answer_count; i++)
            for (size_t j = 0; j < result->answers[i].count; j++)
                check_record(result->answers[i].type, result->answers[i].records[j], found);
        for (size_t i = 0; i < found; i++)
            MUST(is_absent(i));
    } else if (answer_is_negative(result->status)) {
        for (size_t i = 0; i < candidate_count; i++)
            MUST(is_absent(i));
    }
    loop_quit(owner);
}

static void walk(void)
{
    struct loop *loop = loop_new();
    struct dns_resolver resolver = {.loop = loop, .conf = &conf};
    const struct dns_request request = {.name = host,
                                        .search = true,
                                        .types = {DNS_A, DNS_AAAA},
                                        .type_count = TYPES,
                                        .patience = RACE_PATIENCE};
    struct server servers[SERVERS];

    for (size_t i = 0; i < server_count; i++)
        server_open(&servers[i], i, loop);
    dns_lookup_start(&resolver, &request, deadline_after(deadline_now(), PATIENCE), on_result, loop);
    loop_run(loop);
    for (size_t i = 0; i < server_count; i++) {
        loop_watch_remove(loop, &servers[i].watch);
        close(servers[i].watch.fd);
    }
    loop_free(loop);
}

/* The names that are asked for; one that the list brings twice stands there once. */
static void list_candidates(void)
{
    char candidate[HOSTNAME_SIZE];

    candidate_count = 0;
    for (size_t n = 0; n < CANDIDATES && resolvconf_candidate(&conf, host, true, n, candidate); n++)
        if (position_of(candidate) == candidate_count)
            memcpy(candidates[candidate_count++], candidate, sizeof candidate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *rest, *text, *name = input_first_line(data, size, &rest);
    char *line = input_first_line((const uint8_t *)rest, strlen(rest), &text);
    struct reason why;

    memset(&conf, 0, sizeof conf);
    resolvconf_parse(text, &conf);
    conf.use_vc = false; /* the servers speak UDP */
    conf.server_count = server_count = conf.server_count > 1 ? SERVERS : 1;
    script = line;
    script_length = strlen(line);
    if (hostname_parse(name, "ns", host, &why)) {
        list_candidates();
        walk();
    }
    free(name);
    free(line);
    free(text);
    free(rest);
    return 0;
}
