/* What libcurl passes on of an answer: its body in pieces, within the limits, and the facts about it. */
#ifndef COMMON_RECEIVE_H
#define COMMON_RECEIVE_H

#include "common/http/exchange.h"

/* Sets the callbacks of exchange->easy. */
void receive_set(struct exchange *exchange);

/* Fills exchange->reply when the transfer is over. */
void receive_gather(struct exchange *exchange);

#endif
