// Links all libraries into one static program, prints their versions, and uses what a trimmed build could lack.
#include <archive.h>
#include <ares.h>
#include <bzlib.h>
#include <curl/curl.h>
#include <expat.h>
#include <jansson.h>
#include <lzma.h>
#include <nghttp2/nghttp2.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>
#include <zlib.h>
#include <zstd.h>

static int fail(const char *what)
{
    fprintf(stderr, "smoke: %s\n", what);
    ERR_print_errors_fp(stderr);
    return 1;
}

// Old PKCS#12 files are encrypted with RC2-40, which only the legacy provider has.
static int legacy_provider_has_rc2(void)
{
    OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(NULL, "legacy");
    OSSL_PROVIDER *normal = OSSL_PROVIDER_load(NULL, "default");
    EVP_CIPHER *rc2 = EVP_CIPHER_fetch(NULL, "RC2-40-CBC", NULL);
    EVP_CIPHER *des = EVP_CIPHER_fetch(NULL, "DES-EDE3-CBC", NULL);
    int found = legacy != NULL && normal != NULL && rc2 != NULL && des != NULL;

    EVP_CIPHER_free(rc2);
    EVP_CIPHER_free(des);
    OSSL_PROVIDER_unload(legacy);
    OSSL_PROVIDER_unload(normal);
    return found;
}

static int curl_has(const char *protocol)
{
    const char *const *p;

    for (p = curl_version_info(CURLVERSION_NOW)->protocols; *p != NULL; p++)
        if (strcmp(*p, protocol) == 0)
            return 1;
    return 0;
}

// A tar or zip, plain or compressed, and all that without another program's help.
static int archive_reads_tar_and_zip(void)
{
    struct archive *archive = archive_read_new();
    int good = archive_read_support_format_tar(archive) == ARCHIVE_OK &&
               archive_read_support_format_zip(archive) == ARCHIVE_OK &&
               archive_read_support_filter_gzip(archive) == ARCHIVE_OK &&
               archive_read_support_filter_zstd(archive) == ARCHIVE_OK;

    archive_read_free(archive);
    return good;
}

// Called by a bzip2 without stdio.
void bz_internal_error(int number);

void bz_internal_error(int number)
{
    fprintf(stderr, "smoke: bzip2 says %d\n", number);
}

// An empty file, as xz and bzip2 write it.
static int xz_and_bzip2_undo(void)
{
    static const uint8_t xz[] = {0xfd, '7', 'z', 'X', 'Z', 0,    0,    4,   0xe6, 0xd6, 0xb4,
                                 'F',  0,   0,   0,   0,   0x1c, 0xdf, 'D', '!',  0x1f, 0xb6,
                                 0xf3, '}', 1,   0,   0,   0,    0,    4,   'Y',  'Z'};
    static char bzip2[] = {'B', 'Z', 'h', '9', 0x17, 'r', 'E', '8', 'P', (char)0x90, 0, 0, 0, 0};
    char room[16];
    unsigned made = sizeof room;
    lzma_stream stream = LZMA_STREAM_INIT;
    int good = lzma_stream_decoder(&stream, 1 << 24, 0) == LZMA_OK;

    stream.next_in = xz;
    stream.avail_in = sizeof xz;
    stream.next_out = (uint8_t *)room;
    stream.avail_out = sizeof room;
    good = good && lzma_code(&stream, LZMA_FINISH) == LZMA_STREAM_END && stream.total_out == 0;
    lzma_end(&stream);
    return good && BZ2_bzBuffToBuffDecompress(room, &made, bzip2, sizeof bzip2, 0, 0) == BZ_OK && made == 0;
}

int main(void)
{
    int features = curl_version_info(CURLVERSION_NOW)->features;

    printf("bzip2 %.*s\n", (int)strcspn(BZ2_bzlibVersion(), ","), BZ2_bzlibVersion());
    printf("c-ares %s\n", ares_version(NULL));
    printf("curl %s\n", curl_version_info(CURLVERSION_NOW)->version);
    printf("expat %s\n", XML_ExpatVersion() + strlen("expat_"));
    printf("jansson %s\n", jansson_version_str());
    printf("libarchive %s\n", archive_version_string() + strlen("libarchive "));
    printf("libyaml %s\n", yaml_get_version_string());
    printf("libzstd %s\n", ZSTD_versionString());
    printf("nghttp2 %s\n", nghttp2_version(0)->version_str);
    printf("openssl %s\n", OpenSSL_version(OPENSSL_VERSION_STRING));
    printf("xz-utils %s\n", lzma_version_string());
    printf("zlib %s\n", zlibVersion());
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return fail("curl_global_init");
    if (!legacy_provider_has_rc2())
        return fail("no RC2-40 from the legacy provider");
    if (!curl_has("https") || !curl_has("file") || curl_has("ftp"))
        return fail("curl speaks other protocols than http, https and file");
    if (!(features & CURL_VERSION_LIBZ) || !(features & CURL_VERSION_ZSTD))
        return fail("curl does not decompress");
    if (!(features & CURL_VERSION_HTTP2))
        return fail("curl does not speak HTTP/2");
    if (!archive_reads_tar_and_zip())
        return fail("libarchive lacks tar, zip, gzip or zstd");
    if (!xz_and_bzip2_undo())
        return fail("xz or bzip2 cannot undo an empty file");
    curl_global_cleanup();
    return 0;
}
