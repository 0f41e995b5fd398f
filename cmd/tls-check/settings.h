/* What the user said to tls-check: its option table, and the plan of a run that follows from it. */
#ifndef TLS_CHECK_SETTINGS_H
#define TLS_CHECK_SETTINGS_H

#include "cmd/tls-check/check.h"
#include "common/base/strings.h"
#include "common/cli/options.h"
#include "common/dns/resolver.h"
#include "common/tls/tls_options.h"

#define SETTINGS_HTTP_STATUS "200-399"

struct settings {
    struct common_options common;
    struct strings trust_stores;
    const char *trust_store_password_file;
    const char *client_cert, *client_key, *client_key_password_file;
    const char *server_name, *connect;
    bool all_addresses;
    int family;
    int min_tls, max_tls;
    const char *alpn, *groups;
    bool large_hello;
    const char *proxy, *proxy_auth_file;
    int starttls; /* enum starttls_protocol */
    int64_t min_days, warn_days;
    struct strings pins;
    const char *http_path, *http_status;
    bool client_cert_accepted;
    int profile; /* enum tls_profile */
    const char *java_version;
    const char *verify_time;
    bool show_chain;
    const char *report, *export_chain, *metrics;
    struct strings issuers;
    bool require_staple;
    const char *max_validity;
    bool wait_for_trust;
    int as_agent; /* 0: none */
    const char *agent_dir;
    bool java_options;
    struct resolver_options resolver;

    /* Not the user's: what an agent is told (derive.h). */
    const char *trust_store_password;
    const char *client_password, *client_key_password, *client_alias;
    const char *proxy_from;
    bool trusts_anyone;
};

enum { SETTINGS_ROWS = 46 };

extern const struct option settings_rows[SETTINGS_ROWS];

/* Fills the plan, but for what belongs to a run: loop, resolver. `connect` and `proxy` outlive it. False (CODE_USAGE) where
 * options do not go together. */
bool settings_plan(const struct settings *settings, const char *namespace, struct check_plan *plan,
                   struct operand *connect, struct proxy *proxy, struct reason *why);

#endif
