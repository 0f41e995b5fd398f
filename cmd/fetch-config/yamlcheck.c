#include "cmd/fetch-config/yamlcheck.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

/* Keys and anchors are stored as half of their SHA-256, so that long ones need no more memory than short ones. */
struct name {
    uint64_t high, low;
};

/* Open addressing; a free place is zero. */
struct yamlcheck_names {
    struct name *places;
    size_t count, room; /* `room` is a power of two */
};

enum {
    FIRST_ROOM = 64,
    PLACES_EACH = 6, /* bytes for each name, while the table grows: it is half full, and both tables exist */
};

void yamlcheck_begin(struct yamlcheck *check, size_t memory)
{
    memset(check, 0, sizeof *check);
    check->names = xcalloc(1, sizeof *check->names);
    check->names->room = FIRST_ROOM;
    check->names->places = xcalloc(FIRST_ROOM, sizeof *check->names->places);
    check->names_most = memory / sizeof(struct name) / PLACES_EACH;
}

void yamlcheck_end(struct yamlcheck *check)
{
    free(check->names->places);
    free(check->names);
    check->names = NULL;
}

static const char *yamlcheck_limit(struct yamlcheck *check, const char *problem)
{
    check->is_limit = true;
    return problem;
}

/* --- names --- */

static struct name *find_place(const struct yamlcheck_names *names, struct name name)
{
    size_t at = name.low & (names->room - 1);

    while ((names->places[at].high != 0 || names->places[at].low != 0) &&
           (names->places[at].high != name.high || names->places[at].low != name.low))
        at = (at + 1) & (names->room - 1);
    return &names->places[at];
}

static void grow(struct yamlcheck_names *names)
{
    struct yamlcheck_names larger = {.count = names->count, .room = names->room * 2};

    larger.places = xcalloc(larger.room, sizeof *larger.places);
    for (size_t i = 0; i < names->room; i++)
        if (names->places[i].high != 0 || names->places[i].low != 0)
            *find_place(&larger, names->places[i]) = names->places[i];
    free(names->places);
    *names = larger;
}

/* The scope of a name: the keys of a mapping, or the anchors of a document. */
struct scope {
    unsigned number;
    char
        kind; /* 'k': key, 'p': plain key that may be a number or boolean, 'a': anchor, '*': alias as a key */
};

static struct name digest(struct scope scope, const void *text, size_t length)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    struct name name = {0};
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        mem_exhausted();
    EVP_DigestUpdate(context, &scope.number, sizeof scope.number);
    EVP_DigestUpdate(context, &scope.kind, sizeof scope.kind);
    EVP_DigestUpdate(context, text, length);
    EVP_DigestFinal_ex(context, sum, NULL);
    EVP_MD_CTX_free(context);
    memcpy(&name, sum, sizeof name);
    return name;
}

/* Adds a name. NULL, or `twice` if it exists already. */
static const char *add_name(struct yamlcheck *check, struct name name, const char *twice)
{
    struct yamlcheck_names *names = check->names;
    struct name *place = find_place(names, name);

    if (place->high != 0 || place->low != 0)
        return twice;
    if (names->count >= check->names_most)
        return yamlcheck_limit(check, "its keys take more memory than there is for them");
    *place = name;
    if (++names->count > names->room / 2)
        grow(names);
    return NULL;
}

static const char *add_anchor(struct yamlcheck *check, const yaml_char_t *anchor)
{
    const struct scope scope = {.number = check->documents, .kind = 'a'};

    /* An anchor may be defined again: the last definition counts. */
    return anchor ? add_name(check, digest(scope, anchor, strlen((const char *)anchor)), NULL) : NULL;
}

static const char *look_up(const struct yamlcheck *check, const yaml_char_t *anchor)
{
    const struct scope scope = {.number = check->documents, .kind = 'a'};
    const struct name *place = find_place(check->names, digest(scope, anchor, strlen((const char *)anchor)));

    return place->high != 0 || place->low != 0 ? NULL : "the alias has no anchor";
}

/* --- nodes --- */

/* Whether a plain scalar may be something else than text: 1 and "1" are different keys, and so are true and "true". */
static bool may_be_no_text(const yaml_event_t *event)
{
    static const char *const words[] = {"true", "false", "null", "yes", "no", "on", "off"};
    const char *text = (const char *)event->data.scalar.value;

    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(text, words[i]) == 0)
            return true;
    return *text == '\0' || strchr("0123456789+-.~", *text) != NULL;
}

/* Keys that are mappings or sequences are not compared. */
static const char *add_key(struct yamlcheck *check, unsigned mapping, const yaml_event_t *event)
{
    static const char twice[] = "duplicate key";
    struct scope scope = {.number = mapping, .kind = '*'};
    const yaml_char_t *alias = event->data.alias.anchor;

    if (event->type == YAML_ALIAS_EVENT)
        return add_name(check, digest(scope, alias, strlen((const char *)alias)), twice);
    if (event->type != YAML_SCALAR_EVENT)
        return NULL;
    scope.kind = may_be_no_text(event) ? 'p' : 'k';
    return add_name(check, digest(scope, event->data.scalar.value, event->data.scalar.length), twice);
}

static const char *check_root(struct yamlcheck *check, const yaml_event_t *event)
{
    bool empty = event->type == YAML_SCALAR_EVENT && event->data.scalar.length == 0 &&
                 event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    if (event->type != YAML_MAPPING_START_EVENT && event->type != YAML_SEQUENCE_START_EVENT)
        return empty ? NULL : "it is only text, neither a mapping nor a list";
    check->has_root = true;
    return NULL;
}

static const char *on_node(struct yamlcheck *check, const yaml_event_t *event)
{
    const char *problem = NULL;

    if (check->depth == 0)
        return check_root(check, event);
    struct yamlcheck_level *level = &check->levels[check->depth - 1];
    if (level->mapping && level->at_key)
        problem = add_key(check, level->number, event);
    level->at_key = !level->at_key;
    return problem;
}

static const char *push(struct yamlcheck *check, bool mapping)
{
    if (check->depth == YAMLCHECK_LEVELS)
        return yamlcheck_limit(check, "more than 2048 levels");
    check->mappings += mapping;
    check->levels[check->depth++] = (struct yamlcheck_level){
        .mapping = mapping, .at_key = true, .number = check->mappings};
    return NULL;
}

const char *yamlcheck_event(struct yamlcheck *check, const yaml_event_t *event)
{
    const char *problem = NULL;

    switch ((int)event->type) {
    case YAML_DOCUMENT_START_EVENT:
        check->documents++;
        return NULL;
    case YAML_STREAM_END_EVENT:
        return check->has_root ? NULL : "the document is empty";
    case YAML_SCALAR_EVENT:
        problem = on_node(check, event);
        return problem ? problem : add_anchor(check, event->data.scalar.anchor);
    case YAML_ALIAS_EVENT:
        problem = look_up(check, event->data.alias.anchor);
        return problem ? problem : on_node(check, event);
    case YAML_MAPPING_START_EVENT:
        problem = on_node(check, event);
        problem = problem ? problem : add_anchor(check, event->data.mapping_start.anchor);
        return problem ? problem : push(check, true);
    case YAML_SEQUENCE_START_EVENT:
        problem = on_node(check, event);
        problem = problem ? problem : add_anchor(check, event->data.sequence_start.anchor);
        return problem ? problem : push(check, false);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        check->depth--;
        return NULL;
    default:
        return NULL;
    }
}
