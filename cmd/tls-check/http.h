/* As much of HTTP/1.1 as a check needs: one request, and the status of its answer. Pure. */
#ifndef TLS_CHECK_HTTP_H
#define TLS_CHECK_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"

enum {
    HTTP_MORE = 0,     /* not there yet */
    HTTP_GARBLED = -1, /* is not HTTP */
};

/* A request for `path`; `host` is a name or an address. */
void http_ask(struct buf *out, const char *host, uint16_t port, const char *path);

/* The status of the answer that `in` begins with, interim answers (1xx) taken off it; or HTTP_MORE, HTTP_GARBLED. */
int http_status(struct buf *in);

/* Bytes of the answer's head, the empty line included; 0: it is not all there. */
size_t http_head_length(const struct buf *in);

/* Where the answer in `in` leads (Location), without a user, query and fragment, cut to `size`; empty: it does not say. */
void http_location(const struct buf *in, char *text, size_t size);

#endif
