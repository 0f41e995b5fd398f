#include "common/tls/tls_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/strings.h"
#include "common/net/address.h"
#include "common/tls/java_name.h"

#include "common/base/banned.h"

void tls_facts_init(struct tls_facts *facts)
{
    memset(facts, 0, sizeof *facts);
    facts->alert = -1;
    facts->java.warning = -1;
}

static void certificates_free(struct certificate *certificates, size_t count)
{
    for (size_t i = 0; i < count; i++)
        certificate_free(&certificates[i]);
    free(certificates);
}

void tls_facts_free(struct tls_facts *facts)
{
    certificates_free(facts->sent, facts->sent_count);
    certificates_free(facts->chain, facts->chain_count);
    certificate_free(&facts->client);
    strings_clear(&facts->client_issuers);
    free(facts->missing);
    free(facts->closest);
    tls_facts_init(facts);
}

void tls_expect(struct tls_facts *facts, const char *name)
{
    struct address ignored;
    size_t length = strlen(name);

    if (length > 1 && name[length - 1] == '.')
        length--;
    facts->name[0] = '\0';
    if (length < sizeof facts->name)
        snprintf(facts->name, sizeof facts->name, "%.*s", (int)length, name);
    facts->name_is_address = address_parse(facts->name, 0, &ignored);
}

/* Utilities.rawToSNIHostName in the JDK. */
static bool java_sends(const struct tls_facts *facts)
{
    return strchr(facts->name, '.') && !java_name_flaw(facts->name);
}

bool tls_facts_sends_name(const struct tls_facts *facts)
{
    return facts->name[0] != '\0' && !facts->name_is_address &&
           (facts->profile != TLS_JAVA || java_sends(facts));
}
