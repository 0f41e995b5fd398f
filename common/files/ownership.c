#include "common/files/ownership.h"

#include <string.h>
#include <sys/stat.h>

#include "common/base/units.h"

#include "common/base/banned.h"

enum {
    ALL_BITS = 07777,
    OCTAL_DIGITS = 5, /* with a leading 0 */
};

#define LAST_ID INT64_C(4294967294) /* (uid_t)-1 means "leave it" to chown(2) */

/* --- modes --- */

static bool parse_octal(const char *text, mode_t *mode)
{
    size_t length = strspn(text, "01234567");

    *mode = 0;
    if (length == 0 || length > OCTAL_DIGITS || text[length] != '\0')
        return false;
    for (; *text != '\0'; text++)
        *mode = *mode * 8 + (mode_t)(*text - '0');
    return *mode <= ALL_BITS;
}

/* "ugoa", as bits that they stand for: user, group and other with their setuid, setgid and sticky. */
static mode_t scan_who(const char **text)
{
    mode_t who = 0;

    for (;; ++*text) {
        if (**text == 'u')
            who |= S_ISUID | S_IRWXU;
        else if (**text == 'g')
            who |= S_ISGID | S_IRWXG;
        else if (**text == 'o')
            who |= S_ISVTX | S_IRWXO;
        else if (**text == 'a')
            who |= ALL_BITS;
        else
            return who ? who : ALL_BITS;
    }
}

/* The same three bits for everyone. */
static mode_t for_all(mode_t bits)
{
    return bits << 6 | bits << 3 | bits;
}

/* "rwxXst" or one of "ugo", as bits before `who` picks its own among them. False when it is neither. */
static bool scan_bits(const char **text, mode_t mode, bool directory, mode_t *bits)
{
    *bits = 0;
    if (**text != '\0' && strchr("ugo", **text)) {
        int shift = **text == 'u' ? 6 : **text == 'g' ? 3 : 0;
        *bits = for_all(mode >> shift & 7);
        ++*text;
        return true;
    }
    for (;; ++*text) {
        if (**text == 'r')
            *bits |= for_all(4);
        else if (**text == 'w')
            *bits |= for_all(2);
        else if (**text == 'x' || (**text == 'X' && (directory || (mode & for_all(1)))))
            *bits |= for_all(1);
        else if (**text == 's')
            *bits |= S_ISUID | S_ISGID;
        else if (**text == 't')
            *bits |= S_ISVTX;
        else if (**text != 'X')
            return **text == '\0' || strchr(",+-=", **text);
    }
}

/* One clause, such as "g-w+rX". */
static bool apply_clause(const char **text, bool directory, mode_t *mode)
{
    mode_t who = scan_who(text);

    if (**text == '\0' || !strchr("+-=", **text))
        return false;
    while (**text != '\0' && strchr("+-=", **text)) {
        char operation = *(*text)++;
        mode_t bits;
        if (!scan_bits(text, *mode, directory, &bits))
            return false;
        bits &= who;
        if (operation == '+')
            *mode |= bits;
        else if (operation == '-')
            *mode &= ~bits;
        else /* a directory keeps its setgid bit unless that is named, as with chmod(1) */
            *mode = (*mode & ~(who & ~(directory ? (mode_t)(S_ISUID | S_ISGID) : 0))) | bits;
    }
    return true;
}

static bool apply(const char *text, bool directory, mode_t *mode)
{
    mode_t octal;

    if (parse_octal(text, &octal)) {
        mode_t kept = directory && strlen(text) < OCTAL_DIGITS ? *mode & (S_ISUID | S_ISGID) : 0;
        *mode = octal | kept;
        return true;
    }
    while (apply_clause(&text, directory, mode)) {
        if (*text != ',')
            return *text == '\0';
        text++;
    }
    return false;
}

bool ownership_check_mode(const char *text, struct reason *why)
{
    mode_t mode = 0;

    return apply(text, false, &mode) ||
           reason_set(why, CODE_USAGE, "\"%.100s\" is not a mode such as 0755, a+rX or u=rwX,go=rX", text);
}

mode_t ownership_mode(const struct ownership *ownership, mode_t mode, bool directory)
{
    mode &= ALL_BITS;
    if (ownership->mode)
        apply(ownership->mode, directory, &mode);
    return mode;
}

/* --- owners --- */

static bool parse_owner(const char *text, struct ownership *ownership)
{
    size_t length = strcspn(text, ":");
    char owner[16] = "";
    int64_t number;

    if (length >= sizeof owner)
        return false;
    memcpy(owner, text, length);
    if (length > 0 || text[0] == '\0') {
        if (!units_parse_number(owner, 0, LAST_ID, &number))
            return false;
        ownership->has_owner = true;
        ownership->owner = (uid_t)number;
    }
    if (text[length] == '\0')
        return true;
    if (!units_parse_number(text + length + 1, 0, LAST_ID, &number))
        return false;
    ownership->has_group = true;
    ownership->group = (gid_t)number;
    return true;
}

bool ownership_check_owner(const char *text, struct reason *why)
{
    struct ownership ignored = {0};

    return parse_owner(text, &ignored) ||
           reason_set(why, CODE_USAGE,
                      "\"%.100s\" is not an owner such as 1001, 1001:1001 or :1001, in numbers", text);
}

void ownership_init(struct ownership *ownership, const char *mode, const char *owner)
{
    *ownership = (struct ownership){.mode = mode};
    if (owner)
        parse_owner(owner, ownership);
}
