#include "cmd/copy-agent/plan.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/copy-agent/stamps.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { FIRST_NODES = 64, FIRST_NAMES = 1024, DISK_BLOCK = 512 };

mode_t plan_mode(const struct plan_rules *rules, mode_t mode, bool directory)
{
    if (rules->no_modes)
        mode = (directory ? 0777 : 0666) & ~rules->umask;
    if (!directory && !rules->keep_privileges)
        mode &= ~(mode_t)(S_ISUID | S_ISGID);
    if (directory && rules->inherits)
        mode |= S_ISGID;
    return ownership_mode(&rules->ownership, mode, directory);
}

/* A setgid directory in which its group may do nothing is one that this process has just made in another, or that a killed run
 * has. */
static bool is_for_group(const struct plan_rules *rules, const struct stat *source,
                         const struct stat *present)
{
    return !rules->exact_directories && S_ISDIR(source->st_mode) && S_ISDIR(present->st_mode) &&
           (present->st_mode & S_ISGID) && (present->st_mode & S_IRWXG);
}

mode_t plan_mode_over(const struct plan_rules *rules, const struct stat *source, const struct stat *present)
{
    bool directory = S_ISDIR(source->st_mode);
    mode_t kept = directory && S_ISDIR(present->st_mode) ? present->st_mode & S_ISVTX : 0;

    if (is_for_group(rules, source, present))
        kept |= present->st_mode & (S_ISGID | S_IRWXG);
    if (directory && rules->exact_directories)
        kept |= present->st_mode & S_ISGID;
    return plan_mode(rules, source->st_mode | kept, directory);
}

gid_t plan_group(const struct plan_rules *rules, const struct stat *source, const struct stat *present)
{
    if (rules->ownership.has_group)
        return rules->ownership.group;
    if (rules->inherits)
        return rules->inherited_group;
    if (rules->no_owners)
        return present->st_gid;
    /* SOURCE's own setgid directories are for its own group. */
    return is_for_group(rules, source, present) && !(source->st_mode & S_ISGID) ? present->st_gid
                                                                                : source->st_gid;
}

bool plan_same_ownership(const struct plan_rules *rules, const struct stat *source,
                         const struct stat *present)
{
    const struct ownership *ownership = &rules->ownership;
    mode_t wanted = plan_mode_over(rules, source, present);
    /* Without the privilege to give files away, setuid and setgid are not copied either. */
    mode_t compared = rules->privileged ? 07777 : 0777;

    if (!S_ISLNK(source->st_mode) && (!rules->lacks_modes || ownership->mode) &&
        (wanted & compared) != (present->st_mode & compared))
        return false;
    if (ownership->has_owner && ownership->owner != present->st_uid)
        return false;
    if (ownership->has_group && ownership->group != present->st_gid)
        return false;
    if (!rules->privileged || rules->lacks_owners || rules->no_owners)
        return true;
    return (ownership->has_owner || source->st_uid == present->st_uid) &&
           plan_group(rules, source, present) == present->st_gid;
}

bool plan_same_time(const struct plan_rules *rules, const struct stat *source, const struct stat *present)
{
    if (rules->time_step < 0)
        return true;
    int64_t second = INT64_C(1000000000), wanted = (int64_t)source->st_mtim.tv_sec,
            rest = source->st_mtim.tv_nsec;

    if (rules->time_step > second)
        wanted -= wanted % (rules->time_step / second);
    if (rules->time_step > 0)
        rest -= rules->time_step >= second ? rest : rest % rules->time_step;
    return wanted == present->st_mtim.tv_sec && rest == present->st_mtim.tv_nsec;
}

static bool is_exact_time(const struct stat *source, const struct stat *present)
{
    return source->st_mtim.tv_sec == present->st_mtim.tv_sec &&
           source->st_mtim.tv_nsec == present->st_mtim.tv_nsec;
}

static enum plan_action decide_directory(const struct plan_rules *rules, const struct stat *source,
                                         const struct stat *present)
{
    if (!S_ISDIR(present->st_mode))
        return rules->refuses_kinds ? PLAN_REFUSE : PLAN_REPLACE;
    if (rules->leaves_directories)
        return PLAN_SKIP;
    bool same = plan_same_ownership(rules, source, present) && plan_same_time(rules, source, present);
    return same ? PLAN_SKIP : PLAN_ADJUST;
}

