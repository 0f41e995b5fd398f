/* One kind of objects in one namespace, listed once and then watched: what is known of each of them. */
#ifndef WAIT_FOR_KUBE_WATCHER_H
#define WAIT_FOR_KUBE_WATCHER_H

#include "cmd/wait-for-kube/endpoints.h"
#include "cmd/wait-for-kube/kinds.h"
#include "cmd/wait-for-kube/object.h"
#include "cmd/wait-for-kube/pieces.h"
#include "common/base/strings.h"
#include "common/http/exchange.h"
#include "common/http/headers.h"

enum {
    WATCHER_VERSION = 128,   /* of a resourceVersion, with its end */
    WATCHER_NAME = 254,      /* of an object's name, with its end */
    WATCHER_OBJECTS = 50000, /* that are kept in mind at most */
};

/* The same for all watchers of a run. */
struct watcher_plan {
    struct exchange_plan exchange;
    struct headers_source headers;
    const char *server; /* "https://10.96.0.1:443", without a slash at its end */
    struct goal goal;
    int64_t interval, max_interval; /* milliseconds between requests that fail: at first, and at most */
    int64_t attempt_timeout;        /* milliseconds for a list, and until a watch is answered; 0: any */
};

struct watched_object {
    char *name;
    char *service; /* of an EndpointSlice: whose it is */
    enum outcome outcome;
    char *text;                 /* why it is not what is waited for; NULL: it is */
    struct endpoints endpoints; /* ready ones of an EndpointSlice */
    unsigned round;             /* of listing, or of the watch behind it, that had it last */
};

struct watcher {
    const struct watcher_plan *plan;
    const struct kind *kind;
    const char *namespace;    /* of the objects; NULL: they are in none */
    char *path;               /* "/apis/batch/v1/namespaces/shop/jobs"; owned */
    char *selectors;          /* "fieldSelector=…&labelSelector=…", encoded; may be empty; owned */
    const struct strings *of; /* names of the objects, or services, that are kept in mind; NULL: all */
    void (*on_change)(void *owner);
    void *owner;

    struct watched_object **objects; /* by name */
    size_t count, capacity;
    bool synced; /* a list has come whole, and nothing after it is known to be missed */
    bool behind; /* the watch has ended, and what has happened since then is not known yet */
    /* Why the API cannot be asked; an empty text: it can. */
    struct reason trouble;
    bool is_lost; /* and waiting does not change it */

    bool watching; /* the request under way is a watch */
    bool begun;    /* and it was answered */
    unsigned round;
    char version[WATCHER_VERSION];
    unsigned chunks;  /* of the list that have come */
    char *more;       /* the list goes on there ("continue"); NULL: it is whole */
    unsigned seconds; /* that a watch asks for */
    double delay;     /* milliseconds before the next request, at most */
    uint32_t random;  /* for what part of it */
    int64_t asked;    /* when the request under way began */
    int64_t not_before;
    struct loop_timer timer;
    struct url url;
    struct strings headers;
    struct exchange exchange;
    struct pieces pieces;
    struct buf line;
};

/* Begins; the members up to `owner` are set, the rest is zeroed. */
void watcher_start(struct watcher *watcher, uint32_t seed);

void watcher_free(struct watcher *watcher);

#endif
