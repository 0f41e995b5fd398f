/* --resume: the part of a body that earlier attempts have brought, on its way from one attempt to the next. */
#ifndef FETCH_CONFIG_PARTIAL_H
#define FETCH_CONFIG_PARTIAL_H

#include "cmd/fetch-config/fetch.h"

/* Asks for the rest, where there is a part that came from the present hop. */
void partial_ask(const struct fetch *fetch, struct exchange_request *request);

/* An attempt's body has begun: what is there stays only if the answer goes on with it. May be called again. */
void partial_begin(struct fetch *fetch);

/* An attempt has failed: keeps the part if another attempt can go on with it, else drops it. */
void partial_settle(struct fetch *fetch, enum outcome outcome);

/* Whether what came is as long as the whole has to be. False fills `why`. */
bool partial_is_whole(const struct fetch *fetch, struct reason *why);

void partial_drop(struct fetch *fetch);

#endif
