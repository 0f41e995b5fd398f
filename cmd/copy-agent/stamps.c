#include "cmd/copy-agent/stamps.h"

#include "common/base/banned.h"

/* The end of 1980-01-02: all before it is what reproducible images and ZIP archives (0, 1, 1980-01-01 in any time zone) have. */
#define MEANINGLESS_TIME INT64_C(315705600)
/* 1985-10-26 08:15:00 UTC, in every npm package. */
#define NPM_TIME INT64_C(499162500)

enum { SHARE = 8 };

bool stamps_is_constant(const struct timespec *time)
{
    return time->tv_sec < MEANINGLESS_TIME || time->tv_sec == NPM_TIME;
}

static uint8_t slot_of(const struct timespec *time)
{
    uint64_t mixed = ((uint64_t)time->tv_sec * UINT64_C(1000000000) + (uint64_t)time->tv_nsec) *
                     UINT64_C(0x9E3779B97F4A7C15);

    return (uint8_t)(mixed >> 56);
}

void stamps_add(struct stamps *stamps, struct plan_node *node, const struct stat *source)
{
    node->stamp = slot_of(&source->st_mtim);
    stamps->files++;
    stamps->slots[node->stamp].files++;
    stamps->slots[node->stamp].whole += source->st_mtim.tv_nsec == 0;
    stamps->slots[node->stamp].skipped += node->action == PLAN_SKIP;
    stamps->slots[node->stamp].adjusted += node->action == PLAN_ADJUST;
    if (node->action == PLAN_SKIP || node->action == PLAN_ADJUST)
        stamps->slots[node->stamp].bytes += (uint64_t)source->st_size;
}

static bool is_shared(const struct stamps *stamps, uint8_t slot)
{
    uint64_t whole = stamps->slots[slot].whole;

    return stamps->slots[slot].files == stamps->files || (whole > 1 && whole * SHARE >= stamps->files);
}

static void doubt(const struct stamps *stamps, struct plan *plan, struct plan_node *node)
{
    if (node->kind != PLAN_FILE)
        return;
    if (!node->hard_link) {
        bool same = node->action == PLAN_SKIP || node->action == PLAN_ADJUST;
        if (same && is_shared(stamps, node->stamp))
            node->action = PLAN_COMPARE;
    } else if (node->action == PLAN_SKIP && plan->nodes[node->next].action != PLAN_SKIP) {
        node->action = PLAN_REPLACE; /* its leader may become another file */
        plan->totals.skipped--;
        plan->totals.work_files++;
    }
}

void stamps_apply(const struct stamps *stamps, struct plan *plan)
{
    struct plan_totals *totals = &plan->totals;

    for (unsigned i = 0; i < STAMPS_SLOTS; i++) {
        if (!is_shared(stamps, (uint8_t)i))
            continue;
        totals->skipped -= stamps->slots[i].skipped;
        totals->work_files += stamps->slots[i].skipped + stamps->slots[i].adjusted;
        totals->work_bytes += stamps->slots[i].bytes;
    }
    for (uint32_t i = 1; i < plan->count; i++)
        doubt(stamps, plan, &plan->nodes[i]);
}
