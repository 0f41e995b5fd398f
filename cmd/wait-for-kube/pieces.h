/* A list of the Kubernetes API taken apart while it comes: each object by itself, so that no more than one is in memory. */
#ifndef WAIT_FOR_KUBE_PIECES_H
#define WAIT_FOR_KUBE_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"

enum {
    PIECES_OBJECT = 4 * 1024 * 1024, /* bytes of one object: etcd takes 1.5 MiB, JSON makes more of it */
    PIECES_KEY = 80,                 /* of a name, or of the kind */
    PIECES_DEPTH = 1000,
};

enum pieces_kind {
    PIECES_META, /* the list's own "metadata" */
    PIECES_ITEM, /* an element of its "items" */
};

struct pieces {
    /* An object, whole, from its first brace to its last. False ends it. */
    bool (*on_object)(void *owner, enum pieces_kind kind, const char *bytes, size_t length);
    void *owner;

    struct buf object;
    enum pieces_kind kind;
    bool taking;             /* an object is being taken */
    bool in_string, escaped; /* of the text */
    bool in_items, had_items;
    bool kind_follows,
        is_list; /* the next string is the list's own "kind"; it was one of a list: "JobList" */
    bool ended, wrong;
    unsigned depth, from;        /* braces and brackets that are open; the depth that the object began at */
    bool is_array[PIECES_DEPTH]; /* of each that is open */
    char key[PIECES_KEY];        /* of the outermost object: the last string that came there */
    size_t key_length;
};

/* Its callback and owner are set; zeroed else. */
void pieces_begin(struct pieces *pieces);

/* Takes the next bytes. False: this is no such list, an object is too large, or on_object ended it. */
bool pieces_feed(struct pieces *pieces, const char *bytes, size_t length);

/* Whether the whole of it has come. */
bool pieces_are_whole(const struct pieces *pieces);

/* And is a list, with items: a Status, or a page of something else, is none, although nothing is in it. */
bool pieces_are_list(const struct pieces *pieces);

void pieces_free(struct pieces *pieces);

#endif
