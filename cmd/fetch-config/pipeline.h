/* The steps after a body is complete: size, checksum, rendering, validation, unpacking; in this order. */
#ifndef FETCH_CONFIG_PIPELINE_H
#define FETCH_CONFIG_PIPELINE_H

#include "cmd/fetch-config/fetch.h"

/* Where the body is kept until it is published. */
struct body_file_place pipeline_place(const struct fetch *fetch);

/* False fills `why`: the body is not to be published. */
bool pipeline_run(struct fetch *fetch, struct reason *why);

#endif
