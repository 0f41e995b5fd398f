#include "common/http/resume.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/units.h"

#include "common/base/banned.h"

/* A Last-Modified must be so many seconds older than the answer: a file may change twice within a second (RFC 9110, 8.8.2.2). */
enum { MODIFIED_BEFORE = 60, DIGITS_MOST = 32 };

#define BYTES "bytes "

/* Whether it can be sent in a request's header. */
static bool is_plain(const char *text)
{
    size_t length = strlen(text);

    for (const char *at = text; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            return false;
    return length < RESUME_VALIDATOR;
}

static bool is_strong(const char *etag)
{
    size_t length = strlen(etag);

    return is_plain(etag) && length > 2 && etag[0] == '"' && etag[length - 1] == '"' &&
           strcspn(etag + 1, "\" ") == length - 2;
}

static bool is_old_enough(const char *modified, const char *date)
{
    time_t changed = curl_getdate(modified, NULL), sent = curl_getdate(date, NULL);

    return is_plain(modified) && changed > 0 && sent > 0 && sent - changed >= MODIFIED_BEFORE;
}

/* A weak ETag does not change with every change of the file; then a Last-Modified does not help either. */
static const char *find_validator(const struct resume_headers *headers)
{
    if (headers->etag)
        return is_strong(headers->etag) ? headers->etag : NULL;
    return headers->modified && headers->date && is_old_enough(headers->modified, headers->date)
               ? headers->modified
               : NULL;
}

static bool is_identity(const char *coding)
{
    return !coding || strcasecmp(coding, "identity") == 0;
}

bool resume_learn(const struct resume_headers *headers, struct resume *resume)
{
    const char *validator = find_validator(headers);
    bool refuses = headers->accepts && strcasecmp(headers->accepts, "none") == 0;

    if (!validator || refuses || !is_identity(headers->coding) || !headers->length ||
        !units_parse_number(headers->length, 1, INT64_MAX, &resume->total))
        return false;
    snprintf(resume->validator, sizeof resume->validator, "%s", validator);
    return true;
}

/* Parses a number at the beginning of *text, and skips `end` after it. */
static bool take_number(const char **text, char end, int64_t *number)
{
    char digits[DIGITS_MOST];
    size_t length = strspn(*text, "0123456789");

    if (length == 0 || length >= sizeof digits || (*text)[length] != end)
        return false;
    snprintf(digits, sizeof digits, "%.*s", (int)length, *text);
    *text += length + (end != '\0');
    return units_parse_number(digits, 0, INT64_MAX, number);
}

static bool counts_bytes(const char *range)
{
    return strncasecmp(range, BYTES, sizeof BYTES - 1) == 0;
}

/* Whether the range begins at `from` and ends with the file. Fills *total, the length of the file. */
static bool reaches_the_end(const char *range, int64_t from, int64_t *total)
{
    int64_t first, last;

    range += counts_bytes(range) ? sizeof BYTES - 1 : 0;
    return take_number(&range, '-', &first) && take_number(&range, '/', &last) &&
           take_number(&range, '\0', total) && first == from && last == *total - 1;
}

static bool is_the_rest(const char *range, int64_t from, int64_t total)
{
    int64_t all;

    return range && counts_bytes(range) && reaches_the_end(range, from, &all) && all == total;
}

bool resume_is_part(const char *range)
{
    int64_t all;

    return counts_bytes(range) && !reaches_the_end(range, 0, &all);
}

static bool is_same(const struct resume_headers *headers, const char *validator)
{
    const char *named = validator[0] == '"' ? headers->etag : headers->modified;

    return named && strcmp(named, validator) == 0;
}

bool resume_fits(const struct resume_headers *headers, const struct resume *resume, int64_t from,
                 struct reason *why)
{
    int64_t length = -1;

    if (!is_the_rest(headers->range, from, resume->total))
        reason_set(why, CODE_FAILED,
                   "the server sent Content-Range %.60s, although bytes %" PRId64 "-%" PRId64 "/%" PRId64
                   " were requested",
                   headers->range ? headers->range : "missing", from, resume->total - 1, resume->total);
    else if (!headers->length || !units_parse_number(headers->length, 0, INT64_MAX, &length) ||
             length != resume->total - from)
        reason_set(why, CODE_FAILED,
                   "the server sent Content-Length %.60s, although %" PRId64 " bytes are missing",
                   headers->length ? headers->length : "missing", resume->total - from);
    else if (!is_identity(headers->coding))
        reason_set(why, CODE_FAILED, "the server sent the missing bytes with Content-Encoding %.60s",
                   headers->coding);
    else if (!is_same(headers, resume->validator))
        reason_set(why, CODE_FAILED, "the server sent another version of the file, or did not identify it");
    else
        return true;
    reason_hint(why,
                "the server, or a cache before it, handles Range wrongly: the whole file is fetched again");
    return false;
}
