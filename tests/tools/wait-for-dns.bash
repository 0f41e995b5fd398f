# What the tests of wait-for-dns share: its usual calls.
# shellcheck shell=bash disable=SC2154

# Asks the server in $dns for names as they are.
wait_for() {
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 10s "$@"
}

# The same, for names that will not become ready: a deadline of half a second.
wait_in_vain_for() {
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 500ms "$@"
    exits 124
}

# Waits with resolv.conf, whose name servers are on port 53 of $loopback.
wait_by_file_for() {
    run_tool wait-for-dns --resolv-conf resolv.conf --timeout 10s "$@"
}

# resolv.conf with three search domains and ndots 5, or the number given.
search_conf() {
    resolv_conf <<CONF
search shop.svc.test svc.test test
nameserver 127.0.0.1
options ndots:${1:-5}
CONF
}

# app NAME: what an app's first question through $dns says.
app() {
    dig +short +time=5 +tries=1 -p "${dns##*:}" @"${dns%:*}" "$1" A
}

# start_unbound: a cache in front of $upstream; sets dns.
start_unbound() {
    command -v unbound >/dev/null || skip "needs unbound"
    start_tcp unbound_port "127.0.0.1:0 bound"
    cat >unbound.conf <<CONF
server:
    interface: 127.0.0.1
    port: ${unbound_port[0]}
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "$PWD"
    pidfile: ""
    use-syslog: no
    num-threads: 1
    do-not-query-localhost: no
    module-config: "iterator"
    local-zone: "test." nodefault
remote-control:
    control-enable: no
forward-zone:
    name: "."
    forward-addr: ${upstream/:/@}
CONF
    begin unbound -d -c unbound.conf 2>unbound.log
    dns=127.0.0.1:${unbound_port[0]}
    until_true 10 app other.test
}
