#!/usr/bin/env bats
# wait-for-tcp --protocol against the servers that people run, while they start, recover, load, are full, and serve. Each has a
# network of its own, and in it the port that everybody knows. What real servers do not do is in wait-for-tcp-lies.bats.
#
# shellcheck disable=SC2154

load lib
load daemons

clean_up() {
    [ -z "${place-}" ] || rm -rf "$place"
}

prepare() {
    own_network
}

# asks PROTOCOL TARGET [OPTION]...: once.
asks() {
    run_tool wait-for-tcp --once --protocol "$@"
}

# is_ready PROTOCOL TARGET [OPTION]...: sooner or later.
is_ready() {
    run_tool wait-for-tcp --timeout 35s --protocol "$@"
    exits 0
}

# refuses REGEX PROTOCOL TARGET [OPTION]...: it is there, and says this; for a port alone it would be ready.
refuses() {
    run_tool wait-for-tcp --timeout 35s "$3"
    exits 0
    asks "${@:2}"
    exits 1
    ends_saying "$3: not ready: $1"
}

# started_ready: the run in the background ends well.
started_ready() {
    wait_tool
    exits 0
}

# inside_python SCRIPT [ARGUMENT]...: in the network of the test, until the test ends.
inside_python() {
    begin "${inside[@]}" "$python" -c "$@"
}

# A connection that does nothing, N of them.
# shellcheck disable=SC2034
hold_connections='
import socket, sys, time
held = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(int(sys.argv[2]))]
time.sleep(0.2)
open("held", "w").close()
time.sleep(60)
'

### PostgreSQL

# rules LINE...: pg_hba.conf.
rules() {
    printf '%s\n' "$@" >"$PWD/db/data/pg_hba.conf"
}

@test "postgres: a standby that takes no connections is not ready, and is once it is promoted" {
    make_postgres "$PWD/db"
    touch db/data/standby.signal
    start_postgres "$PWD/db" 5432 -c hot_standby=off
    refuses 'PostgreSQL is starting, recovering or shutting down: "57P03 .*", reported by 127\.0\.0\.1.*hint: a standby' postgres 127.0.0.1:5432
    start_tool wait-for-tcp --timeout 35s --protocol postgres 127.0.0.1:5432
    until_true 10 err_has 57P03
    "${as_postgres[@]}" "$postgres/pg_ctl" promote -D "$PWD/db/data" >/dev/null
    started_ready
    ends_saying 'ready after .*\); it refuses a login without credentials$'
}

@test "postgres: a hot standby, a password, a role, a database, TLS alone, no entry: all of them serve" {
    make_postgres "$PWD/db"
    touch db/data/standby.signal
    rules 'host all all 127.0.0.1/32 scram-sha-256'
    start_postgres "$PWD/db" 5432
    is_ready postgres 127.0.0.1:5432
    ends_saying 'it asks for credentials$'
    run ! grep -q 'FATAL:.*password' said
    end_servers
    rm db/data/standby.signal
    for rule in md5 reject cert; do
        rules "host$([ $rule != cert ] || echo ssl) all all 127.0.0.1/32 $rule"
        start_postgres "$PWD/db" 5432
        is_ready postgres 127.0.0.1:5432
        end_servers
    done
    rules 'host all all 127.0.0.1/32 trust' 'local all all trust'
    start_postgres "$PWD/db" 5432 -c unix_socket_directories="$PWD/db"
    is_ready postgres 127.0.0.1:5432
    ends_saying 'it refuses a login without credentials$' # role "initkit" does not exist
    psql=("${inside[@]}" "$postgres/psql" -qX -h 127.0.0.1 -U postgres)
    "${psql[@]}" -c 'create role initkit login'
    asks postgres "unix:db/.s.PGSQL.5432"
    exits 0
    ends_saying '\(1 attempt\)$' # a whole session, ended as it should be
    run ! grep -q 'unexpected EOF' said
    "${psql[@]}" -d template1 -c 'drop database postgres'
    asks postgres 127.0.0.1:5432
    exits 0
    ends_saying 'it refuses a login without credentials$'
}

