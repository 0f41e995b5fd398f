#include "common/trust/pem_ciphers.h"

#include <openssl/evp.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

/* Those with an initial vector, as OpenSSL itself adds them. */
static const EVP_CIPHER *(*const ciphers[])(void) = {
    EVP_aes_128_cbc,    EVP_aes_192_cbc,    EVP_aes_256_cbc,    EVP_des_ede3_cbc,   EVP_des_ede_cbc,
    EVP_aes_128_cfb128, EVP_aes_192_cfb128, EVP_aes_256_cfb128, EVP_des_ede3_cfb64, EVP_des_ede_cfb64,
    EVP_aes_128_cfb8,   EVP_aes_192_cfb8,   EVP_aes_256_cfb8,   EVP_des_ede3_cfb8,  EVP_des_cfb8,
    EVP_aes_128_cfb1,   EVP_aes_192_cfb1,   EVP_aes_256_cfb1,   EVP_des_ede3_cfb1,  EVP_des_cfb1,
    EVP_aes_128_ofb,    EVP_aes_192_ofb,    EVP_aes_256_ofb,    EVP_des_ede3_ofb,   EVP_des_ede_ofb,
    EVP_aes_128_ctr,    EVP_aes_192_ctr,    EVP_aes_256_ctr,    EVP_chacha20,       EVP_desx_cbc,
    EVP_des_cbc,        EVP_des_cfb64,      EVP_des_ofb,        EVP_rc2_cbc,        EVP_rc2_40_cbc,
    EVP_rc2_64_cbc,     EVP_rc2_cfb64,      EVP_rc2_ofb,
};

void pem_ciphers_add(const char *text, size_t length)
{
    static const char header[] = "DEK-Info:";

    if (!memmem(text, length, header, sizeof header - 1))
        return;
    for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++)
        if (EVP_add_cipher(ciphers[i]()) != 1)
            mem_exhausted();
}
