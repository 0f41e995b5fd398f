/* An attempt at one pair: request, redirects, body, checks. The result waits in `body` until the whole set is published. */
#ifndef FETCH_CONFIG_FETCH_H
#define FETCH_CONFIG_FETCH_H

#include <sys/types.h>

#include "cmd/fetch-config/aws.h"
#include "cmd/fetch-config/body_file.h"
#include "cmd/fetch-config/operand.h"
#include "cmd/fetch-config/unpack.h"
#include "cmd/fetch-config/validate.h"
#include "common/base/strings.h"
#include "common/cli/progress.h"
#include "common/http/exchange.h"
#include "common/http/headers.h"
#include "common/run/wait.h"

/* The same for all pairs of a run. */
struct fetch_plan {
    struct exchange_plan exchange;
    struct headers_source headers;
    bool resume;           /* --resume */
    const struct aws *aws; /* NULL: no S3 among the URLs */
    int retry_statuses[REPLY_STATUSES];
    size_t retry_status_count;
    unsigned max_redirs;
    bool allow_local_redirects;
    const char *method;    /* NULL: GET */
    const char *data_file; /* NULL: no body */
    int64_t min_size;      /* of a body that is published or checked */
    mode_t mode;
    bool render;
    const char *render_prefix;
    const struct strings *render_files;
    enum validate_format validate;
    bool progress;
    bool extract;
    struct unpack_rules unpack;
};

enum { FETCH_FOUND = 128 };

enum fetch_phase {
    FETCH_CREDENTIALS, /* of S3 */
    FETCH_SUM,
    FETCH_BODY,
};

struct fetch {
    struct wait_target base;
    const struct fetch_plan *plan;
    struct url url;
    const char *path; /* NULL: the body is not kept */
    struct operand_place place;
    const char *sha256;      /* --sha256; NULL: none */
    struct url sum_url;      /* its text is NULL when there is none */
    struct url object;       /* where an s3:// URL leads to */
    struct url sum_object;   /* where an s3:// URL in sum_url leads to */
    char found[FETCH_FOUND]; /* for its last line */

    enum fetch_phase phase;
    int64_t deadline;
    struct url at; /* the present hop's */
    const char *method;
    unsigned redirects;
    enum reach reach; /* of the present hop */
    struct strings headers;
    struct strings sum_headers; /* for sum_object (a signature), or for sum_url's server */
    struct exchange exchange;
    int upload;
    struct url asked; /* where credentials for S3 are requested */
    enum reach asked_reach;
    struct strings asked_headers;
    struct buf sum; /* the answer of a phase before FETCH_BODY: checksums, credentials */
    struct body_file body;
    struct resume part;   /* --resume: the part of the file that `body` holds */
    bool begun;           /* the body of this attempt */
    bool whole_only;      /* the server does not resume: always request the whole */
    unsigned resumed;     /* how often this body was resumed */
    struct unpack unpack; /* --extract: what is staged */
    struct progress progress;
};

/* Start and cancel an attempt, for struct wait. */
void fetch_start(struct wait_target *target, int64_t deadline);
void fetch_cancel(struct wait_target *target, struct reason *doing);

/* Releases everything, also a body that was fetched and not published. */
void fetch_free(struct fetch *fetch);

#endif