bool plan_is_shared(const struct stat *source, const struct stat *present)
{
    return present->st_nlink > source->st_nlink ||
           (present->st_ino == source->st_ino && present->st_dev == source->st_dev);
}

static enum plan_action decide_file(const struct plan_rules *rules, const struct stat *source,
                                    const struct stat *present, bool render)
{
    if (render)
        return PLAN_COMPARE;
    if (source->st_size != present->st_size)
        return PLAN_REPLACE;
    /* Some file systems keep whole seconds only. */
    if (!plan_same_time(rules, source, present))
        return source->st_mtim.tv_sec == present->st_mtim.tv_sec && present->st_mtim.tv_nsec == 0
                   ? PLAN_COMPARE
                   : PLAN_REPLACE;
    if (rules->time_step < 0 && !is_exact_time(source, present))
        return PLAN_COMPARE;
    if (rules->verify || stamps_is_constant(&source->st_mtim))
        return PLAN_COMPARE;
    if (plan_same_ownership(rules, source, present))
        return PLAN_SKIP;
    return plan_is_shared(source, present) ? PLAN_REPLACE : PLAN_ADJUST;
}

enum plan_action plan_decide(const struct plan_rules *rules, const struct stat *source,
                             const struct stat *present, bool render)
{
    if (!present)
        return PLAN_CREATE;
    if (S_ISDIR(source->st_mode))
        return decide_directory(rules, source, present);
    if (S_ISDIR(present->st_mode))
        return rules->prune ? PLAN_REPLACE : PLAN_REFUSE;
    if ((source->st_mode & S_IFMT) != (present->st_mode & S_IFMT))
        return PLAN_REPLACE;
    if (S_ISLNK(source->st_mode))
        return source->st_size == present->st_size ? PLAN_COMPARE : PLAN_REPLACE;
    return decide_file(rules, source, present, render);
}

uint32_t plan_seen(const struct stat *source)
{
    const uint64_t parts[] = {(uint64_t)source->st_mtim.tv_sec, (uint64_t)source->st_mtim.tv_nsec,
                              (uint64_t)source->st_size};
    uint64_t mixed = 0;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        mixed = ((mixed ^ parts[i]) * UINT64_C(0x9E3779B97F4A7C15)) ^ (mixed >> 29);
    return (uint32_t)(mixed >> 32);
}

void plan_free(struct plan *plan)
{
    free(plan->nodes);
    free(plan->names);
    memset(plan, 0, sizeof *plan);
}

static uint32_t add_name(struct plan *plan, const char *name)
{
    size_t length = strlen(name) + 1;
    size_t at = plan->names_length;

    if (at + length > UINT32_MAX)
        mem_exhausted();
    if (at + length > plan->names_capacity) {
        plan->names_capacity = plan->names_capacity ? plan->names_capacity * 2 : FIRST_NAMES;
        plan->names = xrealloc(plan->names, plan->names_capacity);
    }
    memcpy(plan->names + at, name, length);
    plan->names_length += length;
    return (uint32_t)at;
}

uint32_t plan_add(struct plan *plan, uint32_t parent, const char *name, enum plan_kind kind,
                  enum plan_action action)
{
    if (plan->count == UINT32_MAX / 2)
        mem_exhausted();
    if (plan->count == plan->capacity) {
        plan->capacity = plan->capacity ? plan->capacity * 2 : FIRST_NODES;
        plan->nodes = xrealloc(plan->nodes, plan->capacity * sizeof *plan->nodes);
    }
    plan->nodes[plan->count] = (struct plan_node){
        .name = add_name(plan, name),
        .parent = parent,
        .kind = (uint8_t)kind,
        .action = (uint8_t)action,
    };
    return plan->count++;
}

static uint64_t in_blocks(const struct stat *file, uint64_t block_size)
{
    uint64_t size = (uint64_t)file->st_size;
    uint64_t held = (uint64_t)file->st_blocks * DISK_BLOCK; /* less than the size if there are holes */
    uint64_t needed = held < size ? held : size;

    return (needed + block_size - 1) / block_size * block_size;
}

