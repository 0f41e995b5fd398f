#include "tests/unit/bare_chain.h"

#include <openssl/x509v3.h>

#include "tests/unit/suite.h"

STACK_OF(X509) * bare_chain;

void bare_chain_add(int kind, const char *value)
{
    X509 *x509 = X509_new();

    ck_assert(x509 && X509_set_version(x509, X509_VERSION_3) == 1);
    if (value) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
        ck_assert_msg(extension && X509_add_ext(x509, extension, -1) == 1, "%s", value);
        X509_EXTENSION_free(extension);
    }
    if (!bare_chain)
        bare_chain = sk_X509_new_null();
    ck_assert(bare_chain && sk_X509_push(bare_chain, x509) > 0);
}

void bare_chain_make(const char *names, const char *constraints)
{
    bare_chain_add(NID_subject_alt_name, names);
    bare_chain_add(NID_name_constraints, constraints);
}

void bare_chain_forget(void)
{
    sk_X509_pop_free(bare_chain, X509_free);
    bare_chain = NULL;
}
