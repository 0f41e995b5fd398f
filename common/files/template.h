/* Renders ${NAME} in a stream of text, in time that is linear in its length.
 *
 * Only references with braces count. ${NAME}, ${NAME:-default}, ${NAME:?message} with NAME [A-Za-z_][A-Za-z0-9_]*, and
 * ${file:PATH}, the file's content without one newline at its end. $$ is a dollar. Everything else, such as ${a.b}, and names
 * without the prefix stay as they are. Values are not scanned again. The default is used if NAME is not set or empty. It is
 * template text up to its closing brace, so defaults nest. References in a default that is not used are not evaluated.
 *
 * ${FORM:NAME}, with or without default or message, writes the value, or the default, in a form (template_form.h). */
#ifndef COMMON_FILES_TEMPLATE_H
#define COMMON_FILES_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "common/files/template_files.h"
#include "common/files/template_form.h"

enum {
    TEMPLATE_FILE_MOST = 16 * 1024 * 1024, /* bytes of a file for ${file:PATH} */
    TEMPLATE_HELD_MOST = 8,                /* defaults in a form, one within the other */
    TEMPLATE_HELD_TEXT_MOST = 256 * 1024,  /* bytes of all of them; a variable has half of that at most */
};

/* Where the result and the errors go. Both members may be called many times for one piece of text. */
struct template_sink {
    /* Takes the next bytes of the result; false ends the rendering. NULL: the text is only checked. */
    bool (*write)(void *owner, const char *bytes, size_t length);
    /* Reports an error at a line and column (in characters), both from 1. */
    void (*error)(void *owner, size_t line, size_t column, const char *message);
    void *owner;
};

/* An open default in a form. */
struct template_held {
    enum template_form form;
    size_t depth;        /* of this default */
    size_t start;        /* where it begins in held_text */
    size_t line, column; /* of its reference */
};

struct template
{
    const struct template_sink *sink;
    const char *prefix;                 /* only names that begin with it are replaced; NULL: all */
    const struct template_files *files; /* that ${file:PATH} may read */
    int state;
    size_t line, column;             /* of the next byte */
    size_t start_line, start_column; /* of the present reference */
    struct buf reference;            /* its text from "${" on */
    enum template_form form;         /* its form */
    size_t name_at;                  /* where NAME begins in that text */
    struct template_held held[TEMPLATE_HELD_MOST];
    size_t held_count;
    struct buf held_text;
    bool overfull;                 /* held_text has been full, which is reported once */
    size_t depth;                  /* defaults that are open */
    size_t dropping;               /* the depth of the outermost default that is not used; 0: none */
    size_t open_line, open_column; /* of the outermost open default */
    size_t braces;                 /* open in a message, a path, or what stays untouched */
    bool dollar;                   /* the previous byte there was a dollar */
    bool failed, ended;
};

/* `sink` and `files` must outlive the template. */
void template_begin(struct template *template, const struct template_sink *sink, const char *prefix,
                    const struct template_files *files);

/* Renders the next piece of text. False: the sink has ended it. */
bool template_feed(struct template *template, const char *text, size_t length);

/* The end of the text. True when there was no error and the sink took everything. */
bool template_end(struct template *template);

#endif
