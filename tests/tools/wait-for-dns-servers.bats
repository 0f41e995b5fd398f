#!/usr/bin/env bats
# wait-for-dns in front of real name servers: caches that keep denials (unbound, dnsmasq), zones that delegate, alias and match
# anything (bind9, knot).
#
# start_dns sets the variable that is named in its call, run_tool and own_loopback set others:
# shellcheck disable=SC2154,SC2030,SC2031,SC2016

load lib
load wait-for-dns

# start_dnsmasq: a cache in front of $upstream, as start_unbound (wait-for-dns.bash); sets dns.
start_dnsmasq() {
    start_tcp dnsmasq_port "127.0.0.1:0 bound"
    begin dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts --cache-size=1000 \
        --listen-address=127.0.0.1 --bind-interfaces --port="${dnsmasq_port[0]}" --server="${upstream/:/#}" --user="$(id -un)"
    dns=127.0.0.1:${dnsmasq_port[0]}
    until_true 10 app other.test
}

upstream_with() {
    start_dns upstream <<ZONE
db.test * unless there ttl=$1 NXDOMAIN
db.test A 192.0.2.1
db.test * ttl=$1 NODATA
* * ttl=$1 NXDOMAIN
ZONE
}

# A name that is made while it is waited for, behind a cache that would keep a denial for two minutes.
notices_what_is_made() {
    start_tool wait-for-dns --nameserver "$dns" --no-search --timeout 35s db.test
    until_true 10 err_has "attempt 1"
    sleep 3
    touch there
    wait_tool
    exits 0
    [ "$(app db.test)" = 192.0.2.1 ] || report "the app is still denied: $(app db.test)"
}

@test "unbound keeps denials for two minutes: the name is noticed all the same, and the app finds it" {
    upstream_with 120
    start_unbound
    notices_what_is_made
}

@test "dnsmasq keeps denials for two minutes: the name is noticed all the same, and the app finds it" {
    upstream_with 120
    start_dnsmasq
    notices_what_is_made
}

@test "wait-for-tcp behind a cache that keeps denials" {
    start_dns upstream <<'ZONE'
db.test * unless there ttl=120 NXDOMAIN
db.test A 127.0.0.1
ZONE
    start_unbound
    start_tcp port "127.0.0.1:0"
    start_tool wait-for-tcp --nameserver "$dns" --no-search --timeout 35s "db.test:${port[0]}"
    until_true 10 err_has "attempt 1"
    sleep 2
    touch there
    wait_tool
    exits 0
    [ "$(app db.test)" = 127.0.0.1 ] || report "the app is still denied: $(app db.test)"
}

@test "a denial that somebody else has put into the cache is waited for, and told" {
    upstream_with 8
    start_unbound
    [ -z "$(app db.test)" ]
    touch there
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 35s db.test
    exits 0
    says "negative answer, cached by the server for [0-9] s more"
    [ "$(app db.test)" = 192.0.2.1 ]
}

@test "gone: what the server's cache still has is told, and not kept fresh" {
    start_dns upstream <<'ZONE'
db.test * unless there NXDOMAIN
db.test A ttl=8 192.0.2.1
ZONE
    touch there
    start_unbound
    start_tool wait-for-dns --nameserver "$dns" --no-search --timeout 35s --gone db.test
    until_true 10 err_has "is still there: 192.0.2.1"
    rm there
    wait_tool
    exits 0
    says "is still there in the server's cache: 192.0.2.1 .*apps will find it for [0-9] s more"
    [ -z "$(app db.test)" ]
}

@test "gone: a name that stays without its records, or whose server knows no other type, is gone" {
    start_dns dns <<'ZONE'
stays.test A until 1 ttl=1 192.0.2.1
stays.test TXT there
denied.test A until 1 ttl=1 192.0.2.1
denied.test A,AAAA NXDOMAIN
denied.test TXT there
six.test AAAA until 1 ttl=1 2001:db8::1
six.test TXT there
ZONE
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 30s --gone stays.test denied.test six.test/AAAA
    exits 0
    says "stays.test: is still there: 192.0.2.1"
}

