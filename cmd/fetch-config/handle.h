/* libcurl's handle for one request: everything but the callbacks and TLS. */
#ifndef FETCH_CONFIG_HANDLE_H
#define FETCH_CONFIG_HANDLE_H

#include "cmd/fetch-config/exchange.h"

/* Sets exchange->easy up for exchange->request, through exchange->via. */
void handle_set(struct exchange *exchange);

#endif
