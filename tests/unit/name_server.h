/* A DNS server on loopback, on the test's own loop: it answers by a script and writes down what it was asked. */
#ifndef UNIT_NAME_SERVER_H
#define UNIT_NAME_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/dns/answer.h"
#include "common/net/address.h"
#include "common/run/loop.h"

enum {
    NAME_SERVER_SILENT = -1,
    NAME_SERVER_GARBAGE = -2,
    NAME_SERVER_LATE = -3, /* the answer to a question comes when it is asked a second time */
    NAME_SERVER_SOA_TTL = 23,
};

/* What is answered to a name and a type; the first row that fits. A negative answer carries an SOA. */
struct name_server_row {
    const char *name;   /* NULL: any */
    enum dns_type type; /* 0: any */
    int rcode;          /* or one of the above */
    const char *value;  /* of the one record, as answer.h has it; NULL: none */
};

struct name_server {
    struct address address;
    char asked[4096]; /* "db.test/A+cd db.test/A db.test/AAAA " */
    const struct name_server_row *rows;
    unsigned questions;
    struct loop *loop;
    struct loop_watch watch;
};

/* `rows` ends with a row that fits anything. */
void name_server_open(struct name_server *server, struct loop *loop, const struct name_server_row *rows);
void name_server_close(struct name_server *server);

/* A loopback address where nothing answers, and where the kernel says so. */
struct address name_server_nowhere(void);

#endif
