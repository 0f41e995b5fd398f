#include "common/trust/certificate.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/mem.h"
#include "common/base/strings.h"
#include "common/net/address.h"

#include "common/base/banned.h"

enum { NAME_MAX_BYTES = 1024 };

/* What a peer chose as a name must not be able to fill the memory or a log line. */
char *certificate_name(const X509_NAME *name)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *text;

    if (!out)
        mem_exhausted();
    X509_NAME_print_ex(out, name, 0,
                       ((ASN1_STRFLGS_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) | XN_FLAG_DN_REV |
                        XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN));
    long length = BIO_get_mem_data(out, &text);
    if (length > NAME_MAX_BYTES)
        length = NAME_MAX_BYTES;
    char *copy = length > 0 ? xstrndup(text, (size_t)length) : xstrdup("(empty)");
    BIO_free(out);
    return copy;
}

const char *certificate_format_time(int64_t seconds, char text[CERTIFICATE_TIME])
{
    time_t time = (time_t)seconds;
    struct tm utc;

    if (!gmtime_r(&time, &utc) || strftime(text, CERTIFICATE_TIME, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        snprintf(text, CERTIFICATE_TIME, "(no date)");
    return text;
}

int64_t certificate_read_time(const ASN1_TIME *time)
{
    struct tm utc;

    memset(&utc, 0, sizeof utc);
    return ASN1_TIME_to_tm(time, &utc) == 1 ? (int64_t)timegm(&utc) : 0;
}

static char *read_common_name(const X509_NAME *name, bool last)
{
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    unsigned char *text = NULL;

    for (int next = at; last && next >= 0; next = X509_NAME_get_index_by_NID(name, NID_commonName, next))
        at = next;
    if (at < 0)
        return NULL;
    int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    /* A NUL inside is an old trick to pass for another name. */
    bool good = length >= 0 && length <= NAME_MAX_BYTES && !memchr(text, 0, (size_t)length);
    char *copy = good ? xstrndup((char *)text, (size_t)length) : NULL;
    OPENSSL_free(text);
    return copy;
}

static char *read_serial(const X509 *x509)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), NULL);
    char *hex = number ? BN_bn2hex(number) : NULL;
    char *copy = xstrndup(hex ? hex : "?", NAME_MAX_BYTES);

    OPENSSL_free(hex);
    BN_free(number);
    return copy;
}

static bool add_dns(struct strings *list, const ASN1_IA5STRING *name)
{
    const char *text = (const char *)ASN1_STRING_get0_data(name);
    int length = ASN1_STRING_length(name);

    if (length <= 0 || length > NAME_MAX_BYTES || memchr(text, 0, (size_t)length))
        return false;
    strings_add(list, text, (size_t)length);
    return true;
}

static bool add_address(struct strings *list, const ASN1_OCTET_STRING *octets)
{
    struct address address;
    char text[ADDRESS_TEXT];
    int length = ASN1_STRING_length(octets);

    memset(&address, 0, sizeof address);
    if (length == 4) {
        address.socket.v4.sin_family = AF_INET;
        memcpy(&address.socket.v4.sin_addr, ASN1_STRING_get0_data(octets), 4);
    } else if (length == 16) {
        address.socket.v6.sin6_family = AF_INET6;
        memcpy(&address.socket.v6.sin6_addr, ASN1_STRING_get0_data(octets), 16);
    } else {
        return false;
    }
    address_format(&address, text);
    strings_add(list, text, strlen(text));
    return true;
}

static void read_names(struct certificate *certificate, const X509 *x509)
{
    int found;
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, &found, NULL);
    int count = sk_GENERAL_NAME_num(names); /* -1 when there are none */
    bool all = (names || found == -1) &&
               count <= CERTIFICATE_NAMES; /* -1: the certificate has no such extension */

    for (int i = 0; i < count && i < CERTIFICATE_NAMES; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            all = add_dns(&certificate->dns, name->d.dNSName) && all;
        else if (name->type == GEN_IPADD)
            all = add_address(&certificate->addresses, name->d.iPAddress) && all;
    }
    certificate->names_left_out = !all;
    GENERAL_NAMES_free(names);
}

static char *read_issuer_url(const X509 *x509)
{
    AUTHORITY_INFO_ACCESS *places = X509_get_ext_d2i(x509, NID_info_access, NULL, NULL);
    char *url = NULL;

    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(places) && !url; i++) {
        const ACCESS_DESCRIPTION *place = sk_ACCESS_DESCRIPTION_value(places, i);
        if (OBJ_obj2nid(place->method) != NID_ad_ca_issuers || place->location->type != GEN_URI)
            continue;
        const ASN1_IA5STRING *text = place->location->d.uniformResourceIdentifier;
        int length = ASN1_STRING_length(text);
        if (length > 0 && length <= NAME_MAX_BYTES)
            url = xstrndup((const char *)ASN1_STRING_get0_data(text), (size_t)length);
    }
    AUTHORITY_INFO_ACCESS_free(places);
    return url;
}

