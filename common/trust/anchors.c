#include "common/trust/anchors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/base/strings.h"
#include "common/trust/der.h"

#include "common/base/banned.h"

/* Finds a certificate's subject without reading all of it: Certificate, TBSCertificate, then version (maybe), serial,
 * signature, issuer, validity, subject (RFC 5280, 4.1). */
static bool find_subject(const unsigned char *der, size_t length, struct anchor *anchor)
{
    const unsigned char *at = der, *end = der + length;
    struct der element;

    for (int i = 0; i < 2; i++) {
        if (!der_next(&at, end, &element) || element.tag != V_ASN1_SEQUENCE)
            return false;
        if (i == 0)
            anchor->length = (size_t)(at - der);
        at = element.content;
        end = element.content + element.length;
    }
    const unsigned char *before = at;
    if (!der_next(&at, end, &element))
        return false;
    if (before[0] != 0xA0) /* no version: that was the serial number */
        at = before;
    for (int i = 0; i < 5; i++) {
        before = at;
        if (!der_next(&at, end, &element))
            return false;
    }
    anchor->subject = (size_t)(before - der);
    anchor->subject_length = (size_t)(at - before);
    return element.tag == V_ASN1_SEQUENCE;
}

bool anchors_add(struct truststore *store, const unsigned char *der, size_t length)
{
    struct anchor anchor = {0};

    if (!find_subject(der, length, &anchor))
        return false;
    if (store->count == TRUSTSTORE_ANCHORS) {
        if (!store->is_full)
            anchors_warn(store, "more than %d certificates: the others are ignored, and not trusted",
                         TRUSTSTORE_ANCHORS);
        store->is_full = true;
        return true;
    }
    if ((store->count & (store->count - 1)) == 0)
        store->anchors = xrealloc(store->anchors,
                                  (store->count ? 2 * store->count : 1) * sizeof *store->anchors);
    anchor.der = xcalloc(anchor.length, 1);
    memcpy(anchor.der, der, anchor.length);
    store->anchors[store->count++] = anchor;
    return true;
}

/* By their bytes; of those that are the same, the first one first. */
static int compare(const void *left, const void *right)
{
    const struct anchor *a = *(struct anchor *const *)left, *b = *(struct anchor *const *)right;

    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    int order = memcmp(a->der, b->der, a->length);
    return order != 0 ? order : a < b ? -1 : a > b;
}

/* Sorted, since a file may hold thousands that differ in their last byte: each with each, that would take minutes. */
void anchors_drop_duplicates(struct truststore *store)
{
    struct anchor **sorted = xcalloc(store->count, sizeof(struct anchor *));
    const struct anchor *last = NULL;
    size_t kept = 0;

    for (size_t i = 0; i < store->count; i++)
        sorted[i] = &store->anchors[i];
    qsort(sorted, store->count, sizeof(struct anchor *), compare);
    for (size_t i = 0; i < store->count; i++) {
        bool same = last && last->length == sorted[i]->length &&
                    memcmp(last->der, sorted[i]->der, last->length) == 0;
        sorted[i]->duplicate = same;
        last = same ? last : sorted[i];
    }
    free(sorted);
    for (size_t i = 0; i < store->count; i++) {
        if (store->anchors[i].duplicate)
            free(store->anchors[i].der);
        else
            store->anchors[kept++] = store->anchors[i];
    }
    store->count = kept;
}

/* A hash of all letters in the values (Name: SEQUENCE OF SET OF SEQUENCE of type and value, RFC 5280, 4.1.2.4). */
uint32_t anchors_fold_name(const unsigned char *der, size_t length)
{
    const unsigned char *at = der, *end = der + length;
    uint32_t hash = 2166136261u; /* FNV-1a */
    struct der element;

    while (der_next(&at, end, &element)) {
        if (element.tag == V_ASN1_SEQUENCE || element.tag == V_ASN1_SET) {
            at = element.content; /* down into it */
            continue;
        }
        for (size_t i = 0; element.tag != V_ASN1_OBJECT && i < element.length; i++) {
            unsigned char letter = element.content[i] | 0x20;
            if (letter >= 'a' && letter <= 'z')
                hash = (hash ^ letter) * 16777619u;
        }
    }
    return hash != 0 ? hash : 1;
}

uint32_t anchors_fold(struct anchor *anchor)
{
    if (anchor->fold == 0)
        anchor->fold = anchors_fold_name(anchor->der + anchor->subject, anchor->subject_length);
    return anchor->fold;
}

const X509_NAME *anchors_name(struct anchor *anchor)
{
    const unsigned char *der = anchor->der + anchor->subject;

    if (!anchor->name)
        anchor->name = d2i_X509_NAME(NULL, &der, (long)anchor->subject_length);
    return anchor->name;
}

bool anchors_go_on(const struct truststore *store)
{
    return deadline_goes_on(store->source->deadline);
}

void anchors_warn(struct truststore *store, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    strings_add(&store->warnings, text, strlen(text));
}
