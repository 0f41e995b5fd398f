#include "cmd/fetch-config/pipeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cmd/fetch-config/checksum.h"
#include "cmd/fetch-config/render.h"
#include "cmd/fetch-config/request.h"

#include "common/base/banned.h"

struct body_file_place pipeline_place(const struct fetch *fetch)
{
    const struct fetch_plan *plan = fetch->plan;

    return (struct body_file_place){
        .path = fetch->path,
        .mode = plan->mode,
        .ownership = plan->unpack.ownership,
        .memory = plan->unpack.memory,
        .is_read_again = plan->render || plan->validate != VALIDATE_NONE,
    };
}

/* The digest that the body has to have. False fills `why`. */
static bool find_digest(const struct fetch *fetch, char wanted[BODY_FILE_DIGEST], struct reason *why)
{
    const char *slash = strrchr(fetch->url.bare, '/'), *shown = strrchr(fetch->url.shown, '/');
    const char *name = shown ? shown + 1 : "it", *other;

    if (fetch->sha256) {
        snprintf(wanted, BODY_FILE_DIGEST, "%s", fetch->sha256);
        return true;
    }
    switch (checksum_find(fetch->sum.data, slash ? slash + 1 : "", wanted, &other)) {
    case CHECKSUM_FOUND:
        return true;
    case CHECKSUM_AMBIGUOUS:
        return reason_set(why, CODE_FAILED, "%.150s has several SHA-256 for %.100s", fetch->sum_url.shown,
                          name);
    case CHECKSUM_MISSING:
        break;
    }
    return other
               ? reason_set(why, CODE_FAILED, "%.150s holds %s sums: expected SHA-256", fetch->sum_url.shown,
                            other)
               : reason_set(why, CODE_FAILED, "%.150s has no SHA-256 for %.100s", fetch->sum_url.shown, name);
}

static bool check_digest(struct fetch *fetch, struct reason *why)
{
    char digest[BODY_FILE_DIGEST], wanted[BODY_FILE_DIGEST];

    if (!fetch->body.digest)
        return true;
    body_file_digest(&fetch->body, digest);
    if (!find_digest(fetch, wanted, why))
        return false;
    if (strcasecmp(digest, wanted) == 0)
        return true;
    reason_set(why, CODE_FAILED, "its SHA-256 is %s, not %s", digest, wanted);
    reason_hint(why, "another version than expected, or an error page instead of the file");
    return false;
}

static bool fill_in(struct fetch *fetch, struct reason *why)
{
    const struct fetch_plan *plan = fetch->plan;
    const struct body_file_place place = pipeline_place(fetch);
    const struct render_rules rules = {
        .prefix = plan->render_prefix,
        /* A server must not choose among the files of this container; whoever wrote a local template can read them anyway. */
        .files = {.directories = plan->render_files, .any = fetch->url.scheme == URL_FILE},
        .target = fetch->base.name,
        .place = &place,
        .max_size = plan->exchange.max_unpacked_size,
        .deadline = fetch->deadline,
    };

    return !plan->render || render_body_file(&fetch->body, &rules, why);
}

static enum validate_format format_of(const struct fetch *fetch)
{
    enum validate_format format = fetch->plan->validate;

    if (format == VALIDATE_AUTO)
        format = validate_guess(fetch->path ? fetch->path : fetch->url.bare);
    return format == VALIDATE_NONE && fetch->plan->validate == VALIDATE_AUTO ? validate_guess(fetch->url.bare)
                                                                             : format;
}

static bool check_format(struct fetch *fetch, struct reason *why)
{
    enum validate_format format = format_of(fetch);

    if (format == VALIDATE_NONE)
        return true;
    int descriptor = body_file_reopen(&fetch->body, why);
    bool good = descriptor >= 0 && validate(descriptor, format, fetch->deadline, why);
    if (descriptor >= 0)
        close(descriptor);
    return good;
}

/* Nothing is staged yet: unpacking is the last step, so no attempt fails after it. */
static bool unpack_body(struct fetch *fetch, struct reason *why)
{
    struct unpack_rules rules = fetch->plan->unpack;

    if (!fetch->plan->extract)
        return true;
    rules.deadline = fetch->deadline;
    int descriptor = body_file_reopen(&fetch->body, why);
    bool good = descriptor >= 0 && unpack_stage(&fetch->unpack, descriptor, fetch->path, &rules, why);
    if (descriptor >= 0)
        close(descriptor);
    return good;
}

static void fetch_tell(struct fetch *fetch)
{
    size_t length = (size_t)snprintf(fetch->found, sizeof fetch->found, "%" PRId64 " byte%s",
                                     fetch->body.size, fetch->body.size == 1 ? "" : "s");

    if (fetch->resumed > 0)
        length += (size_t)snprintf(fetch->found + length, sizeof fetch->found - length, ", resumed %u time%s",
                                   fetch->resumed, fetch->resumed == 1 ? "" : "s");
    if (fetch->plan->extract)
        snprintf(fetch->found + length, sizeof fetch->found - length, ", %zu %s of %" PRId64 " bytes",
                 fetch->unpack.kept, fetch->unpack.kept == 1 ? "entry" : "entries", fetch->unpack.kept_size);
    else if (fetch->plan->validate == VALIDATE_AUTO && format_of(fetch) == VALIDATE_NONE)
        snprintf(fetch->found + length, sizeof fetch->found - length,
                 ", not validated: its name has no known ending");
    fetch->base.found = fetch->found;
}

/* A server that has lost its file often sends an empty body: it must not replace a good file. */
static bool check_size(const struct fetch *fetch, struct reason *why)
{
    int64_t size = fetch->body.size, least = fetch->plan->min_size;

    if (size >= least || !request_keeps_body(fetch))
        return true;
    if (size == 0)
        reason_set(why, CODE_FAILED, "the body is empty");
    else
        reason_set(why, CODE_FAILED, "is %" PRId64 " bytes, less than the %" PRId64 " of --min-size", size,
                   least);
    reason_hint(why, "what does the server send? --min-size allows less, and 0 an empty file");
    return false;
}

bool pipeline_run(struct fetch *fetch, struct reason *why)
{
    if (!check_size(fetch, why) || !check_digest(fetch, why) || !fill_in(fetch, why) ||
        !check_format(fetch, why) || !unpack_body(fetch, why))
        return false;
    fetch_tell(fetch);
    return true;
}