static void read_key(struct certificate *certificate, const X509 *x509)
{
    EVP_PKEY *key = X509_get0_pubkey(x509);
    char group[32] = "";
    const char *type = key ? EVP_PKEY_get0_type_name(key) : NULL;

    certificate->key_bits = key ? EVP_PKEY_get_bits(key) : 0;
    snprintf(certificate->key_type, sizeof certificate->key_type, "%s", type ? type : "unknown");
    if (key && EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1)
        snprintf(certificate->key, sizeof certificate->key, "%s %s", certificate->key_type, group);
    else
        snprintf(certificate->key, sizeof certificate->key, "%s %d", certificate->key_type,
                 certificate->key_bits);
}

static void read_signature(struct certificate *certificate, const X509 *x509)
{
    int algorithm = X509_get_signature_nid(x509), digest = NID_undef;
    const char *name = OBJ_nid2ln(algorithm);

    X509_get_signature_info((X509 *)(uintptr_t)x509, &digest, NULL, NULL, NULL);
    snprintf(certificate->signature, sizeof certificate->signature, "%s", name ? name : "unknown");
    if (digest != NID_undef)
        snprintf(certificate->digest, sizeof certificate->digest, "%s", OBJ_nid2sn(digest));
}

static void read_fingerprints(struct certificate *certificate, const X509 *x509)
{
    unsigned char digest[EVP_MAX_MD_SIZE], *spki = NULL;
    unsigned length = 0;

    if (X509_digest(x509, EVP_sha256(), digest, &length) == 1)
        for (unsigned i = 0; i < length; i++)
            snprintf(certificate->sha256 + 2 * i, sizeof certificate->sha256 - 2 * i, "%02x", digest[i]);
    int spki_length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);
    if (spki_length > 0 && EVP_Digest(spki, (size_t)spki_length, digest, &length, EVP_sha256(), NULL) == 1)
        EVP_EncodeBlock((unsigned char *)certificate->pin, digest, (int)length);
    OPENSSL_free(spki);
}

/* Netscape's own extension, older than extended key usage: bit 1 is a server's. */
static bool is_netscape_server(const X509 *x509)
{
    int found;
    ASN1_BIT_STRING *types = X509_get_ext_d2i(x509, NID_netscape_cert_type, &found, NULL);
    bool serves = found == -1 || (types && ASN1_BIT_STRING_get_bit(types, 1) == 1);

    ASN1_BIT_STRING_free(types);
    return serves;
}

static void read_uses(struct certificate *certificate, X509 *x509)
{
    uint32_t flags = X509_get_extension_flags(x509), usage = X509_get_key_usage(x509);
    uint32_t extended = X509_get_extended_key_usage(x509);

    certificate->self_issued = (flags & EXFLAG_SI) != 0;
    certificate->self_signed = (flags & EXFLAG_SS) != 0;
    certificate->is_ca = X509_check_ca(x509) > 0;
    certificate->serves_tls = (extended & (XKU_SSL_SERVER | XKU_ANYEKU | XKU_SGC)) != 0 &&
                              is_netscape_server(x509);
    certificate->client_tls = (extended & (XKU_SSL_CLIENT | XKU_ANYEKU)) != 0;
    certificate->signs = (usage & KU_DIGITAL_SIGNATURE) != 0;
    certificate->enciphers = (usage & KU_KEY_ENCIPHERMENT) != 0;
}

void certificate_read(struct certificate *certificate, X509 *x509)
{
    const X509_NAME *subject = X509_get_subject_name(x509);

    memset(certificate, 0, sizeof *certificate);
    certificate->subject = certificate_name(subject);
    certificate->issuer = certificate_name(X509_get_issuer_name(x509));
    certificate->common_name = read_common_name(subject, false);
    certificate->last_common_name = read_common_name(subject, true);
    certificate->serial = read_serial(x509);
    certificate->issuer_url = read_issuer_url(x509);
    certificate->not_before = certificate_read_time(X509_get0_notBefore(x509));
    certificate->not_after = certificate_read_time(X509_get0_notAfter(x509));
    read_names(certificate, x509);
    read_key(certificate, x509);
    read_signature(certificate, x509);
    read_fingerprints(certificate, x509);
    read_uses(certificate, x509);
    unsigned char *der = NULL;
    int length = i2d_X509(x509, &der);
    if (length > 0) {
        certificate->der = xcalloc((size_t)length, 1);
        memcpy(certificate->der, der, (size_t)length);
        certificate->der_length = (size_t)length;
    }
    OPENSSL_free(der);
}

void certificate_free(struct certificate *certificate)
{
    free(certificate->subject);
    free(certificate->issuer);
    free(certificate->common_name);
    free(certificate->last_common_name);
    free(certificate->serial);
    free(certificate->issuer_url);
    free(certificate->der);
    strings_clear(&certificate->dns);
    strings_clear(&certificate->addresses);
    memset(certificate, 0, sizeof *certificate);
}
