#include "cmd/tls-check/settings.h"

#include <stddef.h>

#include "cmd/tls-check/settings_values.h"
#include "common/dns/family.h"

#include "common/base/banned.h"

enum { DAYS_MOST = 36500 };

#define AT(member) offsetof(struct settings, member)

const struct option settings_rows[SETTINGS_ROWS] = {
    TLS_ROWS,
    SWITCH(
        "client-cert-accepted", client_cert_accepted,
        .help =
            "The server must be seen to accept the client certificate: TLS 1.3 refuses after the handshake"),
    OPTION("server-name", "NAME", TEXT, server_name, .check = settings_check_name,
           .help = "Send and verify this name instead of the host's"),
    {.name = "tls-server-name", .argument = "NAME", .stands_for = "server-name"},
    OPTION("connect", "HOST:PORT", TEXT, connect, .help = "Connect to this place instead"),
    SWITCH("all-addresses", all_addresses,
           .help = "Every address of the name must pass, not only the first that answers"),
    FAMILY_ROWS("Address family to connect over"),
    OPTION(
        "profile", "default|strict|java", CHOICE, profile, .choices = settings_profiles, .initial = "default",
        .help =
            "Whose rules apply: OpenSSL's; RFC 5280's to the letter; a Java agent's, with a warning for what only Java accepts"),
    OPTION(
        "java-version", "N", TEXT, java_version, .check = settings_check_java,
        .help =
            "Which Java --profile java is: 17, 21, 25 in their newest updates, or one update such as 17.0.15; "
            "without it, only what the newest 17 and 21 both take passes"),
    OPTION("min-tls", "1.2|1.3", CHOICE, min_tls, .choices = settings_versions, .initial = "1.2",
           .help = "Lowest version of TLS to offer"),
    OPTION("max-tls", "1.2|1.3", CHOICE, max_tls, .choices = settings_max_versions, .initial = "any",
           .help = "Highest version of TLS to offer"),
    OPTION("alpn", "LIST", TEXT, alpn, .check = settings_check_alpn,
           .help = "Application protocols to offer, such as h2,http/1.1"),
    OPTION(
        "groups", "LIST", TEXT, groups, .check = settings_check_groups,
        .help =
            "Key exchange groups to offer, in this order, such as X25519MLKEM768:X25519; without it those that an agent "
            "offers"),
    SWITCH(
        "large-hello", large_hello,
        .help =
            "The server must also answer a first message of over 1,400 bytes, as post-quantum clients send it (Go 1.24, "
            "Java 25): some devices on the way drop that"),
    OPTION("min-days", "N", NUMBER, min_days, .max = DAYS_MOST, .initial = "0",
           .help = "Every certificate of the chain must be valid for so many more days"),
    OPTION("warn-days", "N", NUMBER, warn_days, .max = DAYS_MOST, .initial = "30",
           .help = "Warn when one is valid for fewer days"),
    OPTION(
        "as-agent", "appd", CHOICE, as_agent, .choices = settings_agents, .initial = "none",
        .help =
            "Take target, trust store, client certificate and proxy from where the AppDynamics agent takes "
            "them: its variables, JAVA_TOOL_OPTIONS and controller-info.xml; implies --profile java and, "
            "unless the agent is told otherwise, --max-tls 1.2"),
    OPTION("agent-dir", "DIR", TEXT, agent_dir,
           .help = "The agent's directory, with ver*/conf/controller-info.xml, for --as-agent"),
    SWITCH(
        "java-options", java_options,
        .help =
            "Take trust store, key store and proxy from the system properties in JAVA_TOOL_OPTIONS, "
            "JDK_JAVA_OPTIONS and _JAVA_OPTIONS (javax.net.ssl.trustStore and others), as the agents of Datadog, "
            "Elastic or New Relic do; implies --profile java"),
    OPTION("verify-time", "RFC3339", TEXT, verify_time, .check = settings_check_time,
           .help = "Verify as of this time, such as 2027-03-01T12:00:00Z"),
    OPTION(
        "pin-sha256", "BASE64", LIST, pins, .check = settings_check_pin,
        .help =
            "The public key of one certificate in the verified chain must have this digest, with sha256// "
            "before it or not; with several, one has to be there. Without verification (--as-agent), the server's own key alone"),
    OPTION(
        "issuer", "PATTERN", LIST, issuers, .check = settings_check_issuer,
        .help =
            "An issuer in the chain must have this in its name (with *, its whole name must fit), with several one of "
            "them: finds interception of TLS, whatever the trust store contains"),
    OPTION(
        "max-validity", "D", TEXT, max_validity, .check = settings_check_validity,
        .help = "Maximum lifetime of the server's certificate, from its first day to its last, such as 398d"),
    SWITCH("require-staple", require_staple,
           .help = "The server must staple an OCSP response that says its certificate is good"),
    OPTION("http-path", "PATH", TEXT, http_path, .check = settings_check_path,
           .help = "Request this path after the handshake (GET)"),
    OPTION("http-status", "RANGE", TEXT, http_status, .initial = SETTINGS_HTTP_STATUS,
           .check = settings_check_statuses, .help = "Statuses of the answer that pass"),
    OPTION("proxy", "URL", TEXT, proxy, .letter = 'x', .check = settings_check_proxy,
           .help =
               "Go through this HTTP proxy (CONNECT), http://HOST:PORT; no proxy variables are read, as Java "
               "reads none"),
    OPTION("proxy-auth-file", "PATH", TEXT, proxy_auth_file,
           .help = "user:password for the proxy is the first line of this file"),
    OPTION("starttls", "smtp|imap|pop3|postgres|mysql|ldap", CHOICE, starttls, .choices = settings_protocols,
           .initial = "none", .help = "Start TLS by that protocol's command"),
    SWITCH("show-chain", show_chain, .help = "Print the chain, for people, on standard output"),
    OPTION("report", "PATH", TEXT, report, .help = "Write the whole result as JSON; - is standard output"),
    OPTION("metrics", "PATH", TEXT, metrics,
           .help = "Write verdict and days left in Prometheus' text format; - is standard output"),
    OPTION("export-chain", "PATH", TEXT, export_chain,
           .help = "Write what the server sent as PEM; - is standard output"),
    SWITCH(
        "wait-for-trust", wait_for_trust,
        .help =
            "Retry what otherwise ends the run at once, until a trust store or certificate has been fixed"),
    RESOLVER_ROWS,
};
