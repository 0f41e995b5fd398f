#include "cmd/copy-agent/warnings.h"

#include <inttypes.h>
#include <unistd.h>

#include "cmd/copy-agent/access.h"
#include "cmd/copy-agent/staging.h"
#include "cmd/copy-agent/walk.h"
#include "common/base/log.h"

#include "common/base/banned.h"

enum { LINE_MAX_BYTES = 256 };

static void warn_dropped(const struct copy *copy)
{
    uint64_t dropped = copy->dropped;

    if (dropped > 0)
        log_warn("%" PRIu64
                 " file%s copied without setuid and setgid bits and file capabilities; hint: %s keeps them",
                 dropped, dropped == 1 ? " was" : "s were",
                 copy->settings->as_cp ? "-p" : "--keep-privileges");
}

static void warn_unkept(const struct copy *copy)
{
    uint64_t unkept = copy->unkept;
    struct buf fixed;

    if (unkept == 0)
        return;
    buf_init(&fixed, LINE_MAX_BYTES);
    if (copy->rules.lacks_modes)
        buf_add_format(&fixed,
                       "this volume gives every file mode %04o and UID %u, which are options of its mount",
                       (unsigned)copy->traits.mode, (unsigned)copy->traits.owner);
    else
        buf_add_text(&fixed, "where each file has one owner and mode, they are options of its mount");
    log_warn(
        "%" PRIu64
        " of the files and directories %s another owner, mode or time than in SOURCE, as the volume does not let "
        "them be set; hint: %s: uid=, gid=, file_mode=, dir_mode=",
        unkept, unkept == 1 ? "has" : "have", fixed.data);
    buf_free(&fixed);
}

static void warn_in_place(const struct copy *copy)
{
    uint64_t in_place = copy->in_place;

    if (in_place > 0)
        log_warn(
            "%" PRIu64
            " file%s written in place, as the volume refuses to rename files: who reads meanwhile may see "
            "half of one",
            in_place, in_place == 1 ? " was" : "s were");
}

static void warn_gaps(const struct copy *copy)
{
    uint64_t gaps = copy->gaps;

    if (gaps > 0 && !copy->no_rename)
        log_warn(
            "%" PRIu64
            " file%s removed before the new one got its name, as the volume refuses to rename onto what is there: who "
            "opened it then found nothing",
            gaps, gaps == 1 ? " was" : "s were");
}

static void warn_litter(const struct copy *copy)
{
    unsigned litter = journal_halt(&copy->journal) == CODE_OK
                          ? staging_count_litter(copy->volume >= 0 ? copy->volume : copy->dest)
                          : 0;

    if (litter > 0)
        log_warn(
            "%u hidden " STAGING_PREFIX
            "* %s in DEST, of this run or earlier ones, as it cannot be removed; hint: the volume or an attribute "
            "(lsattr) refuses it, or another UID owns it",
            litter, litter == 1 ? "entry stays" : "entries stay");
}

static void warn_version(const struct copy *copy)
{
    if (copy->in_place_version)
        log_warn(
            "%.200s was written in place, as the volume refuses to rename directories: who opens it before the "
            "run has ended may see part of it",
            copy->settings->version_dir);
    else if (copy->gap)
        log_warn(
            "%.200s was replaced after a moment without it, as the volume cannot exchange names: who opened it then "
            "found nothing",
            copy->settings->version_dir);
}

static void warn_projected(const struct copy *copy)
{
    if (copy->projected && !copy->settings->dereference && !copy->settings->as_cp)
        log_warn("%.200s: is the volume of a ConfigMap or Secret, whose files are links into " WALK_PROJECTED
                 "; hint: --dereference copies the files themselves",
                 copy->source_name);
}

/* What looks like success and hardly is what was meant. */
static void warn_nothing(const struct copy *copy)
{
    const struct strings *rules = copy->filter.rules;

    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i][0] == '+' && !copy->filter.met[i])
            log_warn(
                "--include %.200s: matches nothing in SOURCE; hint: patterns are matched against the path "
                "below SOURCE, and ** crosses directories",
                rules->items[i] + 1);
    if (copy->plan.totals.files == 0 && !copy->settings->as_cp)
        log_warn(
            "%.200s: has no file to copy; hint: has the path in the image changed, or is something mounted "
            "over it? --min-files 1 makes this a failure",
            copy->source_name);
}

static void warn_hidden(const struct copy *copy)
{
    if (copy->hidden > 0)
        log_warn("%.200s: %u hidden " STAGING_PREFIX "* %s not copied: interrupted copies left them there",
                 copy->source_name, copy->hidden, copy->hidden == 1 ? "entry is" : "entries are");
}

void warnings_before(const struct copy *copy)
{
    warn_hidden(copy);
    warn_nothing(copy);
    warn_projected(copy);
    access_warn_links(copy);
}

void warnings_after(const struct copy *copy)
{
    warn_dropped(copy);
    warn_unkept(copy);
    warn_in_place(copy);
    warn_gaps(copy);
    warn_version(copy);
    warn_litter(copy);
    if (copy->settings->user < 0 && copy->journal.troubles == 0)
        access_warn(copy);
}
