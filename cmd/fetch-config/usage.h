/* What fetch-config's options and operands alone tell, before anything is read. */
#ifndef FETCH_CONFIG_USAGE_H
#define FETCH_CONFIG_USAGE_H

#include "cmd/fetch-config/settings.h"

/* Takes an operand apart, with the --output that belongs to it: returns the URL's text, for the caller to free, and fills *path,
 * which lives as long as the options and stays as it is when the answer goes nowhere. NULL fills `why` (CODE_USAGE). */
char *usage_split(const struct fetch_config_options *options, size_t index, const char **path,
                  struct reason *why);

/* The check_usage of fetch_config_tool. */
bool usage_check(const void *options, struct reason *why);

#endif
