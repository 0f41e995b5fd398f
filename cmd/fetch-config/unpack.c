#include "cmd/fetch-config/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/archive_stream.h"
#include "cmd/fetch-config/cancel.h"
#include "cmd/fetch-config/entry_path.h"
#include "cmd/fetch-config/zipcheck.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { MODE_BITS = 0777, TAR_BLOCK = 512, NOWHERE = -1 };

/* --- one entry --- */

struct unpacking {
    struct unpack *unpack;
    const struct unpack_rules *rules;
    struct archive *archive;
    int64_t end;     /* the end of the bytes that were written for the entry */
    bool unreadable; /* libarchive reported an error: the compressed stream may be damaged */
    struct reason *why;
};

static bool refuse(struct unpacking *unpacking, const char *path, const char *problem)
{
    reason_set(unpacking->why, CODE_FAILED, "the archive's entry %.150s %s", path, problem);
    return false;
}

static bool fail_too_large(const struct unpacking *unpacking)
{
    return reason_set(unpacking->why, CODE_FAILED,
                      "unpacks to more than the %" PRId64 " bytes of --max-unpacked-size",
                      unpacking->rules->max_size);
}

static bool must_end(const struct unpacking *unpacking)
{
    return cancel_due(unpacking->rules->deadline, "it was being unpacked", unpacking->why);
}

/* The reason that libarchive gives. */
static const char *archive_words(const struct unpacking *unpacking)
{
    const char *words = archive_error_string(unpacking->archive);

    return words ? words : "no reason given";
}

/* Reads the rest of the entry's content, and writes it to `descriptor` or NOWHERE. Skipped content counts, too: libarchive
 * decompresses it all the same. */
static bool take_bytes(struct unpacking *unpacking, int descriptor, const char *path)
{
    struct unpack *unpack = unpacking->unpack;
    const void *bytes;
    size_t length;
    int64_t offset;
    int status;

    while ((status = archive_read_data_block(unpacking->archive, &bytes, &length, &offset)) == ARCHIVE_OK) {
        if (must_end(unpacking))
            return false;
        unpack->size += (int64_t)length;
        unpack->kept_size += descriptor != NOWHERE ? (int64_t)length : 0;
        if (unpack->size > unpacking->rules->max_size || offset > unpacking->rules->max_size)
            return fail_too_large(unpacking);
        if (descriptor != NOWHERE && !extract_stage_claim(&unpack->stage, (int64_t)length, unpacking->why))
            return false;
        if (descriptor != NOWHERE && !extract_stage_write(descriptor, bytes, length, offset, unpacking->why))
            return false;
        unpacking->end = offset + (int64_t)length;
    }
    if (status == ARCHIVE_EOF)
        return true;
    unpacking->unreadable = true;
    return reason_set(unpacking->why, CODE_FAILED, "the archive's entry %.100s cannot be unpacked: %.150s",
                      path, archive_words(unpacking));
}

static mode_t mode_for(const struct unpack_rules *rules, mode_t mode, bool directory)
{
    mode &= MODE_BITS;
    return rules->keep_mode ? mode : ownership_mode(rules->ownership, mode, directory) & MODE_BITS;
}

static bool take_file(struct unpacking *unpacking, struct archive_entry *entry, const char *path)
{
    const struct extract_stage_status status = {
        .mode = mode_for(unpacking->rules, archive_entry_mode(entry), false),
        .has_time = archive_entry_mtime_is_set(entry) != 0,
        .time = {.tv_sec = archive_entry_mtime(entry), .tv_nsec = archive_entry_mtime_nsec(entry)},
        .ownership = unpacking->rules->ownership,
    };

    if (archive_entry_size(entry) > unpacking->rules->max_size) /* of a sparse file, too */
        return fail_too_large(unpacking);
    int descriptor = extract_stage_open_file(&unpacking->unpack->stage, path, unpacking->why);
    if (descriptor < 0)
        return false;
    unpacking->end = 0;
    bool good = take_bytes(unpacking, descriptor, path);
    bool sparse = archive_entry_size_is_set(entry) && archive_entry_size(entry) != unpacking->end;
    if (good && sparse && ftruncate(descriptor, archive_entry_size(entry)) != 0)
        good = reason_set(unpacking->why, CODE_FAILED, "%.200s: %s", path, strerror(errno));
    good = good &&
           extract_stage_set_status(&unpacking->unpack->stage, descriptor, path, &status, unpacking->why);
    close(descriptor);
    return good;
}

