#include "cmd/fetch-config/zipcheck.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/cancel.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

/* APPNOTE.TXT 6.3.10, 4.3.7, 4.3.12, 4.3.14 to 4.3.16. */
enum {
    LOCAL = 30,
    CENTRAL = 46,
    END = 22,
    END64 = 56,
    LOCATOR64 = 20,
    TAIL = 16 * 1024, /* libarchive searches the end record in so many bytes */
    NAMES_MOST = 64 * 1024,
    LENGTH_BEHIND = 1 << 3, /* a flag: checksum and sizes follow the content */
    ZIP64 = 0x0001,         /* extra fields */
    UNICODE_PATH = 0x7075,
    CENTRAL_AHEAD = 64 * 1024, /* read at once */
    LOCAL_AHEAD = 512,
    LOOK_EVERY = 1024, /* entries */
    NAME_SHOWN = 150,
};

static const int64_t in_zip64 =
    0xffffffff; /* the value of a field that is in the Zip64 extra field instead */

/* A piece of the file that was read at once. */
struct piece {
    int64_t from;
    size_t length;
    unsigned char bytes[CENTRAL + 2 * NAMES_MOST];
};

struct zip {
    int descriptor;
    int64_t size;
    int64_t start;      /* of the central directory */
    int64_t correction; /* bytes before the archive itself, in a self-extracting program */
    uint64_t count;     /* of entries, as far as `count_mask` shows it */
    uint64_t count_mask;
    struct piece central, local;
};

/* An entry: its record in the central directory, and the header before its content. */
struct entry {
    const unsigned char *central, *local;
    size_t name, extra, local_extra; /* lengths */
    int64_t offset;
};

static uint64_t number(const unsigned char *bytes, unsigned length)
{
    uint64_t value = 0;

    while (length-- > 0)
        value = value << 8 | bytes[length];
    return value;
}

static bool is_inside(const struct zip *zip, int64_t at, size_t length)
{
    return at >= 0 && at <= zip->size - (int64_t)length;
}

static bool read_at(const struct zip *zip, int64_t at, void *bytes, size_t length)
{
    return is_inside(zip, at, length) && pread(zip->descriptor, bytes, length, at) == (ssize_t)length;
}

/* `length` bytes of the file, valid until the next call for the same piece. At least `ahead` bytes are read at once. NULL: the file
 * has no such bytes. */
static const unsigned char *look(const struct zip *zip, struct piece *piece, int64_t at, size_t length,
                                 size_t ahead)
{
    if (!is_inside(zip, at, length) || length > sizeof piece->bytes)
        return NULL;
    if (at < piece->from || at + (int64_t)length > piece->from + (int64_t)piece->length) {
        size_t most = length < ahead ? ahead : length;
        ssize_t got = pread(zip->descriptor, piece->bytes, most, at);
        piece->from = at;
        piece->length = got > 0 ? (size_t)got : 0;
    }
    return at + (int64_t)length <= piece->from + (int64_t)piece->length ? piece->bytes + (at - piece->from)
                                                                        : NULL;
}

/* --- the end of the archive --- */

static bool take_end64(struct zip *zip, int64_t end)
{
    unsigned char locator[LOCATOR64], record[END64];

    if (!read_at(zip, end - LOCATOR64, locator, sizeof locator) || memcmp(locator, "PK\6\7", 4) != 0 ||
        !read_at(zip, (int64_t)number(locator + 8, 8), record, sizeof record) ||
        memcmp(record, "PK\6\6", 4) != 0)
        return false;
    zip->count = number(record + 32, 8);
    zip->count_mask = UINT64_MAX;
    zip->start = (int64_t)number(record + 48, 8);
    return true;
}

static bool take_end(struct zip *zip, const unsigned char *bytes, int64_t end)
{
    int64_t size = (int64_t)number(bytes + 12, 4), offset = (int64_t)number(bytes + 16, 4);

    if (memcmp(bytes, "PK\5\6", 4) != 0 || number(bytes + 4, 2) != 0 || number(bytes + 6, 2) != 0 ||
        number(bytes + 8, 2) != number(bytes + 10, 2))
        return false;
    if (take_end64(zip, end))
        return true;
    if (offset + size > end)
        return false;
    zip->count = number(bytes + 10, 2);
    zip->count_mask = UINT16_MAX;
    zip->start = end - size;
    zip->correction = zip->start - offset;
    return true;
}

static bool find_end(struct zip *zip)
{
    int64_t length = zip->size < TAIL ? zip->size : TAIL;
    const unsigned char *tail = look(zip, &zip->central, zip->size - length, (size_t)length, 0);

    for (int64_t at = length - END; tail && at >= 0; at--)
        if (take_end(zip, tail + at, zip->size - length + at))
            return true;
    return false;
}

/* --- its entries --- */

/* The content of an extra field, and its length; NULL: there is none of that kind (4.5.1). */
static const unsigned char *find_field(const unsigned char *extra, size_t length, unsigned kind, size_t *size)
{
    while (length >= 4) {
        *size = number(extra + 2, 2);
        if (*size > length - 4)
            return NULL;
        if (number(extra, 2) == kind)
            return extra + 4;
        extra += 4 + *size;
        length -= 4 + *size;
    }
    return NULL;
}

