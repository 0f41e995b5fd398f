/* --resume: the part of a body that earlier attempts fetched, kept from one attempt to the next. */
#ifndef FETCH_CONFIG_PARTIAL_H
#define FETCH_CONFIG_PARTIAL_H

#include "cmd/fetch-config/fetch.h"

/* Requests only the rest, if there is a part that came from the URL of the present hop. */
void partial_ask(const struct fetch *fetch, struct exchange_request *request);

/* The body of an attempt has begun: the part stays only if the answer continues it. May be called again. */
void partial_begin(struct fetch *fetch);

/* An attempt has failed: keeps the part if another attempt can continue it, else drops it. */
void partial_settle(struct fetch *fetch, enum outcome outcome);

/* Whether the body has the length that was announced first. False fills `why`. */
bool partial_is_whole(const struct fetch *fetch, struct reason *why);

void partial_drop(struct fetch *fetch);

#endif