@test "postgres: too many connections are not ready, with a password or without" {
    make_postgres "$PWD/db"
    start_postgres "$PWD/db" 5432 -c max_connections=1 -c superuser_reserved_connections=0 -c max_wal_senders=0 -c autovacuum=off
    is_ready postgres 127.0.0.1:5432
    # shellcheck disable=SC2016 # for the inner shell
    begin "${inside[@]}" sh -c 'until "$1" -qX -h 127.0.0.1 -U postgres -c "select pg_sleep(60)"; do :; done' sh "$postgres/psql" 2>/dev/null
    printf '\0\0\0\x17\0\3\0\0user\0postgres\0\0' >login
    until_true 10 "${inside[@]}" "$bin/wait-for-tcp" -q --once --expect 53300 --send-file login 127.0.0.1:5432
    asks postgres 127.0.0.1:5432
    exits 1
    ends_saying 'not ready: PostgreSQL has too many connections: "53300 sorry, too many clients already", reported by 127\.0\.0\.1'
    "${as_postgres[@]}" "$postgres/pg_ctl" stop -m immediate -D "$PWD/db/data" >/dev/null # does not wait for the client
}

@test "postgres: PgBouncer serves, whatever it says about the user" {
    open_folder
    for kind in md5 trust any; do
        mkdir -p bouncer-$kind
        printf '%s\n' '[databases]' 'postgres = host=127.0.0.1 port=1' '[pgbouncer]' 'listen_addr = 127.0.0.1' 'listen_port = 6432' \
            'unix_socket_dir =' "auth_type = $kind" "auth_file = $PWD/bouncer-$kind/users" >bouncer-$kind/ini
        echo '"app" "secret"' >bouncer-$kind/users
        chown -R postgres bouncer-$kind
        run_server pgbouncer -u postgres "$PWD/bouncer-$kind/ini"
        run_tool wait-for-tcp --timeout 10s 127.0.0.1:6432
        asks postgres 127.0.0.1:6432
        # "any" lets everybody in, and then has no server behind it.
        if [ $kind = any ]; then
            exits 1
            ends_saying 'not ready: '
        else
            exits 0
        fi
        end_servers
    done
}

### MySQL

# In a network where the client has an address and a name: hosts on loopback are never blocked, nor are those without a name.
own_host() {
    printf '127.0.0.1 localhost\n10.9.0.1 client.test\n' >hosts
    begin unshare -n -m --propagation private sh -ec 'mount --bind hosts /etc/hosts
        busybox ip link set lo up
        busybox ip address add 10.9.0.1/32 dev lo
        exec sleep 120'
    inside=(nsenter -t "$started" -n -m --wd)
    until_true 10 grep -q sleep "/proc/$started/comm"
}

sql() {
    "${inside[@]}" mariadb --no-defaults --socket="$PWD/db/socket" -N -e "$1"
}

@test "mysql: a hundred waits block no host; a hundred for the port alone do, and it is said" {
    own_host
    make_mariadb "$PWD/db"
    start_mariadb "$PWD/db" 3306 --max-connect-errors=10 --performance-schema=on --plugin-load-add=auth_ed25519
    until_true 20 sql 'select 1'
    asks mysql 10.9.0.1:3306
    exits 1
    ends_saying 'MySQL allows no user to connect from this host: "1130 Host .client\.test. is not allowed .*hint: no account'
    sql "create user app@'%' identified by 'secret'; create user ed@'%' identified via ed25519 using password('secret'); flush hosts"
    for ((i = 0; i < 100; i++)); do
        "${inside[@]}" "$bin/wait-for-tcp" -q --once --termination-log= --protocol mysql 10.9.0.1:3306
    done
    [ "$(sql 'select sum_connect_errors, count_handshake_errors from performance_schema.host_cache')" = $'0\t0' ]
    asks mysql 10.9.0.1:3306
    exits 0
    ends_saying 'ready after .*; it denies access without credentials$'
    for ((i = 0; i < 10; i++)); do
        run_tool wait-for-tcp --once 10.9.0.1:3306
    done
    run_tool wait-for-tcp --once 10.9.0.1:3306
    exits 1
    ends_saying 'accepted, then closed by 10\.9\.0\.1;.* is blocked because of many connection errors'
    start_tool wait-for-tcp --timeout 35s --protocol mysql 10.9.0.1:3306
    until_true 10 err_has 'MySQL has blocked this host after too many broken connections: "1129 .*", reported by 10\.9\.0\.1.*hint: run mysqladmin flush-hosts'
    sql 'flush hosts'
    started_ready
}

