/* The headers of requests and answers as log lines, without what may be secret. */
#ifndef COMMON_TRACE_H
#define COMMON_TRACE_H

#include <curl/curl.h>

#include "common/base/buf.h"

/* Logs what goes over `easy`, at level debug. */
void trace_set(CURL *easy);

/* Adds one line of a header, `sent` or received, to `out`: without a URL's query, and with the value of whatever may hold a secret
 * replaced. Of what is sent that is everything but a few known headers, since the user's own may be secret. */
void trace_line(const char *line, size_t length, bool sent, struct buf *out);

#endif
