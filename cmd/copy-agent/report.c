#include "cmd/copy-agent/report.h"

#include <stdint.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/base/visible.h"

#include "common/base/banned.h"

void report_line(const char *action, const char *path, bool directory)
{
    struct buf line;

    buf_init(&line, SIZE_MAX / 2);
    visible_add(&line, path);
    printf("%s %s%s\n", action, line.data, directory ? "/" : "");
    buf_free(&line);
}

void report_plan(const struct plan *plan)
{
    struct buf path;

    buf_init(&path, SIZE_MAX / 2);
    for (uint32_t i = 1; i < plan->count; i++) {
        const struct plan_node *node = &plan->nodes[i];
        if (!node->out && node->action != PLAN_SKIP)
            report_line(plan_action_name((enum plan_action)node->action), plan_path(plan, i, &path),
                        node->kind == PLAN_DIRECTORY);
    }
    buf_free(&path);
}