@test "mysql: too many connections, TLS alone, and plugins that a server may ask for" {
    make_mariadb "$PWD/db"
    start_mariadb "$PWD/db" 3306 --bind-address=127.0.0.1 --max-connections=10 --plugin-load-add=auth_ed25519 --plugin-load-add=auth_pam
    is_ready mysql 127.0.0.1:3306
    for plugin in "ed25519 using password('secret')" pam; do
        sql "create or replace user initkit@'%' identified via $plugin"
        asks mysql 127.0.0.1:3306
        exits 0
    done
    sql "create or replace user initkit@'%'"
    asks mysql 127.0.0.1:3306
    exits 0
    ends_saying 'it lets in anybody, without a password$'
    sql "drop user initkit@'%'; set global require_secure_transport = on"
    asks mysql 127.0.0.1:3306
    exits 0
    [ "$(sql "show global status like 'Aborted_clients'")" = $'Aborted_clients\t0' ]
    inside_python "$hold_connections" 3306 12
    until_true 10 test -e held
    asks mysql 127.0.0.1:3306
    exits 1
    ends_saying 'MySQL has too many connections: "1040 Too many connections", reported by'
}

@test "mysql: the temporary server of an image has no port; through its socket it looks like the real one" {
    make_mariadb "$PWD/db"
    start_mariadb "$PWD/db" 3306 --bind-address=127.0.0.1 --skip-networking
    is_ready mysql "unix:db/socket"
    run_tool wait-for-tcp --once --protocol mysql 127.0.0.1:3306
    exits 1
    ends_saying 'connection refused by'
    start_tool wait-for-tcp --timeout 35s --protocol mysql 127.0.0.1:3306
    until_true 10 err_has 'refused by'
    end_servers
    start_mariadb "$PWD/db" 3306 --bind-address=127.0.0.1
    started_ready
}

### Redis

start_redis() {
    run_server redis-server --port 6379 --bind 127.0.0.1 --dir "$PWD" "$@"
}

redis() {
    "${inside[@]}" redis-cli "$@"
}

@test "redis: PONG, a password, a user, a wrong password at once, and one that changes" {
    start_redis --requirepass S3cret --user app on '>other' +ping
    is_ready redis 127.0.0.1:6379
    ends_saying 'it asks for a password$'
    echo S3cret >password
    asks redis 127.0.0.1:6379 --password-file password
    exits 0
    ends_saying '\(1 attempt\)$'
    echo other >other
    asks redis 127.0.0.1:6379 --password-file other --user app
    exits 0
    run_tool wait-for-tcp --timeout 35s --protocol redis --password-file other 127.0.0.1:6379
    exits 1
    ends_saying 'not ready: Redis refuses the password \(WRONGPASS\), reported by 127\.0\.0\.1; .*\(1 attempt\); hint: look at --password-file'
    says_not other
    # Read anew: the second attempt has another file.
    redis -a S3cret config set maxclients 1 >/dev/null 2>&1
    inside_python "$hold_connections" 6379 1
    until_true 10 test -e held
    start_tool wait-for-tcp --timeout 35s --protocol redis --password-file other 127.0.0.1:6379
    until_true 10 err_has 'Redis has too many clients \(maxclients\)'
    cp password other
    kill "$(tail -n 2 "$BATS_TEST_TMPDIR/pids" | head -n 1)"
    started_ready
}

