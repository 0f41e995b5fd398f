/* The forms of ${FORM:NAME}: how a value is written so that it is valid in JSON, YAML, a shell script, ... */
#ifndef COMMON_FILES_TEMPLATE_FORM_H
#define COMMON_FILES_TEMPLATE_FORM_H

#include <stddef.h>

#include "common/base/buf.h"

enum template_form {
    TEMPLATE_PLAIN, /* the value as it is: no form was named */
    TEMPLATE_JSON,  /* a string, with its quotes; YAML's is the same */
    TEMPLATE_SH,    /* one word, in single quotes */
    TEMPLATE_PROPERTIES,
    TEMPLATE_BASE64,
    TEMPLATE_URLENCODE,
};

/* TEMPLATE_PLAIN: there is no form of that name. */
enum template_form template_form_find(const char *name, size_t length);

/* Adds `text` in that form, which is not TEMPLATE_PLAIN; a NUL must follow it. NULL, or the problem ("is not UTF-8"). */
const char *template_form_add(struct buf *out, enum template_form form, const char *text, size_t length);

#endif
