/* One look at a path: what is there, gathered into a plain struct. It may block for as long as the file system does (a network
 * volume whose server is gone), so it runs on a thread of the crew. */
#ifndef WAIT_FOR_FILE_LOOK_H
#define WAIT_FOR_FILE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

enum { LOOK_MOST = 1024 * 1024 /* bytes of a file in which the text of --expect is searched */ };

/* Which file it is and when it last changed: a file that is replaced or written to differs from what it was. */
struct look_stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
};

struct look {
    int error; /* why there is nothing to be seen, an errno; 0: something is there */
    size_t
        error_path; /* so many bytes of the path are what the error is about: the first part that is missing, or the
                          directory that may not be entered */
    bool dangling; /* with ENOENT: the path itself is there, as a link that leads nowhere */
    mode_t type;   /* S_IFREG, S_IFDIR, S_IFSOCK, ... */
    int denied;    /* why this user cannot read it (connect to it, if it is a socket), an errno; 0: it can */
    bool found;    /* the text of --expect is in it */
    bool partly;   /* it is longer than LOOK_MOST, and not all of it was searched */
    struct look_stamp stamp;
};

/* Fills `look`. The text is searched in regular files; with `length` 0 there is none. FIFOs, sockets and devices are never
 * opened: that alone may wake whoever waits at the other end. */
void look_at(const char *path, const char *expect, size_t length, struct look *look);

/* Whether it is the same file, and unchanged. Devices and FIFOs change with every use, so these are only compared by what
 * they are. */
bool look_same(const struct look *a, const struct look *b);

#endif
