/* What is done with a body once all of it is there: checked, filled in, parsed, unpacked; in that order. */
#ifndef FETCH_CONFIG_FINISH_H
#define FETCH_CONFIG_FINISH_H

#include "cmd/fetch-config/fetch.h"

/* Where the body is kept until then. */
struct spool_place finish_place(const struct fetch *fetch);

/* False fills `why`: it will not be published. */
bool finish_body(struct fetch *fetch, struct reason *why);

#endif
