/* What is done with a body once all of it is there: checked, filled in, parsed, unpacked; in that order. */
#ifndef FETCH_CONFIG_PIPELINE_H
#define FETCH_CONFIG_PIPELINE_H

#include "cmd/fetch-config/fetch.h"

/* Where the body is kept until then. */
struct body_file_place pipeline_place(const struct fetch *fetch);

/* False fills `why`: it will not be published. */
bool pipeline_run(struct fetch *fetch, struct reason *why);

#endif
