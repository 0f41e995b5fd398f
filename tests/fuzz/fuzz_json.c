/* Any bytes, as a JSON string and as a whole log line's members: always valid, for a judge of its own. */
#include "common/json.h"

#include "common/log.h"
#include "tests/fuzz/input.h"
#include "tests/unit/strict_json.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = input_text(data, size);
    struct buf out;

    buf_init(&out, 16 + 6 * size);
    json_add_string(&out, text);
    MUST(strict_json(out.data, out.length));
    buf_free(&out);
    buf_init(&out, 64 + 12 * size);
    buf_add_text(&out, "{");
    json_add_member(&out, text, text);
    json_add_member_number(&out, "n", (int64_t)size);
    buf_add_text(&out, "}");
    MUST(strict_json(out.data, out.length));
    buf_clear(&out);
    log_add_visible(&out, text);
    MUST(strict_utf8(out.data, out.length));
    buf_free(&out);
    free(text);
    return 0;
}
