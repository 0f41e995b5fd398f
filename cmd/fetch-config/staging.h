/* A hidden directory inside of the one that is to be filled: what is put there is invisible until it is moved. Nothing is ever
 * written through a symbolic link of the archive's. */
#ifndef FETCH_CONFIG_STAGING_H
#define FETCH_CONFIG_STAGING_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "common/ownership.h"
#include "common/reason.h"

struct staged_directory;

struct staging {
    int descriptor; /* of the hidden directory, locked while its owner lives */
    struct staged_directory
        *directories; /* whose modes are set at the end, since they may forbid to write into them */
    size_t noted;     /* bytes that they take */
    bool is_full;     /* they took more than STAGING_NOTED: what was under way has failed for that */
};

enum { STAGING_NOTED = 16 * 1024 * 1024 };

struct staging_status {
    mode_t mode;
    bool has_time;
    struct timespec time;
    const struct ownership *ownership;
};

/* Makes `directory` if it is missing, removes what killed runs have left in it, and makes the stage; `path` gets its path. */
bool staging_begin(struct staging *stage, const char *directory, char path[PATH_MAX], struct reason *why);

/* Paths are relative, without "." and ".."; directories on the way are made. A later entry of the same path takes the place of
 * the earlier one. */
int staging_open_file(struct staging *stage, const char *path, struct reason *why);
bool staging_write(int descriptor, const void *bytes, size_t length, int64_t offset, struct reason *why);
bool staging_set_status(int descriptor, const char *path, const struct staging_status *status,
                        struct reason *why);
bool staging_symlink(struct staging *stage, const char *path, const char *target,
                     const struct ownership *ownership, struct reason *why);
bool staging_link(struct staging *stage, const char *path, const char *to, struct reason *why);
bool staging_directory(struct staging *stage, const char *path, mode_t mode, struct reason *why);

/* Gives the directories their modes and owners. */
bool staging_end(struct staging *stage, const struct ownership *ownership, struct reason *why);
void staging_free(struct staging *stage);

/* Whether everything in `from` can be moved into `to`: no file where a directory is, and the other way round. */
bool staging_check_room(const char *from, const char *to, struct reason *why);
bool staging_move(const char *from, const char *to, struct reason *why);

/* Says what could not be done to `path`, by errno. Returns false. */
bool staging_fail(struct reason *why, const char *path, const char *doing);

/* Removes a tree. */
void staging_remove(const char *path);

#endif
