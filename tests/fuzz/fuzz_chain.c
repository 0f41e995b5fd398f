/* Chains of any certificates, good and bad, in any place: whatever the tool trusts, OpenSSL trusts by itself (or it is one of the
 * errors that --profile java forgives by name), and what OpenSSL trusts, so does the tool. */
#include "tests/unit/chains.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    chains_compare(data, size);
    return 0;
}
