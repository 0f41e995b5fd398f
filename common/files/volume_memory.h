/* Volumes in memory (tmpfs: an emptyDir with medium: Memory): what is written there is charged to the container, and beyond its
 * limit the kernel ends the process without a word. */
#ifndef COMMON_FILES_VOLUME_MEMORY_H
#define COMMON_FILES_VOLUME_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"

/* Whether what is open lies on such a volume. */
bool volume_in_memory(int descriptor);

/* Whether so many bytes and inodes fit below `limit`, of which the process itself needs a part. False (CODE_FAILED) fills `why`
 * with both figures; `place` is what lies in memory: "DEST". */
bool volume_fits_memory(uint64_t bytes, uint64_t inodes, uint64_t limit, const char *place,
                        struct reason *why);

/* What one run writes to such volumes. Zeroed, it is nothing, and the limit is not known yet. */
struct volume_memory {
    bool is_read;
    int64_t limit; /* as in limits.h */
    int64_t claimed;
};

/* Adds `bytes` to it, before they are written. False fills `why`, and nothing is added. */
bool volume_claim(struct volume_memory *memory, int64_t bytes, struct reason *why);

/* "31.5 MiB", "12.0 KiB" */
enum { VOLUME_AMOUNT = 32 };
const char *volume_amount(uint64_t bytes, char text[VOLUME_AMOUNT]);

#endif
