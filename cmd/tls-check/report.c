#include "cmd/tls-check/report.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/base/visible.h"
#include "common/files/publish.h"

#include "common/base/banned.h"

enum { PEM_LINE = 64 };

void report_each(struct buf *out, const struct wait *wait,
                 void (*add)(struct buf *out, const struct check *check, const struct session *session))
{
    for (size_t i = 0; i < wait->count; i++) {
        const struct check *check = (const struct check *)wait->targets[i];
        for (size_t j = 0; j < check->count; j++) {
            const struct session *session = &check->sessions[j];
            if (session->facts.sent_count > 0 && check_counts(check, session))
                add(out, check, session);
        }
    }
}

static void add_pem(struct buf *out, const struct check *check, const struct session *session)
{
    for (size_t i = 0; i < session->facts.sent_count; i++) {
        const struct certificate *certificate = &session->facts.sent[i];
        unsigned char *base64 = xcalloc(4 * (certificate->der_length / 3 + 1) + 1, 1);
        int length = EVP_EncodeBlock(base64, certificate->der, (int)certificate->der_length);

        visible_add_line(out, "# %s: %s", check->base.name, certificate->subject);
        buf_add_text(out, "-----BEGIN CERTIFICATE-----\n");
        for (int at = 0; at < length; at += PEM_LINE)
            buf_add_format(out, "%.*s\n", PEM_LINE, (const char *)base64 + at);
        buf_add_text(out, "-----END CERTIFICATE-----\n");
        free(base64);
    }
}

void report_add_pem(struct buf *out, const struct wait *wait)
{
    report_each(out, wait, add_pem);
}

bool report_write(const char *path, const struct buf *content, struct reason *why)
{
    struct publish publish;

    if (!publish_begin(&publish, path, 0644, why))
        return false;
    if (publish_write(&publish, content->data, content->length, why))
        return publish_commit(&publish, why);
    publish_abort(&publish);
    return false;
}
