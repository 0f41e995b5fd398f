/* An answer's body: how its header frames and encodes it, and its bytes on the way to on_body. Errors go into the exchange's
 * reply. */
#ifndef COMMON_BODY_H
#define COMMON_BODY_H

#include "common/http/exchange.h"

/* The header of a 2xx answer is complete. False: its body is refused. */
bool body_begin(struct exchange *exchange);

/* Takes the next bytes, as they were received. False: no more are wanted. */
bool body_take(struct exchange *exchange, const char *bytes, size_t length);

/* The same for other answers. The beginning of their body, decoded, may contain a reason: it goes into exchange->refusal. Some
 * of the rest is read, too, so that the connection can be used again. */
void body_begin_refusal(struct exchange *exchange);
bool body_drain(struct exchange *exchange, const char *bytes, size_t length);

/* Judges the Content-Encoding, when the body is complete or a piece cannot be decoded. */
void body_judge(struct exchange *exchange);

#endif
