/* /etc/hosts, which an app's resolver reads before it asks DNS. */
#ifndef COMMON_DNS_HOSTS_H
#define COMMON_DNS_HOSTS_H

#include <stddef.h>

#include "common/net/address.h"

#define HOSTS_FILE "/etc/hosts"

enum { HOSTS_ADDRESSES = 16 };

/* Finds the addresses of `name` in the text of a hosts file, which it changes: each address once, at most HOSTS_ADDRESSES. Case
 * does not matter; a trailing dot does, as in libc. "localhost" is loopback even if it is not in the file (RFC 6761, 6.3).
 * `family` is AF_INET, AF_INET6, or AF_UNSPEC for both. Returns how many were found. */
size_t hosts_find(char *text, const char *name, int family, struct address found[HOSTS_ADDRESSES]);

/* The same with a file; one that cannot be read counts as empty. */
size_t hosts_lookup(const char *path, const char *name, int family, struct address found[HOSTS_ADDRESSES]);

#endif
