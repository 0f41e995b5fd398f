#include "common/pbe.h"

#include <openssl/objects.h>

#include "common/banned.h"

bool pbe_rounds_are_sane(const ASN1_INTEGER *rounds)
{
    int64_t number = 1;

    return !rounds || (ASN1_INTEGER_get_int64(&number, rounds) == 1 && number <= PBE_ROUNDS_MOST);
}

static bool pbes1_is_sane(const ASN1_TYPE *parameter)
{
    PBEPARAM *pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), parameter);
    bool sane = pbe && pbe_rounds_are_sane(pbe->iter);

    PBEPARAM_free(pbe);
    return sane;
}

/* Another function than PBKDF2 (scrypt) is not built in: opening fails at once. */
static bool pbes2_is_sane(const ASN1_TYPE *parameter)
{
    PBE2PARAM *pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), parameter);
    PBKDF2PARAM *function = NULL;

    if (pbe && OBJ_obj2nid(pbe->keyfunc->algorithm) == NID_id_pbkdf2)
        function = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), pbe->keyfunc->parameter);
    bool sane = function && pbe_rounds_are_sane(function->iter);
    PBKDF2PARAM_free(function);
    PBE2PARAM_free(pbe);
    return sane;
}

bool pbe_is_sane(const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *object;
    const void *value;
    int type;

    X509_ALGOR_get0(&object, &type, &value, algorithm);
    if (OBJ_obj2nid(object) == NID_pbes2)
        return pbes2_is_sane(algorithm->parameter);
    return pbes1_is_sane(algorithm->parameter);
}
