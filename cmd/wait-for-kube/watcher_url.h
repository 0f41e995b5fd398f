/* What a watcher asks the API server for. */
#ifndef WAIT_FOR_KUBE_WATCHER_URL_H
#define WAIT_FOR_KUBE_WATCHER_URL_H

#include "cmd/wait-for-kube/watcher.h"

/* Sets watcher->url for the next piece of the list, or for a watch. False fills `why`: it is too long, or invalid. */
bool watcher_set_url(struct watcher *watcher, struct reason *why);

#endif
