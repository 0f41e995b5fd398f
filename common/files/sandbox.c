#include "common/files/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/files/directory.h"

#include "common/base/banned.h"

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

/* Programs that count the lines they run write what they counted when they end. */
#ifndef SANDBOX_NEVER
#define SANDBOX_NEVER 0
#endif

enum {
    ABI_LEAST = 2,    /* before, no rename from one folder into another is ever allowed */
    ABI_TRUNCATE = 3, /* knows truncation as a right of its own */
};

static const uint64_t file_rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;

static const uint64_t folder_rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE |
                                      LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                      LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                      LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER;

/* Nobody is ever given these. */
static const uint64_t never_rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                     LANDLOCK_ACCESS_FS_MAKE_SOCK;

static long sandbox_abi(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
}

void sandbox_begin(struct sandbox *sandbox, enum sandbox_mode mode)
{
    long abi = mode == SANDBOX_OFF || SANDBOX_NEVER ? 0 : sandbox_abi();
    struct landlock_ruleset_attr handled = {.handled_access_fs = folder_rights | never_rights};

    if (abi < ABI_TRUNCATE)
        handled.handled_access_fs &= ~LANDLOCK_ACCESS_FS_TRUNCATE;
    *sandbox = (struct sandbox){.rules = -1, .rights = handled.handled_access_fs};
    if (abi >= ABI_LEAST)
        sandbox->rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0U);
}

/* Closes the handle; false if there is none. */
static bool sandbox_allow_handle(struct sandbox *sandbox, int handle)
{
    struct landlock_path_beneath_attr rule = {.parent_fd = handle};
    struct stat status;
    bool there = rule.parent_fd >= 0 && fstat(rule.parent_fd, &status) == 0;

    if (there) {
        rule.allowed_access = sandbox->rights & (S_ISDIR(status.st_mode) ? folder_rights : file_rights);
        /* What cannot be named in a rule (a pipe) is not restricted either. */
        syscall(SYS_landlock_add_rule, sandbox->rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U);
    }
    if (rule.parent_fd >= 0)
        close(rule.parent_fd);
    return there;
}

/* False if there is nothing of that name, or not what `flags` ask for. */
static bool sandbox_allow(struct sandbox *sandbox, const char *path, int flags)
{
    return sandbox_allow_handle(sandbox, open(path, O_PATH | O_CLOEXEC | flags));
}

/* Cuts the last part off: "/a/b/" is "/a", "b" is ".". False at the root, and for an empty path. */
static bool cut_last_part(char *path)
{
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0 || strcmp(path, "/") == 0 || strcmp(path, ".") == 0)
        return false;
    while (length > 0 && path[length - 1] != '/')
        length--;
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0)
        path[length++] = '.';
    path[length] = '\0';
    return true;
}

static void sandbox_allow_nearest(struct sandbox *sandbox, char *path)
{
    while (!sandbox_allow_handle(sandbox, directory_reach(path, 0, 0, NULL)) && cut_last_part(path))
        ;
}

void sandbox_allow_folder(struct sandbox *sandbox, const char *path)
{
    if (sandbox->rules < 0 || !path || *path == '\0')
        return;
    char *copy = xstrdup(path);
    size_t length = strlen(copy);
    while (length > 1 && copy[length - 1] == '/')
        copy[--length] = '\0'; /* with a slash at the end a link is followed */
    if (!sandbox_allow(sandbox, copy, O_NOFOLLOW | O_DIRECTORY) && cut_last_part(copy))
        sandbox_allow_nearest(sandbox, copy);
    free(copy);
}

void sandbox_allow_existing(struct sandbox *sandbox, const char *path)
{
    if (sandbox->rules >= 0 && path)
        sandbox_allow(sandbox, path, O_DIRECTORY);
}

/* A device, a FIFO or a socket is written to, not replaced. Nothing right in /dev is ever replaced, whatever it is or leads to: but
 * volumes are mounted below it. */
static bool is_written_directly(const char *path)
{
    struct stat found;

    if (strncmp(path, "/dev/", 5) == 0 && !strchr(path + 5, '/'))
        return true;
    return directory_stat(AT_FDCWD, path, &found) && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode) &&
           !S_ISLNK(found.st_mode);
}

void sandbox_allow_file(struct sandbox *sandbox, const char *path)
{
    if (sandbox->rules < 0 || !path || *path == '\0' || strcmp(path, "-") == 0)
        return;
    if (is_written_directly(path)) {
        sandbox_allow(sandbox, path, 0);
        return;
    }
    char *folder = xstrdup(path);
    if (cut_last_part(folder))
        sandbox_allow_nearest(sandbox, folder);
    free(folder);
}

void sandbox_enter(struct sandbox *sandbox, const char *termination_log)
{
    if (sandbox->rules < 0)
        return;
    if (termination_log && termination_log[0] != '\0')
        sandbox_allow_handle(sandbox,
                             directory_open_file(termination_log, O_PATH)); /* as it is written, too */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        syscall(SYS_landlock_restrict_self, sandbox->rules, 0U);
    close(sandbox->rules);
    sandbox->rules = -1;
}
