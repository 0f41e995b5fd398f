#include "common/trust/der.h"

#include <openssl/asn1.h>
#include <openssl/err.h>

#include "common/base/banned.h"

enum { FAILED = 0x80, INDEFINITE = 0x01 }; /* of what ASN1_get_object returns */

bool der_next(const unsigned char **at, const unsigned char *end, struct der *element)
{
    const unsigned char *start = *at;
    int class;
    long length;

    if (start >= end)
        return false;
    int result = ASN1_get_object(&start, &length, &element->tag, &class, (long)(end - *at));
    if ((result & FAILED) != 0)
        ERR_pop(); /* whoever reads OpenSSL's error queue is not to find this one */
    if ((result & (FAILED | INDEFINITE)) != 0)
        return false;
    element->content = start;
    element->length = (size_t)length;
    *at = start + length;
    return true;
}
