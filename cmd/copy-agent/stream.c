#include "cmd/copy-agent/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/keep_present.h"
#include "cmd/copy-agent/report.h"
#include "cmd/copy-agent/space.h"
#include "common/base/deadline.h"
#include "common/base/mem.h"
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

static bool is_source_meant(const struct copy *copy, mode_t mode)
{
    return S_ISREG(mode) || (copy->settings->read_specials && is_special(mode));
}

static bool is_dest_special(const struct copy *copy)
{
    struct stat dest;

    return own_descriptor(copy->dest_name) >= 0 ||
           (look_at(copy->dest_name, &dest) && is_special(dest.st_mode));
}

bool stream_is_meant(const struct copy *copy)
{
    struct stat source;

    if (copy->settings->link_hard || copy->settings->link_soft || stat(copy->source_name, &source) != 0 ||
        !is_source_meant(copy, source.st_mode))
        return false;
    return is_special(source.st_mode) || (!copy->into && is_dest_special(copy));
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
        {settings->keep_privileges && !settings->as_cp, "--keep-privileges"},
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

/* Where the bytes go: into a descriptor, or into a file that gets its name once it is complete. */
struct sink {
    int dest;        /* below 0: the file */
    struct buf path; /* of the file */
    struct publish file;
};

static bool begin_file(struct copy *copy, struct sink *sink)
{
    mode_t mode = 0666 & ~copy->settings->umask;
    struct stat present;
    struct buf *path = &sink->path;
    struct reason why;

    buf_init(path, PATH_MAX);
    buf_add_format(path, "%s%s%s", copy->dest_name, copy->into ? "/" : "", copy->into ? copy->into : "");
    if (look_at(path->data, &present) && S_ISREG(present.st_mode))
        mode = present.st_mode & 0777;
    bool good = publish_begin(&sink->file, path->data, mode, &why);
    if (good && copy->journal.deadline != DEADLINE_NEVER)
        sink->file.deadline = copy->journal.deadline;
    if (!good)
        journal_add(&copy->journal, &why);
    return good;
}

static bool write_sink(struct copy *copy, struct sink *sink, const char *bytes, size_t length)
{
    struct reason why;

    if (sink->dest >= 0)
        return write_chunk(copy, sink->dest, bytes, length);
    if (publish_write(&sink->file, bytes, length, &why))
        return true;
    journal_add(&copy->journal, &why);
    return false;
}

/* Waits for what a FIFO or a terminal gives, or its end. False when the run is to stop. */
static bool wait_readable(const struct copy *copy, int source)
{
    struct pollfd waited[] = {{.fd = source, .events = POLLIN}, {.fd = stop_descriptor(), .events = POLLIN}};

    while (journal_halt(&copy->journal) == CODE_OK)
        if (poll(waited, 2, LOOK_EVERY) > 0 && waited[0].revents != 0)
            return true;
    return false;
}

static bool write_all(struct copy *copy, int source, struct sink *sink)
{
    char chunk[STOP_CHUNK];

    while (wait_readable(copy, source)) {
        ssize_t got = read(source, chunk, sizeof chunk);
        if (got == 0)
            return true;
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            return fail_errno(copy, copy->source_name, "cannot be read");
        /* Files of procfs have no size beforehand. */
        if (got > 0 &&
            (!check_size(copy, copy->bytes + (uint64_t)got) || !write_sink(copy, sink, chunk, (size_t)got)))
            return false;
        if (got > 0)
            copy->bytes += (uint64_t)got;
    }
    return false;
}

static bool end_file(struct copy *copy, struct sink *sink, bool good)
{
    struct reason why;

    if (!good)
        publish_abort(&sink->file);
    else if (!publish_commit(&sink->file, &why))
        journal_add(&copy->journal, &why);
    else
        return true;
    return false;
}

static void copy_to_dest(struct copy *copy)
{
    struct sink *sink = xcalloc(1, sizeof *sink);
    bool special = !copy->into && is_dest_special(copy);

    sink->dest = copy->dest = special ? open_dest(copy) : -1;
    if (special ? sink->dest >= 0 : begin_file(copy, sink)) {
        bool good = write_all(copy, copy->source, sink);
        if (!special)
            good = end_file(copy, sink, good);
        copy->files += good;
    }
    buf_free(&sink->path);
    free(sink);
}

/* What is at DEST already may have to stay (cp -n). */
static bool stays(const struct copy *copy, const struct stat *source)
{
    struct stat present;

    return !copy->into && look_at(copy->dest_name, &present) &&
           keep_present(copy, source, &present, copy->dest_name);
}

/* Standard input is this process's already: a FIFO would be opened anew, and wait for another writer. */
static int open_special_source(const char *name)
{
    static const char *const standard_input[] = {"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"};

    for (size_t i = 0; i < sizeof standard_input / sizeof standard_input[0]; i++)
        if (strcmp(name, standard_input[i]) == 0)
            return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    return open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
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
    if (!check_size(copy, (uint64_t)source.st_size) || stays(copy, &source))
        return;
    if (copy->settings->dry_run) {
        report_line(&copy->journal, "write", copy->dest_name, false);
        return;
    }
    copy->source = open_special_source(copy->source_name);
    if (copy->source < 0)
        fail_errno(copy, copy->source_name, "cannot be read");
    else
        copy_to_dest(copy);
}
