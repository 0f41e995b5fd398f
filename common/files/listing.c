#include "common/files/listing.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/banned.h"

/* struct linux_dirent64 of getdents64(2): inode, offset, length of the record, type, name. */
enum { RECORD_LENGTH = 16, RECORD_NAME = 19 };

void listing_begin(struct listing *listing, int directory)
{
    listing->directory = directory;
    listing->at = listing->length = 0;
    listing->error = 0;
    lseek(directory, 0, SEEK_SET);
}

const char *listing_next(struct listing *listing)
{
    for (;;) {
        if (listing->at >= listing->length) {
            long got = syscall(SYS_getdents64, listing->directory, listing->buffer, sizeof listing->buffer);
            listing->error = got < 0 ? errno : 0;
            if (got <= 0)
                return NULL;
            listing->at = 0;
            listing->length = (size_t)got;
        }
        const char *record = listing->buffer + listing->at;
        uint16_t length;
        memcpy(&length, record + RECORD_LENGTH, sizeof length);
        listing->at += length;
        const char *name = record + RECORD_NAME;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            return name;
    }
}
