#!/usr/bin/env bats
# tls-check --starttls against the servers that people run: Postfix, Dovecot, PostgreSQL, MariaDB and OpenLDAP, each with a
# configuration of its own in the test's folder.
#
# shellcheck disable=SC2046,SC2154

load lib
load daemons
load tls

# passes PROTOCOL PORT: once the server is there, with the rules of each profile and both versions of TLS.
passes() {
    run_tool tls-check --timeout 35s --trust-store root.crt --starttls "$1" $(at "$2")
    exits 0
    ends_saying "ready after .*TLSv1\.[23], .*CN=server\.test, valid for"
    check --starttls "$1" --max-tls 1.2 $(at "$2")
    exits 0
    ends_saying "TLSv1\.2"
    check --starttls "$1" --profile java --trust-store root.jks --trust-store-password-file password $(at "$2")
    exits 0
}

# is_judged PROTOCOL PORT: behind STARTTLS the certificate is looked at as anywhere.
is_judged() {
    check --starttls "$1" --trust-store other.crt $(at "$2")
    exits 20
    ends_saying "unknown issuer CN=Example Global Root G2, O=Example Trust: other\.crt \(1 anchor\) lacks it"
    hint_leads_there "subject=CN = server.test"
    check --starttls "$1" --server-name wrong.test "127.0.0.1:$2"
    exits 21
    ends_saying "the certificate is not for wrong\.test: it has server\.test"
}

# refuses PROTOCOL PORT REGEX: with TLS disabled no attempt but those before the server was there.
refuses() {
    run_tool tls-check --timeout 35s --trust-store root.crt --starttls "$1" $(at "$2")
    exits 24
    ends_saying "not ready: the server does not start TLS: $3.*hint: is TLS enabled there"
}

### Postfix

# start_mail NAME LEVEL: Postfix; sets NAME to its port.
start_mail() {
    printf -v "$1" '%s' "$(free_port)"
    start_postfix "$PWD/$1" "${!1}" "smtpd_tls_security_level = $2" "smtpd_tls_cert_file = $PWD/good.pem" \
        "smtpd_tls_key_file = $PWD/good.key"
}

@test "smtp: Postfix is waited for, trusted, and judged as any server" {
    open_folder
    start_mail mail may
    passes smtp "$mail"
    is_judged smtp "$mail"
}

@test "smtp: Postfix without TLS is 24 at once" {
    open_folder
    start_mail mail none
    refuses smtp "$mail" 'it refuses the command \("502 5\.5\.1 Error: command not implemented"\)'
}

@test "smtp: Postfix whose key cannot be read says to come later, which is waited for" {
    open_folder
    mv good.key kept.key
    start_mail mail may
    run_tool wait-for-tcp "127.0.0.1:$mail"
    run_tool tls-check --timeout 2s --trust-store root.crt --starttls smtp $(at "$mail")
    exits 124
    ends_saying 'the mail server is not ready \("454 4\.7\.0 TLS not available due to local problem"\)'
}

### Dovecot

# start_mailbox NAME SSL: Dovecot; sets the array NAME to its ports for IMAP and POP3.
start_mailbox() {
    local -n ports=$1
    read -ra ports < <(free_port 2)
    start_dovecot "$PWD/$1" "${ports[@]}" "ssl = $2" "ssl_cert = <$PWD/good.pem" "ssl_key = <$PWD/good.key"
}

@test "imap, pop3: Dovecot is waited for, trusted, and judged as any server" {
    open_folder
    start_mailbox mail yes
    passes imap "${mail[0]}"
    is_judged imap "${mail[0]}"
    passes pop3 "${mail[1]}"
    is_judged pop3 "${mail[1]}"
}

@test "imap, pop3: Dovecot without TLS is 24 at once, and so is one protocol on the other's port" {
    open_folder
    start_mailbox mail no
    refuses imap "${mail[0]}" "it refuses the command \(\"a1 BAD .*\"\)"
    refuses pop3 "${mail[1]}" "it refuses the command \(\"-ERR .*\"\)"
    refuses pop3 "${mail[0]}" "it does not greet as expected \(\"\* OK .*\"\)"
    refuses smtp "${mail[1]}" "it does not greet as expected \(\"\+OK .*\"\)"
}

### PostgreSQL

# start_database NAME SSL: PostgreSQL; sets NAME to its port.
start_database() {
    printf -v "$1" '%s' "$(free_port)"
    make_postgres "$PWD/$1"
    install -m 600 good.pem good.key "$1/data"
    [ "$(id -u)" -ne 0 ] || chown postgres "$1/data/good.pem" "$1/data/good.key"
    start_postgres "$PWD/$1" "${!1}" -c ssl="$2" -c ssl_cert_file=good.pem -c ssl_key_file=good.key
}

@test "postgres: PostgreSQL is waited for, trusted, and judged as any server" {
    start_database database on
    passes postgres "$database"
    is_judged postgres "$database"
}

@test "postgres: PostgreSQL without TLS is 24 at once" {
    start_database database off
    refuses postgres "$database" 'it has TLS disabled \(ssl = off\)'
}

### MariaDB

# start_lenient NAME [OPTION]...: MariaDB that lets in anybody; sets NAME to its port.
start_lenient() {
    printf -v "$1" '%s' "$(free_port)"
    mkdir "$1"
    start_mariadb "$PWD/$1" "${!1}" --bind-address=127.0.0.1 --skip-name-resolve --skip-grant-tables --skip-innodb \
        --default-storage-engine=MyISAM "${@:2}"
}

@test "mysql: MariaDB is waited for, trusted, and judged as any server" {
    start_lenient database --ssl-cert="$PWD/good.pem" --ssl-key="$PWD/good.key"
    passes mysql "$database"
    is_judged mysql "$database"
}

@test "mysql: MariaDB without TLS is 24 at once" {
    start_lenient database
    refuses mysql "$database" 'it has TLS disabled'
}

### OpenLDAP

# start_directory NAME [LINE]...: OpenLDAP; sets NAME to its port.
start_directory() {
    printf -v "$1" '%s' "$(free_port)"
    start_slapd "$PWD/$1" "${!1}" "${@:2}"
}

@test "ldap: OpenLDAP is waited for, trusted, and judged as any server" {
    start_directory directory "TLSCertificateFile $PWD/good.pem" "TLSCertificateKeyFile $PWD/good.key"
    passes ldap "$directory"
    is_judged ldap "$directory"
}

@test "ldap: OpenLDAP without TLS is 24 at once" {
    start_directory directory
    refuses ldap "$directory" 'it refuses the request \("unsupported extended operation"\)'
}
