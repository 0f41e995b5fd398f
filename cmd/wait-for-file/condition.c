#include "cmd/wait-for-file/condition.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/banned.h"

static const char *type_name(mode_t type)
{
    switch (type) {
    case S_IFREG:
        return "a file";
    case S_IFDIR:
        return "a directory";
    case S_IFSOCK:
        return "a socket";
    case S_IFIFO:
        return "a FIFO";
    default:
        return "a device";
    }
}

/* --- nothing is there --- */

static void describe_missing(const char *path, const struct look *look, struct reason *why)
{
    int shown = (int)look->error_path;

    if (look->dangling) {
        reason_set(why, CODE_FAILED, "a symbolic link that leads nowhere");
        reason_hint(why, "is the volume that it leads to mounted in this container, too?");
    } else if (path[look->error_path + strspn(path + look->error_path, "/")] == '\0') {
        reason_set(why, CODE_FAILED, "no such file");
        reason_hint(why, "is the volume mounted here, at this path? A container that starts after the init "
                         "containers cannot write it in time (native sidecars excepted)");
    } else {
        reason_set(why, CODE_FAILED, "no such file: %.*s is missing, too", shown, path);
        reason_hint(why, "is the volume mounted in this container, at this path?");
    }
}

static enum outcome describe_error(const char *path, const struct look *look, struct reason *why)
{
    int shown = (int)look->error_path;

    switch (look->error) {
    case ENOENT:
        describe_missing(path, look, why);
        break;
    case ENOTDIR:
        reason_set(why, CODE_FAILED, "no such file: %.*s is not a directory", shown, path);
        break;
    case EACCES:
        reason_set(why, CODE_FAILED, "permission denied: this user may not enter %.*s", shown, path);
        reason_hint(why,
                    "look at the mode and owner of that directory, and at the pod's runAsUser and fsGroup");
        break;
    case ELOOP:
        reason_set(why, CODE_FAILED, "too many symbolic links, or links that lead in a circle");
        break;
    case ENAMETOOLONG:
        reason_set(why, CODE_FAILED, "the name is too long for this file system");
        return ATTEMPT_FAIL;
    case ESTALE:
    case EIO:
        reason_set(why, CODE_FAILED, "the file system failed: %s", strerror(look->error));
        reason_hint(why, "look at the volume: is its server or disk in order?");
        break;
    default:
        reason_set(why, CODE_FAILED, "%s", strerror(look->error));
    }
    return ATTEMPT_RETRY;
}

/* --- something is there --- */

static void describe_denied(const struct look *look, struct reason *why)
{
    bool is_socket = S_ISSOCK(look->type);

    if (look->denied == EAGAIN) {
        reason_set(why, CODE_FAILED, "was replaced while it was looked at, or is locked by a lease");
    } else if (look->denied == EACCES || look->denied == EPERM) {
        reason_set(why, CODE_FAILED, "permission denied: this user may not %s %s",
                   is_socket ? "connect to" : "read", type_name(look->type));
        reason_hint(why, "look at its mode and owner, and at the pod's runAsUser and fsGroup");
    } else {
        reason_set(why, CODE_FAILED, "cannot be read: %s", strerror(look->denied));
        reason_hint(why, "look at the volume: is its server or disk in order?");
    }
}

static bool type_fits(enum condition_type wanted, mode_t type)
{
    switch (wanted) {
    case CONDITION_FILE:
        return S_ISREG(type);
    case CONDITION_DIRECTORY:
        return S_ISDIR(type);
    case CONDITION_SOCKET:
        return S_ISSOCK(type);
    case CONDITION_ANY:
        return true;
    }
    return false;
}

static const char *const type_names[] = {"a file", "a directory", "a socket", "anything"};

static bool check_type(const struct condition *condition, const struct look *look, struct reason *why)
{
    bool content = condition->min_size > 0 || condition->expect_length > 0;

    if (!type_fits(condition->type, look->type))
        return reason_set(why, CODE_FAILED, "is %s, not %s", type_name(look->type),
                          type_names[condition->type]);
    if (content && !S_ISREG(look->type))
        return reason_set(why, CODE_FAILED, "is %s: --min-size and --expect are about files",
                          type_name(look->type));
    return true;
}

static bool check_content(const struct condition *condition, const struct look *look, struct reason *why)
{
    if (look->stamp.size < condition->min_size) {
        reason_set(why, CODE_FAILED, look->stamp.size == 0 ? "is empty" : "is too small");
        reason_detail(why, ": %lld of %lld bytes", (long long)look->stamp.size,
                      (long long)condition->min_size);
        return false;
    }
    if (condition->expect_length == 0 || look->found)
        return true;
    reason_set(why, CODE_FAILED, "the text of --expect is not in %s",
               look->partly ? "its first 1 MiB, and more is not read" : "it");
    reason_detail(why, ": %lld bytes", (long long)look->stamp.size);
    return false;
}

static bool check_unchanged(const struct condition *condition, const struct look *look,
                            const struct look *before, struct reason *why)
{
    if (!condition->stable || !before || before->error != 0 || look_same(look, before))
        return true;
    reason_set(why, CODE_FAILED, "still changes, and --stable asks for more time without a change");
    if (S_ISREG(look->type))
        reason_detail(why, ": %lld bytes", (long long)look->stamp.size);
    return false;
}

static enum outcome judge_gone(const char *path, const struct look *look, struct reason *why)
{
    if ((look->error == ENOENT || look->error == ENOTDIR) && !look->dangling)
        return ATTEMPT_OK;
    if (look->error == 0)
        reason_set(why, CODE_FAILED, "is still there");
    else if (look->dangling)
        reason_set(why, CODE_FAILED, "is still there, as a symbolic link that leads nowhere");
    else
        return describe_error(path, look, why);
    return ATTEMPT_RETRY;
}

enum outcome condition_judge(const struct condition *condition, const char *path, const struct look *look,
                             const struct look *before, struct reason *why)
{
    if (condition->gone)
        return judge_gone(path, look, why);
    if (look->error != 0)
        return describe_error(path, look, why);
    if (look->denied != 0) {
        describe_denied(look, why);
        return ATTEMPT_RETRY;
    }
    if (check_type(condition, look, why) && check_content(condition, look, why) &&
        check_unchanged(condition, look, before, why))
        return ATTEMPT_OK;
    return ATTEMPT_RETRY;
}
