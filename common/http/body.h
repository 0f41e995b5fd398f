/* An answer's body: how its header frames and codes it, and its bytes on the way to whoever keeps them. What is wrong goes
 * into the exchange's reply. */
#ifndef COMMON_BODY_H
#define COMMON_BODY_H

#include "common/http/exchange.h"

/* The header of a 2xx answer is here. False: no body can follow that is worth taking. */
bool body_begin(struct exchange *exchange);

/* The next bytes, as they came. False: no more of them are wanted. */
bool body_take(struct exchange *exchange, const char *bytes, size_t length);

/* The same for another answer. Nobody wants its body; but its beginning, undone, may say why the answer is what it is: it goes into
 * exchange->refusal. Some of the rest is taken, so that the connection can be used again. */
void body_begin_refusal(struct exchange *exchange);
bool body_drain(struct exchange *exchange, const char *bytes, size_t length);

/* What became of its Content-Encoding: when all of it has come, or a piece cannot be undone. */
void body_judge(struct exchange *exchange);

#endif
