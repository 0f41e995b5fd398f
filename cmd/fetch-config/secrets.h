/* Which secret, or custom header, is for whom: "ORIGIN=VALUE" of an option, and what cannot be together. */
#ifndef FETCH_CONFIG_SECRETS_H
#define FETCH_CONFIG_SECRETS_H

#include "cmd/fetch-config/run.h"

/* The value behind "ORIGIN=", where ORIGIN is http://HOST[:PORT] or https://HOST[:PORT]; all of `text` when there is none. */
const char *secrets_value(const char *text);

/* Fills the plan's headers out of the options, once all pairs are known, and reads all files once. False fills `why`
 * (CODE_USAGE). secrets_free in either case. */
bool secrets_prepare(struct run *run, const char *pod_namespace, struct reason *why);
void secrets_free(struct run *run);

#endif
