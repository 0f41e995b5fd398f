# The servers that people run, each in a folder of the test with a configuration of its own: for tests that ask the real ones.
# Read after lib.bash. start_NAME returns before the server is up.
#
# shellcheck shell=bash disable=SC2154

running=()

# run_server COMMAND...: a server that stays in the foreground; what it says goes to `said`. Should the test's file be killed, it ends too.
run_server() {
    begin timeout 120 setpriv --pdeathsig TERM "${inside[@]}" "$@" >>said 2>&1
    running+=("$started")
}

# Ends those that run. Asked to, not killed: PostgreSQL would leave shared memory behind.
end_servers() {
    local pid
    for pid in "${running[@]}"; do
        ! is_ours "$pid" || kill -TERM "$pid" || true
    done
    [ "${#running[@]}" -eq 0 ] || wait "${running[@]}" || true
    running=()
}

wind_down() {
    end_servers
}

# Servers that change to a user of their own have to come as far as this folder.
open_folder() {
    [ "$(id -u)" -eq 0 ] || skip "needs root: the server changes its user"
    chmod go+x "$BATS_RUN_TMPDIR"
}

# make_postgres FOLDER: a database with the role postgres, whose connections are trusted; sets `as_postgres`, and `postgres`, where
# its programs are.
make_postgres() {
    postgres=$(dirname "$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | tail -n 1)")
    as_postgres=()
    mkdir -p "$1"
    if [ "$(id -u)" -eq 0 ]; then
        open_folder
        chown -R postgres "$1"
        as_postgres=(setpriv --reuid postgres --regid postgres --clear-groups)
    fi
    "${as_postgres[@]}" "$postgres/initdb" --no-sync --auth trust --username postgres --pgdata "$1/data" >said 2>&1
}

# start_postgres FOLDER PORT [OPTION]...: what make_postgres has made.
start_postgres() {
    run_server "${as_postgres[@]}" "$postgres/postgres" -D "$1/data" -c listen_addresses=127.0.0.1 -c port="$2" -c fsync=off \
        -c unix_socket_directories= "${@:3}"
}

# start_mariadb FOLDER PORT [OPTION]...: the folder is empty, or has been made by make_mariadb. (In a shared /tmp, one that starts removes the
# temporary tables of the others.)
start_mariadb() {
    run_server mariadbd --no-defaults --datadir="$1" --tmpdir="$PWD" --user="$(id -un)" --socket="$1/socket" --pid-file="$1/pid" \
        --port="$2" "${@:3}"
}

# make_mariadb FOLDER: with tables for accounts; root may log in through the socket.
make_mariadb() {
    mkdir -p "$1"
    mariadb-install-db --no-defaults --datadir="$1" --tmpdir="$PWD" --user="$(id -un)" \
        --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve >said 2>&1 || cat said
}

# start_slapd FOLDER PORT [LINE]...
start_slapd() {
    mkdir -p "$1"
    printf '%s\n' "include /etc/ldap/schema/core.schema" "pidfile $1/pid" "${@:3}" "database ldif" 'suffix "dc=test"' \
        "directory $1" >"$1/conf"
    run_server slapd -f "$1/conf" -h "ldap://127.0.0.1:$2/" -d 0
}

# start_postfix FOLDER PORT [LINE]...
start_postfix() {
    mkdir -p "$1"/{conf,data,queue/{pid,private,public}}
    chown postfix "$1/data" "$1/queue/private"
    chown postfix:postdrop "$1/queue/public"
    cat >"$1/conf/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $1/queue
data_directory = $1/data
daemon_directory = /usr/lib/postfix/sbin
maillog_file = $1/log
maillog_file_prefixes = $1
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
myhostname = mail.test
mydestination =
alias_maps =
local_recipient_maps =
smtpd_relay_restrictions = reject
$(printf '%s\n' "${@:3}")
CONF
    cat >"$1/conf/master.cf" <<CONF
127.0.0.1:$2 inet n - n - - smtpd
tlsmgr unix - - n - 1 tlsmgr
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
CONF
    run_server /usr/lib/postfix/sbin/master -c "$1/conf" -d
}

# start_dovecot FOLDER IMAP-PORT POP3-PORT [LINE]...
start_dovecot() {
    mkdir -p "$1"
    cat >"$1/conf" <<CONF
base_dir = $1/run
state_dir = $1/state
log_path = $1/log
listen = 127.0.0.1
protocols = imap pop3
passdb {
  driver = static
}
service imap-login {
  inet_listener imap {
    port = $2
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  inet_listener pop3 {
    port = $3
  }
  inet_listener pop3s {
    port = 0
  }
}
$(printf '%s\n' "${@:4}")
CONF
    run_server dovecot -F -c "$1/conf"
}
