#include "cmd/tls-check/settings.h"

#include <openssl/tls1.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/units.h"

#include "common/banned.h"

enum { DAYS_MOST = 36500, PIN_LENGTH = 44, STATUS_LEAST = 100, STATUS_MOST = 599 };

static const char *const families[] = {"any", "4", "6", NULL};
static const int family_values[] = {AF_UNSPEC, AF_INET, AF_INET6};
static const char *const versions[] = {"1.2", "1.3", NULL};
static const int version_values[] = {TLS1_2_VERSION, TLS1_3_VERSION};
static const char *const profiles[] = {"default", "strict", "java", NULL};
static const char *const agents[] = {"none", "appd", NULL};
static const char *const protocols[] = {"none", "smtp", "imap", "pop3", "postgres", "mysql", "ldap", NULL};

/* --- values --- */

/* "200-399", or one status. */
static bool parse_statuses(const char *text, int64_t *low, int64_t *high)
{
    char first[8];
    size_t length = strcspn(text, "-");

    if (length >= sizeof first)
        return false;
    snprintf(first, sizeof first, "%.*s", (int)length, text);
    const char *second = text[length] == '-' ? text + length + 1 : first;
    return units_parse_number(first, STATUS_LEAST, STATUS_MOST, low) &&
           units_parse_number(second, STATUS_LEAST, STATUS_MOST, high) && *low <= *high;
}

static bool check_statuses(const char *value, struct reason *why)
{
    int64_t low, high;

    return parse_statuses(value, &low, &high) ||
           reason_set(why, CODE_USAGE, "\"%.40s\" is not a range of HTTP statuses such as 200-399", value);
}

/* "2027-03-01T12:00:00Z", "...+01:00", with a fraction of a second or without. */
static bool parse_time(const char *text, int64_t *seconds)
{
    struct tm utc;
    const char *rest;

    memset(&utc, 0, sizeof utc);
    rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
    if (!rest)
        return false;
    *seconds = (int64_t)timegm(&utc);
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    if (strcmp(rest, "Z") == 0 || strcmp(rest, "z") == 0)
        return true;
    char hours[3] = "", minutes[3] = "";
    int64_t ahead, more;
    if ((*rest != '+' && *rest != '-') || strlen(rest) != 6 || rest[3] != ':')
        return false;
    memcpy(hours, rest + 1, 2);
    memcpy(minutes, rest + 4, 2);
    if (!units_parse_number(hours, 0, 23, &ahead) || !units_parse_number(minutes, 0, 59, &more))
        return false;
    *seconds += (*rest == '+' ? -1 : 1) * (ahead * 3600 + more * 60);
    return true;
}

static bool check_time(const char *value, struct reason *why)
{
    int64_t seconds;

    return (parse_time(value, &seconds) && seconds > 0) ||
           reason_set(why, CODE_USAGE, "\"%.40s\" is not a time such as 2027-03-01T12:00:00Z", value);
}

static bool check_pin(const char *value, struct reason *why)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *pin = strncmp(value, "sha256//", 8) == 0 ? value + 8 : value;

    return (strlen(pin) == PIN_LENGTH && strspn(pin, base64) == PIN_LENGTH - 1 &&
            pin[PIN_LENGTH - 1] == '=') ||
           reason_set(why, CODE_USAGE, "\"%.60s\" is not the base64 of a SHA-256 digest (44 characters)",
                      value);
}

static bool check_path(const char *value, struct reason *why)
{
    if (*value != '/')
        return reason_set(why, CODE_USAGE, "\"%.100s\" does not begin with /", value);
    for (const char *at = value; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7F || *at == '#')
            return reason_set(why, CODE_USAGE, "a path holds no blanks, no # and no bytes beyond ASCII");
    return true;
}

static bool check_proxy(const char *value, struct reason *why)
{
    struct proxy proxy;

    return proxy_parse(value, &proxy, why);
}

static bool check_alpn(const char *value, struct reason *why)
{
    size_t total = 0;

    for (const char *at = value; *at != '\0';) {
        size_t length = strcspn(at, ",");
        total += length + 1;
        if (length == 0 || total > 255)
            return reason_set(why, CODE_USAGE, "\"%.60s\" is not a list of protocols such as h2,http/1.1",
                              value);
        at += length + (at[length] == ',');
    }
    return true;
}