static bool take_link(struct unpacking *unpacking, struct archive_entry *entry, const char *path)
{
    const char *target = archive_entry_symlink(entry);

    if (!target || !entry_path_link_stays(path, target))
        return extract_stage_refuse_link(path, target ? target : "?", unpacking->why);
    return extract_stage_symlink(&unpacking->unpack->stage, path, target, unpacking->rules->ownership,
                                 unpacking->why);
}

static bool take_hard_link(struct unpacking *unpacking, const char *path, const char *to)
{
    char target[PATH_MAX];
    const char *problem;

    if (entry_path(to, unpacking->rules->strip, target, &problem) != 1)
        return extract_stage_refuse_link(path, to, unpacking->why);
    return extract_stage_link(&unpacking->unpack->stage, path, target, unpacking->why);
}

static bool take_entry(struct unpacking *unpacking, struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    const char *hard = archive_entry_hardlink(entry);
    char path[PATH_MAX];
    const char *problem;

    if (++unpacking->unpack->entries > UNPACK_ENTRIES)
        return reason_set(unpacking->why, CODE_FAILED, "the archive has more than %d entries",
                          UNPACK_ENTRIES);
    if (!name)
        return refuse(unpacking, "?", "has a name that cannot be read");
    int where = entry_path(name, unpacking->rules->strip, path, &problem);
    if (where < 0)
        return refuse(unpacking, name, problem);
    if (where == 0)
        return true;
    unpacking->unpack->kept++;
    if (archive_entry_is_encrypted(entry))
        return refuse(unpacking, name, "is encrypted");
    if (hard)
        return take_hard_link(unpacking, path, hard);
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return take_file(unpacking, entry, path);
    case AE_IFLNK:
        return take_link(unpacking, entry, path);
    case AE_IFDIR:
        return extract_stage_directory(&unpacking->unpack->stage, path,
                                       mode_for(unpacking->rules, archive_entry_mode(entry), true),
                                       unpacking->why);
    default:
        return refuse(unpacking, name, "is a device, a FIFO or a socket");
    }
}

/* --- the archive --- */

/* A tar ends with a block of zeros. Without it, the tar was truncated between two entries, possibly before it was compressed: no
 * checksum or length detects that. `before` is the position after the last entry; its padding may follow. */