@test "gone: one type's records go, and the other's stay" {
    start_dns dns <<'ZONE'
both.test A until 1 ttl=1 192.0.2.1
both.test AAAA 2001:db8::1
ZONE
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 6s --gone both.test
    exits 124
    says "not gone: is still there: "
    says_not "cache"
}

### Authoritative servers

# The zones that bind9 and knot serve.
write_zones() {
    cat >shop.zone <<'ZONE'
$ORIGIN shop.test.
$TTL 30
@ SOA ns hostmaster 1 3600 600 86400 30
@ NS ns
ns A 127.0.0.1
db A 192.0.2.1
ext CNAME none.elsewhere.test.
here CNAME db
text TXT "only this"
below NS ns.below
ns.below A 192.0.2.53
_pg._tcp.none SRV 0 0 0 .
none MX 0 .
ZONE
    cat >wild.zone <<'ZONE'
$ORIGIN wild.test.
$TTL 30
@ SOA ns hostmaster 1 3600 600 86400 30
@ NS ns
ns A 127.0.0.1
* A 192.0.2.66
ZONE
    printf 'search shop.test wild.test\nnameserver 127.0.0.1\noptions ndots:5\n' | resolv_conf
}

start_named() {
    command -v named >/dev/null || skip "needs bind9"
    local port
    port=$(free_port)
    cat >named.conf <<CONF
options {
    directory "$PWD"; pid-file none; session-keyfile none; recursion no;
    listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; allow-query { any; };
};
controls { };
zone "shop.test" { type primary; file "shop.zone"; };
zone "wild.test" { type primary; file "wild.zone"; };
CONF
    begin named -f -c named.conf -u "$(id -un)" 2>named.log
    dns=127.0.0.1:$port
    until_true 20 eval '[ "$(app db.shop.test)" = 192.0.2.1 ]'
}

start_knot() {
    command -v knotd >/dev/null || skip "needs knot"
    local port
    port=$(free_port)
    mkdir -p knot-run knot-db
    cat >knot.conf <<CONF
server:
    rundir: "$PWD/knot-run"
    listen: 127.0.0.1@$port
database:
    storage: "$PWD/knot-db"
log:
  - target: stderr
    any: error
zone:
  - domain: shop.test
    file: "$PWD/shop.zone"
    zonefile-sync: -1
    journal-content: none
  - domain: wild.test
    file: "$PWD/wild.zone"
    zonefile-sync: -1
    journal-content: none
CONF
    begin knotd -c knot.conf 2>knot.log
    dns=127.0.0.1:$port
    until_true 20 eval '[ "$(app db.shop.test)" = 192.0.2.1 ]'
}

# What is there is found at shop.test; what is not there, at the wildcard of the next domain, as libc would; what cannot be known
# ends the search.
judges_zones() {
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 10s db here missing text
    exits 0
    says "db: ready .*db\.shop\.test has 192\.0\.2\.1"
    says "here: ready .*here\.shop\.test has 192\.0\.2\.1"
    says "missing: ready .*missing\.wild\.test has 192\.0\.2\.66"
    says "text: ready .*text\.wild\.test has 192\.0\.2\.66"
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once ext
    exits 1
    ends_saying "ext\.shop\.test is an alias of none\.elsewhere\.test"
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once host.below
    exits 1
    ends_saying "only refers to other servers for host\.below\.shop\.test"
    run_tool wait-for-dns --nameserver "$dns" --no-search --once none.shop.test/MX _pg._tcp.none.shop.test/SRV
    exits 1
    says_times 2 "published as not available.*\(attempt 1\)"
    run_tool wait-for-dns --nameserver "$dns" --no-search --once --gone ext.shop.test host.below.shop.test
    exits 1
}

@test "bind9: names, aliases, delegations, a wildcard" {
    write_zones
    start_named
    judges_zones
}

@test "knot: names, aliases, delegations, a wildcard" {
    write_zones
    start_knot
    judges_zones
}

@test "two servers: the first one is slow and knows the name, the second denies it at once" {
    start_dns slow <<<'db.test A delay=0.7 192.0.2.1'
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$slow" --nameserver "$dns" --no-search --timeout 20s db.test
    exits 0
    ends_saying "has 192.0.2.1"
    run_tool wait-for-dns --nameserver "$slow" --nameserver "$dns" --no-search --timeout 3s --gone db.test
    exits 124
}
