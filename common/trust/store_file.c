#include "common/trust/store_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/file.h"
#include "common/base/stop.h"

#include "common/base/banned.h"

enum { PATH_SHOWN = 100 /* of a path in a command; a longer one is written as FILE */ };

/* --- reading --- */

static void hint_denied(const char *path, struct reason *why)
{
    struct stat present;

    if (stat(path, &present) != 0)
        reason_hint(why, "UID %u, GID %u, as which this runs, may not enter a directory on its path",
                    geteuid(), getegid());
    else
        reason_hint(
            why,
            "it belongs to %u:%u with mode %04o, and this runs as %u:%u: set defaultMode of its volume, "
            "or fsGroup or runAsUser of the pod",
            present.st_uid, present.st_gid, present.st_mode & 07777u, geteuid(), getegid());
}

bool store_file_read(const char *path, struct buf *content, const char *missing, struct reason *why)
{
    int error;

    if (file_read(path, content, &error, why))
        return true;
    why->code = CODE_TRUST_STORE;
    if (error == EACCES)
        hint_denied(path, why);
    else
        reason_hint(why, "%s", missing);
    return false;
}

bool store_file_is_late(const char *path, int64_t deadline, struct reason *why)
{
    if (deadline_goes_on(deadline))
        return false;
    int signal = stop_signal();
    reason_set(why, signal != 0 ? (enum code)(128 + signal) : CODE_FAILED,
               "%.200s: was not read to its end in time", path);
    reason_hint(
        why,
        "it takes long because it is large: a store of the CAs that are needed takes a millisecond; or a longer "
        "--timeout and --attempt-timeout");
    return true;
}

/* --- what it is --- */

struct kind {
    const char *name, *hint; /* "%s" in the hint is the path */
};

static bool has(const struct buf *content, size_t at, const void *bytes, size_t length)
{
    return content->length >= at + length && memcmp(content->data + at, bytes, length) == 0;
}

static bool begins(const struct buf *content, const void *bytes, size_t length)
{
    return has(content, 0, bytes, length);
}

static bool holds(const struct buf *content, const char *text)
{
    return memmem(content->data, content->length, text, strlen(text)) != NULL;
}

/* Where the first element's content begins (X.690, 8.1.3). */
static size_t inside(const struct buf *content, size_t at)
{
    unsigned length = content->length > at + 1 ? (unsigned char)content->data[at + 1] : 0;

    return at + 2 + (length > 0x80 ? length & 0x7F : 0);
}

static bool is_pkcs7(const struct buf *content)
{
    static const char signed_data[] = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";

    return begins(content, "\x30", 1) &&
           has(content, inside(content, 0), signed_data, sizeof signed_data - 1);
}

/* Bouncy Castle's ObjectStore: its data is encrypted as PBES2, or in the clear behind a version. */
static bool is_bcfks(const struct buf *content)
{
    static const char pbes2[] = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x05\x0D";
    size_t store = inside(content, 0), algorithm = inside(content, store);

    return begins(content, "\x30", 1) && has(content, store, "\x30", 1) &&
           has(content, algorithm, "\x30", 1) &&
           has(content, inside(content, algorithm), pbes2, sizeof pbes2 - 1);
}

/* A version, then 20 bytes of salt (Bouncy Castle's BKS and UBER). */
static bool is_bks(const struct buf *content)
{
    return has(content, 0, "\0\0\0", 3) && content->length > 8 && content->data[3] <= 2 &&
           has(content, 4, "\0\0\0\x14", 4);
}

