/* A URL, parsed by libcurl itself, so that the checked host is the one that is requested. */
#ifndef COMMON_URL_H
#define COMMON_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/net/hostname.h"

enum url_scheme { URL_HTTP, URL_HTTPS, URL_FILE, URL_S3 };

enum { URL_SERVICE_MOST = 1024 /* bytes of a gRPC service's name */ };

struct url {
    enum url_scheme scheme;
    char *text;               /* the whole URL, without a fragment */
    char *bare;               /* without query */
    char *shown;              /* for people: see target_show */
    char host[HOSTNAME_SIZE]; /* a name, or an address without brackets; S3: the bucket */
    uint16_t port;
    char *socket; /* of http+unix: the path of the unix socket; NULL: TCP */
    bool is_grpc; /* `text` is the URL of a gRPC health service; grpc:// is URL_HTTP, grpcs:// is URL_HTTPS */
    char *path;   /* of a file or a gRPC service's name, decoded; of an S3 object, its key as it is */
};

/* Whether `text` begins with a scheme of servers that secrets can be for: http, https, grpc, grpcs. */
bool url_has_origin(const char *text);

/* Parses `text`; `namespace` replaces %n in the host. False fills `why` (CODE_USAGE), which never repeats a password. Call
 * url_free in either case. */
bool url_parse(const char *text, const char *namespace, struct url *url, struct reason *why);

/* The same for "http+unix://SOCKET[:/PATH]", where SOCKET begins with a slash. Its host is localhost. */
bool url_parse_unix(const char *text, struct url *url, struct reason *why);

/* The same for "grpc://HOST:PORT[/SERVICE]" and "grpcs://...". */
bool url_parse_grpc(const char *text, const char *namespace, struct url *url, struct reason *why);

/* Whether `text` begins with grpc:// or grpcs://. */
bool url_names_grpc(const char *text);

/* Resolves `location` relative to `from`: http or https. */
bool url_follow(const struct url *from, const char *location, struct url *to, struct reason *why);

/* The same scheme, host and port. */
bool url_same_origin(const struct url *a, const struct url *b);

/* Whether secrets of `a` may be sent to `b`: the same scheme, host and port; or from http on port 80 to https on port 443 of the
 * same host. */
bool url_same_party(const struct url *a, const struct url *b);

/* The caller calls url_free for the copy, too. */
void url_copy(const struct url *url, struct url *copy);

void url_free(struct url *url);

#endif
