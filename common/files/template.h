/* Filling in ${NAME}, as a stream: any amount of text in time that grows with its length only.
 *
 * Only references with braces count. ${NAME}, ${NAME:-default}, ${NAME:?message} with NAME [A-Za-z_][A-Za-z0-9_]*, and
 * ${file:PATH}, the file's content without one newline at its end. $$ is a dollar. Everything else, ${a.b} too, and names without
 * the prefix stay as they are. Values are not scanned again. The default is taken where NAME is not set or empty; it is template
 * text up to its closing brace, so that defaults nest. What a default that is not needed names is not looked at. */
#ifndef COMMON_FILES_TEMPLATE_H
#define COMMON_FILES_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "common/files/template_files.h"

/* A file that ${file:PATH} names has at most so many bytes. */
enum { TEMPLATE_FILE_MOST = 16 * 1024 * 1024 };

/* Where the result and the errors go. Both members may be called many times for one piece of text. */
struct template_sink {
    /* Takes the next bytes of the result; false ends it. May be NULL: then the text is only checked. */
    bool (*write)(void *owner, const char *bytes, size_t length);
    /* What is wrong at a line and a column (characters), both from 1. */
    void (*error)(void *owner, size_t line, size_t column, const char *message);
    void *owner;
};

struct template
{
    const struct template_sink *sink;
    const char *prefix;                 /* only names that begin so are filled in; may be NULL */
    const struct template_files *files; /* that ${file:PATH} may read */
    int state;
    size_t line, column;             /* of the next byte */
    size_t start_line, start_column; /* of the reference under way */
    struct buf reference;            /* its text from "${" on */
    size_t depth;                    /* defaults that are open */
    size_t dropping;                 /* the depth of the outermost one that is not needed; 0: none */
    size_t open_line, open_column;   /* of the outermost open one's reference */
    size_t braces;                   /* open in a message, a path, or what stays untouched */
    bool dollar;                     /* the byte before was one there */
    bool failed, ended;
};

/* `sink` and `files` must outlive the template. */
void template_begin(struct template *template, const struct template_sink *sink, const char *prefix,
                    const struct template_files *files);

/* The next piece of text. False when the sink wants no more. */
bool template_feed(struct template *template, const char *text, size_t length);

/* The end of the text. True when there was no error and the sink took everything. */
bool template_end(struct template *template);

#endif
