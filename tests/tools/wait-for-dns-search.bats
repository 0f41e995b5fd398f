#!/usr/bin/env bats
# Which names wait-for-dns asks for, and whom: the search list, and resolv.conf files of every kind.
#
# start_dns sets the variable that is named in its call, run_tool and own_loopback set others:
# shellcheck disable=SC2154,SC2030,SC2031

load lib
load wait-for-dns

### Search list

@test "a short name walks the search list first, then stands for itself" {
    search_conf
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once db
    [ "$(asked dns)" = "db.shop.svc.test db.svc.test db.test db" ] || report "asked: $(asked dns)"
    [ "$(questions dns)" -eq 4 ]
}

@test "the first candidate that is there ends the walk, and the verdict names it" {
    search_conf
    start_dns dns <<<'db.svc.test A 192.0.2.1'
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 10s db
    exits 0
    says "db: ready.*db\.svc\.test|db\.svc\.test.*ready"
    [ "$(asked dns)" = "db.shop.svc.test db.svc.test" ] || report "asked: $(asked dns)"
}

@test "no data goes on with the next candidate" {
    search_conf
    start_dns dns <<'ZONE'
db.shop.svc.test TXT here
db.svc.test A 192.0.2.1
ZONE
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 10s db
    exits 0
    says "db\.svc\.test"
}

@test "a long wait asks for the likely candidate each time, and for the others now and then" {
    search_conf
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 6s db db.svc.test
    exits 124
    says "; hint: .*asked for db.shop.svc.test, db.svc.test, db.test, db"
    local likely others rare
    likely=$(questions dns '*' db.shop.svc.test)
    others=$(questions dns '*' db)
    rare=$(questions dns '*' db.test) # no Service and no pod can be there
    ((rare == 1 && others >= 3 && others * 2 <= likely)) ||
        report "db.shop.svc.test $likely times, db $others times, db.test $rare times"
    likely=$(questions dns '*' db.svc.test)
    others=$(questions dns '*' db.svc.test.test)
    ((others >= 1 && others * 4 <= likely)) || report "db.svc.test $likely times, db.svc.test.test $others times"
    wait_for --gone --timeout 3s --stable 2s db
    exits 0
}

@test "of names with dots the Service, the StatefulSet's pod and the name itself are likely" {
    search_conf
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 3s db.x db.x.svc db-0.db api.x.example
    exits 124
    local name
    for name in db.x.svc.test db.x db-0.db.shop.svc.test db-0.db api.x.example; do
        [ "$(questions dns '*' "$name")" -ge 5 ] || report "$name: $(questions dns '*' "$name") questions"
    done
    for name in db.x.shop.svc.test db.x.svc.svc.test api.x.example.svc.test api.x.example.test; do
        [ "$(questions dns '*' "$name")" -le 3 ] || report "$name: $(questions dns '*' "$name") questions"
    done
}

@test "a candidate that is there late is found after a while, although others are likelier" {
    search_conf
    start_dns dns <<<'db A after 1 192.0.2.1'
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 10s db
    exits 0
    says "db: ready after [1-4](\.[0-9])?s .*; db has"
}

@test "a candidate that was not there and fails now hides the ones behind it, remembered or not" {
    search_conf
    start_dns dns <<'ZONE'
db.svc.test.shop.svc.test A unless late NXDOMAIN
db.svc.test.shop.svc.test A SERVFAIL
db.svc.test A unless late NXDOMAIN
db.svc.test A 192.0.2.1
ZONE
    start_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 8s db.svc.test/A
    sleep 2.5
    touch late
    wait_tool
    exits 124
    ends_saying "db.svc.test.shop.svc.test is not answered"
}

@test "a name with as many dots as ndots is asked as it is first" {
    search_conf 2
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once a.b.c
    [ "$(asked dns)" = "a.b.c a.b.c.shop.svc.test a.b.c.svc.test a.b.c.test" ] || report "asked: $(asked dns)"
}

