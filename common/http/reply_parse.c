/* Parsers for --retry-status and Retry-After, for reply.h. */
#include "common/http/reply.h"

#include <stdio.h>
#include <string.h>

#include "common/base/units.h"

#include "common/base/banned.h"

bool reply_parse_statuses(const char *text, int statuses[REPLY_STATUSES], size_t *count)
{
    size_t found = 0;

    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        char number[8];
        int64_t status;
        if (length >= sizeof number || found == REPLY_STATUSES)
            return false;
        snprintf(number, sizeof number, "%.*s", (int)length, text);
        if (!units_parse_number(number, 100, 599, &status))
            return false;
        if (statuses)
            statuses[found] = (int)status;
        found++;
        text += length;
        if (*text == ',' && *++text == '\0')
            return false;
    }
    if (count)
        *count = found;
    return true;
}

int64_t reply_retry_after(const char *value, int64_t now)
{
    int64_t seconds;

    value += strspn(value, " \t");
    if (strspn(value, "0123456789") == strlen(value) && *value != '\0') {
        if (!units_parse_number(value, 0, REPLY_PATIENCE_MOST / 1000, &seconds))
            seconds = REPLY_PATIENCE_MOST / 1000;
    } else {
        time_t date = curl_getdate(value, NULL);
        if (date < 0 || date <= now)
            return 0;
        seconds = (int64_t)date - now;
    }
    return seconds < REPLY_PATIENCE_MOST / 1000 ? seconds * 1000 : REPLY_PATIENCE_MOST;
}
