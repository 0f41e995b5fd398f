/* From what an agent is told to the options that check the same: --as-agent, --java-options. */
#ifndef TLS_CHECK_DERIVE_H
#define TLS_CHECK_DERIVE_H

#include "cmd/tls-check/agent.h"
#include "cmd/tls-check/settings.h"

/* Texts that the settings then point to; as long-lived as they are. */
struct derived {
    struct agent agent;
    char store[4096], client_store[4096], proxy[512];
};

/* Fills in what the user did not say himself, and says what was derived. False (CODE_USAGE) where the agent is not told
 * enough. derived_free in either case. */
bool derive_from_agent(struct derived *derived, struct settings *settings, struct reason *why);

/* The same from the options of a Java that has no settings of its own (--java-options): the agents of Datadog, Elastic, New Relic
 * and others. False: CODE_USAGE, CODE_TRUST_STORE. */
bool derive_from_java(struct derived *derived, struct settings *settings, struct reason *why);
void derived_free(struct derived *derived);

#endif
