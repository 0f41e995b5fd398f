/* libcurl's transfers on the loop: its sockets become watches, its timeout a timer. */
#ifndef COMMON_MULTI_H
#define COMMON_MULTI_H

#include <curl/curl.h>
#include <stdbool.h>

#include "common/run/loop.h"

struct multi;

/* NULL: libcurl cannot be set up. `loop` must outlive it. */
struct multi *multi_new(struct loop *loop);
void multi_free(struct multi *multi);

/* CURLOPT_PRIVATE of a handle points to it. */
struct multi_transfer {
    void (*on_done)(void *owner, CURLcode code); /* once, from the loop, after the handle was removed */
    void *owner;
};

/* Starts `easy`, and sets its CURLOPT_PRIVATE. */
void multi_add(struct multi *multi, CURL *easy, struct multi_transfer *transfer);

/* Ends one whose on_done has not been called. Do not call it from libcurl's callbacks. */
void multi_remove(struct multi *multi, CURL *easy);

#endif
