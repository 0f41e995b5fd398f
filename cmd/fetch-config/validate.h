/* --validate: parses what would be published. */
#ifndef FETCH_CONFIG_VALIDATE_H
#define FETCH_CONFIG_VALIDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"

enum validate_format { VALIDATE_JSON, VALIDATE_YAML, VALIDATE_XML, VALIDATE_AUTO, VALIDATE_NONE };

/* The format by the name's ending; VALIDATE_NONE: unknown. */
enum validate_format validate_guess(const char *name);

/* Reads the descriptor to its end. False fills `why`: CODE_FAILED, with line and column, or CODE_DEADLINE. */
bool validate(int descriptor, enum validate_format format, int64_t deadline, struct reason *why);

#endif