@test "redis: one that loads its data is not ready; without a password nobody can tell" {
    start_redis --rdbcompression no
    is_ready redis 127.0.0.1:6379
    redis --pipe >/dev/null < <(for ((i = 0; i < 400; i++)); do echo "set key$i $(printf '%0400d' 0)"; done)
    redis shutdown save
    end_servers
    start_redis --key-load-delay 50000 --loading-process-events-interval-bytes 1024 --requirepass S3cret
    echo S3cret >password
    refuses 'Redis is loading its data into memory \(LOADING\)' redis 127.0.0.1:6379 --password-file password
    asks redis 127.0.0.1:6379
    exits 0
    ends_saying 'it asks for a password$'
    start_tool wait-for-tcp --timeout 35s --protocol redis --password-file password 127.0.0.1:6379
    until_true 10 err_has LOADING
    redis -a S3cret config set key-load-delay 0 >/dev/null 2>&1
    started_ready
}

@test "redis: a replica without its master, protected mode and a user without PING are not ready" {
    start_redis --replicaof 127.0.0.1 1 --replica-serve-stale-data no
    refuses 'Redis has lost its master and serves no stale data \(MASTERDOWN\)' redis 127.0.0.1:6379
    redis replicaof no one >/dev/null
    is_ready redis 127.0.0.1:6379
    redis acl setuser app on '>secret' +get >/dev/null
    echo secret >password
    refuses 'this user may not run PING in Redis \(NOPERM\)' redis 127.0.0.1:6379 --user app --password-file password
    refuses 'Redis has no password, but one was given.*hint: leave out --password-file' redis 127.0.0.1:6379 --password-file password
    says_not secret
}

### memcached, NATS

@test "memcached: it serves, asks for credentials, or has too many connections" {
    start_memcached() { run_server memcached -u root -l 127.0.0.1 -p 11211 "$@"; }
    start_memcached
    is_ready memcached 127.0.0.1:11211
    end_servers
    echo user:password >accounts
    start_memcached -Y accounts
    is_ready memcached 127.0.0.1:11211
    ends_saying 'it asks for credentials$'
    end_servers
    start_memcached -c 32 -o maxconns_fast
    run_tool wait-for-tcp --timeout 35s --hold 0 127.0.0.1:11211
    inside_python "$hold_connections" 11211 32
    until_true 10 test -e held
    asks memcached 127.0.0.1:11211
    exits 1
    ends_saying 'memcached has too many connections: "ERROR Too many open connections"'
}

@test "nats: it serves, asks for credentials, or has too many connections" {
    start_nats() { run_server nats-server -a 127.0.0.1 -p 4222 "$@"; }
    start_nats
    is_ready nats 127.0.0.1:4222
    end_servers
    start_nats --user user --pass password
    is_ready nats 127.0.0.1:4222
    ends_saying 'it asks for credentials$'
    run ! grep -q 'authentication error' said
    end_servers
    echo 'max_connections: 1' >conf
    start_nats -c conf
    is_ready nats 127.0.0.1:4222
    inside_python "$hold_connections" 4222 1
    until_true 10 test -e held
    asks nats 127.0.0.1:4222
    exits 1
    ends_saying "NATS has too many connections: \"-ERR 'maximum connections exceeded'\""
}

### RabbitMQ, Kafka, ZooKeeper

@test "amqp: RabbitMQ is waited for, and is not ready with its port alone" {
    local programs
    programs=$(printf '%s\n' /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin | tail -n 1)
    place=$(mktemp -d)
    # Erlang would start one that outlives the test.
    run_server epmd -address 127.0.0.1
    run_tool wait-for-tcp --timeout 35s 127.0.0.1:4369
    exits 0
    HOME=$place RABBITMQ_NODENAME=test@localhost RABBITMQ_MNESIA_BASE=$place RABBITMQ_LOG_BASE=$place RABBITMQ_PID_FILE=$place/pid \
        RABBITMQ_NODE_PORT=5672 RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_ENABLED_PLUGINS_FILE=$place/plugins \
        RABBITMQ_CONFIG_FILE=$place/none run_server "$programs/rabbitmq-server"
    is_ready amqp 127.0.0.1:5672
}

