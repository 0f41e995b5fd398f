/* What this process may still change in the file system: only what it was told to write. The kernel holds it to that (Landlock,
 * Linux 5.19 and later), so that neither a planted link nor a bug in a parser makes it write anywhere else, or run a program.
 * Reading and sockets are not restricted. Where the kernel lacks Landlock or a profile forbids it, nothing happens. */
#ifndef COMMON_FILES_SANDBOX_H
#define COMMON_FILES_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

/* --sandbox */
enum sandbox_mode { SANDBOX_AUTO, SANDBOX_OFF };

struct sandbox {
    int rules;       /* a descriptor; -1: not restricted */
    uint64_t rights; /* that this kernel knows */
};

/* Between sandbox_begin and sandbox_enter each path that will be written is named. */
void sandbox_begin(struct sandbox *sandbox, enum sandbox_mode mode);

/* A file that will be written or replaced: all in its folder. A link is replaced itself, and does not open the folder that it leads
 * to. A folder that is missing will be made: then the nearest one above that exists. NULL, "" and "-" are nothing. */
void sandbox_allow_file(struct sandbox *sandbox, const char *path);

/* A folder that will be filled. Its own last part is not followed if it is a link: then, as when it is missing or a file, its
 * parent. NULL and "" are nothing. */
void sandbox_allow_folder(struct sandbox *sandbox, const char *path);

/* A folder that is used only if it is there, links followed. If it is not, nothing is allowed, and nothing above it. */
void sandbox_allow_existing(struct sandbox *sandbox, const char *path);

/* For this thread and those that it starts, for good. `termination_log` is a path, or empty. */
void sandbox_enter(struct sandbox *sandbox, const char *termination_log);

#endif
