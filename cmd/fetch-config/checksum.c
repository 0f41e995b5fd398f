#include "cmd/fetch-config/checksum.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/base/file.h"

#include "common/base/banned.h"

static const char digits[] = "0123456789abcdefABCDEF";

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* The name of a digest with so many hexadecimal digits. */
static const char *kind_of(size_t length)
{
    return length == 128  ? "SHA-512"
           : length == 96 ? "SHA-384"
           : length == 40 ? "SHA-1"
           : length == 32 ? "MD5"
                          : NULL;
}

struct line {
    const char *kind; /* what the line says about it; NULL: SHA-256, or nothing */
    const char *hex;
    size_t length;
    char *name;
};

/* "SHA256", or "SHA2-256" as newer openssl writes it: SHA3-256 and SHA-512/256 have as many digits. */
static bool is_sha256(const char *text, size_t length)
{
    while (length > 0 && text[length - 1] == ' ')
        length--;
    return (length == 6 && strncasecmp(text, "SHA256", length) == 0) ||
           (length == 8 && strncasecmp(text, "SHA2-256", length) == 0);
}

/* "KIND (NAME) = HEX" or "KIND(NAME)= HEX". */
static bool read_tagged(char *text, struct line *line)
{
    char *open = strchr(text, '('), *close = strrchr(text, ')');

    if (!open || !close || close < open)
        return false;
    line->hex = close + 1 + strspn(close + 1, " =");
    line->length = strspn(line->hex, digits);
    line->name = open + 1;
    if (line->length == BODY_FILE_DIGEST - 1 && !is_sha256(text, (size_t)(open - text)))
        line->kind = "SHA3-256 or SHA-512/256";
    *close = '\0';
    return line->hex[line->length + strspn(line->hex + line->length, " \t")] == '\0';
}

/* "HEX  NAME", "HEX *NAME", "HEX". */
static bool read_plain(char *text, struct line *line)
{
    char *rest = text + strspn(text, digits);

    line->hex = text;
    line->length = (size_t)(rest - text);
    line->name = rest + strspn(rest, " \t*");
    return *rest == '\0' || *rest == ' ' || *rest == '\t';
}

enum checksum checksum_find(char *text, const char *name, char hex[BODY_FILE_DIGEST], const char **other)
{
    static const char mark[] = "\xef\xbb\xbf"; /* a byte order mark, as programs on Windows write it */
    size_t lines = 0;
    bool named = false;
    char *next;

    hex[0] = '\0';
    *other = NULL;
    text += strncmp(text, mark, 3) == 0 ? 3 : 0;
    while ((next = file_next_line(&text))) {
        struct line line = {0};
        bool read = strncasecmp(next, "sha", 3) == 0 ? read_tagged(next, &line) : read_plain(next, &line);
        if (read && !line.kind)
            line.kind = kind_of(line.length);
        if (read && line.kind)
            *other = line.kind;
        if (!read || line.kind || line.length != BODY_FILE_DIGEST - 1)
            continue;
        bool matches = strcmp(last_part(line.name), name) == 0;
        if (matches && named && strncasecmp(hex, line.hex, BODY_FILE_DIGEST - 1) != 0)
            return CHECKSUM_AMBIGUOUS;
        lines++;
        if (!matches && (named || lines > 1))
            continue;
        named = named || matches;
        memcpy(hex, line.hex, BODY_FILE_DIGEST - 1);
        hex[BODY_FILE_DIGEST - 1] = '\0';
    }
    return named || lines == 1 ? CHECKSUM_FOUND : CHECKSUM_MISSING;
}
