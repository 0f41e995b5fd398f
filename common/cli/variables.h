/* Options as environment variables: INITKIT_WAIT_FOR_TCP_TIMEOUT takes precedence over INITKIT_TIMEOUT. */
#ifndef COMMON_CLI_VARIABLES_H
#define COMMON_CLI_VARIABLES_H

#include <stdbool.h>

enum { VARIABLE_NAME = 96 };

/* "INITKIT_WAIT_FOR_TCP_TIMEOUT"; "INITKIT_TIMEOUT" when `tool` is NULL. */
void variable_name(const char *tool, const char *option, char name[VARIABLE_NAME]);

/* The variables that begin with INITKIT_, in an array that the caller frees: each option is looked up among these few only. */
char **variables_ours(char **environment);

/* The value of `name`; NULL when it is not set. */
const char *variable_value(char **environment, const char *name);

/* The value of the tool's own variable, else of the shared one, and its name. An empty variable counts as unset unless
 * `empty_counts`. NULL when neither is set. */
const char *variable_find(char **environment, const char *tool, const char *option, bool empty_counts,
                          char name[VARIABLE_NAME]);

/* Calls `warn` with the name of each variable that begins with INITKIT_ and that no tool knows. */
void variables_warn_unknown(char **environment, void (*warn)(const char *name));

#endif
