#include "cmd/fetch-config/zipcheck.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/busy.h"

#include "common/base/banned.h"

/* APPNOTE.TXT 6.3.10, 4.3.7, 4.3.12, 4.3.14 to 4.3.16. */
enum {
    LOCAL = 30,
    CENTRAL = 46,
    END = 22,
    END64 = 56,
    LOCATOR64 = 20,
    TAIL = 16 * 1024, /* libarchive looks for the end so far back */
    NAMES_MOST = 64 * 1024,
    LENGTH_BEHIND = 1 << 3, /* a flag: checksum and sizes follow the content */
    LOOK_EVERY = 1024,      /* entries */
};

static const int64_t in_zip64 = 0xffffffff; /* a field's value that is somewhere else */

struct zip {
    int descriptor;
    int64_t size;
    int64_t start;      /* of the central directory */
    int64_t correction; /* what is before the archive's own beginning: a program that unpacks itself */
    uint64_t count;     /* of entries, of which `count_mask` is told */
    uint64_t count_mask;
};

static uint64_t number(const unsigned char *bytes, unsigned length)
{
    uint64_t value = 0;

    while (length-- > 0)
        value = value << 8 | bytes[length];
    return value;
}

static bool read_at(const struct zip *zip, int64_t at, void *bytes, size_t length)
{
    return at >= 0 && at <= zip->size - (int64_t)length &&
           pread(zip->descriptor, bytes, length, at) == (ssize_t)length;
}

/* --- where it is --- */

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
    static unsigned char tail[TAIL];
    int64_t length = zip->size < TAIL ? zip->size : TAIL;

    if (!read_at(zip, zip->size - length, tail, (size_t)length))
        return false;
    for (int64_t at = length - END; at >= 0; at--)
        if (take_end(zip, tail + at, zip->size - length + at))
            return true;
    return false;
}

/* --- its entries --- */

/* The field of a Zip64 extra that stands for the local header's offset: behind those of the sizes that are there, too (4.5.3). */
static int64_t offset_in_extra(const unsigned char *entry, const unsigned char *extra, size_t length)
{
    size_t at = 4 + 8 * ((number(entry + 20, 4) == (uint64_t)in_zip64) +
                         (number(entry + 24, 4) == (uint64_t)in_zip64));

    while (length >= 4) {
        size_t field = 4 + number(extra + 2, 2);
        if (field > length)
            return -1;
        if (number(extra, 2) == 1)
            return at + 8 <= field ? (int64_t)number(extra + at, 8) : -1;
        extra += field;
        length -= field;
    }
    return -1;
}

static bool same_sizes(const unsigned char *entry, const unsigned char *local)
{
    bool apart = number(local + 6, 2) & LENGTH_BEHIND;
    bool wide = number(local + 18, 4) == (uint64_t)in_zip64 || number(local + 22, 4) == (uint64_t)in_zip64;

    return apart ||
           (memcmp(entry + 16, local + 14, 4) == 0 && (wide || memcmp(entry + 20, local + 18, 8) == 0));
}

/* `entry` with its name is in the central directory; `offset` leads to the header before its content. */
static bool check_local(const struct zip *zip, const unsigned char *entry, const char *name, int64_t offset,
                        struct reason *why)
{
    static unsigned char local_name[NAMES_MOST];
    unsigned char local[LOCAL];
    size_t length = number(entry + 28, 2);

    if (offset < 0 || offset > zip->size || !read_at(zip, offset + zip->correction, local, sizeof local) ||
        memcmp(local, "PK\3\4", 4) != 0)
        return reason_set(why, CODE_FAILED, "the archive's entry %.150s has no header before its content",
                          name);
    if (number(local + 26, 2) != length ||
        !read_at(zip, offset + zip->correction + LOCAL, local_name, length) ||
        memcmp(local_name, name, length) != 0)
        return reason_set(why, CODE_FAILED, "the archive's entry %.150s has another name before its content",
                          name);
    if (memcmp(local + 8, entry + 10, 2) != 0 || !same_sizes(entry, local))
        return reason_set(
            why, CODE_FAILED,
            "the archive's entry %.150s has another method, checksum or size before its content", name);
    return true;
}

/* The entry at *at, which is moved behind it. */
static bool check_entry(const struct zip *zip, int64_t *at, struct reason *why)
{
    static unsigned char more[2 * NAMES_MOST];
    static char name[NAMES_MOST + 1];
    unsigned char entry[CENTRAL];

    if (!read_at(zip, *at, entry, sizeof entry))
        return reason_set(why, CODE_FAILED, "the archive's central directory is cut");
    size_t length = number(entry + 28, 2), extra = number(entry + 30, 2);
    int64_t offset = (int64_t)number(entry + 42, 4);
    if (!read_at(zip, *at + CENTRAL, more, length + extra))
        return reason_set(why, CODE_FAILED, "the archive's central directory is cut");
    memcpy(name, more, length);
    name[length] = '\0';
    if (offset == in_zip64)
        offset = offset_in_extra(entry, more + length, extra);
    *at += CENTRAL + (int64_t)(length + extra + number(entry + 32, 2));
    return check_local(zip, entry, name, offset, why);
}

bool zipcheck(int descriptor, int64_t deadline, struct reason *why)
{
    struct zip zip = {.descriptor = descriptor};
    unsigned char next[4];
    struct stat present;

    if (fstat(descriptor, &present) == 0)
        zip.size = present.st_size;
    if (!find_end(&zip) || zip.start < 0 || zip.start > zip.size)
        return reason_set(why, CODE_FAILED, "the archive's central directory is not where its end says");
    int64_t at = zip.start;
    uint64_t seen = 0;
    while (read_at(&zip, at, next, sizeof next) && memcmp(next, "PK\1\2", 4) == 0) {
        if (++seen % LOOK_EVERY == 0 && busy_must_end(deadline, "it was being unpacked", why))
            return false;
        if (!check_entry(&zip, &at, why))
            return false;
    }
    return (seen & zip.count_mask) == zip.count ||
           reason_set(why, CODE_FAILED, "the archive says that it has %" PRIu64 " entries, and has %" PRIu64,
                      zip.count, seen);
}
