/* A condition (the first line) and a body: JSON pointers and values, texts, and what is shown of what came instead. */
#include "cmd/wait-for-http/expect.h"
#include "cmd/wait-for-http/statuses.h"
#include "common/base/deadline.h"
#include "common/http/json_arena.h"
#include "common/http/json_pointer.h"
#include "common/http/trace.h"
#include "tests/fuzz/input.h"

static void judge(char *condition, const char *body, size_t length)
{
    char *items[] = {condition};
    const struct strings one = {.items = items, .count = 1}, none = {0};
    struct expect expect;
    struct reason why;

    if (*condition == '\0')
        return;
    expect_init(&expect, &one, &none, &none, &none);
    bool has = expect_judge_body(&expect, body, length, false, DEADLINE_NEVER, &why);
    MUST(has == (memmem(body, length, condition, strlen(condition)) != NULL));
    expect_free(&expect);
    if (!expect_check_json(condition, &why))
        return;
    expect_init(&expect, &none, &none, &one, &none);
    bool good = expect_judge_body(&expect, body, length, false, DEADLINE_NEVER, &why);
    MUST(good || (why.code == CODE_FAILED && why.text[0] != '\0'));
    MUST(!expect_judge_body(&expect, body, length, true, DEADLINE_NEVER, &why));
    expect_free(&expect);
}

static void show(const char *body, size_t length)
{
    json_error_t error;
    struct buf out;
    const json_t *root = json_arena_load_bytes(body, length, 1 << 20, &error);

    buf_init(&out, 200);
    if (root) {
        MUST(json_pointer_find(root, "") == root && json_pointer_same(root, root));
        json_pointer_show(root, &out);
        MUST(out.length <= 200);
    }
    json_arena_clear();
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *body, *condition = input_first_line(data, size, &body);
    struct statuses statuses;
    struct reason why;
    struct buf out;

    judge(condition, body, strlen(body));
    show(body, strlen(body));
    if (statuses_parse(condition, &statuses))
        MUST(statuses.count > 0 && statuses.ranges[0].low >= 100 && statuses.ranges[0].high <= 599);
    expect_check_header(condition, &why);
    buf_init(&out, 4096);
    trace_line(condition, strlen(condition), size % 2 == 0, &out);
    buf_free(&out);
    free(condition);
    free(body);
    return 0;
}
