#include "cmd/copy-agent/file_content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

#define CHANGED "changed while it was copied"

enum {
    KERNEL_CHUNK = 1024 * 1024,
    FLUSH_EVERY = 8 * 1024 * 1024,
    HELD_BYTES = 4 * 1024 * 1024,
    HOLE = 4096, /* the shortest run of zeros that becomes a hole */
    DISK_BLOCK = 512,
};

void file_content_begin(struct file_content *content, const struct journal *journal,
                        atomic_uint_fast64_t *progress, bool small)
{
    memset(content, 0, sizeof *content);
    content->journal = journal;
    content->progress = progress;
    content->small = small;
    content->buffer = xcalloc(1, FILE_CONTENT_WHOLE);
    content->taken = -1;
}

/* --- the page cache --- */

/* Starts writing back [from, to) and drops what was started a step before, so that the disk is busy all the time. */
static void flush_step(int dest, off_t from, off_t to)
{
    sync_file_range(dest, from, to - from, SYNC_FILE_RANGE_WRITE);
    if (from > 0) {
        off_t before = from > FLUSH_EVERY ? from - FLUSH_EVERY : 0;
        sync_file_range(dest, before, from - before,
                        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
        posix_fadvise(dest, before, from - before, POSIX_FADV_DONTNEED);
    }
}

static void let_all_go(struct file_content *content)
{
    for (size_t i = 0; i < content->held_count; i++)
        sync_file_range(content->held[i], 0, 0, SYNC_FILE_RANGE_WRITE);
    for (size_t i = 0; i < content->held_count; i++) {
        sync_file_range(content->held[i], 0, 0,
                        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
        posix_fadvise(content->held[i], 0, 0, POSIX_FADV_DONTNEED);
        close(content->held[i]);
    }
    content->held_count = 0;
    content->held_bytes = 0;
}

void file_content_let_go(struct file_content *content, int dest, uint64_t size)
{
    if (!content->small) {
        close(dest);
        return;
    }
    content->held[content->held_count++] = dest;
    content->held_bytes += size;
    if (content->held_count == FILE_CONTENT_HELD || content->held_bytes >= HELD_BYTES)
        let_all_go(content);
}

void file_content_drop(const struct file_content *content, int source)
{
    if (content->small)
        posix_fadvise(source, 0, 0, POSIX_FADV_DONTNEED);
}

void file_content_end(struct file_content *content)
{
    let_all_go(content);
    free(content->buffer);
}

/* --- copying --- */

static bool fail(struct trouble *trouble, const char *doing, int error)
{
    *trouble = (struct trouble){doing, error};
    return false;
}

static bool may_go_on(const struct file_content *content, struct trouble *trouble)
{
    return journal_halt(content->journal) == CODE_OK || fail(trouble, NULL, 0);
}

static ssize_t read_full(int source, char *buffer, size_t length)
{
    size_t done = 0;

    while (done < length) {
        ssize_t got = read(source, buffer + done, length - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static bool write_all(int dest, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(dest, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static bool is_zero(const char *bytes, size_t length)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0;
}

/* Writes all but the runs of zeros. No SEEK_HOLE: it has reported holes where there was data (openzfs/zfs#15526). */
static bool write_sparse(int dest, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t run = length < HOLE ? length : HOLE;
        bool hole = is_zero(bytes, run);
        while (run < length && is_zero(bytes + run, length - run < HOLE ? length - run : HOLE) == hole)
            run += length - run < HOLE ? length - run : HOLE;
        if (hole ? lseek(dest, (off_t)run, SEEK_CUR) < 0 : !write_all(dest, bytes, run))
            return false;
        bytes += run;
        length -= run;
    }
    return true;
}

static void step_done(const struct file_content *content, int dest, off_t *flushed, off_t done, size_t length)
{
    atomic_fetch_add(content->progress, length);
    if (content->on_chunk)
        content->on_chunk(content->owner);
    if (content->small && done - *flushed >= FLUSH_EVERY) {
        flush_step(dest, *flushed, done);
        *flushed = done;
    }
}

/* How much to ask for: no more than there should be, as a file's end is known. */
static size_t next_length(off_t size, off_t done)
{
    return size > done && size - done < FILE_CONTENT_BUFFER ? (size_t)(size - done) : FILE_CONTENT_BUFFER;
}

static bool copy_by_buffer(struct file_content *content, int source, int dest, off_t size, bool sparse,
                           off_t *done, struct trouble *trouble)
{
    off_t flushed = *done;
    ssize_t got;

    while ((got = read_full(source, content->buffer, next_length(size, *done))) > 0) {
        size_t length = (size_t)got;
        if (!(sparse ? write_sparse(dest, content->buffer, length)
                     : write_all(dest, content->buffer, length)))
            return fail(trouble, "cannot be written", errno);
        *done += got;
        if (content->small && *done - flushed >= FLUSH_EVERY)
            posix_fadvise(source, flushed, *done - flushed, POSIX_FADV_DONTNEED);
        step_done(content, dest, &flushed, *done, length);
        if (*done == size)
            break; /* a further read would only return 0 */
        if (!may_go_on(content, trouble))
            return false;
    }
    if (got < 0)
        return fail(trouble, "cannot be read", errno);
    if (sparse && ftruncate(dest, *done) != 0)
        return fail(trouble, "cannot be written", errno);
    return true;
}

/* One step of the kernel's own copying. Within one file system it may share the blocks; between two of them sendfile saves the
 * way through a buffer. */
static ssize_t kernel_step(bool within, int source, int dest)
{
    return within ? copy_file_range(source, NULL, dest, NULL, KERNEL_CHUNK, 0)
                  : sendfile(dest, source, NULL, KERNEL_CHUNK);
}

/* True with *done short of the size when the kernel does not want to, or met an error: then the rest goes through the buffer,
 * whose calls show which side it is on. *refused is set so that it is not asked again. */
static bool copy_by_kernel(struct file_content *content, int source, int dest, off_t size, bool within,
                           bool *refused, off_t *done, struct trouble *trouble)
{
    off_t flushed = 0;

    while (*done < size) {
        ssize_t got = kernel_step(within, source, dest);
        if (got < 0 && errno == EINTR && may_go_on(content, trouble))
            continue;
        if (got < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
            return fail(trouble, "cannot be written", errno);
        if (got <= 0) { /* 0: the end, or procfs, whose files have no size */
            *refused = got < 0 && errno != EIO;
            return true;
        }
        *done += got;
        if (content->small && *done - flushed >= FLUSH_EVERY)
            posix_fadvise(source, flushed, *done - flushed, POSIX_FADV_DONTNEED);
        step_done(content, dest, &flushed, *done, (size_t)got);
        if (*done < size && !may_go_on(content, trouble))
            return false;
    }
    return true;
}

bool file_content_take(struct file_content *content, int source)
{
    do
        content->taken = read(source, content->buffer, FILE_CONTENT_WHOLE);
    while (content->taken < 0 && errno == EINTR);
    return content->taken >= 0 && content->taken < FILE_CONTENT_WHOLE;
}

void file_content_untake(struct file_content *content, int source)
{
    content->taken = -1;
    lseek(source, 0, SEEK_SET);
}

/* One write is cheaper than the kernel's own copying of so little. */
static bool write_taken(struct file_content *content, int dest, bool sparse, struct trouble *trouble)
{
    size_t length = (size_t)content->taken;

    content->taken = -1;
    if (!(sparse ? write_sparse(dest, content->buffer, length) : write_all(dest, content->buffer, length)) ||
        (sparse && ftruncate(dest, (off_t)length) != 0))
        return fail(trouble, "cannot be written", errno);
    atomic_fetch_add(content->progress, length);
    return true;
}

static bool is_within(const struct stat *status, int dest)
{
    struct stat target;

    return status->st_size >= FILE_CONTENT_BUFFER && fstat(dest, &target) == 0 &&
           target.st_dev == status->st_dev;
}

static bool is_sparse(const struct file_content *content, const struct stat *status)
{
    return content->holes == FILE_CONTENT_HOLES_ALWAYS || (content->holes == FILE_CONTENT_HOLES_AS_SOURCE &&
                                                           status->st_blocks < status->st_size / DISK_BLOCK);
}

bool file_content_copy(struct file_content *content, int source, const struct stat *status, int dest,
                       struct trouble *trouble)
{
    struct stat after;
    bool sparse = is_sparse(content, status);
    off_t size = sparse ? 0 : status->st_size, done = 0;

    if (content->taken >= 0)
        return write_taken(content, dest, sparse, trouble);
    if (!content->no_range && size > 0 && is_within(status, dest) &&
        !copy_by_kernel(content, source, dest, size, true, &content->no_range, &done, trouble))
        return false;
    if (!content->no_send && done < size &&
        !copy_by_kernel(content, source, dest, size, false, &content->no_send, &done, trouble))
        return false;
    if ((done < status->st_size || status->st_size == 0) &&
        !copy_by_buffer(content, source, dest, status->st_size, sparse, &done, trouble))
        return false;
    if (fstat(source, &after) != 0)
        return fail(trouble, "cannot be read", errno);
    if (done < status->st_size)
        return fail(trouble, "became shorter while it was copied", 0);
    if (after.st_size != status->st_size || after.st_mtim.tv_sec != status->st_mtim.tv_sec ||
        after.st_mtim.tv_nsec != status->st_mtim.tv_nsec)
        return fail(trouble, CHANGED, 0);
    return true;
}

/* --- comparing --- */

bool file_content_same(struct file_content *content, int a, int b, bool *same, struct trouble *trouble)
{
    char *other = content->buffer + FILE_CONTENT_BUFFER;

    if (lseek(a, 0, SEEK_SET) < 0 || lseek(b, 0, SEEK_SET) < 0)
        return fail(trouble, "cannot be read", errno);
    for (;;) {
        ssize_t left = read_full(a, content->buffer, FILE_CONTENT_BUFFER);
        ssize_t right = read_full(b, other, FILE_CONTENT_BUFFER);
        if (left < 0 || right < 0)
            return fail(trouble, "cannot be read", errno);
        *same = left == right && memcmp(content->buffer, other, (size_t)left) == 0;
        if (!*same || left == 0)
            return true;
        if (!may_go_on(content, trouble))
            return false;
    }
}
