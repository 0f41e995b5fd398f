/* What docs-gen writes about the tools, from their tables. Everything is added to `out`. */
#ifndef INITKIT_DOCS_H
#define INITKIT_DOCS_H

#include "common/base/buf.h"
#include "common/cli/options.h"

/* All of them, initkit and `initkit run` last; NULL at the end. */
extern const struct tool *const docs_all_tools[];

/* Where a tool's page and manual page are, and what the latter is called. */
enum { DOCS_PATH = 128 };
void docs_readme(const struct tool *tool, char path[DOCS_PATH]);
void docs_man(const struct tool *tool, char path[DOCS_PATH]);
void docs_man_name(const struct tool *tool, char name[DOCS_PATH]);

/* Markdown tables: a tool's options; of all tools (their argument is not used) the tools, and the options they share; the
 * exit codes of a tool, of any with NULL. */
void docs_write_options(struct buf *out, const struct tool *tool);
void docs_write_tools(struct buf *out, const struct tool *unused);
void docs_write_common_options(struct buf *out, const struct tool *unused);
void docs_write_codes(struct buf *out, const struct tool *tool);

/* A whole manual page, in man(7)'s macros. */
void docs_write_man(struct buf *out, const struct tool *tool);

/* A completion for bash, of all tools. */
void docs_write_completion(struct buf *out, const struct tool *unused);

#endif