static bool check_end(const struct unpacking *unpacking, int64_t before)
{
    bool tar = (archive_format(unpacking->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;

    if (!tar || archive_filter_bytes(unpacking->archive, 0) - before >= TAR_BLOCK)
        return true;
    reason_set(unpacking->why, CODE_FAILED, "is truncated: the end of the archive is missing");
    reason_hint(unpacking->why, "the program that made or sent it stopped between two entries");
    return false;
}

/* After a warning, libarchive has skipped a part of the header, which may have contained the entry's name. The warning about a name
 * that is not UTF-8 is harmless: the name stays as it is. */
static bool check_header(struct unpacking *unpacking, int status, struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);

    if (status == ARCHIVE_OK || strstr(archive_words(unpacking), "converted from"))
        return true;
    return reason_set(unpacking->why, CODE_FAILED,
                      "the header of the archive's entry %.100s is damaged: %.150s", name ? name : "?",
                      archive_words(unpacking));
}

static bool refuse_rest(const struct unpacking *unpacking)
{
    size_t entries = unpacking->unpack->entries;

    if (entries == 0)
        return reason_set(unpacking->why, CODE_FAILED, "cannot be read as an archive: %.200s",
                          archive_words(unpacking));
    return reason_set(unpacking->why, CODE_FAILED, "cannot be read after its entry %zu: %.200s", entries,
                      archive_words(unpacking));
}

static bool check_count(const struct unpacking *unpacking)
{
    const struct unpack *unpack = unpacking->unpack;
    size_t strip = unpacking->rules->strip;

    if (unpack->entries == 0 || (unpack->kept == 0 && strip == 0))
        return reason_set(unpacking->why, CODE_FAILED, "is an archive without entries");
    return unpack->kept > 0 || reason_set(unpacking->why, CODE_FAILED,
                                          "--strip-components %zu leaves none of the archive's %zu entries",
                                          strip, unpack->entries);
}

static bool take_entries(struct unpacking *unpacking, struct archive_entry *entry)
{
    int64_t before = 0;
    int status;

    while ((status = archive_read_next_header2(unpacking->archive, entry)) == ARCHIVE_OK ||
           status == ARCHIVE_WARN) {
        if (must_end(unpacking) || !check_header(unpacking, status, entry))
            return false;
        if (take_entry(unpacking, entry) && take_bytes(unpacking, NOWHERE, "that is passed over")) {
            before = archive_filter_bytes(unpacking->archive, 0);
            continue;
        }
        if (unpacking->unpack->stage.is_full)
            reason_set(unpacking->why, CODE_FAILED, "the archive has too many directories and links");
        return false;
    }
    unpacking->unreadable = status != ARCHIVE_EOF;
    if (unpacking->unreadable)
        return refuse_rest(unpacking);
    return check_count(unpacking) && check_end(unpacking, before);
}

/* libarchive would use an entry of its own, and does not check that there was memory for it. */
static bool take_all(struct unpacking *unpacking)
{
    struct archive_entry *entry = archive_entry_new();

    if (!entry)
        mem_exhausted();
    bool good = take_entries(unpacking, entry);
    archive_entry_free(entry);
    return good;
}

/* Stages the whole archive, and checks that it is complete. */
static bool take_archive(struct unpacking *unpacking, int descriptor)
{
    struct archive_stream *stream = xcalloc(1, sizeof *stream);
    const struct unpack_rules *rules = unpacking->rules;

    unpacking->archive = archive_stream_open(stream, descriptor, rules->max_size, rules->deadline,
                                             unpacking->why);
    bool good = unpacking->archive && take_all(unpacking);
    if (!good && unpacking->archive && unpacking->unpack->entries == 0)
        archive_stream_name_empty(stream, unpacking->why);
    /* If the compressed stream is damaged, that is the reason, whatever libarchive made of it. */
    if (good || unpacking->unreadable)
        good = archive_stream_finish(stream, unpacking->why) && good;
    if (good && (archive_format(unpacking->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP)
        good = zipcheck(descriptor, rules->deadline, unpacking->why);
    archive_read_free(unpacking->archive);
    archive_stream_close(stream);
    free(stream);
    return good;
}

bool unpack_stage(struct unpack *unpack, int descriptor, const char *directory,
                  const struct unpack_rules *rules, struct reason *why)
{
    struct unpacking unpacking = {.unpack = unpack, .rules = rules, .why = why};

    memset(unpack, 0, sizeof *unpack);
    unpack->staged = extract_stage_begin(&unpack->stage, directory, rules->ownership, rules->deadline, why);
    if (!unpack->staged)
        return false;
    unpack->directory = directory;
    if (rules->memory && volume_in_memory(unpack->stage.descriptor))
        unpack->stage.memory = rules->memory;
    bool good = take_archive(&unpacking, descriptor) && extract_stage_end(&unpack->stage, why);
    if (!good)
        unpack_abort(unpack);
    return good;
}

bool unpack_plan(struct unpack *unpack, int64_t deadline, struct reason *why)
{
    unpack->stage.deadline = deadline;
    unpack->planned = true;
    return extract_stage_plan(&unpack->stage, unpack->directory, why);
}

bool unpack_move(struct unpack *unpack, struct reason *why)
{
    return extract_stage_move(&unpack->stage, unpack->directory, why);
}

void unpack_undo(struct unpack *unpack, struct reason *why)
{
    if (unpack->planned)
        extract_stage_undo(&unpack->stage, unpack->directory, why);
    unpack->planned = false;
}

void unpack_abort(struct unpack *unpack)
{
    if (unpack->staged)
        extract_stage_remove(&unpack->stage);
    unpack->staged = false;
}
