/* The report as Prometheus' text format: --metrics, for node_exporter's textfile collector and whoever reads such files. */
#include <string.h>
#include <time.h>

#include "cmd/tls-check/report.h"
#include "common/base/visible.h"

#include "common/base/banned.h"

#define PREFIX "initkit_tls_check_"

enum { DAY = 86400, LABEL_MOST = 1024 };

/* A label's value: what visible.h escapes, and then backslashes and quotes once more (the format's own way). */
static void add_label(struct buf *out, const char *name, const char *value)
{
    struct buf text;

    buf_init(&text, LABEL_MOST);
    visible_add(&text, value);
    buf_add_format(out, "%s=\"", name);
    for (const char *at = text.data; *at != '\0'; at++) {
        if (*at == '\\' || *at == '"')
            buf_add_text(out, "\\");
        buf_add(out, at, 1);
    }
    buf_add_text(out, "\"");
    buf_free(&text);
}

static void add_head(struct buf *out, const char *name, const char *help)
{
    buf_add_format(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s gauge\n", name, help, name);
}

/* --- one number a target --- */

static void add_targets(struct buf *out, const struct wait *wait, const char *name, const char *help,
                        long long (*value)(const struct check *check))
{
    add_head(out, name, help);
    for (size_t i = 0; i < wait->count; i++) {
        const struct check *check = (const struct check *)wait->targets[i];
        buf_add_format(out, PREFIX "%s{", name);
        add_label(out, "target", check->base.name);
        buf_add_format(out, "} %lld\n", value(check));
    }
}

static long long is_ready(const struct check *check)
{
    return check->base.phase == WAIT_READY;
}

static long long class_of(const struct check *check)
{
    return check->base.phase == WAIT_READY ? CODE_OK : check->base.reason.code;
}

static long long attempts_of(const struct check *check)
{
    return check->base.retry.attempts;
}

static long long warnings_of(const struct check *check)
{
    long long count = 0;

    for (size_t i = 0; i < check->count; i++)
        if (check_counts(check, &check->sessions[i]))
            count += (long long)check->sessions[i].judgement.warning_count;
    return count;
}

/* --- one number a connection that has shown a certificate --- */

static void add_connection(struct buf *out, const char *name, const struct check *check,
                           const struct session *session, long long value)
{
    char address[ADDRESS_TEXT];

    buf_add_format(out, PREFIX "%s{", name);
    add_label(out, "target", check->base.name);
    buf_add_text(out, ",");
    add_label(out, "address", address_format(&session->address, address));
    buf_add_format(out, "} %lld\n", value);
}

/* The first end of those that the server sends: they are its to renew. */
static long long first_end(const struct tls_facts *facts)
{
    int64_t end = facts->sent[0].not_after;

    for (size_t i = 1; i < facts->chain_count && i < facts->chain_sent; i++)
        end = facts->chain[i].not_after < end ? facts->chain[i].not_after : end;
    return (long long)end;
}

static void add_end(struct buf *out, const struct check *check, const struct session *session)
{
    add_connection(out, "not_after_timestamp_seconds", check, session, first_end(&session->facts));
}

static void add_days(struct buf *out, const struct check *check, const struct session *session)
{
    long long left = first_end(&session->facts) - (long long)session->facts.time;

    add_connection(out, "days_left", check, session, left / DAY - (left < 0 && left % DAY != 0));
}

void report_add_metrics(struct buf *out, const struct wait *wait, enum code code)
{
    add_targets(out, wait, "ready", "Whether the target passed all checks.", is_ready);
    add_targets(out, wait, "class", "What is wrong, as an exit code of tls-check; 0: nothing.", class_of);
    add_targets(out, wait, "attempts", "How many attempts were made.", attempts_of);
    add_targets(out, wait, "warnings", "How many warnings there are.", warnings_of);
    add_head(out, "not_after_timestamp_seconds",
             "When the first of the certificates that the server sends expires.");
    report_each(out, wait, add_end);
    add_head(out, "days_left", "Whole days until then; below 0: it has expired.");
    report_each(out, wait, add_days);
    add_head(out, "code", "The verdict on all targets, as an exit code.");
    buf_add_format(out, PREFIX "code %d\n", (int)code);
    add_head(out, "last_run_timestamp_seconds", "When this was written.");
    buf_add_format(out, PREFIX "last_run_timestamp_seconds %lld\n", (long long)time(NULL));
}
