#include "cmd/copy-agent/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/report.h"
#include "cmd/copy-agent/space.h"
#include "common/base/stop.h"
#include "common/files/directory.h"
#include "common/files/publish.h"

#include "common/base/banned.h"

enum { LOOK_EVERY = 100 /* milliseconds */ };

static bool is_special(mode_t mode)
{
    return S_ISCHR(mode) || S_ISBLK(mode) || S_ISFIFO(mode) || S_ISSOCK(mode);
}

/* "-" is a file's name here. */
static int own_descriptor(const char *dest)
{
    return strcmp(dest, "-") == 0 ? -1 : publish_stream(dest);
}

/* What DEST is, no link followed in its place, and none of another user's on the way. */
static bool look_at(const char *dest, struct stat *found)
{
    int handle = directory_open_file(dest, O_PATH);
    bool good = handle >= 0 && fstat(handle, found) == 0;

    if (handle >= 0)
        close(handle);
    return good;
}

bool stream_is_meant(const struct copy *copy)
{
    struct stat source, dest;

    if (copy->into || stat(copy->source_name, &source) != 0 || !S_ISREG(source.st_mode))
        return false;
    return own_descriptor(copy->dest_name) >= 0 ||
           (look_at(copy->dest_name, &dest) && is_special(dest.st_mode));
}

static bool fail_errno(struct copy *copy, const char *name, const char *doing)
{
    journal_add_errno(&copy->journal, name, doing, errno);
    return false;
}

/* The first option given that speaks of what stays in DEST, or of directories. NULL: none. */
static const char *find_idle_option(const struct copy_settings *settings)
{
    const struct {
        bool given;
        const char *name;
    } options[] = {
        {settings->version_dir != NULL, "--version-dir"},
        {settings->user >= 0, "--for-uid"},
        {settings->render.count > 0, "--render"},
        {settings->mode != NULL, "--mode"},
        {settings->owner != NULL, "--owner"},
        {settings->rules.count > 0, "--include and --exclude"},
        {settings->verify, "--verify"},
        {settings->prune, "--prune"},
        {settings->sync, "--sync"},
        {settings->keep_privileges && !settings->no_parents, "--keep-privileges"},
        {settings->relative_links, "--relative-links"},
        {settings->follow_dest, "--follow-dest"},
    };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (options[i].given)
            return options[i].name;
    return NULL;
}

static bool check_options(struct copy *copy)
{
    const char *option = find_idle_option(copy->settings);
    struct reason why;

    if (!option)
        return true;
    reason_set(&why, CODE_USAGE,
               "%s: DEST is a device, a FIFO or standard output: expected a directory or file", option);
    journal_add(&copy->journal, &why);
    return false;
}

static void wait_a_little(void)
{
    struct pollfd stop = {.fd = stop_descriptor(), .events = POLLIN};

    poll(&stop, 1, LOOK_EVERY);
}

/* A FIFO is waited for until somebody reads it. -1 with a trouble in the journal, or at the end of the time. */
static bool is_fifo(const char *path)
{
    struct stat found;
    int error = errno;
    bool fifo = look_at(path, &found) && S_ISFIFO(found.st_mode);

    errno = error;
    return fifo;
}

static int open_dest(struct copy *copy)
{
    int own = own_descriptor(copy->dest_name);
    int dest = own >= 0 ? fcntl(own, F_DUPFD_CLOEXEC, 0) : -1;

    while (own < 0 && journal_halt(&copy->journal) == CODE_OK) {
        dest = directory_open_file(copy->dest_name, O_WRONLY | O_NONBLOCK | O_NOCTTY);
        if (dest >= 0 || errno != ENXIO || !is_fifo(copy->dest_name))
            break; /* a socket, or a terminal that is not there, answers ENXIO for ever */
        wait_a_little();
    }
    if (dest < 0 && journal_halt(&copy->journal) == CODE_OK)
        fail_errno(copy, copy->dest_name, "cannot be opened");
    return dest;
}

static bool write_chunk(struct copy *copy, int dest, const char *bytes, size_t length)
{
    while (length > 0 && journal_halt(&copy->journal) == CODE_OK) {
        if (!stop_wait_writable(dest, LOOK_EVERY))
            continue;
        ssize_t written = write(dest, bytes, length);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return fail_errno(copy, copy->dest_name, "cannot be written");
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return length == 0;
}

/* --max-bytes and --min-files, as for all that is copied. */
static bool check_size(struct copy *copy, uint64_t bytes)
{
    struct reason why;
    const struct plan_totals totals = {.files = 1, .bytes = bytes};

    if (space_check_source(copy->settings, &totals, &why))
        return true;
    journal_add(&copy->journal, &why);
    return false;
}

static bool write_all(struct copy *copy, int source, int dest)
{
    char chunk[STOP_CHUNK];
    ssize_t got;

    while ((got = read(source, chunk, sizeof chunk)) != 0) {
        if (got < 0 && errno != EINTR)
            return fail_errno(copy, copy->source_name, "cannot be read");
        /* Files of procfs tell no size beforehand. */
        if (got > 0 && !check_size(copy, copy->bytes + (uint64_t)got))
            return false;
        if (got > 0 && !write_chunk(copy, dest, chunk, (size_t)got))
            return false;
        if (got > 0)
            copy->bytes += (uint64_t)got;
    }
    return true;
}

void stream_copy(struct copy *copy)
{
    struct stat source;

    copy->doing = "writing";
    if (!check_options(copy))
        return;
    if (stat(copy->source_name, &source) != 0) {
        fail_errno(copy, copy->source_name, "cannot be read");
        return;
    }
    if (!check_size(copy, (uint64_t)source.st_size))
        return;
    if (copy->settings->dry_run) {
        report_line("write", copy->dest_name, false);
        return;
    }
    copy->source = open(copy->source_name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (copy->source < 0) {
        fail_errno(copy, copy->source_name, "cannot be read");
        return;
    }
    copy->dest = open_dest(copy);
    if (copy->dest >= 0 && write_all(copy, copy->source, copy->dest))
        copy->files++;
}
