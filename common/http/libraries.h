/* What a tool that speaks HTTP links: OpenSSL, libcurl, jansson. */
#ifndef COMMON_HTTP_LIBRARIES_H
#define COMMON_HTTP_LIBRARIES_H

/* Sets them up. Called once, before anything else of common/http and common/tls. */
void libraries_begin(void);

#endif
