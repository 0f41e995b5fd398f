#include "common/http/header.h"

#include "common/base/buf.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { VALUES_MOST = 1024 * 1024 /* bytes of one header; libcurl accepts less for all headers */ };

char *header_first(CURL *easy, const char *name)
{
    struct curl_header *header;

    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return NULL;
    return xstrdup(header->value);
}

static char *join(CURL *easy, const char *name, unsigned origin)
{
    struct curl_header *header;
    struct buf values;

    if (curl_easy_header(easy, name, 0, origin, -1, &header) != CURLHE_OK)
        return NULL;
    buf_init(&values, VALUES_MOST);
    buf_add_text(&values, header->value);
    for (size_t i = 1; curl_easy_header(easy, name, i, origin, -1, &header) == CURLHE_OK; i++)
        buf_add_format(&values, ", %s", header->value);
    return values.data;
}

char *header_all(CURL *easy, const char *name)
{
    return join(easy, name, CURLH_HEADER);
}

char *header_all_trailers(CURL *easy, const char *name)
{
    return join(easy, name, CURLH_TRAILER);
}
