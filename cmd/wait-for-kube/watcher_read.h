/* What a watcher takes from the answers of the API server: the objects of a list, the events of a watch. */
#ifndef WAIT_FOR_KUBE_WATCHER_READ_H
#define WAIT_FOR_KUBE_WATCHER_READ_H

#include "cmd/wait-for-kube/watcher.h"

#define WATCHER_NO_LIST "the answer is no list of objects that can be read"

/* Fills `why` with that text, or with the reason why no more objects are taken. Returns false. */
bool watcher_refuse(const struct watcher *watcher, const char *text, struct reason *why);

/* Takes an object of a list, or its metadata (on_object of struct pieces). False: it cannot be read. */
bool watcher_read_piece(void *owner, enum pieces_kind kind, const char *bytes, size_t length);

/* Takes the next bytes of a watch. False fills `why`: they are no events. */
bool watcher_read_events(struct watcher *watcher, const char *bytes, size_t length, struct reason *why);

#endif
