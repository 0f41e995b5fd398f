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
