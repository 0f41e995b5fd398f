#include "common/http/coding_format.h"

#include <string.h>

#include "common/base/banned.h"

enum { FED_MOST = 1 << 30 };

bool coding_is_like(const char *bytes, size_t length, const char *magic, size_t magic_length)
{
    return length > 0 && memcmp(bytes, magic, length < magic_length ? length : magic_length) == 0;
}

unsigned coding_clamp(size_t length)
{
    return length < FED_MOST ? (unsigned)length : FED_MOST;
}
