/* Checks a stream of YAML events: each document is a mapping or a sequence, each alias has an anchor, and no mapping has duplicate
 * keys. */
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
    bool is_limit; /* the problem is a limit of this check, not an error in the YAML */
    bool has_root; /* a document is not empty */
    size_t names_most;
    struct yamlcheck_names *names; /* keys and anchors */
    struct yamlcheck_level levels[YAMLCHECK_LEVELS];
};

/* `memory` bounds what keys and anchors may take, in bytes. */
void yamlcheck_begin(struct yamlcheck *check, size_t memory);

/* Checks the next event. Returns NULL, or the problem. */
const char *yamlcheck_event(struct yamlcheck *check, const yaml_event_t *event);

void yamlcheck_end(struct yamlcheck *check);

#endif