@test "kafka: the broker of librdkafka answers" {
    mkfifo standing
    run_server sh -c 'exec kcat -P -b none -X test.mock.num.brokers=1 -t topic -d mock <standing'
    exec 9<>standing
    until_true 10 grep -q bootstrap.servers said
    broker=$(grep -o 'bootstrap.servers=[0-9.:]*' said | head -n 1)
    is_ready kafka "${broker#*=}"
    exec 9>&-
}

start_zookeeper() {
    local jars
    jars=$(printf '%s:' /usr/share/java/{zookeeper,zookeeper-jute,slf4j-api,slf4j-nop,netty-all,snappy-java,metrics-core,commons-cli,commons-io}.jar)
    mkdir -p zk
    printf '%s\n' tickTime=500 initLimit=5 syncLimit=2 "dataDir=$PWD/zk" clientPort=2181 clientPortAddress=127.0.0.1 admin.enableServer=false "$@" >zoo.cfg
    run_server java -Xmx64m -XX:TieredStopAtLevel=1 -cp "$jars" org.apache.zookeeper.server.quorum.QuorumPeerMain zoo.cfg
}

@test "zookeeper: it serves by its defaults, without a quorum it does not" {
    start_zookeeper
    is_ready zookeeper 127.0.0.1:2181
    end_servers
    echo 1 >zk/myid
    start_zookeeper server.1=127.0.0.1:7101:7102 server.2=127.0.0.1:7103:7104 server.3=127.0.0.1:7105:7106
    refuses 'ZooKeeper does not serve requests: it starts, or has no quorum: "This ZooKeeper instance' zookeeper 127.0.0.1:2181
}

### OpenLDAP, Postfix, Dovecot

@test "ldap: OpenLDAP serves, asks for a login, or for TLS" {
    start_slapd "$PWD/one" 389
    is_ready ldap 127.0.0.1:389
    ends_saying 'attempts?\)$'
    end_servers
    start_slapd "$PWD/two" 389 'require authc' # answers 53
    is_ready ldap 127.0.0.1:389
    ends_saying 'it asks for a login$'
    end_servers
    start_slapd "$PWD/three" 389 'security ssf=128'
    is_ready ldap 127.0.0.1:389
    ends_saying 'it asks for TLS$'
}

@test "smtp, imap: Postfix and Dovecot greet, and one is not the other" {
    open_folder
    start_postfix "$PWD/mail" 25 'smtpd_tls_security_level = none'
    is_ready smtp 127.0.0.1:25
    until_true 10 grep -q 'disconnect from .* quit=1' mail/log
    start_dovecot "$PWD/mailbox" 143 110 'ssl = no'
    is_ready imap 127.0.0.1:143
    refuses 'accepted, but no valid SMTP answer from 127\.0\.0\.1;.*"\* OK .* came instead' smtp 127.0.0.1:143
    refuses 'accepted, but no valid IMAP answer from 127\.0\.0\.1;.*"\+OK .* came instead' imap 127.0.0.1:110
}

@test "many at once, of any of them" {
    start_redis
    start_slapd "$PWD/directory" 389
    is_ready redis 127.0.0.1:6379 unix:nowhere --min-targets 1
    run_tool wait-for-tcp --protocol redis --timeout 35s --stable 300ms 127.0.0.1:6379
    exits 0
    run_tool wait-for-tcp --protocol redis --all-addresses --timeout 3s --attempt-timeout 1s 127.0.0.1:6379 127.0.0.1:389
    exits 124
    says '127\.0\.0\.1:6379: ready'
    ends_saying '1 of 2 targets'
}