static bool check_name(const char *value, struct reason *why)
{
    return (*value != '\0' && strlen(value) < TLS_NAME - 1) || reason_set(why, CODE_USAGE, "expected a name");
}

/* --- the table --- */

#define AT(member) offsetof(struct settings, member)

const struct option settings_rows[SETTINGS_ROWS] = {
    {.name = "trust-store",
     .argument = "PATH",
     .type = OPTION_LIST,
     .offset = AT(trust_stores),
     .help = "Trust what is in this file or directory: PEM, DER, PKCS#12, JKS or JCEKS, told apart by "
             "content; \"system\" is the system's own, which is also what counts when nothing is named"},
    {.name = "cacert", .argument = "PATH", .stands_for = "trust-store"},
    {.name = "trust-store-password-file",
     .argument = "PATH",
     .type = OPTION_TEXT,
     .offset = AT(trust_store_password_file),
     .help = "The trust store's password is the first line of this file"},
    {.name = "client-cert",
     .argument = "PATH",
     .type = OPTION_TEXT,
     .offset = AT(client_cert),
     .help = "Show this certificate when the server asks: PEM, DER, PKCS#12, JKS or JCEKS"},
    {.name = "cert", .argument = "PATH", .stands_for = "client-cert"},
    {.name = "client-key",
     .argument = "PATH",
     .type = OPTION_TEXT,
     .offset = AT(client_key),
     .help = "Its private key, when it is in another file"},
    {.name = "key", .argument = "PATH", .stands_for = "client-key"},
    {.name = "client-key-password-file",
     .argument = "PATH",
     .type = OPTION_TEXT,
     .offset = AT(client_key_password_file),
     .help = "The password of the private key is the first line of this file"},
    {.name = "client-cert-accepted",
     .offset = AT(client_cert_accepted),
     .help = "The server must be seen to accept the client certificate: TLS 1.3 refuses after the handshake"},
    {.name = "server-name",
     .argument = "NAME",
     .type = OPTION_TEXT,
     .offset = AT(server_name),
     .check = check_name,
     .help = "Send and verify this name instead of the host's"},
    {.name = "tls-server-name", .argument = "NAME", .stands_for = "server-name"},
    {.name = "connect",
     .argument = "HOST:PORT",
     .type = OPTION_TEXT,
     .offset = AT(connect),
     .help = "Connect to this place instead"},
    {.name = "all-addresses",
     .offset = AT(all_addresses),
     .help = "Every address of the name must pass, not only the first that answers"},
    {.name = "family",
     .argument = "any|4|6",
     .type = OPTION_CHOICE,
     .offset = AT(family),
     .choices = families,
     .initial = "any",
     .help = "Address family to connect over"},
    {.letter = '4', .stands_for = "family", .value = "4"},
    {.letter = '6', .stands_for = "family", .value = "6"},
    {.name = "profile",
     .argument = "default|strict|java",
     .type = OPTION_CHOICE,
     .offset = AT(profile),
     .choices = profiles,
     .initial = "default",
     .help = "Whose rules: OpenSSL's; RFC 5280's to the letter; those of a Java agent, each relaxation a "
             "warning"},
    {.name = "min-tls",
     .argument = "1.2|1.3",
     .type = OPTION_CHOICE,
     .offset = AT(min_tls),
     .choices = versions,
     .initial = "1.2",
     .help = "Lowest version of TLS to offer"},
    {.name = "max-tls",
     .argument = "1.2|1.3",
     .type = OPTION_CHOICE,
     .offset = AT(max_tls),
     .choices = versions,
     .initial = "1.3",
     .help = "Highest version of TLS to offer"},
    {.name = "alpn",
     .argument = "LIST",
     .type = OPTION_TEXT,
     .offset = AT(alpn),
     .check = check_alpn,
     .help = "Application protocols to offer, such as h2,http/1.1"},
    {.name = "min-days",
     .argument = "N",
     .type = OPTION_NUMBER,
     .offset = AT(min_days),
     .max = DAYS_MOST,
     .initial = "0",
     .help = "Every certificate of the chain must be valid for so many more days"},
    {.name = "warn-days",
     .argument = "N",
     .type = OPTION_NUMBER,
     .offset = AT(warn_days),
     .max = DAYS_MOST,
     .initial = "30",
     .help = "Warn when one is valid for fewer days"},
    {.name = "as-agent",
     .argument = "appd",
     .type = OPTION_CHOICE,
     .offset = AT(as_agent),
     .choices = agents,
     .initial = "none",
     .help = "Take target, trust store, client certificate and proxy from where the AppDynamics agent takes "
             "them: its variables, JAVA_TOOL_OPTIONS and controller-info.xml; implies --profile java and, "
             "unless the agent is told otherwise, --max-tls 1.2"},
    {.name = "agent-dir",
     .argument = "DIR",
     .type = OPTION_TEXT,
     .offset = AT(agent_dir),
     .help = "The agent's folder, with ver*/conf/controller-info.xml, for --as-agent"},
    {.name = "verify-time",
     .argument = "RFC3339",
     .type = OPTION_TEXT,
     .offset = AT(verify_time),
     .check = check_time,
     .help = "Judge as of then, such as 2027-03-01T12:00:00Z"},
    {.name = "pin-sha256",
     .argument = "BASE64",
     .type = OPTION_LIST,
     .offset = AT(pins),
     .check = check_pin,
     .help = "The public key of one certificate in the verified chain must have this digest, with sha256// "
             "before it or not; with several, one has to be there"},
    {.name = "http-path",
     .argument = "PATH",
     .type = OPTION_TEXT,
     .offset = AT(http_path),
     .check = check_path,
     .help = "Ask for this path after the handshake (GET)"},
    {.name = "http-status",
     .argument = "RANGE",
     .type = OPTION_TEXT,
     .offset = AT(http_status),
     .initial = "200-399",
     .check = check_statuses,
     .help = "Statuses of the answer that pass"},
    {.name = "proxy",
     .letter = 'x',
     .argument = "URL",
     .type = OPTION_TEXT,
     .offset = AT(proxy),
     .check = check_proxy,
     .help = "Go through this HTTP proxy (CONNECT), http://HOST:PORT; no proxy variables are read, as Java "
             "reads none"},
    {.name = "proxy-auth-file",
     .argument = "PATH",
     .type = OPTION_TEXT,
     .offset = AT(proxy_auth_file),
     .help = "user:password for the proxy is the first line of this file"},
    {.name = "starttls",
     .argument = "smtp|imap|pop3|postgres|mysql|ldap",
     .type = OPTION_CHOICE,
     .offset = AT(starttls),
     .choices = protocols,
     .initial = "none",
     .help = "Start TLS by that protocol's command"},
    {.name = "show-chain",
     .offset = AT(show_chain),
     .help = "Print the chain, for people, on standard output"},
    {.name = "report",
     .argument = "PATH",
     .type = OPTION_TEXT,
     .offset = AT(report),
     .help = "Write the whole result as JSON; - is standard output"},
    {.name = "export-chain",
     .argument = "PATH",
     .type = OPTION_TEXT,
     .offset = AT(export_chain),
     .help = "Write what the server sent as PEM; - is standard output"},
    {.name = "wait-for-trust",
     .offset = AT(wait_for_trust),
     .help = "Retry what else ends the run at once: until a trust store or certificate has been mended"},
    RESOLVER_ROWS(struct settings),
};

/* --- what hangs together --- */

static bool check_together(const struct settings *settings, struct reason *why)
{
    if (version_values[settings->min_tls] > version_values[settings->max_tls])
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
    plan->rules = (struct tls_rules){
        .min_days = settings->min_days,
        .warn_days = settings->warn_days,
        .pins = &settings->pins,
        .client_must_be_accepted = settings->client_cert_accepted,
        .trusts_anyone = settings->trusts_anyone,
    };
    parse_statuses(settings->http_status, &plan->rules.http_low, &plan->rules.http_high);
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
        .min_version = version_values[settings->min_tls],
        .max_version = version_values[settings->max_tls],
        .alpn = settings->alpn,
        .keep_going = true,
    };
    if (settings->verify_time)
        parse_time(settings->verify_time, &source->setup.verify_time);
}

bool settings_plan(const struct settings *settings, const char *namespace, struct check_plan *plan,
                   struct operand *connect, struct proxy *proxy, struct reason *why)
{
    if (!check_together(settings, why))
        return false;
    plan->search = !settings->resolver.no_search;
    plan->family = family_values[settings->family];
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
        proxy->from = settings->proxy_from ? settings->proxy_from : "--proxy";
        plan->session.proxy = proxy;
    }
    return true;
}
