/* Directories by descriptor. Once one is open, what is in it is reached from its descriptor and never through a link, so
 * that nobody who may write there can lead a tool elsewhere: a path that was looked at and is used again may mean something
 * else by then.
 *
 * For a single name in a directory the *at calls with O_NOFOLLOW or AT_SYMLINK_NOFOLLOW do; the rest is here. */
#ifndef COMMON_FILES_DIRECTORY_H
#define COMMON_FILES_DIRECTORY_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "common/base/reason.h"

/* Open the directory `name`, a single part, in `parent`: for reading, or as a handle (O_PATH) for *at calls only. The caller closes
 * it. -1 with errno: ENOTDIR for a link, too. */
int directory_open(int parent, const char *name);
int directory_handle(int parent, const char *name);

/* Opens `path`, of any number of parts, below `parent`, with the flags of open(2). No part may be a link (ELOOP or ENOTDIR)
 * or "..", and it may not be absolute (EXDEV); O_PATH without O_DIRECTORY gives a last part that is a link itself. -1 with
 * errno. */
int directory_open_below(int parent, const char *path, int flags);

/* The same part by part, as it is done where there is no openat2(2): kernels before 5.6, seccomp profiles. */
int directory_open_below_by_parts(int parent, const char *path, int flags);

/* Whether the kernel reaches what `path` below `root` stands for, links followed, without leaving `root`. True when that is not
 * known: what does not exist, or no openat2(2). */
bool directory_may_stay_within(int root, const char *path);

/* For `own`: links are followed, whoever made them. */
#define DIRECTORY_FOLLOW UINT_MAX

/* A handle on the directory `path` of a user's, which may be absolute and may have ".." in it, and links that root or this user
 * made: in a volume that others write to, theirs could lead anywhere (EXDEV). Its last `own` parts must not be links at all
 * (ELOOP). Missing parts are made with the mode `made`, less the umask; with `made` 0 they are ENOENT. -1 with errno, and then
 * *near, if asked for, is a handle on the deepest directory that was there, or -1. */
int directory_reach(const char *path, unsigned own, mode_t made, int *near);

/* The last part of a path: what is behind its last slash. */
const char *directory_last_part(const char *path);
/* directory_reach for what that is in. */
int directory_reach_parent(const char *path, mode_t made);

/* Opens a file of a user's path with the flags of open(2): the way to it as directory_reach goes it, and then no link. -1 with
 * errno. */
int directory_open_file(const char *path, int flags);

/* Whether `error` is one of directory_reach's about links; then `why` is filled. */
bool directory_refuse_link(const char *path, int error, struct reason *why);

/* Makes the single part `name` in `parent` and returns a handle on it. Its mode is `mode` only in a process without a umask. -1
 * with errno. */
int directory_make(int parent, const char *name, mode_t mode);

/* Sets the mode of a directory that is open, as a handle even. False with errno. */
bool directory_set_mode(int directory, mode_t mode);

/* As fstatat(2) of `name`, with links that root or this user made followed; of another user's link it tells the link itself. */
bool directory_stat(int parent, const char *name, struct stat *found);

/* Whether `name` in `parent` is a symbolic link. */
bool directory_has_link(int parent, const char *name);

#endif
