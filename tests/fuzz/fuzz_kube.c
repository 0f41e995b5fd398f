/* A list of the Kubernetes API, taken apart at any place as it comes at once, and each of its objects judged; and the events of a
 * watch likewise. */
#include "cmd/wait-for-kube/endpoints.h"
#include "cmd/wait-for-kube/evidence.h"
#include "cmd/wait-for-kube/known.h"
#include "cmd/wait-for-kube/object.h"
#include "cmd/wait-for-kube/pieces.h"
#include "cmd/wait-for-kube/watcher_read.h"
#include "common/http/json_arena.h"
#include "common/http/json_pointer.h"
#include "tests/fuzz/input.h"

struct seen {
    unsigned items, metas;
    uint32_t sum;
};

/* As a Service, and as a pod. */
static void look_into(const json_t *object)
{
    struct evidence evidence = {.pods_known = true};
    char text[EVIDENCE_TEXT];

    evidence_add_service(&evidence, object, "mydb");
    evidence_explain(&evidence, text);
    evidence_add_pod(&evidence, object);
    evidence_explain(&evidence, text);
    MUST(!evidence.found || text[0] != '\0');
    MUST(strlen(text) < sizeof text);
    evidence = (struct evidence){0};
    evidence_add_failed_pod(&evidence, object);
    MUST(strlen(evidence.pod) < sizeof evidence.pod && strlen(evidence.ended) < sizeof evidence.ended);
}

static void judge(const json_t *object)
{
    static const char *const states[] = {NULL,      "ready",           "exists",
                                         "deleted", "condition=Ready", "json=/status/phase=Bound"};

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        for (int form = KIND_PLAIN; form <= KIND_DEFINITION; form++) {
            struct goal goal;
            struct judged judged;
            struct reason why;
            MUST(goal_parse(states[i], &goal, &why));
            object_judge((enum kind_form)form, &goal, object, &judged);
            MUST((judged.outcome == ATTEMPT_OK) == (judged.text[0] == '\0'));
            goal_free(&goal);
        }
    struct endpoints endpoints = {0};
    endpoints_read(object, &endpoints);
    MUST(endpoints_count(&endpoints) <= endpoints.count && endpoints.count <= ENDPOINTS_SLICE);
    endpoints_free(&endpoints);
    look_into(object);
}

static bool take(void *owner, enum pieces_kind kind, const char *bytes, size_t length)
{
    struct seen *seen = owner;
    json_error_t error;
    const json_t *object = json_arena_load_bytes(bytes, length, 1 << 20, &error);

    MUST(length >= 2 && bytes[0] == '{' && bytes[length - 1] == '}');
    seen->items += kind == PIECES_ITEM;
    seen->metas += kind == PIECES_META;
    for (size_t i = 0; i < length; i++)
        seen->sum = seen->sum * 31 + (unsigned char)bytes[i];
    if (object)
        judge(object);
    json_arena_clear();
    return true;
}

static bool feed(const char *bytes, size_t size, size_t step, struct seen *seen)
{
    struct pieces pieces = {.on_object = take, .owner = seen};
    bool good = true;

    *seen = (struct seen){0};
    pieces_begin(&pieces);
    for (size_t at = 0; good && at < size; at += step)
        good = pieces_feed(&pieces, bytes + at, size - at < step ? size - at : step);
    good = good && pieces_are_whole(&pieces);
    pieces_free(&pieces);
    return good;
}

/* jansson takes the same text for a list: then its items are the pieces. */
static void compare(const char *text, size_t size, const struct seen *seen)
{
    json_error_t error;
    const json_t *root = json_arena_load_bytes(text, size, 1 << 20, &error);
    const json_t *items = root ? json_pointer_find(root, "/items") : NULL;
    unsigned objects = 0;

    for (size_t i = 0; i < json_array_size(items); i++)
        objects += json_is_object(json_array_get(items, i));
    /* A name may come twice, or be written with escapes: then jansson knows of another list. */
    if (root && !strchr(text, '\\') &&
        !(strstr(text, "\"items\"") && strstr(strstr(text, "\"items\"") + 1, "\"items\"")))
        MUST(seen->items == objects);
    json_arena_clear();
}

static void on_change(void *owner)
{
    ++*(unsigned *)owner;
}

/* What a watch of pods knows after the bytes, which come in parts of `step`. */
static bool follow(const char *bytes, size_t size, size_t step, struct watcher *watcher)
{
    static const struct watcher_plan plan = {.goal = {.kind = GOAL_DEFAULT}};
    static unsigned changes;
    struct reason why;
    bool good = true;

    *watcher = (struct watcher){
        .plan = &plan, .namespace = "shop", .on_change = on_change, .owner = &changes};
    watcher->kind = kinds_find("pod");
    buf_init(&watcher->line, PIECES_OBJECT);
    for (size_t at = 0; good && at < size; at += step)
        good = watcher_read_events(watcher, bytes + at, size - at < step ? size - at : step, &why);
    buf_free(&watcher->line);
    return good;
}

/* The same, however it is cut; and a name stands there once. */
static void watch(const char *bytes, size_t size)
{
    struct watcher whole, parts;

    MUST(follow(bytes, size, size > 0 ? size : 1, &whole) == follow(bytes, size, 1, &parts));
    MUST(whole.count == parts.count && strcmp(whole.version, parts.version) == 0);
    for (size_t i = 0; i < whole.count; i++) {
        MUST(strcmp(whole.objects[i]->name, parts.objects[i]->name) == 0);
        MUST(i == 0 || strcmp(whole.objects[i - 1]->name, whole.objects[i]->name) < 0);
        MUST(known_find(&whole, whole.objects[i]->name) == whole.objects[i]);
    }
    known_free(&whole);
    known_free(&parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = input_text(data, size);
    struct seen whole, parts;
    bool good = feed(text, size, size > 0 ? size : 1, &whole);

    MUST(feed(text, size, 1, &parts) == good);
    MUST(!good || (parts.items == whole.items && parts.sum == whole.sum));
    if (good && strlen(text) == size)
        compare(text, size, &whole);
    watch(text, size);
    free(text);
    return 0;
}
