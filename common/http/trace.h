/* The headers of requests and answers as log lines, without what may be secret. */
#ifndef COMMON_TRACE_H
#define COMMON_TRACE_H

#include <curl/curl.h>

#include "common/base/buf.h"

/* Logs the headers that are sent and received over `easy`, at level debug. */
void trace_set(CURL *easy);

/* Adds one line of a header, `sent` or received, to `out`: without the query of a URL, and with values replaced that may be
 * secret. In a request these are the values of all but a few known headers, since the user's own headers may be secret. */
void trace_line(const char *line, size_t length, bool sent, struct buf *out);

#endif
