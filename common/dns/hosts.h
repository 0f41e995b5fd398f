/* /etc/hosts, as an app's resolver consults it before DNS. */
#ifndef COMMON_DNS_HOSTS_H
#define COMMON_DNS_HOSTS_H

#include <stddef.h>

#include "common/net/address.h"

#define HOSTS_FILE "/etc/hosts"

enum { HOSTS_ADDRESSES = 16 };

/* The addresses that the text of a hosts file, changed by it, has for `name`: each once, at most HOSTS_ADDRESSES. Names compare
 * without case and trailing dot. "localhost" is loopback even where the file does not say so (RFC 6761, 6.3).
 * `family` is AF_INET, AF_INET6, or AF_UNSPEC for both. Returns how many. */
size_t hosts_find(char *text, const char *name, int family, struct address found[HOSTS_ADDRESSES]);

/* The same from a file; one that cannot be read is an empty one. */
size_t hosts_lookup(const char *path, const char *name, int family, struct address found[HOSTS_ADDRESSES]);

#endif
