#include "cmd/fetch-config/publish_set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/cancel.h"
#include "common/base/deadline.h"
#include "common/base/log.h"
#include "common/base/stop.h"

#include "common/base/banned.h"

enum { CHUNK = 64 * 1024, ALL_MODES = 07777 };

static char chunk[CHUNK];

/* Reads until the chunk is full or the file ends. The number of bytes; -1 with errno. */
static ssize_t read_whole(int descriptor, char *into)
{
    size_t length = 0;

    while (length < CHUNK) {
        ssize_t got = read(descriptor, into + length, CHUNK - length);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return -1;
        length += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)length;
}

/* False also when it has to end: the caller checks for that. */
static bool same_content(int a, int b, int64_t deadline)
{
    static char other[CHUNK];
    ssize_t got;

    do {
        got = read_whole(a, chunk);
        if (got < 0 || !deadline_goes_on(deadline) || read_whole(b, other) != got ||
            memcmp(chunk, other, (size_t)got) != 0)
            return false;
    } while (got > 0);
    return true;
}

/* Whether mode and owner are those of --mode and --owner, where these are given. */
static bool same_status(const struct stat *present, mode_t mode, const struct publish_set_rules *rules)
{
    const struct ownership *ownership = rules->ownership;

    return (!rules->sets_mode || (present->st_mode & ALL_MODES) == mode) &&
           (!ownership->has_owner || present->st_uid == ownership->owner) &&
           (!ownership->has_group || present->st_gid == ownership->group);
}

