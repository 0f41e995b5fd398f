#include "common/http/libraries.h"

#include <curl/curl.h>

#include "common/base/mem.h"
#include "common/http/json_arena.h"
#include "common/tls/tls.h"

#include "common/base/banned.h"

void libraries_begin(void)
{
    tls_begin();
    json_arena_begin();
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        mem_exhausted();
}
