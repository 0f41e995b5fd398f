/* A URL taken apart as libcurl takes it apart, so that what is checked is what is asked for. */
#ifndef COMMON_URL_H
#define COMMON_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/net/hostname.h"

enum url_scheme { URL_HTTP, URL_HTTPS, URL_FILE, URL_S3 };

struct url {
    enum url_scheme scheme;
    char *text;               /* whole, without a fragment */
    char *bare;               /* without query */
    char *shown;              /* for people: see target_show */
    char host[HOSTNAME_SIZE]; /* a name, or an address without brackets; S3: the bucket */
    uint16_t port;
    char *socket; /* of http+unix: the path of its unix socket; NULL: it is reached over TCP */
    char *path;   /* of a file, decoded; of an S3 object, its key as it is */
};

/* Parses `text`; `namespace` stands in for %n in the host. False (CODE_USAGE) tells what was expected and never repeats a
 * password. url_free in either case. */
bool url_parse(const char *text, const char *namespace, struct url *url, struct reason *why);

/* The same for "http+unix://SOCKET[:/PATH]", where SOCKET begins with a slash. Its host is localhost. */
bool url_parse_unix(const char *text, struct url *url, struct reason *why);

/* Where `location` leads, seen from `from`: http or https. */
bool url_follow(const struct url *from, const char *location, struct url *to, struct reason *why);

/* The same scheme, host and port. */
bool url_same_origin(const struct url *a, const struct url *b);

/* Whether secrets meant for the one may go to the other: the same scheme, host and port; or the step from http to https
 * on their own ports. */
bool url_same_party(const struct url *a, const struct url *b);

/* The caller frees the copy, too. */
void url_copy(const struct url *url, struct url *copy);

void url_free(struct url *url);

#endif
