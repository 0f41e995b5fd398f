/* Whether YAML makes sense as it streams by: each document is a mapping or a sequence, each alias has its anchor, and no mapping
 * has a key twice. */
#ifndef FETCH_CONFIG_YAMLCHECK_H
#define FETCH_CONFIG_YAMLCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

enum { YAMLCHECK_LEVELS = 2048 }; /* libyaml takes time that grows with the square of the levels */

struct yamlcheck_level {
    bool mapping;
    bool at_key;     /* of a mapping: the next node is a key */
    unsigned number; /* of all mappings */
};

/* Begin with yamlcheck_begin. */
struct yamlcheck {
    size_t depth;
    unsigned documents, mappings;
    bool is_limit; /* what is wrong is only more than can be checked */
    bool has_root; /* some document is more than empty */
    size_t names_most;
    struct yamlcheck_names *names; /* keys and anchors */
    struct yamlcheck_level levels[YAMLCHECK_LEVELS];
};

/* `memory` bounds what keys and anchors may take, in bytes. */
void yamlcheck_begin(struct yamlcheck *check, size_t memory);

/* The next event. Returns NULL, or what is wrong at it. */
const char *yamlcheck_event(struct yamlcheck *check, const yaml_event_t *event);

void yamlcheck_end(struct yamlcheck *check);

#endif
