/* libcurl's transfers on the loop: its sockets become watches, its timeout a timer. */
#ifndef COMMON_MULTI_H
#define COMMON_MULTI_H

#include <curl/curl.h>
#include <stdbool.h>

#include "common/run/loop.h"

struct multi;

/* NULL when libcurl cannot be set up. `loop` outlives it. */
struct multi *multi_new(struct loop *loop);
void multi_free(struct multi *multi);

/* What a handle's CURLOPT_PRIVATE points at. */
struct multi_transfer {
    void (*on_done)(void *owner,
                    CURLcode code); /* once, from the loop, when the handle is off the multi again */
    void *owner;
};

/* Begins `easy`, whose CURLOPT_PRIVATE is set here. */
void multi_add(struct multi *multi, CURL *easy, struct multi_transfer *transfer);

/* Ends one that on_done has not been called for; not from within libcurl's own callbacks. */
void multi_remove(struct multi *multi, CURL *easy);

#endif
