/* libcurl's handle for one request: everything but the callbacks and TLS. */
#ifndef COMMON_EASY_H
#define COMMON_EASY_H

#include "common/http/exchange.h"

/* Sets exchange->easy up for exchange->request, through exchange->proxy. */
void easy_set(struct exchange *exchange);

#endif
