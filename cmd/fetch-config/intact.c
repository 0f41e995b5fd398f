#include "cmd/fetch-config/intact.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cmd/fetch-config/busy.h"
#include "cmd/fetch-config/coding.h"

#include "common/banned.h"

enum { CHUNK = 64 * 1024, OVERHEAD = 64 * 1024 * 1024 /* of small archives: headers, padding */ };

struct intact {
    int64_t size, most; /* unpacked */
    int64_t deadline;
    struct reason *why;
    bool must_end; /* `why` is filled */
};

static bool count(void *owner, const char *bytes, size_t length)
{
    struct intact *intact = owner;

    (void)bytes;
    intact->size += (int64_t)length;
    intact->must_end = busy_must_end(intact->deadline, "it was being unpacked", intact->why);
    return intact->size <= intact->most && !intact->must_end;
}

static enum coding_kind find_kind(const unsigned char *bytes, ssize_t length)
{
    if (length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b)
        return CODING_GZIP;
    if (length >= 4 && memcmp(bytes, "\x28\xb5\x2f\xfd", 4) == 0)
        return CODING_ZSTD;
    if (length >= 4 && (bytes[0] & 0xf0) == 0x50 && memcmp(bytes + 1, "\x2a\x4d\x18", 3) == 0)
        return CODING_ZSTD; /* a frame that is to be skipped */
    return CODING_IDENTITY;
}

/* Why a stream is refused that ended in `state`; true if it is not. */
static bool judge(enum coding_kind kind, enum coding_state state, const struct intact *intact,
                  struct reason *why)
{
    const char *name = coding_name(kind);

    switch (state) {
    case CODING_ENDED:
        return true;
    case CODING_WITHIN:
        return reason_set(why, CODE_FAILED, "is cut: the %s stream has not come to its end", name);
    case CODING_TRAILING:
        return reason_set(why, CODE_FAILED, "has bytes behind the end of its %s stream", name);
    case CODING_MEMORY:
        reason_set(why, CODE_FAILED, "cannot be unpacked: the window of its %s stream does not fit", name);
        reason_hint(why, "it takes more memory to unpack than the container has");
        return false;
    case CODING_STOPPED:
        return !intact->must_end &&
               reason_set(why, CODE_FAILED,
                          "unpacks to more than the %" PRId64 " bytes of --max-unpacked-size", intact->most);
    case CODING_BROKEN:
        break;
    }
    return reason_set(why, CODE_FAILED, "is damaged: its %s stream, checksum or length is wrong", name);
}

bool intact_check(int descriptor, int64_t max_size, int64_t deadline, struct reason *why)
{
    struct intact intact = {.most = max_size < INT64_MAX / 4 ? 2 * max_size + OVERHEAD : INT64_MAX,
                            .deadline = deadline,
                            .why = why};
    enum coding_state state = CODING_WITHIN;
    off_t start = lseek(descriptor, 0, SEEK_CUR);
    struct coding coding = {0};
    char bytes[CHUNK];

    ssize_t got = read(descriptor, bytes, sizeof bytes);
    enum coding_kind kind = find_kind((const unsigned char *)bytes, got);
    if (kind != CODING_IDENTITY)
        coding_begin(&coding, kind, count, &intact);
    while (kind != CODING_IDENTITY && got > 0 && state <= CODING_ENDED) {
        state = coding_feed(&coding, bytes, (size_t)got);
        got = read(descriptor, bytes, sizeof bytes);
    }
    int error = errno;
    coding_end(&coding);
    if (start < 0 || got < 0 || lseek(descriptor, start, SEEK_SET) < 0)
        return reason_set(why, CODE_FAILED, "cannot be read back: %s", strerror(error));
    return kind == CODING_IDENTITY || judge(kind, state, &intact, why);
}
