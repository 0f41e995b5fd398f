/* What agent.c and agent_xml.c share. */
#ifndef TLS_CHECK_AGENT_PARTS_H
#define TLS_CHECK_AGENT_PARTS_H

#include "cmd/tls-check/agent.h"

/* Takes the text of an element of controller-info.xml, if it is one of an item's that has no value yet. */
void agent_set_element(struct agent *agent, const char *name, const char *text, size_t length,
                       const char *path);

#endif
