/* What the parts of agent share. */
#ifndef TLS_CHECK_AGENT_PARTS_H
#define TLS_CHECK_AGENT_PARTS_H

#include "cmd/tls-check/agent.h"

/* The names of an item in each source; NULL: it cannot be set there. */
struct agent_names {
    const char *words, *variable, *property, *element;
    bool secret;
};

extern const struct agent_names agent_items[AGENT_ITEMS];

/* Takes over `value`, from malloc, unless it is NULL, empty, or the item has one already. `from` names its source. */
void agent_set(struct agent *agent, enum agent_item item, char *value, const char *from);

/* Takes the text of an element of controller-info.xml, if it is one of an item's that has no value yet. */
void agent_set_element(struct agent *agent, const char *name, const char *text, size_t length,
                       const char *path);

#endif
