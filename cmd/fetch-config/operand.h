/* "URL=PATH" taken apart. */
#ifndef FETCH_CONFIG_OPERAND_H
#define FETCH_CONFIG_OPERAND_H

#include <stdbool.h>

/* Splits at the last "=" that is followed by "/", "./" or a lone "-". *url is for the caller to free, *path points into
 * `operand`. False when there is no such place. */
bool operand_split(const char *operand, char **url, const char **path);

/* `path`, or "-" for another name of standard output, and PUBLISH_STDERR for one of standard error: where that is a file, the name is
 * a link to it, which a file fetched would take the place of. */
const char *operand_path(const char *path);

#endif
