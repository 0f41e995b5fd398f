/* "URL=PATH" taken apart. */
#ifndef FETCH_CONFIG_OPERAND_H
#define FETCH_CONFIG_OPERAND_H

#include <stdbool.h>

/* Splits at the last "=" that is followed by "/", "./" or a lone "-". *url is for the caller to free, *path points into
 * `operand`. False when there is no such place. */
bool operand_split(const char *operand, char **url, const char **path);

#endif
