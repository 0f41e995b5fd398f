#include "cmd/wait-for-kube/endpoints.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/wait-for-kube/object.h"
#include "common/base/mem.h"
#include "common/http/json_pointer.h"

#include "common/base/banned.h"

/* A slice that does not say whether an endpoint is ready means that it is, unless the other conditions deny it. */
static bool is_ready(const json_t *endpoint)
{
    const json_t *ready = json_pointer_find(endpoint, "/conditions/ready");
    const json_t *serving = json_pointer_find(endpoint, "/conditions/serving");
    const json_t *terminating = json_pointer_find(endpoint, "/conditions/terminating");

    if (ready && !json_is_null(ready))
        return json_is_true(ready);
    return (!serving || json_is_null(serving) || json_is_true(serving)) &&
           (!terminating || json_is_null(terminating) || json_is_false(terminating));
}

static uint64_t hash_text(uint64_t hash, const char *text) /* FNV-1a, with the NUL at its end */
{
    do
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    while (*text++ != '\0');
    return hash;
}

/* The pod of a service with two address families is in a slice of each; and while it moves between slices, in both. */
static bool identify(const json_t *endpoint, uint64_t *hash)
{
    static const char *const reference[] = {"/targetRef/kind", "/targetRef/namespace", "/targetRef/name"};
    const char *address = object_text(endpoint, "/addresses/0");
    const char *uid = object_text(endpoint, "/targetRef/uid"), *name = object_text(endpoint, reference[2]);

    *hash = 14695981039346656037u;
    if (!address || *address == '\0')
        return false;
    if (uid && *uid != '\0')
        *hash = hash_text(*hash, uid);
    else if (name && *name != '\0')
        for (size_t i = 0; i < sizeof reference / sizeof reference[0]; i++) {
            const char *part = object_text(endpoint, reference[i]);
            *hash = hash_text(*hash, part ? part : "");
        }
    else
        *hash = hash_text(*hash, address);
    return true;
}

void endpoints_read(const json_t *slice, struct endpoints *ready)
{
    const json_t *all = json_pointer_find(slice, "/endpoints");
    size_t count = json_array_size(all);

    endpoints_free(ready);
    if (count > ENDPOINTS_SLICE)
        count = ENDPOINTS_SLICE;
    ready->hashes = count > 0 ? xcalloc(count, sizeof *ready->hashes) : NULL;
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(all, i);
        if (is_ready(one) && identify(one, &ready->hashes[ready->count]))
            ready->count++;
    }
}

void endpoints_add(struct endpoints *all, const struct endpoints *more)
{
    if (more->count == 0)
        return;
    all->hashes = xrealloc(all->hashes, (all->count + more->count) * sizeof *all->hashes);
    memcpy(all->hashes + all->count, more->hashes, more->count * sizeof *all->hashes);
    all->count += more->count;
}

static int compare(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

    return (first > second) - (first < second);
}

size_t endpoints_count(struct endpoints *all)
{
    size_t different = 0;

    if (all->count > 0)
        qsort(all->hashes, all->count, sizeof *all->hashes, compare);
    for (size_t i = 0; i < all->count; i++)
        different += i == 0 || all->hashes[i] != all->hashes[i - 1];
    return different;
}

void endpoints_free(struct endpoints *endpoints)
{
    free(endpoints->hashes);
    *endpoints = (struct endpoints){0};
}
