/* The user's headers of a request: lines from arguments and files, and secrets from files, which each attempt reads again. */
#ifndef COMMON_HEADERS_H
#define COMMON_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/cli/options.h"
#include "common/http/url.h"

enum { HEADERS_FILE = 64 * 1024 }; /* bytes of a file with headers or a secret */

enum headers_kind { HEADERS_LINE, HEADERS_LINES_FILE, HEADERS_BEARER_FILE, HEADERS_BASIC_FILE };

/* One value of an option. */
struct headers_entry {
    enum headers_kind kind;
    struct url origin;  /* the origin that it is for; its text is NULL if none was named */
    const char *value;  /* a line, or the path of a file */
    const char *option; /* that named it; NULL: the one of that kind */
};

/* The sources of the user's headers. */
struct headers_source {
    struct headers_entry *entries;
    size_t count;
};

/* "--header", "--bearer-token-file", ... */
const char *headers_option(enum headers_kind kind);

/* Whether it is "NAME: VALUE" that can be sent as it is: NAME is a token and does not frame the message, and there are no
 * control bytes. `why` never repeats the value. */
bool headers_check(const char *line, struct reason *why);

/* The same for a header of an answer to compare with: any name is allowed. */
bool headers_check_form(const char *line, struct reason *why);

/* Adds to `list` the lines for the origin of `url`: those that name it, and, if `own`, those that name no origin. False fills
 * `why` (CODE_USAGE), naming the option and the file. */
bool headers_read(const struct headers_source *source, const struct url *url, bool own, struct strings *list,
                  struct reason *why);

/* How many of the lines are an Authorization header. */
size_t headers_authorizations(const struct strings *list);

/* Erases and frees what headers_read has added. */
void headers_clear(struct strings *list);

/* Reads a file of one line, such as a token: without the newline at its end, not empty, no control bytes. The caller frees it
 * with headers_wipe. NULL fills `why` (CODE_USAGE). */
char *headers_read_secret(const char *path, struct reason *why);

/* Overwrites a secret, if there is one, and frees it. */
void headers_wipe(char *secret);

#endif
