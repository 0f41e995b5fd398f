#!/usr/bin/env bats
# A network that loses packets: each tool comes to the right verdict all the same, in bounded time. In a network namespace
# of its own, where the kernel's packet filter drops at random.

# What stands in single quotes is for the bash inside.
# shellcheck disable=SC2016,SC2154

load lib

prepare() {
    [ "$(id -u)" = 0 ] || skip "needs root, for a network of its own"
    inside true || skip "the kernel cannot drop packets at random here"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=lossy -addext subjectAltName=DNS:localhost \
        -keyout "$BATS_TEST_TMPDIR/key" -out "$BATS_TEST_TMPDIR/cert" 2>/dev/null
}

# inside COMMAND: runs it in bash, in a network that loses one packet in five; what it starts ends with it.
inside() {
    PATH=$PATH:/usr/sbin BIN=$bin unshare --net --pid --fork --mount-proc --kill-child bash -c '
        ip link set lo up &&
        iptables -A INPUT -m statistic --mode random --probability 0.2 -j DROP || exit
        eval "$1"' bash "$1" 3>&-
}

@test "wait-for-dns finds a name, twenty times" {
    mkdir "$BATS_TEST_TMPDIR/names"
    echo '192.0.2.7 mydb.test' >"$BATS_TEST_TMPDIR/names/mydb"
    inside '
        dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts --local=/#/ \
            --hostsdir="$BATS_TEST_TMPDIR/names" --listen-address=127.0.0.1 --port=5353 --user=root &
        for _ in {1..20}; do
            "$BIN/wait-for-dns" --timeout 30s --attempt-timeout 500ms --nameserver 127.0.0.1:5353 mydb.test. || exit 1
        done'
}

@test "wait-for-dns does not take lost packets for a name that is gone" {
    mkdir "$BATS_TEST_TMPDIR/names"
    echo '192.0.2.7 mydb.test' >"$BATS_TEST_TMPDIR/names/mydb"
    inside '
        dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts --local=/#/ \
            --hostsdir="$BATS_TEST_TMPDIR/names" --listen-address=127.0.0.1 --port=5353 --user=root &
        "$BIN/wait-for-dns" --gone --timeout 4s --attempt-timeout 300ms --nameserver 127.0.0.1:5353 mydb.test.
        [ $? = 124 ]'
}

@test "wait-for-tcp finds a port, ten times" {
    inside '
        openssl s_server -quiet -accept 127.0.0.1:8443 -cert "$BATS_TEST_TMPDIR/cert" -key "$BATS_TEST_TMPDIR/key" &
        for _ in {1..10}; do
            "$BIN/wait-for-tcp" --timeout 30s 127.0.0.1:8443 || exit 1
        done'
}

@test "fetch-config publishes the whole file" {
    head -c 300000 /dev/urandom >"$BATS_TEST_TMPDIR/file"
    inside '
        cd "$BATS_TEST_TMPDIR" && python3 -m http.server --bind 127.0.0.1 8080 >/dev/null 2>&1 &
        for _ in 1 2 3; do
            "$BIN/fetch-config" --timeout 60s "http://127.0.0.1:8080/file=$BATS_TEST_TMPDIR/got" || exit 1
            cmp "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/got" || exit 1
        done'
}

@test "tls-check trusts the server, five times" {
    inside '
        openssl s_server -quiet -accept 127.0.0.1:8443 -cert "$BATS_TEST_TMPDIR/cert" -key "$BATS_TEST_TMPDIR/key" &
        for _ in {1..5}; do
            "$BIN/tls-check" --timeout 60s --trust-store "$BATS_TEST_TMPDIR/cert" --connect 127.0.0.1:8443 localhost:8443 || exit 1
        done'
}
