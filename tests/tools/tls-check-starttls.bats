#!/usr/bin/env bats
# tls-check --starttls against the servers that people run: Postfix, Dovecot, PostgreSQL, MariaDB and OpenLDAP, each with a
# configuration of its own in the test's folder.
#
# shellcheck disable=SC2046,SC2154

load lib
load tls

running=()

# serve COMMAND...: a server that stays in the foreground; what it says goes to `said`. Should this file be killed, it ends too.
serve() {
    begin timeout 120 setpriv --pdeathsig TERM "$@" >>said 2>&1
    running+=("$started")
}

# Asked to, not killed: PostgreSQL would leave shared memory behind.
wind_down() {
    [ "${#running[@]}" -eq 0 ] || kill -TERM "${running[@]}" 2>/dev/null || true
    [ "${#running[@]}" -eq 0 ] || wait "${running[@]}" || true
}

# Servers that change to a user of their own have to come as far as this folder.
open_folder() {
    [ "$(id -u)" -eq 0 ] || skip "needs root: the server changes its user"
    chmod go+x "$BATS_RUN_TMPDIR"
}

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

# start_postfix NAME LEVEL: sets NAME to its port.
start_postfix() {
    local folder=$PWD/$1
    printf -v "$1" '%s' "$(free_port)"
    mkdir -p "$folder"/{conf,data,queue/{pid,private,public}}
    chown postfix "$folder/data" "$folder/queue/private"
    chown postfix:postdrop "$folder/queue/public"
    cat >"$folder/conf/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
daemon_directory = /usr/lib/postfix/sbin
maillog_file = $folder/log
maillog_file_prefixes = $folder
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
myhostname = mail.test
mydestination =
alias_maps =
local_recipient_maps =
smtpd_relay_restrictions = reject
smtpd_tls_security_level = $2
smtpd_tls_cert_file = $PWD/good.pem
smtpd_tls_key_file = $PWD/good.key
CONF
    cat >"$folder/conf/master.cf" <<CONF
127.0.0.1:${!1} inet n - n - - smtpd
tlsmgr unix - - n - 1 tlsmgr
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
CONF
    serve /usr/lib/postfix/sbin/master -c "$folder/conf" -d
}

@test "smtp: Postfix is waited for, trusted, and judged as any server" {
    open_folder
    start_postfix mail may
    passes smtp "$mail"
    is_judged smtp "$mail"
}

@test "smtp: Postfix without TLS is 24 at once" {
    open_folder
    start_postfix mail none
    refuses smtp "$mail" 'it refuses the command \("502 5\.5\.1 Error: command not implemented"\)'
}

@test "smtp: Postfix whose key cannot be read says to come later, which is waited for" {
    open_folder
    mv good.key kept.key
    start_postfix mail may
    run_tool wait-for-tcp "127.0.0.1:$mail"
    run_tool tls-check --timeout 2s --trust-store root.crt --starttls smtp $(at "$mail")
    exits 124
    ends_saying 'the mail server is not ready \("454 4\.7\.0 TLS not available due to local problem"\)'
}

### Dovecot

# start_dovecot NAME SSL: sets the array NAME to its ports for IMAP and POP3.
start_dovecot() {
    local folder=$PWD/$1
    local -n ports=$1
    read -ra ports < <(free_port 2)
    mkdir "$folder"
    cat >"$folder/conf" <<CONF
base_dir = $folder/run
state_dir = $folder/state
log_path = $folder/log
listen = 127.0.0.1
protocols = imap pop3
ssl = $2
ssl_cert = <$PWD/good.pem
ssl_key = <$PWD/good.key
passdb {
  driver = static
}
service imap-login {
  inet_listener imap {
    port = ${ports[0]}
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${ports[1]}
  }
  inet_listener pop3s {
    port = 0
  }
}
CONF
    serve dovecot -F -c "$folder/conf"
}

