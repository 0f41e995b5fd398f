#include "cmd/fetch-config/usage.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/fetch-config/operand.h"
#include "cmd/fetch-config/validate.h"
#include "common/base/mem.h"
#include "common/http/url.h"
#include "common/net/target.h"

#include "common/base/banned.h"

enum { PAIRS_MOST = 10000 };

/* A "=" in a URL with a query, or where data is sent, may be part of the URL: the user must say. */
static bool may_be_split(const struct fetch_config_options *options, const char *url, struct reason *why)
{
    if (!strchr(url, '?') && !options->http.data_file)
        return true;
    reason_set(why, CODE_USAGE, "it is not clear whether the last = is part of the URL");
    reason_hint(why, "write the URL by itself, and where it goes as --output PATH (/dev/null: nowhere)");
    return false;
}

char *usage_split(const struct fetch_config_options *options, size_t index, const char **path,
                  struct reason *why)
{
    const char *operand = options->common.operands.items[index];
    char *text = NULL;

    if (options->outputs.count > 0) {
        *path = options->outputs.items[index];
        return xstrdup(operand);
    }
    if (operand_split(operand, &text, path)) {
        if (may_be_split(options, text, why))
            return text;
        free(text);
        return NULL;
    }
    if (options->http.method || options->http.data_file)
        return xstrdup(operand);
    reason_set(why, CODE_USAGE,
               "expected URL=PATH, where PATH begins with / or ./ or is -, or URL and -o PATH");
    return NULL;
}

static bool check_counts(const struct fetch_config_options *options, struct reason *why)
{
    size_t operands = options->common.operands.count;

    if (operands == 0)
        return reason_set(why, CODE_USAGE, "a URL is missing: expected URL=PATH, or URL and -o PATH");
    if (operands > PAIRS_MOST)
        return reason_set(why, CODE_USAGE, "more than %d pairs", PAIRS_MOST);
    if (options->outputs.count > 0 && options->outputs.count != operands)
        return reason_set(why, CODE_USAGE, "--output: given %zu times for %zu URLs: expected one for each",
                          options->outputs.count, operands);
    if (options->sha256.count > operands)
        return reason_set(why, CODE_USAGE, "--sha256: given more often than there are pairs");
    if (options->sha256_url.count > operands)
        return reason_set(why, CODE_USAGE, "--sha256-url: given more often than there are pairs");
    if (options->extract && (options->render || options->if_changed || options->validate < VALIDATE_AUTO))
        return reason_set(why, CODE_USAGE,
                          "--extract: does not go with --render, --validate or --if-changed");
    if (!options->render && (options->render_prefix || options->render_files.count > 0))
        return reason_set(why, CODE_USAGE,
                          "--render-prefix, --render-files: go with --render, which is missing");
    if (options->strip_components > 0 && !options->extract)
        return reason_set(why, CODE_USAGE, "--strip-components: goes with --extract, which is missing");
    return true;
}

/* %n in the host is something, whatever the namespace is. */
static bool check_pair(const struct fetch_config_options *options, size_t index, struct reason *why)
{
    const char *path = NULL;
    char *text = usage_split(options, index, &path, why);
    struct url url = {0};
    bool good = text && url_parse(text, "n", &url, why);

    url_free(&url);
    free(text);
    if (good)
        return true;
    char *shown = target_show(options->common.operands.items[index]);
    options_refuse_operand(&options->common, *shown != '\0' ? shown : "''", why);
    free(shown);
    return false;
}

bool usage_check(const void *from, struct reason *why)
{
    const struct fetch_config_options *options = from;
    bool good = check_counts(options, why);

    for (size_t i = 0; good && i < options->common.operands.count; i++)
        good = check_pair(options, i, why);
    return good && http_options_check(&options->http, why);
}
