#include "cmd/tls-check/credentials.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { FRESH = 1000 /* milliseconds: many targets share one reading */ };

static bool read_all(const struct credentials_source *source, struct credentials *credentials,
                     int64_t deadline, struct reason *why)
{
    struct truststore_source trust = source->trust;
    struct keystore_source client = source->client;

    trust.deadline = client.deadline = deadline;
    credentials->trust = truststore_load(&trust, why);
    if (!credentials->trust)
        return false;
    credentials->setup = source->setup;
    credentials->setup.trust = credentials->trust;
    if (client.certificate) {
        if (!keystore_load(&client, &credentials->client, why))
            return false;
        credentials->setup.client = &credentials->client;
    }
    if (source->proxy_credentials_file)
        credentials->proxy_credentials = truststore_read_password(source->proxy_credentials_file, why);
    return credentials->proxy_credentials || !source->proxy_credentials_file;
}

void credentials_release(struct credentials *credentials)
{
    if (!credentials || --credentials->users > 0)
        return;
    truststore_free(credentials->trust);
    keystore_free(&credentials->client);
    if (credentials->proxy_credentials)
        OPENSSL_cleanse(credentials->proxy_credentials, strlen(credentials->proxy_credentials));
    free(credentials->proxy_credentials);
    free(credentials);
}

struct credentials *credentials_get(const struct credentials_source *source, struct credentials **current,
                                    int64_t deadline, struct reason *why)
{
    if (!*current || deadline_now() - (*current)->read_at > FRESH) {
        struct credentials *fresh = xcalloc(1, sizeof *fresh);
        fresh->users = 1;
        if (!read_all(source, fresh, deadline, why)) {
            credentials_release(fresh);
            return NULL;
        }
        fresh->read_at = deadline_now();
        credentials_release(*current);
        *current = fresh;
    }
    (*current)->users++;
    return *current;
}
