/* What follows from the options together: settings_plan of settings.h. */
#include "cmd/tls-check/settings.h"
#include "cmd/tls-check/settings_values.h"
#include "common/base/environment.h"
#include "common/base/log.h"
#include "common/dns/family.h"

#include "common/base/banned.h"

static bool check_together(const struct settings *settings, struct reason *why)
{
    if (settings_version_values[settings->min_tls] > settings_max_version_values[settings->max_tls])
        return reason_set(why, CODE_USAGE, "--min-tls is above --max-tls");
    if (settings->client_key && !settings->client_cert)
        return reason_set(why, CODE_USAGE, "--client-key goes with --client-cert, which is missing");
    if (settings->client_key_password_file && !settings->client_cert)
        return reason_set(why, CODE_USAGE,
                          "--client-key-password-file goes with --client-cert, which is missing");
    if (settings->client_cert_accepted && !settings->client_cert)
        return reason_set(why, CODE_USAGE,
                          "--client-cert-accepted goes with --client-cert, which is missing");
    if (settings->proxy && settings->connect)
        return reason_set(why, CODE_USAGE, "--proxy and --connect do not go together");
    if (settings->proxy && settings->all_addresses)
        return reason_set(why, CODE_USAGE,
                          "--all-addresses: behind --proxy it is the proxy that chooses the address");
    if (settings->agent_dir && settings->as_agent == 0)
        return reason_set(why, CODE_USAGE, "--agent-dir goes with --as-agent, which is missing");
    if (settings->java_version && settings->profile != TLS_JAVA)
        return reason_set(why, CODE_USAGE, "--java-version goes with --profile java, which is missing");
    if (settings->proxy_auth_file && !settings->proxy)
        return reason_set(why, CODE_USAGE, "--proxy-auth-file goes with --proxy, which is missing");
    return true;
}

static void plan_session(const struct settings *settings, struct session_plan *plan)
{
    plan->server_name = settings->server_name;
    plan->starttls = (enum starttls_protocol)settings->starttls;
    plan->http_path = settings->http_path;
    plan->wait_for_trust = settings->wait_for_trust;
    plan->large_hello = settings->large_hello;
    plan->rules = (struct tls_rules){
        .min_days = settings->min_days,
        .warn_days = settings->warn_days,
        .pins = &settings->pins,
        .client_must_be_accepted = settings->client_cert_accepted,
        .trusts_anyone = settings->trusts_anyone,
        .issuers = &settings->issuers,
        .require_staple = settings->require_staple,
    };
    if (settings->max_validity)
        settings_parse_validity(settings->max_validity, &plan->rules.max_validity);
    settings_parse_statuses(settings->http_status, &plan->rules.http_low, &plan->rules.http_high);
}

static void plan_credentials(const struct settings *settings, struct credentials_source *source)
{
    bool java = settings->profile == TLS_JAVA;

    source->trust = (struct truststore_source){
        .paths = &settings->trust_stores,
        .password_file = settings->trust_store_password_file,
        .password = settings->trust_store_password,
        .java = java,
    };
    source->client = (struct keystore_source){
        .certificate = settings->client_cert,
        .key = settings->client_key,
        .password_file = settings->client_key_password_file,
        .password = settings->client_password,
        .key_password = settings->client_key_password,
        .alias = settings->client_alias,
        .java = java,
    };
    source->proxy_credentials_file = settings->proxy_auth_file;
    source->setup = (struct tls_setup){
        .profile = (enum tls_profile)settings->profile,
        .min_version = settings_version_values[settings->min_tls],
        .max_version = settings_max_version_values[settings->max_tls],
        .alpn = settings->alpn,
        .groups = settings->groups,
        .keep_going = true,
    };
    if (settings->java_version) {
        java_version_parse(settings->java_version, &source->setup.java);
        if (java_version_is_later(settings->java_version))
            log_warn("--java-version %.20s: judged as Java %d, the newest whose rules are known here",
                     settings->java_version, JAVA_LAST);
    }
    source->trust.java_version = source->client.java_version = source->setup.java;
    if (settings->verify_time)
        settings_parse_time(settings->verify_time, &source->setup.verify_time);
}

/* An operator looks for it where it was said. */
static void plan_proxy_origin(const struct settings *settings, struct proxy *proxy)
{
    proxy->from = settings->proxy_from;
    if (!proxy->from &&
        variable_find(environment_all(), "tls-check", "proxy", false, proxy->variable) == settings->proxy)
        proxy->from = proxy->variable;
    if (!proxy->from)
        proxy->from = "--proxy";
}

bool settings_plan(const struct settings *settings, const char *namespace, struct check_plan *plan,
                   struct operand *connect, struct proxy *proxy, struct reason *why)
{
    if (!check_together(settings, why))
        return false;
    if (settings->groups && !tls_knows_groups(settings->groups))
        return reason_set(why, CODE_USAGE, "--groups: \"%.100s\" names a group that is not known",
                          settings->groups);
    plan->lookup.search = !settings->resolver.no_search;
    plan->lookup.all = settings->all_addresses;
    plan->lookup.family = family_chosen(settings->family);
    plan->all_addresses = settings->all_addresses;
    plan_session(settings, &plan->session);
    plan_credentials(settings, &plan->credentials);
    if (settings->connect) {
        if (!operand_parse(settings->connect, namespace, connect, why) || connect->path) {
            reason_wrap(why, "--connect");
            return false;
        }
        plan->connect = connect;
    }
    if (settings->proxy) {
        proxy_parse(settings->proxy, proxy, why);
        plan_proxy_origin(settings, proxy);
        plan->session.proxy = proxy;
    }
    return true;
}