@test "a name with four dots is searched first under ndots 5" {
    search_conf 5
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once a.b.c.d.e
    [ "$(asked dns | cut -d ' ' -f 1)" = "a.b.c.d.e.shop.svc.test" ] || report "asked: $(asked dns)"
}

@test "without an ndots option one dot is enough" {
    printf 'search shop.test\nnameserver 127.0.0.1\n' | resolv_conf
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once a.b
    [ "$(asked dns)" = "a.b a.b.shop.test" ] || report "asked: $(asked dns)"
}

@test "a trailing dot means the name as it is" {
    search_conf
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once db.
    [ "$(asked dns)" = db ] || report "asked: $(asked dns)"
}

@test "no-search asks for the name as it is" {
    search_conf
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --no-search --once db
    [ "$(asked dns)" = db ] || report "asked: $(asked dns)"
}

@test "behind a SERVFAIL a wildcard is no answer, and the hint names the candidate that fails" {
    search_conf
    start_dns dns <<'ZONE'
db.shop.svc.test * SERVFAIL
*.test A 192.0.2.66
ZONE
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 500ms db
    exits 124
    ends_saying "SERVFAIL"
    ends_saying "db\.shop\.svc\.test"
}

@test "behind a silence a wildcard is no answer, and the hint names the candidate that is silent" {
    search_conf
    start_dns dns <<'ZONE'
db.shop.svc.test * SILENT
*.test A 192.0.2.66
ZONE
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 1s --attempt-timeout 200ms db
    exits 124
    ends_saying "db\.shop\.svc\.test"
}

@test "behind one failed family of an earlier candidate a wildcard is no answer" {
    search_conf
    start_dns dns <<'ZONE'
db.shop.svc.test A SERVFAIL
db.shop.svc.test AAAA NODATA
*.test A 192.0.2.66
ZONE
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 500ms db
    exits 124
}

@test "a failing candidate that recovers lets the name be ready" {
    search_conf
    start_dns dns <<'ZONE'
db.shop.svc.test * first 2 SERVFAIL
db.shop.svc.test A 192.0.2.1
ZONE
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 10s db
    exits 0
    says "db\.shop\.svc\.test"
}

@test "thirty-two search domains on a line of 2,000 bytes are all walked" {
    local domains=() i
    for i in {1..32}; do
        domains+=("$(printf 'domain-number-%02d-with-a-long-name-to-fill-the-line.svc.test' "$i")")
    done
    printf 'search %s\nnameserver 127.0.0.1\noptions ndots:5\n' "${domains[*]}" | resolv_conf
    start_dns dns <<<"db.${domains[31]} A 192.0.2.1"
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 10s db
    exits 0
    [ "$(awk '!seen[$4]++' dns.questions | wc -l)" -eq 32 ]
}

@test "a candidate too long to be a name is passed over" {
    local long
    long=$(printf 'abcdefghi.%.0s' {1..20})test
    printf 'search %s shop.test\nnameserver 127.0.0.1\noptions ndots:5\n' "$long" | resolv_conf
    start_dns dns <<<"$(printf 'x%.0s' {1..60}).shop.test A 192.0.2.1"
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 5s "$(printf 'x%.0s' {1..60})"
    exits 0
}

@test "a search domain written twice or with a trailing dot is walked" {
    printf 'search shop.test. shop.test svc.test.\nnameserver 127.0.0.1\noptions ndots:5\n' | resolv_conf
    start_dns dns <<<'db.svc.test A 192.0.2.1'
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 5s db
    exits 0
}

@test "variables of other resolvers steer nothing" {
    search_conf
    start_dns dns </dev/null
    echo 'db elsewhere.test' >aliases
    LOCALDOMAIN=local.test RES_OPTIONS="ndots:0 use-vc" HOSTALIASES=$PWD/aliases \
        run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once db
    [ "$(asked dns)" = "db.shop.svc.test db.svc.test db.test db" ] || report "asked: $(asked dns)"
    ! grep -q tcp dns.questions || report "asked over TCP"
}

