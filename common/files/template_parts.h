/* Private to template*.c: what a template writes and reports, and what comes in place of a reference. */
#ifndef COMMON_FILES_TEMPLATE_PARTS_H
#define COMMON_FILES_TEMPLATE_PARTS_H

#include "common/files/template.h"

/* Bytes of the result; none from a default that is not used. */
void template_put(struct template *template, const char *bytes, size_t length);

/* An error at this place, and one at the present reference, unless that is in a default that is not used. */
void template_report(struct template *template, size_t line, size_t column, const char *message);
void template_fail(struct template *template, const char *message);

/* The value of the variable `name`, in the form of the present reference. */
void template_put_value(struct template *template, const char *name, const char *value);

/* The content of the file, without one newline at its end. NULL, or the problem. */
const char *template_put_file(struct template *template, int descriptor);

/* A default in a form: its text is held from here on, and written in that form when it ends. */
void template_hold(struct template *template);
void template_release(struct template *template);

enum { TEMPLATE_NAME = 1024 /* bytes of a NAME */ };

/* Of the present reference: its NAME, in `name`; whether that begins with the prefix; its value, or NULL. */
const char *template_name(const struct template *template, char name[TEMPLATE_NAME]);
bool template_is_ours(const struct template *template);
const char *template_value(const struct template *template);

/* Writes the text of the present reference as it is. */
void template_put_reference(struct template *template);

/* The present reference is complete: ${NAME}, ${NAME:?message}, ${file:PATH}. */
void template_end_name(struct template *template);
void template_end_message(struct template *template);
void template_end_path(struct template *template);

#endif
