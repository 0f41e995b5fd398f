/* What a watcher knows of its objects, by name. */
#ifndef WAIT_FOR_KUBE_KNOWN_H
#define WAIT_FOR_KUBE_KNOWN_H

#include "cmd/wait-for-kube/watcher.h"

/* Judges an object and keeps that in mind, if it is one of those that are waited for. False: it has no name, it is not what was
 * asked for, or there are too many. */
bool known_put(struct watcher *watcher, const json_t *object);

/* It is gone; a Job that was complete stays in mind as that. False: as above. */
bool known_drop(struct watcher *watcher, const json_t *object);

/* Forgets what the present round of listing has not had. */
void known_sweep(struct watcher *watcher);

/* NULL: there is none. */
const struct watched_object *known_find(const struct watcher *watcher, const char *name);

void known_free(struct watcher *watcher);

#endif