/* What it takes to write the file, and what it takes the place of. */
static void count_space(struct plan_totals *totals, const struct stat *source, const struct stat *present,
                        uint64_t block_size)
{
    uint64_t needed = in_blocks(source, block_size);
    bool frees = present && S_ISREG(present->st_mode) && present->st_nlink == 1;
    uint64_t freed = frees ? (uint64_t)present->st_blocks * DISK_BLOCK : 0;

    totals->new_inodes += !present;
    totals->new_bytes += needed > freed ? needed - freed : 0;
    totals->replaced += freed > 0;
    if (freed > 0 && needed > totals->largest)
        totals->largest = needed;
}

void plan_count_file(struct plan *plan, uint32_t index, const struct stat *source, const struct stat *present,
                     uint64_t block_size)
{
    struct plan_totals *totals = &plan->totals;
    const struct plan_node *node = &plan->nodes[index];
    bool content = node->kind == PLAN_FILE && !node->hard_link;

    totals->files++;
    totals->bytes += content ? (uint64_t)source->st_size : 0;
    totals->skipped += node->action == PLAN_SKIP;
    if (node->action == PLAN_SKIP || node->action == PLAN_ADJUST || node->action == PLAN_REFUSE)
        return;
    totals->work_files++;
    totals->work_bytes += content ? (uint64_t)source->st_size : 0;
    if (content && node->action != PLAN_COMPARE)
        count_space(totals, source, present, block_size);
}

void plan_count_private(struct plan *plan, const struct plan_rules *rules, const struct stat *source,
                        uint32_t node)
{
    bool directory = S_ISDIR(source->st_mode);
    mode_t mode = plan_mode(rules, source->st_mode, directory);

    if (mode & (directory ? S_IXOTH : S_IROTH))
        return;
    if (plan->totals.private_count++ == 0)
        plan->totals.first_private = node;
}

void plan_complete(struct plan *plan)
{
    for (uint32_t i = 0; i < plan->count; i++)
        if (plan->nodes[i].kind == PLAN_DIRECTORY)
            plan->nodes[i].next = i + 1;
    /* Backwards, so that a directory is complete before its parent is updated. */
    for (uint32_t i = plan->count; i-- > 1;) {
        struct plan_node *node = &plan->nodes[i], *parent = &plan->nodes[node->parent];
        bool directory = node->kind == PLAN_DIRECTORY;
        uint32_t end = directory ? node->next : i + 1;

        if (end > parent->next)
            parent->next = end;
        if (node->out)
            continue;
        parent->out = false;
        if ((node->action != PLAN_SKIP && node->action != PLAN_REFUSE) || (directory && node->busy))
            parent->busy = true;
        if (directory && (node->action == PLAN_ADJUST || node->action == PLAN_CREATE))
            node->touched = true;
    }
}

const char *plan_name(const struct plan *plan, uint32_t node)
{
    return plan->names + plan->nodes[node].name;
}

const char *plan_dest_name(const struct plan *plan, uint32_t node)
{
    return plan->target_name ? plan->target_name : plan_name(plan, node);
}

const char *plan_path(const struct plan *plan, uint32_t node, struct buf *path)
{
    buf_clear(path);
    if (node == PLAN_ROOT) {
        buf_add_text(path, ".");
        return path->data;
    }
    /* First as many bytes as there will be, then the bytes in their order, from the end. */
    for (uint32_t at = node; at != PLAN_ROOT; at = plan->nodes[at].parent) {
        buf_add_text(path, plan_name(plan, at));
        buf_add_text(path, "/");
    }
    path->data[--path->length] = '\0';
    char *end = path->data + path->length;
    for (uint32_t at = node; at != PLAN_ROOT; at = plan->nodes[at].parent) {
        size_t length = strlen(plan_name(plan, at));
        end -= length;
        memcpy(end, plan_name(plan, at), length);
        if (end > path->data)
            *--end = '/';
    }
    return path->data;
}

const char *plan_action_name(enum plan_action action)
{
    static const char *const names[] = {"skip", "create", "replace", "compare", "adjust", "refuse"};

    return names[action];
}
