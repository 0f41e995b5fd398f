#include "cmd/fetch-config/sigv4.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/strings.h"

#include "common/base/banned.h"

enum { DIGEST = 32, TEXT_MAX = 256 * 1024, SECRET_MAX = 4096 };

char *sigv4_encode(const char *text, bool keep_slashes)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    struct buf out;

    buf_init(&out, TEXT_MAX);
    for (; *text != '\0'; text++) {
        if (strchr(unreserved, *text) || (keep_slashes && *text == '/'))
            buf_add(&out, text, 1);
        else
            buf_add_format(&out, "%%%02X", (unsigned char)*text);
    }
    char *encoded = xstrdup(out.data);
    buf_free(&out);
    return encoded;
}

static void hex(const unsigned char *bytes, char text[2 * DIGEST + 1])
{
    for (size_t i = 0; i < DIGEST; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static void digest(const char *text, char out[2 * DIGEST + 1])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned length;

    if (EVP_Digest(text, strlen(text), bytes, &length, EVP_sha256(), NULL) != 1)
        mem_exhausted();
    hex(bytes, out);
}

static void mac(const void *key, size_t key_length, const char *text, unsigned char out[DIGEST])
{
    unsigned length = DIGEST;

    if (!HMAC(EVP_sha256(), key, (int)key_length, (const unsigned char *)text, strlen(text), out, &length))
        mem_exhausted();
}

/* The key for one day, region and service. */
static void derive(const struct sigv4_key *key, const char *day, const struct sigv4_request *request,
                   unsigned char out[DIGEST])
{
    char first[SECRET_MAX + 8];
    unsigned char next[DIGEST];

    int length = snprintf(first, sizeof first, "AWS4%s", key->secret);
    mac(first, length < (int)sizeof first ? (size_t)length : sizeof first - 1, day, out);
    mac(out, DIGEST, request->region, next);
    mac(next, DIGEST, request->service, out);
    mac(out, DIGEST, "aws4_request", next);
    memcpy(out, next, DIGEST);
    OPENSSL_cleanse(first, sizeof first);
    OPENSSL_cleanse(next, sizeof next);
}

/* The headers that are signed, in their order: as lines, or their names with semicolons. */
static void add_signed_headers(const struct sigv4_request *request, const struct sigv4_key *key,
                               const char *stamp, bool names_only, struct buf *out)
{
    const struct {
        const char *name, *value;
    } signed_headers[] = {
        {"host", request->host},
        {"x-amz-content-sha256", request->payload},
        {"x-amz-date", stamp},
        {"x-amz-security-token", key->token},
    };

    for (size_t i = 0; i < sizeof signed_headers / sizeof signed_headers[0]; i++) {
        const char *value = signed_headers[i].value;
        if (value && names_only)
            buf_add_format(out, "%s%s", i > 0 ? ";" : "", signed_headers[i].name);
        else if (value)
            buf_add_format(out, "%s:%s\n", signed_headers[i].name, value);
    }
}

static void add_header(struct strings *headers, const char *name, const char *value)
{
    struct buf line;

    buf_init(&line, TEXT_MAX);
    buf_add_format(&line, "%s: %s", name, value);
    strings_add(headers, line.data, line.length);
    OPENSSL_cleanse(line.data, line.capacity);
    buf_free(&line);
}

void sigv4_sign(const struct sigv4_request *request, const struct sigv4_key *key, struct strings *headers)
{
    time_t now = (time_t)request->time;
    struct tm utc;
    char stamp[32], day[16], hashed[2 * DIGEST + 1], signature[2 * DIGEST + 1];
    unsigned char derived[DIGEST], bytes[DIGEST];
    struct buf names, text;

    gmtime_r(&now, &utc);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
    strftime(day, sizeof day, "%Y%m%d", &utc);
    buf_init(&names, TEXT_MAX);
    buf_init(&text, TEXT_MAX);
    add_signed_headers(request, key, stamp, true, &names);
    buf_add_format(&text, "%s\n%s\n%s\n", request->method, request->path, request->query);
    add_signed_headers(request, key, stamp, false, &text);
    buf_add_format(&text, "\n%s\n%s", names.data, request->payload);
    digest(text.data, hashed);
    OPENSSL_cleanse(text.data, text.capacity);
    buf_clear(&text);
    buf_add_format(&text, "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s", stamp, day, request->region,
                   request->service, hashed);
    derive(key, day, request, derived);
    mac(derived, DIGEST, text.data, bytes);
    hex(bytes, signature);
    OPENSSL_cleanse(derived, sizeof derived);
    buf_clear(&text);
    buf_add_format(&text,
                   "AWS4-HMAC-SHA256 Credential=%s/%s/%s/%s/aws4_request, SignedHeaders=%s, Signature=%s",
                   key->id, day, request->region, request->service, names.data, signature);
    add_header(headers, "X-Amz-Date", stamp);
    add_header(headers, "X-Amz-Content-Sha256", request->payload);
    if (key->token)
        add_header(headers, "X-Amz-Security-Token", key->token);
    add_header(headers, "Authorization", text.data);
    buf_free(&names);
    buf_free(&text);
}
