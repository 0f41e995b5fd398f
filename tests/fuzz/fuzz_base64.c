/* Base64 in lines, beside OpenSSL's decoder, which takes the same text in one line: what is decoded here are the same bytes, and
 * what is refused here is no whole base64. */
#include <openssl/evp.h>

#include "common/trust/base64.h"

#include "tests/fuzz/input.h"

/* Takes line ends out, and blanks before them; others stay, and are no letters. */
static int strip(char *text, size_t size)
{
    int kept = 0, line = 0;

    for (size_t i = 0; i <= size; i++) {
        if (text[i] == '\n' || i == size)
            while (kept > line && (text[kept - 1] == ' ' || text[kept - 1] == '\r'))
                kept--;
        if (text[i] == '\n')
            line = kept;
        else if (i < size)
            text[kept++] = text[i];
    }
    text[kept] = '\0';
    return kept;
}

/* Letters alone, but for at most two of padding at the end, in whole groups of four. */
static int is_whole(const char *text, int length)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t end = strspn(text, letters), padding = strspn(text + end, "=");

    return length > 0 && length % 4 == 0 && end + padding == (size_t)length && padding <= 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = input_text(data, size);
    unsigned char *to = xcalloc(BASE64_ROOM(size), 1), *expected = xcalloc(BASE64_ROOM(size), 1);
    struct base64 base64;
    size_t count = 0;

    base64_init(&base64);
    enum base64_result result = base64_decode(&base64, text, size, to, &count);
    int length = strip(text, size);
    MUST((result != BASE64_INVALID) == is_whole(text, length));
    if (result != BASE64_INVALID) {
        int decoded = EVP_DecodeBlock(expected, (const unsigned char *)text, length);
        MUST(decoded >= (int)count && decoded - (int)count <= 2 && memcmp(to, expected, count) == 0);
    }
    free(text);
    free(to);
    free(expected);
    return 0;
}
