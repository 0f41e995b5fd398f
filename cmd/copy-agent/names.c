#include "cmd/copy-agent/names.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/banned.h"

/* struct linux_dirent64 of getdents64(2): inode, offset, length of the record, type, name. */
enum { RECORD_LENGTH = 16, RECORD_NAME = 19 };

void names_begin(struct names *names, int directory)
{
    names->directory = directory;
    names->at = names->length = 0;
    names->error = 0;
    lseek(directory, 0, SEEK_SET);
}

const char *names_next(struct names *names)
{
    for (;;) {
        if (names->at >= names->length) {
            long got = syscall(SYS_getdents64, names->directory, names->buffer, sizeof names->buffer);
            names->error = got < 0 ? errno : 0;
            if (got <= 0)
                return NULL;
            names->at = 0;
            names->length = (size_t)got;
        }
        const char *record = names->buffer + names->at;
        uint16_t length;
        memcpy(&length, record + RECORD_LENGTH, sizeof length);
        names->at += length;
        const char *name = record + RECORD_NAME;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            return name;
    }
}
