/* Certificates out of PEM files: anchors_add_pem of anchors.h. OpenSSL's own reader takes ten times as long over a distribution's
 * bundle, which is longer than a handshake. */
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/trust/anchors.h"
#include "common/trust/base64.h"
#include "common/trust/store_file.h"

#include "common/base/banned.h"

static const char *const labels[] = {"CERTIFICATE-----", "X509 CERTIFICATE-----", "TRUSTED CERTIFICATE-----"};

enum {
    LABELS = sizeof labels / sizeof labels[0],
    TRUSTED = 2, /* OpenSSL's trust settings stand behind the certificate */
};

struct pem {
    struct truststore *store;
    const char *begin, *end; /* of the file */
    struct base64 base64;
    size_t found, broken, distrusted;
    bool unusual; /* OpenSSL's own reader has to be asked what it makes of the file */
};

/* Whether the settings say that it is for no server: distributions list CAs that they have stopped trusting so. */
static bool is_distrusted(const unsigned char *der, size_t length)
{
    X509 *x509 = d2i_X509_AUX(NULL, &der, (long)length);
    bool distrusted = !x509 || X509_check_trust(x509, X509_TRUST_SSL_SERVER, 0) == X509_TRUST_REJECTED;

    X509_free(x509);
    return distrusted;
}

static void add_certificate(struct pem *pem, size_t label, const unsigned char *der, size_t length)
{
    if (label == TRUSTED && is_distrusted(der, length))
        pem->distrusted++;
    else if (anchors_add(pem->store, der, length))
        pem->found++;
    else
        pem->broken++;
}

/* Adds the certificate whose base64 stands, in lines, from `at` to the end line. */
static void add_block(struct pem *pem, size_t label, const char *at, const char *end)
{
    size_t length = 0, room = BASE64_ROOM((size_t)(end - at));
    unsigned char *der = xcalloc(room, 1);
    enum base64_result result = base64_decode(&pem->base64, at, (size_t)(end - at), der, &length);

    if (result == BASE64_INVALID)
        pem->broken++;
    else
        add_certificate(pem, label, der, length);
    pem->unusual = pem->unusual || result != BASE64_USUAL;
    free(der);
}

/* Whether a boundary has a line of its own, from `line` to `after`. */
static bool is_line(const struct pem *pem, const char *line, const char *after)
{
    if (line > pem->begin && line[-1] != '\n')
        return false;
    return after == pem->end || *after == '\n' ||
           (*after == '\r' && after + 1 < pem->end && after[1] == '\n');
}

static bool begins_with(const struct pem *pem, const char *at, const char *word)
{
    size_t length = strlen(word);

    return (size_t)(pem->end - at) >= length && memcmp(at, word, length) == 0;
}

static void read_blocks(struct pem *pem)
{
    static const char begin[] = "-----BEGIN ", end[] = "-----END ";
    const char *at = pem->begin, *line;

    while (anchors_go_on(pem->store) &&
           (line = memmem(at, (size_t)(pem->end - at), begin, sizeof begin - 1))) {
        size_t label = 0;
        pem->unusual = pem->unusual || memmem(at, (size_t)(line - at), "-----", 5);
        at = line + sizeof begin - 1;
        while (label < LABELS && !begins_with(pem, at, labels[label]))
            label++;
        pem->unusual = pem->unusual || label != 0 || !is_line(pem, line, at + strlen(labels[0]));
        if (label == LABELS)
            continue;
        at += strlen(labels[label]);
        line = memmem(at, (size_t)(pem->end - at), end, sizeof end - 1);
        if (!line) {
            pem->broken++;
            return;
        }
        add_block(pem, label, at, line);
        at = line + sizeof end - 1;
        bool ends = begins_with(pem, at, labels[0]) && is_line(pem, line, at + strlen(labels[0]));
        pem->unusual = pem->unusual || !ends;
        at += ends ? strlen(labels[0]) : 0;
    }
    pem->unusual = pem->unusual || memmem(at, (size_t)(pem->end - at), "-----", 5);
}

static struct pem read_pem(struct truststore *store, const struct buf *content)
{
    struct pem pem = {.store = store, .begin = content->data, .end = content->data + content->length};

    base64_init(&pem.base64);
    read_blocks(&pem);
    return pem;
}

size_t anchors_read_pem(struct truststore *store, const struct buf *content)
{
    return read_pem(store, content).broken;
}

bool anchors_add_pem(struct truststore *store, const char *path, const struct buf *content,
                     struct reason *why)
{
    struct pem pem = read_pem(store, content);

    if (pem.distrusted > 0)
        anchors_warn(store,
                     "%.200s: %zu of its certificates %s not trusted for servers, by what is set in the file",
                     path, pem.distrusted, pem.distrusted == 1 ? "is" : "are");
    if (pem.found + pem.distrusted == 0 && store_file_name(path, content, why))
        return false;
    if (pem.broken > 0 && pem.found == 0)
        return reason_set(why, CODE_TRUST_STORE, "%.200s: its certificates are truncated or corrupt (PEM)",
                          path);
    if (pem.broken > 0)
        anchors_warn(store, "%.200s: %zu of its PEM blocks %s truncated or corrupt, and ignored", path,
                     pem.broken, pem.broken == 1 ? "is" : "are");
    if (pem.unusual || pem.broken > 0)
        anchors_warn_openssl(store, path, content, pem.found + pem.distrusted);
    return true;
}
