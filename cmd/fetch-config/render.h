/* --render: renders a template that was fetched. */
#ifndef FETCH_CONFIG_RENDER_H
#define FETCH_CONFIG_RENDER_H

#include "cmd/fetch-config/body_file.h"
#include "common/files/template_files.h"

struct render_rules {
    const char *prefix; /* only names that begin so; NULL: all */
    struct template_files files;
    const char *target; /* as log lines name it */
    const struct body_file_place *place;
    int64_t max_size; /* of the result */
    int64_t deadline;
};

/* Replaces the body by the rendered text. False fills `why` (CODE_FAILED, CODE_DEADLINE); each error has been logged with line and
 * column. */
bool render_body_file(struct body_file *body, const struct render_rules *rules, struct reason *why);

#endif
