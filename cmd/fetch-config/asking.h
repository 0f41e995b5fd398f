/* What an attempt asks for: where, with which headers and which body. */
#ifndef FETCH_CONFIG_ASKING_H
#define FETCH_CONFIG_ASKING_H

#include "cmd/fetch-config/fetch.h"

/* What the present phase begins with. */
const struct url *asking_first(const struct fetch *fetch);

/* Whether the present phase's request goes to S3; and whether any phase's does, so that credentials are needed. */
bool asking_s3(const struct fetch *fetch);
bool asking_s3_ever(const struct fetch *fetch);

/* Whether the pair's body is for something: it is published, or at least checked. */
bool asking_keeps(const struct fetch *fetch);

/* Reads the headers for the pair's own server, and for its checksum's where that is another. */
bool asking_headers(struct fetch *fetch, struct reason *why);

/* The request for the present hop. False fills `why`: the body's file cannot be read. */
bool asking_fill(struct fetch *fetch, struct exchange_request *request, struct reason *why);

/* S3: prepares the question for credentials; and, when there is an answer, or none is needed, signs the requests. */
bool asking_credentials(struct fetch *fetch, struct reason *why);
bool asking_sign(struct fetch *fetch, struct reason *why);

#endif