/* Each byte beyond ASCII has become U+FFFD, or the two bytes of a Latin-1 character. */
static bool is_garbled(const struct buf *content)
{
    return begins(content, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", 12) ||
           begins(content, "\x30\xEF\xBF\xBD", 4) || begins(content, "\xC3\xBE\xC3\xAD\xC3\xBE\xC3\xAD", 8) ||
           begins(content, "\x30\xC2\x82", 3);
}

static bool is_utf16(const struct buf *content)
{
    return begins(content, "\xFF\xFE", 2) || begins(content, "\xFE\xFF", 2) || begins(content, "-\0-\0", 4) ||
           begins(content, "\0-\0-", 4);
}

/* The base64 of PEM, of JKS, of JCEKS, or of a long DER sequence, and nothing but base64. */
static bool is_base64(const struct buf *content)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n \t";

    return (begins(content, "LS0tLS1CRUdJTi", 14) || begins(content, "/u3+7Q", 6) ||
            begins(content, "zs7Ozg", 6) || begins(content, "MII", 3)) &&
           strspn(content->data, alphabet) == content->length;
}

/* A block that stands behind blanks, as under a key of YAML. */
static bool is_indented(const struct buf *content)
{
    const char *begin = memmem(content->data, content->length, "-----BEGIN ", 11);

    return begin && begin > content->data && (begin[-1] == ' ' || begin[-1] == '\t');
}

static const struct kind *find_kind(const struct buf *content)
{
    static const struct kind
        pkcs7_pem = {"PKCS#7", "extract the certificates: openssl pkcs7 -print_certs -in %s -out NEW.pem"},
        pkcs7_der = {"PKCS#7 (DER)",
                     "extract the certificates: openssl pkcs7 -inform DER -print_certs -in %s -out NEW.pem"},
        bcfks =
            {"BCFKS (Bouncy Castle's FIPS key store)",
             "convert it: keytool -importkeystore -srckeystore %s -srcstoretype BCFKS -destkeystore NEW.p12 "
             "-deststoretype PKCS12, with Bouncy Castle's provider"},
        bks = {"BKS or UBER (a key store of Bouncy Castle's)",
               "convert it: keytool -importkeystore -srckeystore %s -srcstoretype BKS -destkeystore NEW.p12 "
               "-deststoretype PKCS12, with Bouncy Castle's provider"},
        garbled =
            {"a binary store that was converted as if it were text (UTF-8)",
             "put it under binaryData of the ConfigMap, or into a Secret: kubectl create configmap NAME "
             "--from-file=%s does so"},
        utf16 = {"text in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8 %s >NEW.pem"},
        base64 = {"the base64 of a store",
                  "was it encoded twice? base64 -d %s >NEW; Kubernetes decodes the data of a Secret once"},
        one_line = {"PEM with \"\\n\" as two characters in place of newlines",
                    "its lines must end in a newline: printf '%b' \"$(cat %s)\" >NEW.pem"},
        indented = {"PEM whose lines are indented", "remove the blanks: sed 's/^[ \\t]*//' %s >NEW.pem"};
    const struct {
        bool found;
        const struct kind *kind;
    } kinds[] = {
        {is_utf16(content), &utf16},
        {holds(content, "-----BEGIN PKCS7-----") || holds(content, "-----BEGIN CMS-----"), &pkcs7_pem},
        {holds(content, "-----BEGIN ") && holds(content, "-----\\n"), &one_line},
        {is_indented(content), &indented},
        {is_pkcs7(content), &pkcs7_der},
        {is_bcfks(content), &bcfks},
        {is_bks(content), &bks},
        {is_garbled(content), &garbled},
        {is_base64(content), &base64},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].found)
            return kinds[i].kind;
    return NULL;
}

bool store_file_name(const char *path, const struct buf *content, struct reason *why)
{
    const struct kind *kind = find_kind(content);
    const char *mark = kind ? strstr(kind->hint, "%s") : NULL;

    if (!kind)
        return false;
    reason_set(why, CODE_TRUST_STORE, "%.150s: is %s, which is not supported", path, kind->name);
    reason_hint(why, "%.*s%s%s", (int)(mark - kind->hint), kind->hint, reason_word(path, PATH_SHOWN, "FILE"),
                mark + 2);
    return true;
}