/* Whether the target exists with the same content, mode and owner. */
static bool is_unchanged(const struct body_file *body, mode_t mode, const struct publish_set_rules *rules)
{
    struct reason ignored;
    struct stat present;
    bool same = false;
    int before = openat(body->publish.directory, publish_name(&body->publish),
                        O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (before < 0)
        return false;
    int now = body_file_reopen(body, &ignored);
    if (now >= 0 && fstat(before, &present) == 0 && S_ISREG(present.st_mode) &&
        present.st_size == body->size && same_status(&present, mode, rules))
        same = same_content(before, now, rules->deadline);
    if (now >= 0)
        close(now);
    close(before);
    return same;
}

/* Writes to standard output or standard error. This cannot be undone, so it comes last. */
static bool pour_out(const struct fetch *fetch, int64_t deadline, struct reason *why)
{
    struct publish publish;
    ssize_t got = 0;
    int from = body_file_reopen(&fetch->body, why);
    bool open = from >= 0 && publish_begin(&publish, fetch->path, 0, why);
    bool good = open;

    if (open) {
        publish.deadline = deadline;
        while (good && (got = read_whole(from, chunk)) > 0)
            good = publish_write(&publish, chunk, (size_t)got, why);
        if (got < 0)
            good = reason_set(why, CODE_FAILED, "what was fetched cannot be read back: %s", strerror(errno));
        publish_abort(&publish); /* for a stream this only closes the descriptor */
    }
    if (from >= 0)
        close(from);
    if (!good && why->code == CODE_DEADLINE)
        reason_wrap(why, "not fetched");
    return good;
}

/* After a comparison, which may take long. */
static bool must_end(const struct publish_set_rules *rules, struct reason *why)
{
    if (!cancel_due(rules->deadline, "it was being compared with the file that is there", why))
        return false;
    if (why->code == CODE_DEADLINE)
        reason_wrap(why, "not fetched");
    return true;
}

static bool prepare_file(struct fetch *fetch, const struct publish_set_rules *rules, struct reason *why)
{
    struct body_file *body = &fetch->body;

    if (rules->if_changed && is_unchanged(body, fetch->plan->mode, rules)) {
        body_file_abort(body);
        snprintf(fetch->found, sizeof fetch->found, "%s", "unchanged");
        return true;
    }
    return !(rules->if_changed && must_end(rules, why)) &&
           ownership_give(body->publish.descriptor, fetch->path, fetch->plan->mode, rules->ownership,
                          &body->publish.unkept, why);
}

static bool prepare(struct fetch *fetches, size_t count, const struct publish_set_rules *rules,
                    struct reason *why)
{
    for (size_t i = 0; i < count; i++) {
        if (stop_signal() != 0)
            return reason_set(why, CODE_FAILED, "stopped before anything was published");
        if (fetches[i].body.kind == BODY_FILE_BESIDE && !prepare_file(&fetches[i], rules, why))
            return false;
    }
    return true;
}

/* Moves everything into place. All archives are compared with what exists before the first change. */
static bool place(struct fetch *fetches, size_t count, int64_t deadline, struct reason *why)
{
    bool good = true;

    for (size_t i = 0; good && i < count; i++)
        if (fetches[i].plan->extract)
            good = unpack_plan(&fetches[i].unpack, deadline, why);
    for (size_t i = 0; good && i < count; i++)
        if (fetches[i].body.kind == BODY_FILE_BESIDE)
            good = publish_place(&fetches[i].body.publish, count > 1, why);
    for (size_t i = 0; good && i < count; i++)
        if (fetches[i].plan->extract)
            good = unpack_move(&fetches[i].unpack, why);
    for (size_t i = 0; good && i < count; i++)
        if (fetches[i].body.kind == BODY_FILE_NAMELESS && fetches[i].path && !fetches[i].plan->extract)
            good = pour_out(&fetches[i], deadline, why);
    return good;
}

/* What deserves a warning, counted over the whole set. */
struct aftermath {
    size_t in_place, left, unkept;
    const char *where; /* the path of the last one that is left */
    int error;
};

static void settle(struct publish *publish, bool good, struct aftermath *aftermath, struct reason *why)
{
    bool settled = good ? publish_settle(publish) : publish_undo(publish);

    aftermath->in_place += publish->in_place;
    aftermath->unkept += publish->unkept;
    if (settled)
        return;
    aftermath->left++;
    aftermath->where = publish->path;
    aftermath->error = errno;
    if (!good)
        reason_hint(why, "%.150s could not be put back (%s): its old version is hidden beside it, as %.60s",
                    publish->path, strerror(errno), publish->old);
}

static void warn(const struct aftermath *aftermath, bool good)
{
    if (good && aftermath->left > 0)
        log_warn("%.200s: the old version cannot be removed and stays hidden beside it: %s (%zu files)",
                 aftermath->where, strerror(aftermath->error), aftermath->left);
    if (good && aftermath->unkept > 0)
        log_warn(
            "%zu of the files and directories written %s another mode than requested: the volume does not "
            "keep it; hint: where a volume gives each file one owner and mode, its mount options set them: "
            "uid=, gid=, file_mode=, dir_mode=",
            aftermath->unkept, aftermath->unkept == 1 ? "has" : "have");
    if (good && aftermath->in_place > 0)
        log_warn("this volume cannot rename: %zu file%s written in place, and a reader may have seen a part",
                 aftermath->in_place, aftermath->in_place == 1 ? " was" : "s were");
}

bool publish_set_commit(struct fetch *fetches, size_t count, const struct publish_set_rules *rules,
                        struct reason *why)
{
    struct aftermath aftermath = {0};

    if (!prepare(fetches, count, rules, why))
        return false;
    bool good = place(fetches, count, rules->deadline, why);
    for (size_t i = count; i-- > 0;) {
        struct body_file *body = &fetches[i].body;
        aftermath.unkept += fetches[i].unpack.stage.unkept;
        if (!good)
            unpack_undo(&fetches[i].unpack, why);
        if (body->kind != BODY_FILE_BESIDE || !body->publish.placed)
            continue;
        settle(&body->publish, good, &aftermath, why);
        body->kind = BODY_FILE_NOWHERE;
    }
    warn(&aftermath, good);
    return good;
}
