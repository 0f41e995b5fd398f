#include "common/trust/pbe.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

bool pbe_take_rounds(struct pbe_work *work, const ASN1_INTEGER *rounds)
{
    int64_t number = 1;

    if ((rounds && ASN1_INTEGER_get_int64(&number, rounds) != 1) || number < 1 ||
        number > PBE_ROUNDS_MOST - work->rounds)
        work->refused = true;
    else
        work->rounds += number;
    return !work->refused;
}

static bool take_pbkdf2(struct pbe_work *work, PBKDF2PARAM *function)
{
    bool taken = function && pbe_take_rounds(work, function->iter);

    PBKDF2PARAM_free(function);
    return taken;
}

/* Another function than PBKDF2 (scrypt) is not built in: opening fails at once. */
static bool take_pbes2(struct pbe_work *work, const ASN1_TYPE *parameter)
{
    PBE2PARAM *pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), parameter);
    bool pbkdf2 = pbe && OBJ_obj2nid(pbe->keyfunc->algorithm) == NID_id_pbkdf2;
    bool taken = pbkdf2 && take_pbkdf2(work, ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM),
                                                                       pbe->keyfunc->parameter));

    PBE2PARAM_free(pbe);
    return taken;
}

static bool take_pbes1(struct pbe_work *work, const ASN1_TYPE *parameter)
{
    PBEPARAM *pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), parameter);
    bool taken = pbe && pbe_take_rounds(work, pbe->iter);

    PBEPARAM_free(pbe);
    return taken;
}

bool pbe_take(struct pbe_work *work, const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *object;

    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    switch (OBJ_obj2nid(object)) {
    case NID_pbes2:
        return take_pbes2(work, algorithm->parameter);
    case NID_pbmac1:
        return take_pbkdf2(work, PBMAC1_get1_pbkdf2_param(algorithm));
    default:
        return take_pbes1(work, algorithm->parameter);
    }
}

static bool take_sealed(struct pbe_work *work, const unsigned char *der, long length)
{
    X509_SIG *sealed = d2i_X509_SIG(NULL, &der, length);
    const X509_ALGOR *algorithm;

    if (!sealed) /* nothing can be derived from it either */
        return true;
    X509_SIG_get0(sealed, &algorithm, NULL);
    bool taken = pbe_take(work, algorithm);
    X509_SIG_free(sealed);
    return taken;
}

bool pbe_take_pem(struct pbe_work *work, const char *text, size_t length)
{
    BIO *in = BIO_new_mem_buf(text, (int)length);
    char *name, *header;
    unsigned char *der;
    long der_length;
    bool taken = true;

    if (!in)
        mem_exhausted();
    while (taken && PEM_read_bio(in, &name, &header, &der, &der_length) == 1) {
        taken = strcmp(name, PEM_STRING_PKCS8) != 0 || take_sealed(work, der, der_length);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(der, (size_t)der_length);
    }
    BIO_free(in);
    ERR_clear_error();
    return taken;
}
