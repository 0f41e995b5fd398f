#include "cmd/tls-check/settings_values.h"

#include <openssl/tls1.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/tls-check/proxy.h"
#include "common/base/units.h"
#include "common/tls/tls_facts.h"
#include "common/trust/java_rules.h"

#include "common/base/banned.h"

enum {
    PIN_LENGTH = 44,
    STATUS_LEAST = 100,
    STATUS_MOST = 599,
    GROUPS_MOST = 256,
    ISSUER_MOST = 256,
    DAYS_MOST = 36500,
    DAY = 86400
};

const char *const settings_versions[] = {"1.2", "1.3", NULL};
const int settings_version_values[] = {TLS1_2_VERSION, TLS1_3_VERSION};
const char *const settings_max_versions[] = {"any", "1.2", "1.3", NULL};
const int settings_max_version_values[] = {TLS1_3_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
const char *const settings_profiles[] = {"default", "strict", "java", NULL};
const char *const settings_agents[] = {"none", "appd", NULL};
const char *const settings_protocols[] = {"none", "smtp", "imap", "pop3", "postgres", "mysql", "ldap", NULL};

bool settings_parse_statuses(const char *text, int64_t *low, int64_t *high)
{
    char first[8];
    size_t length = strcspn(text, "-");

    if (length >= sizeof first)
        return false;
    snprintf(first, sizeof first, "%.*s", (int)length, text);
    const char *second = text[length] == '-' ? text + length + 1 : first;
    return units_parse_number(first, STATUS_LEAST, STATUS_MOST, low) &&
           units_parse_number(second, STATUS_LEAST, STATUS_MOST, high) && *low <= *high;
}

bool settings_check_statuses(const char *value, struct reason *why)
{
    int64_t low, high;

    return settings_parse_statuses(value, &low, &high) ||
           reason_set(why, CODE_USAGE, "\"%.40s\" is not a range of HTTP statuses such as 200-399", value);
}

/* February 31 is a day that strptime accepts, and timegm takes for March 3. */
static bool is_day(const struct tm *day)
{
    struct tm same = {.tm_year = day->tm_year, .tm_mon = day->tm_mon, .tm_mday = day->tm_mday};

    return timegm(&same) != -1 && same.tm_mday == day->tm_mday;
}

bool settings_parse_time(const char *text, int64_t *seconds)
{
    struct tm utc;
    const char *rest;

    memset(&utc, 0, sizeof utc);
    rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
    if (!rest || !is_day(&utc))
        return false;
    *seconds = (int64_t)timegm(&utc);
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    if (strcmp(rest, "Z") == 0 || strcmp(rest, "z") == 0)
        return true;
    char hours[3] = "", minutes[3] = "";
    int64_t ahead, more;
    if ((*rest != '+' && *rest != '-') || strlen(rest) != 6 || rest[3] != ':')
        return false;
    memcpy(hours, rest + 1, 2);
    memcpy(minutes, rest + 4, 2);
    if (!units_parse_number(hours, 0, 23, &ahead) || !units_parse_number(minutes, 0, 59, &more))
        return false;
    *seconds += (*rest == '+' ? -1 : 1) * (ahead * 3600 + more * 60);
    return true;
}

bool settings_check_time(const char *value, struct reason *why)
{
    int64_t seconds;

    return (settings_parse_time(value, &seconds) && seconds > 0) ||
           reason_set(why, CODE_USAGE, "\"%.40s\" is not a time such as 2027-03-01T12:00:00Z", value);
}

bool settings_check_pin(const char *value, struct reason *why)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *pin = strncmp(value, "sha256//", 8) == 0 ? value + 8 : value;

    return (strlen(pin) == PIN_LENGTH && strspn(pin, base64) == PIN_LENGTH - 1 &&
            pin[PIN_LENGTH - 1] == '=') ||
           reason_set(why, CODE_USAGE, "\"%.60s\" is not the base64 of a SHA-256 digest (44 characters)",
                      value);
}

bool settings_check_path(const char *value, struct reason *why)
{
    if (*value != '/')
        return reason_set(why, CODE_USAGE, "\"%.100s\" does not begin with /", value);
    for (const char *at = value; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7F || *at == '#')
            return reason_set(why, CODE_USAGE, "a path must contain only ASCII, no blanks and no #");
    return true;
}

bool settings_check_proxy(const char *value, struct reason *why)
{
    struct proxy proxy;

    return proxy_parse(value, &proxy, why);
}

bool settings_check_alpn(const char *value, struct reason *why)
{
    size_t total = 0;

    for (const char *at = value; *at != '\0';) {
        size_t length = strcspn(at, ",");
        total += length + 1;
        if (length == 0 || total > 255)
            return reason_set(why, CODE_USAGE, "\"%.60s\" is not a list of protocols such as h2,http/1.1",
                              value);
        at += length + (at[length] == ',');
    }
    return true;
}

bool settings_check_name(const char *value, struct reason *why)
{
    return (*value != '\0' && strlen(value) < TLS_NAME - 1) || reason_set(why, CODE_USAGE, "expected a name");
}

/* Names alone: what else OpenSSL's lists can hold (key shares, optional groups) is not for here. */
bool settings_check_groups(const char *value, struct reason *why)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:";

    return (*value != '\0' && strlen(value) < GROUPS_MOST && value[strspn(value, letters)] == '\0') ||
           reason_set(why, CODE_USAGE, "\"%.60s\" is not a list of groups such as X25519MLKEM768:X25519",
                      value);
}

bool settings_check_issuer(const char *value, struct reason *why)
{
    return (*value != '\0' && strlen(value) < ISSUER_MOST) ||
           reason_set(why, CODE_USAGE, "expected a part of an issuer's name");
}

bool settings_parse_validity(const char *text, int64_t *seconds)
{
    char number[8];
    size_t length = strlen(text);
    int64_t milliseconds;

    if (length > 1 && length < sizeof number && text[length - 1] == 'd') {
        snprintf(number, sizeof number, "%.*s", (int)length - 1, text);
        if (!units_parse_number(number, 1, DAYS_MOST, seconds))
            return false;
        *seconds *= DAY;
        return true;
    }
    if (!units_parse_duration(text, &milliseconds))
        return false;
    *seconds = milliseconds / 1000;
    return *seconds > 0;
}

bool settings_check_validity(const char *value, struct reason *why)
{
    int64_t seconds;

    return settings_parse_validity(value, &seconds) ||
           reason_set(why, CODE_USAGE, "\"%.40s\" is not a time such as 398d or 24h", value);
}

bool settings_check_java(const char *value, struct reason *why)
{
    struct java_version version;

    return java_version_parse(value, &version) ||
           reason_set(
               why, CODE_USAGE,
               "\"%.40s\" is not a version of Java that is known here: 17, 21, 25 or later, or an update of "
               "these such as 17.0.15",
               value);
}