@test "a candidate that is silent behind others that answered is told from dead DNS" {
    printf 'search shop.test\nnameserver 127.0.0.1\noptions ndots:5\n' | resolv_conf
    start_dns dns <<<'db * SILENT'
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 500ms --attempt-timeout 400ms db
    exits 124
    ends_saying "a slow upstream server"
}

@test "a search domain with labels that no name can have is left out" {
    local label
    label=$(printf 'x%.0s' {1..64})
    printf 'search %s.test a..b shop.test\nnameserver 127.0.0.1\noptions ndots:5\n' "$label" | resolv_conf
    start_dns dns <<<'db.shop.test A 192.0.2.1'
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 5s db
    exits 0
    [ "$(asked dns | head -n 1)" = db.shop.test ] || report "$(asked dns)"
}

### resolv.conf

@test "resolv.conf: its name server is asked" {
    own_loopback
    start_dns dns --listen "$loopback:53" <<<'db.test A 192.0.2.1'
    printf 'nameserver %s\n' "$loopback" | resolv_conf
    wait_by_file_for db.test.
    exits 0
}

@test "resolv.conf: /etc/resolv.conf is the default" {
    own_loopback
    start_dns dns --listen "$loopback:53" <<<'db.shop.test A 192.0.2.1'
    printf 'search shop.test\nnameserver %s\n' "$loopback" | resolv_conf
    own_files "mount --bind resolv.conf /etc/resolv.conf"
    run_tool wait-for-dns --timeout 10s db
    exits 0
}

@test "resolv.conf: comments, CRLF, tabs, blanks, garbage and a missing last newline do no harm" {
    own_loopback
    start_dns dns --listen "$loopback:53" <<<'db.shop.test A 192.0.2.1'
    printf '# nameserver 192.0.2.1\r\n; search x.test\r\n\r\n \t\r\n\x01\xff garbage here\r\nsortlist 10.0.0.0\r\n%b' \
        "search\tshop.test  svc.test\t\r\noptions  ndots:5\tedns0 nonsense:x ndots\r\nnameserver\t$loopback" |
        resolv_conf
    wait_by_file_for db
    exits 0
    [ "$(asked dns)" = db.shop.test ] || report "asked: $(asked dns)"
}

@test "resolv.conf: the last search line counts, domain is a search line of one" {
    start_dns dns </dev/null
    printf 'search a.test\nnameserver 127.0.0.1\nsearch b.test c.test\n' | resolv_conf
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once db
    [ "$(asked dns)" = "db.b.test db.c.test db" ] || report "asked: $(asked dns)"
    printf 'domain d.test\nnameserver 127.0.0.1\n' | resolv_conf
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once dd
    [ "$(asked dns)" = "db.b.test db.c.test db dd.d.test dd" ] || report "asked: $(asked dns)"
}

