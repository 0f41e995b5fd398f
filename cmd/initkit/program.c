#include "cmd/initkit/program.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/base/stop.h"

#include "common/base/banned.h"

static const char usual_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* A directory may be entered, which access() reports in the same way. */
static bool is_program(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return false;
    errno = EACCES;
    return S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* The first file of that name in PATH that may be executed. libc's execvp would ask getenv, which has nothing to give. False with
 * errno as the last attempt left it. */
static bool find_in_path(const char *name, char found[PATH_MAX])
{
    const char *path = environment_get("PATH");
    int trouble = ENOENT;

    for (path = path ? path : usual_path;; path++) {
        int length = (int)strcspn(path, ":");
        /* An empty part is the current directory. */
        if (snprintf(found, PATH_MAX, "%.*s%s%s", length, path, length > 0 ? "/" : "./", name) < PATH_MAX) {
            if (is_program(found))
                return true;
            trouble = errno == ENOENT || errno == ENOTDIR ? trouble : errno;
        }
        path += length;
        if (*path == '\0')
            break;
    }
    errno = trouble;
    return false;
}

/* A signal that comes from now on is the program's. */
static bool hand_over_signals(void)
{
    static const int handled[] = {SIGTERM, SIGINT, SIGPIPE};
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t blocked, before;

    sigemptyset(&action.sa_mask);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    bool stopped = stop_signal() != 0;
    for (size_t i = 0; !stopped && i < sizeof handled / sizeof handled[0]; i++)
        sigaction(handled[i], &action, NULL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return !stopped;
}

void program_become(char **argv, struct reason *why)
{
    char found[PATH_MAX];
    const char *path = argv[0];

    if (!strchr(path, '/'))
        path = find_in_path(argv[0], found) ? found : NULL;
    int trouble = errno;
    if (path) {
        if (!hand_over_signals()) {
            reason_set(why, (enum code)(128 + stop_signal()), "--exec: %.100s: not run: stopped by %s",
                       argv[0], stop_signal() == SIGINT ? "SIGINT" : "SIGTERM");
            return;
        }
        execve(path, argv, environment_all());
        trouble = errno;
    }
    reason_set(why, CODE_FAILED, "--exec: %.200s: cannot be run: %s", argv[0], strerror(trouble));
    if (trouble == ENOENT)
        reason_hint(why,
                    "is the file in this image, its interpreter or loader too, and PATH as it should be?");
    else if (trouble == EACCES)
        reason_hint(why, "is it an executable file, for this user, on a volume that is not mounted noexec?");
    else if (trouble == ENOEXEC)
        reason_hint(why, "is it for this architecture? a script must begin with #!");
}
