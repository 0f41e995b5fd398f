/* The request of an attempt's present phase: its URL, headers and body. */
#ifndef FETCH_CONFIG_REQUEST_H
#define FETCH_CONFIG_REQUEST_H

#include "cmd/fetch-config/fetch.h"

/* The URL that the present phase begins with, before redirects. */
const struct url *request_first_url(const struct fetch *fetch);

/* Whether the present phase's request goes to S3; whether the request of any phase does, so that credentials are needed. */
bool request_is_s3(const struct fetch *fetch);
bool request_needs_s3(const struct fetch *fetch);

/* Whether the body is needed: it is published, or at least checked. */
bool request_keeps_body(const struct fetch *fetch);

/* Reads the headers for the pair's server, and for the checksum's server if that is another one. */
bool request_read_headers(struct fetch *fetch, struct reason *why);

/* The request for the present hop. False fills `why`: the body's file cannot be read. */
bool request_fill(struct fetch *fetch, struct exchange_request *request, struct reason *why);

/* S3: prepares the request for credentials; signs the requests, with the credentials that were received, or those of the
 * variables. */
bool request_credentials(struct fetch *fetch, struct reason *why);
bool request_sign(struct fetch *fetch, struct reason *why);

#endif
