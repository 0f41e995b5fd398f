/* The header of an answer that libcurl has read. */
#ifndef COMMON_HEADER_H
#define COMMON_HEADER_H

#include <curl/curl.h>

/* The first value of a header; NULL: there is none. The caller frees it. */
char *header_first(CURL *easy, const char *name);

/* All values, joined by commas (RFC 9110, 5.3); NULL: there is none. The caller frees it. */
char *header_all(CURL *easy, const char *name);

/* The same for those that came behind the body (RFC 9110, 6.5). */
char *header_all_trailers(CURL *easy, const char *name);

#endif
