#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/base/banned.h"

enum { CHUNK = 4096 };

/* Returns 0 or errno. */
static int file_read_descriptor(int descriptor, struct buf *content)
{
    char chunk[CHUNK];

    for (;;) {
        ssize_t got = read(descriptor, chunk, sizeof chunk);
        if (got == 0)
            return 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (!buf_add(content, chunk, (size_t)got))
            return EFBIG;
    }
}

bool file_read(const char *path, struct buf *content, int *error, struct reason *why)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int trouble = descriptor < 0 ? errno : file_read_descriptor(descriptor, content);

    if (descriptor >= 0)
        close(descriptor);
    if (error)
        *error = trouble;
    if (trouble == 0)
        return true;
    if (trouble == EFBIG)
        return reason_set(why, CODE_USAGE, "%.256s: larger than %zu bytes", path, content->max);
    return reason_set(why, CODE_USAGE, "%.256s: %s", path, strerror(trouble));
}

char *file_next_line(char **rest)
{
    char *line = *rest;

    if (*line == '\0')
        return NULL;
    size_t length = strcspn(line, "\n");
    *rest = line + length + (line[length] == '\n');
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    return line;
}
