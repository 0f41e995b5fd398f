/* What a volume refuses, ignores and rounds, as its arguments say, and where its paths lead. */
#ifndef VOLUME_RULES_H
#define VOLUME_RULES_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

enum call {
    CHMOD,
    CHOWN,
    UTIMENS,
    SYMLINK,
    LINK,
    RENAME,           /* any */
    RENAME_DIRECTORY, /* of a directory */
    RENAME_OVER,      /* onto a name that is there */
    EXCHANGE,         /* with RENAME_EXCHANGE */
    NOREPLACE,        /* with RENAME_NOREPLACE */
    UNLINK,
    RMDIR,
    MKDIR,
    CREATE,
    OPEN, /* for writing, of what is there */
    WRITE,
    FSYNC,
    TRUNCATE,
    SETXATTR,
    GETXATTR,
    LISTXATTR,
    STATFS,
    LOCK,
    CALLS
};

enum { IGNORED = -1 };

struct rules {
    int of[CALLS]; /* an errno, IGNORED, or 0 */
    long step;     /* of times, seconds; 0: as they are */
    bool folds, fixed, alike;
    unsigned owner, group, mode; /* where fixed */
};

extern struct rules rules;

/* Takes one argument, or two, from those that are left. False: it is none. */
bool rules_take(int *left, char ***words);

/* What stat is to show. */
void rules_show(struct stat *status);

struct place {
    char path[PATH_MAX];
};

/* The path as it is below the directory that is shown, which is the working directory. */
const char *rules_find(struct place *place, const char *path);

/* Whether such a path, found, is there. */
bool rules_exists(const char *path);

#endif
