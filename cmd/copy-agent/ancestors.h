/* The directories that lie above the one that is walked, by what they are: where links are followed, one may lead back to them. */
#ifndef COPY_AGENT_ANCESTORS_H
#define COPY_AGENT_ANCESTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct ancestors {
    struct ancestor *items; /* from the root */
    size_t count, capacity;
};

/* Enters the directory `node` of the plan, which is in `parent`; the root is its own. False when it is one of those above it. */
bool ancestors_enter(struct ancestors *ancestors, uint32_t node, uint32_t parent,
                     const struct stat *directory);
void ancestors_free(struct ancestors *ancestors);

#endif
