#include "cmd/copy-agent/journal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/log.h"
#include "common/base/stop.h"

#include "common/base/banned.h"

enum { SAID_MOST = 20, PATH_SHOWN = 180 };

void journal_begin(struct journal *journal, const char *target, int64_t deadline)
{
    memset(journal, 0, sizeof *journal);
    journal->target = target;
    journal->deadline = deadline;
    pthread_mutex_init(&journal->lock, NULL);
}

void journal_end(struct journal *journal)
{
    pthread_mutex_destroy(&journal->lock);
}

static void report(const struct journal *journal, const struct reason *why)
{
    struct log_event event = {.level = LOG_ERROR, .target = journal->target, .elapsed = -1, .reason = why};

    log_event(&event, "%s%s", why->text, why->detail);
}

void journal_add(struct journal *journal, const struct reason *why)
{
    pthread_mutex_lock(&journal->lock);
    unsigned before = atomic_fetch_add(&journal->troubles, 1);
    if (before == 0)
        journal->first = *why;
    else if (before <= SAID_MOST)
        report(journal, why);
    pthread_mutex_unlock(&journal->lock);
}

static bool ends_the_run(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EROFS;
}

static void add_hint(struct reason *why, int error)
{
    switch (error) {
    case EROFS:
        reason_hint(why, "mount a volume there, and not read-only");
        break;
    case EACCES:
    case EPERM:
        reason_hint(
            why,
            "this process is UID %u: look at the owner and mode, and at fsGroup; where another UID's run wrote "
            "files, --mode ug=rwX or --version-dir",
            (unsigned)geteuid());
        break;
    case EOPNOTSUPP:
        reason_hint(why,
                    "the volume cannot keep it: where each file has one owner and mode, they are options of "
                    "its mount");
        break;
    case ENOSPC:
        reason_hint(why, "the volume is full, of bytes or of inodes: give it more room");
        break;
    case EDQUOT:
        reason_hint(why, "a quota is used up: give the volume more room");
        break;
    case EBUSY:
        reason_hint(why, "it is a mount of its own (subPath?): mount the directory that it is in instead");
        break;
    case EMFILE:
        reason_hint(why, "raise the limit of open files");
        break;
    default:
        break;
    }
}

void journal_add_errno(struct journal *journal, const char *path, const char *doing, int error)
{
    struct reason why;
    size_t length = strlen(path);
    bool cut = length > PATH_SHOWN;

    reason_set(&why, CODE_FAILED, "%s%s: %s: %s", cut ? "..." : "", cut ? path + length - PATH_SHOWN : path,
               doing, strerror(error));
    add_hint(&why, error);
    journal_add(journal, &why);
    if (ends_the_run(error))
        journal->give_up = true;
}

enum code journal_halt(const struct journal *journal)
{
    if (stop_signal() != 0)
        return (enum code)(128 + stop_signal());
    if (journal->deadline != DEADLINE_NEVER && deadline_now() >= journal->deadline)
        return CODE_DEADLINE;
    return journal->give_up ? CODE_FAILED : CODE_OK;
}

enum code journal_verdict(struct journal *journal, const char *doing, struct reason *why)
{
    enum code halt = journal_halt(journal);

    if (halt == CODE_SIGTERM || halt == CODE_SIGINT) {
        reason_set(why, halt, "stopped by %s while %s", halt == CODE_SIGTERM ? "SIGTERM" : "SIGINT", doing);
        return halt;
    }
    if (halt == CODE_DEADLINE) {
        reason_set(why, halt, "timed out while %s", doing);
        reason_hint(why, "give more --timeout; what is complete stays and is not copied again");
        return halt;
    }
    unsigned troubles = journal->troubles;
    if (troubles == 0)
        return CODE_OK;
    *why = journal->first;
    if (troubles > 1)
        reason_detail(why, " (and %u more)", troubles - 1);
    return why->code;
}