@test "resolv.conf: a dead first server, and the second is asked after 300 ms" {
    own_loopback
    start_dns dead --listen "$loopback:53" <<<'* * SILENT'
    dead_address=$loopback
    loopback=127.63.${loopback#127.*.}
    start_dns alive --listen "$loopback:53" <<<'db.test A 192.0.2.1'
    printf 'nameserver %s\nnameserver %s\n' "$dead_address" "$loopback" | resolv_conf
    wait_by_file_for db.test.
    exits 0
    ends_saying "\(1 attempt\)"
    took_at_least 250
    took_less_than 2500
}

@test "resolv.conf: a first server that refuses connections does not stop the second" {
    own_loopback
    start_dns alive --listen "$loopback:53" <<<'db.test A 192.0.2.1'
    printf 'nameserver 127.62.%s\nnameserver %s\n' "${loopback#127.*.}" "$loopback" | resolv_conf
    wait_by_file_for db.test.
    exits 0
    took_less_than 2500
}

@test "resolv.conf: a first server that fails does not stop the second" {
    own_loopback
    start_dns dead --listen "$loopback:53" <<<'* * SERVFAIL'
    dead_address=$loopback
    loopback=127.63.${loopback#127.*.}
    start_dns alive --listen "$loopback:53" <<<'db.test A 192.0.2.1'
    printf 'nameserver %s\nnameserver %s\n' "$dead_address" "$loopback" | resolv_conf
    wait_by_file_for db.test.
    exits 0
}

@test "resolv.conf: timeout, attempts and rotate change neither verdict nor bounds" {
    own_loopback
    start_dns dns --listen "$loopback:53" <<<'db.test A from 3 192.0.2.1'
    printf 'nameserver %s\noptions timeout:30 attempts:5 rotate inet6 single-request trust-ad\n' "$loopback" |
        resolv_conf
    wait_by_file_for db.test.
    exits 0
    took_less_than 5000
    start_dns silent --listen "127.63.${loopback#127.*.}:53" <<<'* * SILENT'
    printf 'nameserver 127.63.%s\noptions timeout:30 attempts:5\n' "${loopback#127.*.}" | resolv_conf
    run_tool wait-for-dns --resolv-conf resolv.conf --timeout 700ms --attempt-timeout 300ms db.test.
    exits 124
    took_less_than 3000
}

@test "resolv.conf: use-vc asks over TCP" {
    own_loopback
    start_dns dns --listen "$loopback:53" <<<'db.test A 192.0.2.1'
    printf 'nameserver %s\noptions use-vc\n' "$loopback" | resolv_conf
    wait_by_file_for db.test.
    exits 0
    ! grep -q udp dns.questions || report "asked over UDP"
}

@test "resolv.conf: an ndots beyond its bounds is bounded" {
    printf 'search shop.test\nnameserver 127.0.0.1\noptions ndots:100000\n' | resolv_conf
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once a.b
    [ "$(asked dns)" = "a.b.shop.test a.b" ] || report "asked: $(asked dns)"
}

@test "resolv.conf: an IPv6 server is asked" {
    own_network
    start_dns dns --listen "[::1]:53" <<<'db.test A 192.0.2.1'
    echo 'nameserver ::1' | resolv_conf
    wait_by_file_for db.test.
    exits 0
}

# A network with a link of its own, and a link-local address on it.
own_link() {
    own_network
    "${inside[@]}" ip link add link0 type dummy || skip "needs a dummy interface"
    "${inside[@]}" ip link set link0 up
    "${inside[@]}" ip -6 address add fe80::bbbb/64 dev link0 nodad
}

@test "resolv.conf: a server with a scope is asked, and never 127.0.0.1 in its place" {
    own_link
    start_dns decoy --listen "127.0.0.1:53" <<<'* * 192.0.2.66'
    echo 'nameserver fe80::bbbb%link0' | resolv_conf
    run_tool wait-for-dns --resolv-conf resolv.conf --timeout 1s db.test
    exits 124
    start_dns dns --listen "[fe80::bbbb%link0]:53" <<<'db.test A 192.0.2.1'
    wait_by_file_for db.test
    exits 0
    ends_saying "has 192\.0\.2\.1"
    [ "$(questions decoy)" -eq 0 ] || report "a server that nobody named was asked"
}

@test "resolv.conf: a server that cannot be asked from here is named, and why" {
    echo 'nameserver fe80::1%nosuch0' | resolv_conf
    run_tool wait-for-dns --resolv-conf resolv.conf db.test
    refuses_naming "fe80::1%nosuch0"
    says "there is no such interface here"
    echo 'nameserver fe80::1' | resolv_conf
    run_tool wait-for-dns --resolv-conf resolv.conf db.test
    refuses_naming "nameserver fe80::1"
    says "needs its interface"
    run_tool wait-for-dns --nameserver fe80::1 db.test
    refuses_naming "--nameserver"
}

@test "resolv.conf: site-local servers are asked, and what comes of it is told" {
    own_network
    echo 'nameserver fec0::3' | resolv_conf
    run_tool wait-for-dns --resolv-conf resolv.conf --timeout 300ms db.test
    exits 124
    ends_saying "cannot be reached for db.test \(server fec0::3\)"
}

@test "resolv.conf: 0.0.0.0 is this host" {
    own_network
    start_dns dns --listen "127.0.0.1:53" <<<'db.test A 192.0.2.1'
    echo 'nameserver 0.0.0.0' | resolv_conf
    wait_by_file_for db.test.
    exits 0
}

@test "resolv.conf: without a cluster's search domain a short name's hint is the DNS policy" {
    printf 'search example.test\nnameserver 127.0.0.1\n' | resolv_conf
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --once db
    exits 1
    ends_saying "ClusterFirstWithHostNet"
}

@test "resolv.conf: none is a usage error, never a silent 127.0.0.1" {
    run_tool wait-for-dns --resolv-conf none db.test
    refuses_naming none
    took_less_than 2000
}

@test "resolv.conf: without a server is a usage error" {
    local content
    for content in "" "search shop.test" "# nameserver 127.0.0.1" "nameserver" "nameserver banana"; do
        echo "$content" | resolv_conf
        run_tool wait-for-dns --resolv-conf resolv.conf --timeout 1s db.test
        refuses_naming resolv.conf
    done
}

@test "resolv.conf: a directory or an unreadable file is a usage error" {
    mkdir folder
    run_tool wait-for-dns --resolv-conf folder db.test
    refuses_naming folder
}

@test "resolv.conf: a huge or binary file does no harm" {
    head -c 3000000 /dev/urandom >resolv.conf
    run_tool wait-for-dns --resolv-conf resolv.conf --timeout 300ms db.test
    exits 2
    yes 'search a.test' | head -c 3000000 >resolv.conf
    run_tool wait-for-dns --resolv-conf resolv.conf --timeout 300ms db.test
    exits 2
}

@test "nameserver: several, the dead one first" {
    start_dns dead <<<'* * SILENT'
    start_dns alive <<<'db.test A 192.0.2.1'
    run_tool wait-for-dns --nameserver "$dead" --nameserver "$alive" --no-search --timeout 10s db.test
    exits 0
    ends_saying "\(1 attempt\)"
    took_less_than 2500
}

@test "nameserver: an IPv6 address with a port" {
    start_dns dns --listen "[::1]:0" <<<'db.test A 192.0.2.1'
    wait_for db.test
    exits 0
}

@test "nameserver: what is no address is a usage error" {
    local value
    for value in "" dns.test 127.0.0.1: 127.0.0.1:x 127.0.0.1:65536 "[::1" ::1:53:x 1.2.3; do
        run_tool wait-for-dns --nameserver "$value" db.test
        refuses_naming --nameserver
    done
}

@test "hosts: the hosts file is consulted only when asked for" {
    printf '192.0.2.9\tdb.test db\n' >hosts
    own_files "mount --bind hosts /etc/hosts"
    start_dns dns </dev/null
    wait_in_vain_for db.test
    [ "$(questions dns)" -ge 1 ]
    wait_for --hosts db.test db
    exits 0
}

@test "hosts: a trailing dot makes another name, as in libc" {
    printf '192.0.2.9\tdb.test\n' >hosts
    own_files "mount --bind hosts /etc/hosts"
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --no-search --hosts --once db.test.
    exits 1
}

@test "hosts: a name that the file lacks is asked for" {
    printf '192.0.2.9\tother.test\n' >hosts
    own_files "mount --bind hosts /etc/hosts"
    start_dns dns <<<'db.test A 192.0.2.1'
    wait_for --hosts db.test
    exits 0
    [ "$(questions dns A db.test)" -ge 1 ]
}
