/* Reads checksum files as sha256sum, shasum and openssl write them. */
#ifndef FETCH_CONFIG_CHECKSUM_H
#define FETCH_CONFIG_CHECKSUM_H

#include "cmd/fetch-config/body_file.h"

enum { CHECKSUM_FILE = 1024 * 1024 };

enum checksum {
    CHECKSUM_FOUND,
    CHECKSUM_MISSING,  /* `other` names the digests that are there in place of it ("SHA-512"); NULL: none */
    CHECKSUM_AMBIGUOUS /* the name is listed with two digests: files of two directories, perhaps */
};

/* Finds the digest for a file `name`, the last component of its path: the line "HEX  NAME" or "HEX *NAME", a lone "HEX",
 * "SHA256 (NAME) = HEX" (BSD, --tag) or "SHA2-256(NAME)= HEX" (openssl). A single line counts whatever name it has. `text` is
 * changed. */
enum checksum checksum_find(char *text, const char *name, char hex[BODY_FILE_DIGEST], const char **other);

#endif