@test "imap, pop3: Dovecot is waited for, trusted, and judged as any server" {
    open_folder
    start_dovecot mail yes
    passes imap "${mail[0]}"
    is_judged imap "${mail[0]}"
    passes pop3 "${mail[1]}"
    is_judged pop3 "${mail[1]}"
}

@test "imap, pop3: Dovecot without TLS is 24 at once, and so is one protocol on the other's port" {
    open_folder
    start_dovecot mail no
    refuses imap "${mail[0]}" "it refuses the command \(\"a1 BAD .*\"\)"
    refuses pop3 "${mail[1]}" "it refuses the command \(\"-ERR .*\"\)"
    refuses pop3 "${mail[0]}" "it does not greet as expected \(\"\* OK .*\"\)"
    refuses smtp "${mail[1]}" "it does not greet as expected \(\"\+OK .*\"\)"
}

### PostgreSQL

# start_postgres NAME SSL: sets NAME to its port.
start_postgres() {
    local folder=$PWD/$1 programs user=()
    programs=$(dirname "$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | tail -n 1)")
    printf -v "$1" '%s' "$(free_port)"
    mkdir "$folder"
    install -m 600 good.pem good.key "$folder"
    if [ "$(id -u)" -eq 0 ]; then
        open_folder
        chown -R postgres "$folder"
        user=(--reuid postgres --regid postgres --clear-groups)
    fi
    setpriv "${user[@]}" "$programs/initdb" --no-sync --auth trust --username postgres --pgdata "$folder/data" >said 2>&1
    serve "${user[@]}" "$programs/postgres" -D "$folder/data" -c listen_addresses=127.0.0.1 -c port="${!1}" -c fsync=off \
        -c unix_socket_directories= -c ssl="$2" -c ssl_cert_file="$folder/good.pem" -c ssl_key_file="$folder/good.key"
}

@test "postgres: PostgreSQL is waited for, trusted, and judged as any server" {
    start_postgres database on
    passes postgres "$database"
    is_judged postgres "$database"
}

@test "postgres: PostgreSQL without TLS is 24 at once" {
    start_postgres database off
    refuses postgres "$database" 'it has TLS disabled \(ssl = off\)'
}

### MariaDB

# start_mariadb NAME [OPTION]...: sets NAME to its port.
start_mariadb() {
    local folder=$PWD/$1
    printf -v "$1" '%s' "$(free_port)"
    mkdir "$folder"
    serve mariadbd --no-defaults --datadir="$folder" --user="$(id -un)" --socket="$folder/socket" --pid-file="$folder/pid" \
        --bind-address=127.0.0.1 --port="${!1}" --skip-name-resolve --skip-grant-tables --skip-innodb \
        --default-storage-engine=MyISAM "${@:2}"
}

@test "mysql: MariaDB is waited for, trusted, and judged as any server" {
    start_mariadb database --ssl-cert="$PWD/good.pem" --ssl-key="$PWD/good.key"
    passes mysql "$database"
    is_judged mysql "$database"
}

@test "mysql: MariaDB without TLS is 24 at once" {
    start_mariadb database
    refuses mysql "$database" 'it has TLS disabled'
}

### OpenLDAP

# start_slapd NAME [LINE]...: sets NAME to its port.
start_slapd() {
    local folder=$PWD/$1
    printf -v "$1" '%s' "$(free_port)"
    mkdir "$folder"
    printf '%s\n' "include /etc/ldap/schema/core.schema" "pidfile $folder/pid" "${@:2}" \
        "database ldif" 'suffix "dc=test"' "directory $folder" >"$folder/conf"
    serve slapd -f "$folder/conf" -h "ldap://127.0.0.1:${!1}/" -d 0
}

@test "ldap: OpenLDAP is waited for, trusted, and judged as any server" {
    start_slapd directory "TLSCertificateFile $PWD/good.pem" "TLSCertificateKeyFile $PWD/good.key"
    passes ldap "$directory"
    is_judged ldap "$directory"
}

@test "ldap: OpenLDAP without TLS is 24 at once" {
    start_slapd directory
    refuses ldap "$directory" 'it refuses the request \("unsupported extended operation"\)'
}
