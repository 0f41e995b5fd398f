#include "cmd/copy-agent/note.h"

#include "common/base/banned.h"

enum { PATH_MOST = 16 * 1024 * 1024 };

void note_errno(struct copy *copy, uint32_t node, const char *doing, int error)
{
    struct buf path;

    buf_init(&path, PATH_MOST);
    plan_path(&copy->plan, node, &path);
    journal_add_errno(&copy->journal, path.data, doing, error);
    copy->plan.nodes[node].action = PLAN_REFUSE;
    buf_free(&path);
}
