#include "common/tls/tls_look.h"

#include <stdlib.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

static void look_free(void *parent, void *look, CRYPTO_EX_DATA *data, int index, long number, void *pointer)
{
    (void)parent, (void)data, (void)index, (void)number, (void)pointer;
    free(look);
}

static int look_index(void)
{
    static int index = -1;

    if (index < 0)
        index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, look_free);
    return index;
}

struct tls_look *tls_look_of(const SSL *ssl)
{
    return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), look_index());
}

struct tls_look *tls_look_new(SSL_CTX *context, const struct tls_setup *setup, struct tls_facts *facts)
{
    struct tls_look *look = xcalloc(1, sizeof *look);

    *look = (struct tls_look){.setup = setup, .facts = facts};
    if (SSL_CTX_set_ex_data(context, look_index(), look) != 1)
        mem_exhausted();
    return look;
}
