/* What an attempt asks for: where, with which headers and which body. */
#ifndef FETCH_CONFIG_REQUEST_H
#define FETCH_CONFIG_REQUEST_H

#include "cmd/fetch-config/fetch.h"

/* What the present phase begins with. */
const struct url *request_first_url(const struct fetch *fetch);

/* Whether the present phase's request goes to S3; and whether any phase's does, so that credentials are needed. */
bool request_is_s3(const struct fetch *fetch);
bool request_needs_s3(const struct fetch *fetch);

/* Whether the pair's body is for something: it is published, or at least checked. */
bool request_keeps_body(const struct fetch *fetch);

/* Reads the headers for the pair's own server, and for its checksum's where that is another. */
bool request_read_headers(struct fetch *fetch, struct reason *why);

/* The request for the present hop. False fills `why`: the body's file cannot be read. */
bool request_fill(struct fetch *fetch, struct exchange_request *request, struct reason *why);

/* S3: prepares the question for credentials; and, when there is an answer, or none is needed, signs the requests. */
bool request_credentials(struct fetch *fetch, struct reason *why);
bool request_sign(struct fetch *fetch, struct reason *why);

#endif
