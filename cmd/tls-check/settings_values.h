/* What the values of tls-check's options may be: lists to choose from, and rules for the others. */
#ifndef TLS_CHECK_SETTINGS_VALUES_H
#define TLS_CHECK_SETTINGS_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"

/* Choices, and what each stands for where that is not an enum of the same order. */
extern const char *const settings_versions[];
extern const char *const settings_max_versions[];
extern const char *const settings_profiles[];
extern const char *const settings_agents[];
extern const char *const settings_protocols[];
extern const int settings_version_values[];
extern const int settings_max_version_values[];

/* "200-399", or one status. False: it is neither. */
bool settings_parse_statuses(const char *text, int64_t *low, int64_t *high);

/* "398d", or a duration (units.h): seconds, at least one. False: it is neither. */
bool settings_parse_validity(const char *text, int64_t *seconds);

/* "2027-03-01T12:00:00Z", "...+01:00", with a fraction of a second or without: seconds since 1970. False: it is no time. */
bool settings_parse_time(const char *text, int64_t *seconds);

/* As struct option has it: false fills `why` (CODE_USAGE). */
bool settings_check_statuses(const char *value, struct reason *why);
bool settings_check_time(const char *value, struct reason *why);
bool settings_check_pin(const char *value, struct reason *why);
bool settings_check_path(const char *value, struct reason *why);
bool settings_check_proxy(const char *value, struct reason *why);
bool settings_check_alpn(const char *value, struct reason *why);
bool settings_check_java(const char *value, struct reason *why);
bool settings_check_name(const char *value, struct reason *why);

bool settings_check_issuer(const char *value, struct reason *why);
bool settings_check_validity(const char *value, struct reason *why);
bool settings_check_groups(const char *value, struct reason *why);

#endif
