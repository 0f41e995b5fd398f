/* Numbers, durations and sizes as people write them. Everything is bounded and nothing is guessed: text that is only partly
 * valid is refused. */
#ifndef COMMON_BASE_UNITS_H
#define COMMON_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A decimal whole number within [min, max]. */
bool units_parse_number(const char *text, int64_t min, int64_t max, int64_t *number);

/* A decimal number with an optional fraction, such as 1.5. */
bool units_parse_factor(const char *text, double min, double max, double *factor);

/* "250ms", "2s", "1m30s", "1h", "1.5s"; a number without a unit is seconds. At most ten years. The result is in milliseconds,
 * rounded up. */
bool units_parse_duration(const char *text, int64_t *milliseconds);

/* "64Ki", "10Mi", "1Gi", "5M"; a number without a unit is bytes. At most 2^62. */
bool units_parse_size(const char *text, int64_t *bytes);

enum { UNITS_TEXT = 32 };

/* "250ms", "3.2s", "4m", "1m30s", "2h5m". Returns `text`. */
const char *units_format_duration(int64_t milliseconds, char text[UNITS_TEXT]);

#endif
