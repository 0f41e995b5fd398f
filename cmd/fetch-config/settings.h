/* The options of fetch-config, and their table. */
#ifndef FETCH_CONFIG_SETTINGS_H
#define FETCH_CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/strings.h"
#include "common/cli/options.h"
#include "common/dns/resolver.h"
#include "common/http/http_options.h"

struct fetch_config_options {
    struct common_options common;
    struct strings outputs;
    struct http_options http;
    int64_t max_redirs;
    bool allow_local_redirects;
    const char *retry_status;
    int64_t connect_timeout, stall_timeout;
    int64_t min_size, max_size, max_unpacked_size;
    struct strings sha256, sha256_url;
    bool render;
    const char *render_prefix;
    struct strings render_files;
    int validate; /* enum validate_format */
    bool extract, resume;
    int64_t strip_components;
    bool if_changed, keep_on_error;
    const char *mode, *owner;
    bool progress;
    struct resolver_options resolver;
};

extern const struct tool fetch_config_tool;

#endif
