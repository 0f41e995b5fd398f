/* What a server answers to a first message of tls-check's, in any pieces. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tls-check/hello.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hello_answer whole, part;
    struct buf in;
    char name[HELLO_NAME];

    buf_init(&in, 16 * 1024);
    if (!buf_add(&in, data, size)) {
        buf_free(&in);
        return 0;
    }
    enum hello_next next = hello_read(&in, &whole);
    if (next == HELLO_ANSWERED)
        MUST(*hello_version_name(whole.version, name) != '\0' &&
             *hello_suite_name(whole.suite, name) != '\0' && *hello_group_name(whole.group, name) != '\0');
    /* Nothing that came later changes what was said. */
    for (size_t length = 0; length < size && length < 200; length++) {
        buf_clear(&in);
        buf_add(&in, data, length);
        enum hello_next before = hello_read(&in, &part);
        MUST(before == HELLO_MORE || before == next);
        MUST(before != HELLO_ANSWERED || memcmp(&whole, &part, sizeof whole) == 0);
    }
    buf_free(&in);
    return 0;
}
