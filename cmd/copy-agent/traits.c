#include "cmd/copy-agent/traits.h"

#include <fcntl.h>
#include <unistd.h>

#include "cmd/copy-agent/staging.h"

#include "common/base/banned.h"

#define SECOND INT64_C(1000000000)

enum { OTHER_MODE = 0751, OTHER_ID = 1 };

int64_t traits_step(const struct timespec *set, const struct timespec *got)
{
    /* As NTFS and SMB, many file servers, exFAT, ext3 and FAT keep times. */
    static const int64_t steps[] = {1, 100, 1000, 1000000, 10000000, SECOND, 2 * SECOND};
    int64_t asked = (int64_t)set->tv_sec * SECOND + set->tv_nsec;
    int64_t is = (int64_t)got->tv_sec * SECOND + got->tv_nsec;

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (asked - asked % steps[i] == is)
            return steps[i];
    return -1;
}

/* Sets what no directory has by chance, and looks what became of it. */
static bool probe(struct copy *copy, int directory)
{
    /* An odd second, with nanoseconds that each step takes something from. */
    const struct timespec time = {1700000001, 123456789}, times[2] = {time, time};
    struct copy_traits *traits = &copy->traits;
    struct stat born, now;

    if (fstat(directory, &born) != 0)
        return false;
    bool given = copy->rules.privileged && fchownat(directory, "", OTHER_ID, OTHER_ID, AT_EMPTY_PATH) == 0;
    bool moded = fchmod(directory, OTHER_MODE) == 0;
    bool timed = futimens(directory, times) == 0;
    if (fstat(directory, &now) != 0)
        return false;
    if (given)
        fchownat(directory, "", born.st_uid, born.st_gid, AT_EMPTY_PATH);
    bool keeps_owner = now.st_uid == OTHER_ID && now.st_gid == OTHER_ID;
    bool keeps_mode = (now.st_mode & 0777) == OTHER_MODE;
    copy->rules.time_step = timed ? traits_step(&time, &now.st_mtim) : -1;
    copy->rules.lacks_modes = !keeps_mode;
    copy->rules.lacks_owners = copy->rules.privileged && !keeps_owner;
    traits->pretends = (given && !keeps_owner) || (moded && !keeps_mode) ||
                       (timed && copy->rules.time_step < 0);
    traits->mode = born.st_mode & 07777;
    traits->owner = born.st_uid;
    return true;
}

void traits_learn(struct copy *copy)
{
    int dest = copy->volume >= 0 ? copy->volume : copy->dest;
    char name[LITTER_NAME];

    if (copy->traits.tried || dest < 0 || copy->settings->dry_run)
        return;
    copy->traits.tried = true;
    int directory = litter_make_directory(dest, STAGING_PREFIX, name);
    if (directory < 0)
        return;
    if (probe(copy, directory) && copy->rules.lacks_modes)
        copy->fixed = true;
    unlinkat(dest, name, AT_REMOVEDIR);
    close(directory);
}

bool traits_differ(const struct copy *copy, int dest, const struct stat *source)
{
    struct plan_rules rules = copy->rules;
    struct stat now;

    rules.lacks_modes = rules.lacks_owners = false;
    return copy->traits.pretends && fstat(dest, &now) == 0 &&
           (rules.time_step < 0 || !plan_same_time(&rules, source, &now) ||
            !plan_same_ownership(&rules, source, &now));
}