/* The offset of the local header in the Zip64 extra field: after the sizes, if these are there, too (4.5.3). */
static int64_t offset_in_extra(const struct entry *entry)
{
    size_t size, at = 8 * ((size_t)(number(entry->central + 20, 4) == (uint64_t)in_zip64) +
                           (size_t)(number(entry->central + 24, 4) == (uint64_t)in_zip64));
    const unsigned char *field = find_field(entry->central + CENTRAL + entry->name, entry->extra, ZIP64,
                                            &size);

    return field && at + 8 <= size ? (int64_t)number(field + at, 8) : -1;
}

static bool same_sizes(const struct entry *entry)
{
    const unsigned char *central = entry->central, *local = entry->local;
    bool apart = number(local + 6, 2) & LENGTH_BEHIND;
    bool wide = number(local + 18, 4) == (uint64_t)in_zip64 || number(local + 22, 4) == (uint64_t)in_zip64;

    return apart ||
           (memcmp(central + 16, local + 14, 4) == 0 && (wide || memcmp(central + 20, local + 18, 8) == 0));
}

/* Compares the name, and the Unicode path that some programs use in its place (4.6.9). */
static bool same_names(const struct entry *entry)
{
    size_t one = 0, other = 0;
    const unsigned char *name = entry->central + CENTRAL, *local = entry->local + LOCAL;

    if (memcmp(name, local, entry->name) != 0)
        return false;
    const unsigned char *a = find_field(name + entry->name, entry->extra, UNICODE_PATH, &one);
    const unsigned char *b = find_field(local + entry->name, entry->local_extra, UNICODE_PATH, &other);
    return (!a && !b) || (a && b && one == other && memcmp(a, b, one) == 0);
}

static bool fail(const struct entry *entry, const char *problem, struct reason *why)
{
    int length = entry->name < NAME_SHOWN ? (int)entry->name : NAME_SHOWN;

    return reason_set(why, CODE_FAILED, "the archive's entry %.*s has %s before its content", length,
                      (const char *)entry->central + CENTRAL, problem);
}

static bool check_local(struct zip *zip, struct entry *entry, struct reason *why)
{
    int64_t at = entry->offset + zip->correction;
    const unsigned char *local = NULL;

    if (entry->offset >= 0 && entry->offset <= zip->size)
        local = look(zip, &zip->local, at, LOCAL, LOCAL_AHEAD);
    if (!local || memcmp(local, "PK\3\4", 4) != 0)
        return fail(entry, "no header", why);
    if (number(local + 26, 2) != entry->name)
        return fail(entry, "another name", why);
    entry->local_extra = number(local + 28, 2);
    entry->local = look(zip, &zip->local, at, LOCAL + entry->name + entry->local_extra, LOCAL_AHEAD);
    if (!entry->local || !same_names(entry))
        return fail(entry, "another name", why);
    return (memcmp(entry->local + 8, entry->central + 10, 2) == 0 && same_sizes(entry)) ||
           fail(entry, "another method, checksum or size", why);
}

/* Checks the entry at *at, and advances *at. */
static bool check_entry(struct zip *zip, int64_t *at, struct reason *why)
{
    struct entry entry = {.central = look(zip, &zip->central, *at, CENTRAL, CENTRAL_AHEAD)};

    if (entry.central) {
        entry.name = number(entry.central + 28, 2);
        entry.extra = number(entry.central + 30, 2);
        entry.central = look(zip, &zip->central, *at, CENTRAL + entry.name + entry.extra, CENTRAL_AHEAD);
    }
    if (!entry.central)
        return reason_set(why, CODE_FAILED, "the archive's central directory is truncated");
    entry.offset = (int64_t)number(entry.central + 42, 4);
    if (entry.offset == in_zip64)
        entry.offset = offset_in_extra(&entry);
    *at += CENTRAL + (int64_t)(entry.name + entry.extra + number(entry.central + 32, 2));
    return check_local(zip, &entry, why);
}

static bool check_all(struct zip *zip, int64_t deadline, struct reason *why)
{
    const unsigned char *next;
    uint64_t seen = 0;

    if (!find_end(zip) || zip->start < 0 || zip->start > zip->size)
        return reason_set(why, CODE_FAILED, "the archive's central directory is not where its end says");
    int64_t at = zip->start;
    while ((next = look(zip, &zip->central, at, 4, CENTRAL_AHEAD)) && memcmp(next, "PK\1\2", 4) == 0) {
        if (++seen % LOOK_EVERY == 0 && cancel_due(deadline, "it was being unpacked", why))
            return false;
        if (!check_entry(zip, &at, why))
            return false;
    }
    return (seen & zip->count_mask) == zip->count ||
           reason_set(why, CODE_FAILED, "the archive says that it has %" PRIu64 " entries, and has %" PRIu64,
                      zip->count, seen);
}

bool zipcheck(int descriptor, int64_t deadline, struct reason *why)
{
    struct zip *zip = xcalloc(1, sizeof *zip);
    struct stat present;

    zip->descriptor = descriptor;
    if (fstat(descriptor, &present) == 0)
        zip->size = present.st_size;
    bool good = check_all(zip, deadline, why);
    free(zip);
    return good;
}
