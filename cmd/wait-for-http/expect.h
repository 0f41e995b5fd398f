/* What an answer has to hold beside its status: conditions on its headers and its body, and whether they are met. */
#ifndef WAIT_FOR_HTTP_EXPECT_H
#define WAIT_FOR_HTTP_EXPECT_H

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/base/strings.h"

enum {
    EXPECT_BODY = 1024 * 1024, /* bytes of a body that are looked at */
    EXPECT_SHOWN = 80,         /* of what came instead */
};

/* --expect-json POINTER[=VALUE] */
struct expect_json {
    char *pointer;
    const char *text; /* VALUE, as the user wrote it; NULL: any value will do */
    json_t *value;    /* the same read as JSON; NULL: it is none */
};

/* --expect-header 'NAME: VALUE' */
struct expect_header {
    char *name;
    const char *value; /* empty: any will do */
};

struct expect {
    const struct strings *texts, *patterns;
    regex_t *regexes; /* one for each of `patterns` */
    struct expect_json *json;
    struct expect_header *headers;
    size_t json_count, header_count, regex_count;
};

/* Checks for the option table. False fills `why` (CODE_USAGE). */
bool expect_check_text(const char *value, struct reason *why);
bool expect_check_regex(const char *value, struct reason *why);
bool expect_check_json(const char *value, struct reason *why);
bool expect_check_header(const char *value, struct reason *why);

/* All lists have passed the checks above, and outlive it. */
void expect_init(struct expect *expect, const struct strings *texts, const struct strings *patterns,
                 const struct strings *json, const struct strings *headers);
void expect_free(struct expect *expect);

/* Whether anything is asked of the body. */
bool expect_wants_body(const struct expect *expect);

/* Whether the values of a header, joined by commas, are what is asked for; NULL: there is no such header. False fills `why`. */
bool expect_judge_header(const struct expect_header *header, const char *values, struct reason *why);

/* Whether the body is as expected; `is_cut`: these bytes are only its beginning. Patterns are searched until `deadline`. False
 * fills `why`. */
bool expect_judge_body(const struct expect *expect, const char *body, size_t length, bool is_cut,
                       int64_t deadline, struct reason *why);

/* Puts the body's beginning, quoted and escaped, into the detail of `why`. */
void expect_show_body(const char *body, size_t length, struct reason *why);

#endif
