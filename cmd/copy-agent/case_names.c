#include "cmd/copy-agent/case_names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/inode_table.h"
#include "common/files/directory.h"

#include "common/base/banned.h"

enum { PATH_MOST = 16 * 1024 * 1024, GROUP_NAME = 32, OTHER_CHARACTER = 0x80 };

uint64_t case_names_digest(const char *name)
{
    uint64_t mixed = UINT64_C(14695981039346656037); /* FNV-1a */

    for (const unsigned char *at = (const unsigned char *)name; *at != '\0'; at++) {
        if ((*at & 0xC0) == 0x80)
            continue; /* a character's further bytes */
        unsigned char byte = *at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at < 0x80 ? *at : OTHER_CHARACTER;
        mixed = (mixed ^ byte) * UINT64_C(1099511628211);
    }
    return mixed;
}

/* Whether the staging directory is found by its name in capitals. */
static bool folds_case(const struct staging *staging)
{
    char name[LITTER_NAME];
    struct stat found;

    snprintf(name, sizeof name, "%s", staging->name);
    for (char *at = name; *at != '\0'; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    return fstatat(staging->dest, name, &found, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Whether the volume has `second` once it has `first`. Names of one directory of SOURCE are tried in a directory of their own. */
static bool are_one(const struct copy *copy, int staging, uint32_t first, uint32_t second)
{
    const struct plan *plan = &copy->plan;
    char group[GROUP_NAME];
    int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC;

    snprintf(group, sizeof group, "names-%u", (unsigned)plan->nodes[first].parent);
    mkdirat(staging, group, 0700);
    int directory = directory_open(staging, group);
    int one = openat(directory, plan_name(plan, first), flags, 0600);
    int other = openat(directory, plan_name(plan, second), flags | O_EXCL, 0600);
    bool same = other < 0 && errno == EEXIST;
    int descriptors[] = {directory, one, other};
    for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    return same;
}

static bool refuse(struct copy *copy, uint32_t first, uint32_t second)
{
    struct reason why;
    struct buf path;

    buf_init(&path, PATH_MOST);
    reason_set(&why, CODE_FAILED,
               "%.150s and %.100s have one name on this volume, which ignores upper and lower case",
               plan_path(&copy->plan, first, &path), plan_name(&copy->plan, second));
    reason_hint(&why, "one of them would be lost: leave it out with --exclude, or take another volume");
    journal_add(&copy->journal, &why);
    buf_free(&path);
    return false;
}

bool case_names_check(struct copy *copy, struct staging *staging)
{
    const struct plan *plan = &copy->plan;
    struct inode_table names = {0};
    int folder = staging_folder(staging);
    bool good = true;

    if (folder < 0 || !folds_case(staging))
        return true; /* copying reports why it cannot be made */
    for (uint32_t i = 1; i < plan->count && journal_halt(&copy->journal) == CODE_OK; i++) {
        if (plan->nodes[i].out)
            continue;
        const struct stat key = {.st_dev = plan->nodes[i].parent,
                                 .st_ino = case_names_digest(plan_name(plan, i))};
        struct inode_entry *entry = inode_table_find(&names, &key);
        if (entry->node == 0)
            entry->node = i;
        else if (are_one(copy, folder, entry->node, i))
            good = refuse(copy, entry->node, i);
    }
    inode_table_free(&names);
    return good;
}
