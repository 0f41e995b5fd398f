#!/usr/bin/env bats
# wait-for-dns against name servers that answer late, fail, stall and lie (tests/servers/dns.py), against real ones
# (dnsmasq, unbound), and with resolv.conf files of every kind. What all tools share is in common.bats.
#
# start_dns sets the variable that is named in its call, run_tool and own_loopback set others; and `inside` is for one
# test alone:
# shellcheck disable=SC2154,SC2030,SC2031

load lib

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

### Records

@test "a name that is there is ready, said in one line" {
    start_dns dns <<<'db.test A 192.0.2.1'
    wait_for db.test
    exits 0
    silent_output
    ends_saying "^wait-for-dns: db\.test: ready after [0-9.]+m?s \(1 attempt\)"
    [ "$(wc -l <err)" -eq 1 ]
}

@test "either family is enough" {
    start_dns dns <<'ZONE'
four.test A 192.0.2.1
six.test AAAA 2001:db8::1
ZONE
    wait_for four.test six.test
    exits 0
}

@test "each type of record can be waited for" {
    start_dns dns <<'ZONE'
a.test A 192.0.2.1
aaaa.test AAAA 2001:db8::1
cname.test CNAME CNAME a.test
mx.test MX "10 mail.test"
ns.test NS ns1.test ns2.test
txt.test TXT "some text"
_pg._tcp.srv.test SRV "0 5 5432 db.test"
1.2.0.192.in-addr.arpa PTR host.test
ZONE
    wait_for a.test/A aaaa.test/AAAA cname.test/CNAME mx.test/MX ns.test/NS txt.test/TXT _pg._tcp.srv.test/SRV \
        1.2.0.192.in-addr.arpa/PTR
    exits 0
    says_times 8 ": ready after"
}

@test "a record of another type is not the one that is waited for" {
    start_dns dns <<<'db.test A 192.0.2.1'
    local type
    for type in AAAA CNAME MX NS TXT SRV PTR; do
        wait_in_vain_for "db.test/$type"
        ends_saying "not ready: "
    done
}

@test "PTR takes an address as it is" {
    start_dns dns <<'ZONE'
1.2.0.192.in-addr.arpa PTR four.test
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR six.test
ZONE
    wait_for 192.0.2.1/PTR 2001:db8::1/PTR
    exits 0
    [ "$(questions dns PTR)" -eq 2 ]
}

@test "a name that cannot be meant is refused with its text, and nothing is asked" {
    start_dns dns <<<'* * 192.0.2.1'
    local name
    for name in "" .. a..b .a "a b" "$(printf 'x%.0s' {1..64}).test" \
        "$(printf 'abcdefgh.%.0s' {1..29})test" db.test/ db.test/FOO db.test/A/B /A db.test:53; do
        wait_for good.test "$name"
        refuses_naming "${name:0:60}"
    done
    [ "$(questions dns)" -eq 0 ]
}

@test "an address is no name, and the hint is its reverse" {
    run_tool wait-for-dns 192.0.2.1
    refuses_naming 192.0.2.1
    says "/PTR"
    run_tool wait-for-dns 192.0.2.1/A
    refuses_naming 192.0.2.1
}

@test "min-targets: one name of several is enough" {
    start_dns dns <<<'db.test A 192.0.2.1'
    wait_for --min-targets 1 none.test db.test
    exits 0
    ends_saying "1 of 2"
}

@test "a thousand records come over TCP and count" {
    start_dns dns <<<'db.test A MANY 1000'
    wait_for --min-records 1000 --write records db.test/A
    exits 0
    [ "$(questions dns A)" -eq 2 ]
    [ "$(grep -Ec '10\.0\.[0-9]+\.[0-9]+' records)" -eq 1000 ] || report "expected a thousand records"
    wait_in_vain_for --min-records 1001 db.test/A
}

@test "an answer of 64,000 bytes is read whole" {
    start_dns dns <<<'db.test A MANY 4000'
    wait_for --min-records 4000 db.test/A
    exits 0
}

@test "a name with a chain of ten aliases is followed" {
    start_dns dns <<<"$(for i in {0..9}; do echo "a$i.test CNAME CNAME a$((i + 1)).test"; done
        echo 'a10.test A 192.0.2.1')"
    wait_for a0.test
    exits 0
}

@test "an alias is followed, also one of an alias" {
    start_dns dns <<'ZONE'
a.test CNAME CNAME b.test
b.test CNAME CNAME c.test
c.test A 192.0.2.1
ZONE
    wait_for a.test
    exits 0
}

@test "an alias to nowhere is not ready" {
    start_dns dns <<'ZONE'
nowhere.test CNAME CNAME none.test
empty.test CNAME CNAME text.test
text.test TXT hello
ZONE
    wait_in_vain_for nowhere.test
    wait_in_vain_for empty.test
}

@test "aliases in a circle are not ready" {
    start_dns dns <<'ZONE'
a.test CNAME CNAME b.test
b.test CNAME CNAME a.test
ZONE
    wait_in_vain_for a.test
}

@test "an alias is there as an alias even if it leads nowhere" {
    start_dns dns <<<'a.test CNAME CNAME none.test'
    wait_for a.test/CNAME
    exits 0
}

### Names that are not there yet

@test "NXDOMAIN, then good" {
    start_dns dns <<<'db.test A when there 192.0.2.1'
    start_tool wait-for-dns --nameserver "$dns" --no-search --timeout 20s db.test
    until_true 10 err_has "attempt 1"
    touch there
    wait_tool
    exits 0
    says "NXDOMAIN|no such name|does not exist"
    ends_saying "ready after .*\([0-9]+ attempts\)"
}

@test "no data, then good" {
    start_dns dns <<'ZONE'
db.test TXT here
db.test A from 4 192.0.2.1
ZONE
    wait_for db.test
    exits 0
    says "no such record|no data"
    ends_saying "\(4 attempts\)"
}

@test "SERVFAIL, then good" {
    start_dns dns <<'ZONE'
db.test * first 3 SERVFAIL
db.test A 192.0.2.1
ZONE
    wait_for db.test
    exits 0
    says "SERVFAIL"
}

@test "REFUSED, then good" {
    start_dns dns <<'ZONE'
db.test * first 3 REFUSED
db.test A 192.0.2.1
ZONE
    wait_for db.test
    exits 0
    says "REFUSED|refused"
}

@test "any other failure is told by its name, then good" {
    start_dns dns <<'ZONE'
db.test * first 3 NOTIMP
db.test A 192.0.2.1
ZONE
    wait_for db.test
    exits 0
    says "NOTIMP"
}

@test "silence, then good" {
    start_dns dns <<'ZONE'
db.test * until 0.5 SILENT
db.test A 192.0.2.1
ZONE
    wait_for --attempt-timeout 200ms db.test
    exits 0
    says "timed out|no answer"
}

@test "what never comes is the deadline, with the reason and a hint" {
    start_dns dns </dev/null
    wait_in_vain_for db.test
    ends_saying "^wait-for-dns: db\.test.*not ready: .*(NXDOMAIN|no such name|does not exist).*; hint: "
}

@test "a silent server is the deadline, and is named" {
    start_dns dns <<<'* * SILENT'
    wait_in_vain_for --attempt-timeout 200ms db.test
    ends_saying "not ready: .*(timed out|no answer).*; hint: "
    ends_saying "127\.0\.0\.1"
}

@test "a server that is not there is retried until the deadline" {
    start_tcp port "127.0.0.1:0 bound"
    dns=127.0.0.1:${port[0]}
    wait_in_vain_for db.test
    ends_saying "not ready: .*cannot be reached.*127\.0\.0\.1"
    took_less_than 3000
}

@test "a server without a route is retried until the deadline" {
    own_network
    dns=192.0.2.53
    wait_in_vain_for db.test
    ends_saying "not ready: .*cannot be reached.*192\.0\.2\.53"
}

@test "NXDOMAIN for A is not asked again for AAAA" {
    start_dns dns </dev/null
    run_tool wait-for-dns --nameserver "$dns" --no-search --once db.test
    [ "$status" -ne 0 ] || report "expected a failure"
    [ "$(questions dns)" -eq 1 ] || report "asked $(questions dns) times"
}

@test "A and AAAA leave from different ports" {
    start_dns dns <<<'db.test TXT here'
    run_tool wait-for-dns --nameserver "$dns" --no-search --once db.test
    [ "$(awk '{ print $5 }' dns.questions | sort -u | wc -l)" -eq 2 ] || report "$(cat dns.questions)"
}

@test "SERVFAIL for one family is told as that, not as a name that is not there" {
    start_dns dns <<'ZONE'
db.test A SERVFAIL
db.test AAAA NXDOMAIN
ZONE
    wait_in_vain_for db.test
    ends_saying "not ready: .*SERVFAIL"
}

@test "SERVFAIL for one family does not hide the other" {
    start_dns dns <<'ZONE'
a.test A SERVFAIL
a.test AAAA 2001:db8::1
b.test AAAA SERVFAIL
b.test A 192.0.2.1
ZONE
    wait_for a.test b.test
    exits 0
}

@test "silence for one family does not hide the other" {
    start_dns dns <<'ZONE'
db.test AAAA SILENT
db.test A 192.0.2.1
ZONE
    wait_for --attempt-timeout 1s db.test
    exits 0
    took_less_than 5000
}

@test "one question a server and type in each attempt, whatever the answer" {
    start_dns dns <<'ZONE'
fail.test * SERVFAIL
no.test * REFUSED
none.test TXT here
ZONE
    run_tool wait-for-dns --nameserver "$dns" --no-search --once fail.test no.test none.test
    local name
    for name in fail.test no.test none.test; do
        [ "$(questions dns A $name)" -le 1 ] || report "$name: $(questions dns A $name) questions for A"
        [ "$(questions dns AAAA $name)" -le 1 ] || report "$name: $(questions dns AAAA $name) questions for AAAA"
    done
}

@test "waiting asks no more than the loop it replaces, ten times a second at first" {
    start_dns dns <<<'db.test TXT here'
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 2s db.test
    exits 124
    [ "$(questions dns A)" -le 21 ] || report "$(questions dns A) questions for A"
    [ "$(questions dns A)" -ge 6 ] || report "only $(questions dns A) questions for A"
}

@test "a name that appears is noticed within a tenth of the wait and a second" {
    start_dns dns <<<'db.test A after 1.5 192.0.2.1'
    wait_for db.test
    exits 0
    took_less_than 2500
}

@test "a negative answer from a cache is told with the time it has left" {
    start_dns dns <<<'db.test * cached ttl=27 NXDOMAIN'
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 3s db.test
    exits 124
    says "negative answer, cached.* 2[0-9] ?s"
}

@test "a negative answer that is no cache's is not called cached" {
    start_dns dns <<<'db.test * ttl=27 NXDOMAIN'
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 2s db.test
    exits 124
    says_not "cached"
}

### Servers that lie

@test "an answer with the wrong id is passed over, the right one counts" {
    start_dns dns <<<'db.test A decoy=id 192.0.2.1'
    wait_for db.test/A
    exits 0
    ends_saying "\(1 attempt\)"
}

@test "an answer to another question is passed over, the right one counts" {
    start_dns dns <<<'db.test A decoy=question 192.0.2.1'
    wait_for db.test/A
    exits 0
}

@test "an answer from another port is passed over, the right one counts" {
    start_dns dns <<<'db.test A decoy=source 192.0.2.1'
    wait_for db.test/A
    exits 0
}

@test "a server that knows no EDNS is asked without" {
    start_dns dns <<'ZONE'
db.test * edns yes FORMERR
db.test A 192.0.2.1
ZONE
    wait_for db.test/A
    exits 0
}

@test "a server that changes the letters of the name still answers it" {
    start_dns dns <<<'db.test A wrong=case 192.0.2.1'
    wait_for db.test/A
    exits 0
}

@test "nothing but answers that do not fit is not ready" {
    start_dns dns <<'ZONE'
id.test A wrong=id 192.0.2.1
question.test A wrong=question 192.0.2.1
source.test A wrong=source 192.0.2.1
ZONE
    wait_in_vain_for --attempt-timeout 200ms id.test/A question.test/A source.test/A
    says_not ": ready after"
}

@test "bytes that are no answer are not ready, and do no harm" {
    start_dns dns <<'ZONE'
loop.test * LOOP
garbage.test * GARBAGE
cut.test * CUT
lies.test * LIES
ZONE
    wait_in_vain_for --attempt-timeout 200ms loop.test garbage.test cut.test lies.test
    says_not ": ready after"
    took_less_than 3000
}

@test "bytes that are no answer, over TCP, are not ready either" {
    start_dns dns <<'ZONE'
loop.test * LOOP
garbage.test * GARBAGE
cut.test * CUT
lies.test * LIES
end.test * HANGUP
ZONE
    wait_in_vain_for --tcp --attempt-timeout 200ms loop.test garbage.test cut.test lies.test end.test
    says_not ": ready after"
}

@test "bytes that are no answer, then good" {
    start_dns dns <<'ZONE'
db.test * first 1 GARBAGE
db.test * first 2 LOOP
db.test * first 3 CUT
db.test A 192.0.2.1
ZONE
    wait_for --attempt-timeout 200ms db.test
    exits 0
}

@test "a truncated answer is asked for again over TCP" {
    start_dns dns <<'ZONE'
db.test A over udp tc
db.test A 192.0.2.1
ZONE
    wait_for db.test/A
    exits 0
    ends_saying "\(1 attempt\)"
    [ "$(awk '{ print $2 }' dns.questions | paste -sd ' ')" = "udp tcp" ]
}

@test "a truncated answer without a server on TCP is not ready" {
    start_dns dns --no-tcp <<<'db.test * over udp tc'
    wait_in_vain_for --attempt-timeout 300ms db.test
    took_less_than 3000
}

@test "TCP that stalls in the middle of an answer ends with the attempt" {
    start_dns dns <<'ZONE'
db.test A over udp tc
db.test A first 3 STALL
db.test A 192.0.2.1
ZONE
    wait_for --attempt-timeout 300ms db.test/A
    exits 0
    says "timed out|no answer"
}

@test "tcp: every question goes over TCP" {
    start_dns dns <<'ZONE'
db.test A from 2 192.0.2.1
ZONE
    wait_for --tcp db.test
    exits 0
    ! grep -q udp dns.questions || report "asked over UDP"
    [ "$(questions dns A)" -eq 2 ]
}

@test "an answer later than 300 ms still counts" {
    start_dns dns <<<'db.test * delay=0.6 192.0.2.1'
    wait_for db.test/A
    exits 0
    ends_saying "\(1 attempt\)"
}

### Search list

search_conf() {
    resolv_conf <<CONF
search shop.svc.test svc.test test
nameserver 127.0.0.1
options ndots:${1:-5}
CONF
}

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

@test "hosts: a name that the file lacks is asked for" {
    printf '192.0.2.9\tother.test\n' >hosts
    own_files "mount --bind hosts /etc/hosts"
    start_dns dns <<<'db.test A 192.0.2.1'
    wait_for --hosts db.test
    exits 0
    [ "$(questions dns A db.test)" -ge 1 ]
}

### Conditions

@test "family: which ones must be there" {
    start_dns dns <<'ZONE'
four.test A 192.0.2.1
six.test AAAA 2001:db8::1
dual.test A 192.0.2.1
dual.test AAAA 2001:db8::1
ZONE
    wait_for -4 four.test dual.test
    exits 0
    [ "$(questions dns AAAA)" -eq 0 ] || report "asked for AAAA under -4"
    wait_for --family 6 six.test dual.test
    exits 0
    wait_for --family both dual.test
    exits 0
    wait_in_vain_for --family 4 six.test
    wait_in_vain_for -6 four.test
    wait_in_vain_for --family both four.test
    wait_in_vain_for --family both six.test
}

@test "family both: the second family may come later" {
    start_dns dns <<'ZONE'
dual.test A 192.0.2.1
dual.test AAAA from 3 2001:db8::1
ZONE
    wait_for --family both dual.test
    exits 0
    ends_saying "\(3 attempts\)"
}

@test "min-records: until so many are there" {
    start_dns dns <<'ZONE'
db.test A first 2 192.0.2.1
db.test A first 4 192.0.2.1 192.0.2.2
db.test A 192.0.2.1 192.0.2.2 192.0.2.3
ZONE
    wait_for --min-records 3 db.test/A
    exits 0
    ends_saying "\(5 attempts\)"
    says "1 (of 3|record)|2 (of 3|records)"
}

@test "min-records: a record twice is one" {
    start_dns dns <<<'db.test A 192.0.2.1 192.0.2.1 192.0.2.1'
    wait_in_vain_for --min-records 2 db.test/A
}

@test "expect: the record must be among them, each of several" {
    start_dns dns <<'ZONE'
db.test A first 2 192.0.2.1
db.test A first 4 192.0.2.1 192.0.2.2
db.test A 192.0.2.1 192.0.2.2 192.0.2.3
ZONE
    wait_for --expect 192.0.2.3 --expect 192.0.2.2 db.test/A
    exits 0
    ends_saying "\(5 attempts\)"
    wait_in_vain_for --expect 192.0.2.1 --expect 192.0.2.9 db.test/A
    ends_saying "192\.0\.2\.9"
}

@test "expect: records of each type, as people write them" {
    start_dns dns <<'ZONE'
db.test AAAA 2001:db8::1
mail.test MX "10 mx.mail.test"
text.test TXT "v=spf1 -all"
_pg._tcp.test SRV "0 5 5432 db.test"
alias.test CNAME CNAME db.test
zone.test NS ns1.test
1.2.0.192.in-addr.arpa PTR Host.test
ZONE
    wait_for --expect 2001:db8::1 db.test
    exits 0
    wait_for --expect 2001:0DB8:0:0::1 db.test
    exits 0
    wait_for --expect "10 mx.mail.test" mail.test/MX
    exits 0
    wait_for --expect "v=spf1 -all" text.test/TXT
    exits 0
    wait_for --expect "0 5 5432 db.test" _pg._tcp.test/SRV
    exits 0
    wait_for --expect db.test alias.test/CNAME
    exits 0
    wait_for --expect ns1.test. zone.test/NS
    exits 0
    wait_for --expect host.test 192.0.2.1/PTR
    exits 0
}

@test "gone: NXDOMAIN and no data are gone" {
    start_dns dns <<<'empty.test TXT here'
    wait_for --gone none.test empty.test
    exits 0
    says "none\.test: gone after"
    says "empty\.test: gone after"
}

@test "gone: a name that goes away later is gone" {
    start_dns dns <<<'db.test A unless removed 192.0.2.1'
    start_tool wait-for-dns --nameserver "$dns" --no-search --timeout 20s --gone db.test
    until_true 10 err_has "attempt 1"
    touch removed
    wait_tool
    exits 0
    ends_saying "gone after"
}

@test "gone: one family that is there is not gone" {
    start_dns dns <<'ZONE'
four.test A 192.0.2.1
six.test AAAA 2001:db8::1
ZONE
    wait_in_vain_for --gone four.test
    ends_saying "192\.0\.2\.1|not gone|still"
    wait_in_vain_for --gone six.test
}

@test "gone: a failure, a refusal, a silence and garbage are never gone" {
    start_dns dns <<'ZONE'
fail.test * SERVFAIL
no.test * REFUSED
silent.test * SILENT
garbage.test * GARBAGE
half.test A NODATA
half.test AAAA SERVFAIL
ZONE
    local name
    for name in fail.test no.test silent.test garbage.test half.test; do
        wait_in_vain_for --gone --attempt-timeout 200ms "$name"
        says_not "gone after"
    done
}

@test "gone: a server that is not there proves nothing" {
    start_tcp port "127.0.0.1:0 bound"
    dns=127.0.0.1:${port[0]}
    wait_in_vain_for --gone db.test
}

@test "gone: what asks for records does not go with it" {
    local option
    for option in --write=members --expect=192.0.2.1 --min-records=2; do
        run_tool wait-for-dns --gone "$option" db.test
        refuses_naming --gone
    done
}

@test "gone: from every candidate of the search list" {
    search_conf
    start_dns dns <<<'db.test A unless removed 192.0.2.1'
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 500ms --gone db
    exits 124
    touch removed
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 5s --gone db
    exits 0
}

@test "gone: a candidate that fails keeps the name from being gone" {
    search_conf
    start_dns dns <<<'db.svc.test * SERVFAIL'
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 500ms --gone db
    exits 124
}

@test "stable: the name must be there that long" {
    start_dns dns <<<'db.test A 192.0.2.1'
    wait_for --stable 600ms db.test
    exits 0
    took_at_least 600
    [ "$(questions dns A)" -ge 2 ] || report "asked once"
}

@test "stable: a break starts the clock again" {
    start_dns dns <<'ZONE'
db.test * first 2 192.0.2.1
db.test * first 3 NXDOMAIN
db.test * 192.0.2.1
ZONE
    wait_for --stable 600ms db.test/A
    exits 0
    took_at_least 650
    says "NXDOMAIN|no such name|does not exist"
}

@test "stable: a name that flaps is never ready" {
    start_dns dns <<'ZONE'
db.test * first 1 192.0.2.1
db.test * first 2 NXDOMAIN
db.test * first 3 192.0.2.1
db.test * first 4 NXDOMAIN
db.test * first 5 192.0.2.1
db.test * NXDOMAIN
ZONE
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 1500ms --stable 1s db.test/A
    exits 124
}

@test "stable and gone: a name that comes back is not gone" {
    start_dns dns <<'ZONE'
db.test * first 2 NXDOMAIN
db.test * 192.0.2.1
ZONE
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 1200ms --gone --stable 1s db.test/A
    exits 124
}

### Writing the records

members_zone() {
    cat <<'ZONE'
db.test A 192.0.2.2 192.0.2.1
db.test AAAA 2001:db8::1
_pg._tcp.test SRV "0 5 5432 db-0.test" "0 5 5432 db-1.test"
odd.test TXT "a'b \"c\" \\\\ $(id) `id` \x01\xff é"
ZONE
}

@test "write: lines, a record each" {
    start_dns dns <<<"$(members_zone)"
    wait_for --write members db.test
    exits 0
    [ "$(sort members)" = "$(printf '192.0.2.1\n192.0.2.2\n2001:db8::1')" ] || report "$(cat members)"
}

@test "write: with several names each line begins with the name" {
    start_dns dns <<<"$(members_zone)"
    wait_for --write members db.test/A _pg._tcp.test/SRV
    exits 0
    [ "$(grep -c '^db\.test 192\.0\.2\.[12]$' members)" -eq 2 ] || report "$(cat members)"
    [ "$(grep -c '^_pg\._tcp\.test 0 5 5432 db-[01]\.test' members)" -eq 2 ] || report "$(cat members)"
    [ "$(wc -l <members)" -eq 4 ] || report "$(cat members)"
}

@test "write: the records are in an order of their own, not the server's" {
    start_dns dns <<'ZONE'
db.test A first 1 192.0.2.10 192.0.2.9 192.0.2.1
db.test A 192.0.2.1 192.0.2.10 192.0.2.9
ZONE
    wait_for --write first db.test/A
    exits 0
    wait_for --write second db.test/A
    exits 0
    cmp first second
}

@test "write: json is valid whatever the records hold" {
    start_dns dns <<<"$(members_zone)"
    wait_for --write members --write-format json db.test _pg._tcp.test/SRV odd.test/TXT
    exits 0
    "$python" - <<'PYTHON'
import json
with open("members", "rb") as members:
    names = json.loads(members.read().decode("utf-8"))
assert [each["name"] for each in names] == ["db.test", "_pg._tcp.test", "odd.test"], names
assert names[0]["records"] == [{"type": "A", "value": "192.0.2.1"}, {"type": "A", "value": "192.0.2.2"},
                               {"type": "AAAA", "value": "2001:db8::1"}], names
assert [each["value"] for each in names[1]["records"]] == ["0 5 5432 db-0.test", "0 5 5432 db-1.test"], names
PYTHON
}

@test "write: env can be sourced by a shell whatever the records hold" {
    start_dns dns <<<"$(members_zone)"
    wait_for --write members --write-format env db.test _pg._tcp.test/SRV odd.test/TXT
    exits 0
    # shellcheck disable=SC2016 # for the inner shell
    env -i PATH="$PATH" sh -euc '. ./members; echo "$DB_TEST"; echo "$_PG__TCP_TEST_SRV"; echo "$ODD_TEST_TXT"' >sourced
    [ "$(sed -n 1p sourced)" = "192.0.2.1 192.0.2.2 2001:db8::1" ] || report "$(cat members)"
    [ "$(sed -n 2,3p sourced)" = $'0 5 5432 db-0.test\n0 5 5432 db-1.test' ] || report "$(cat members)"
    # shellcheck disable=SC2016 # these are the bytes that came
    grep -Fq '$(id) `id`' sourced || report "$(cat members)"
}

@test "write: hosts is a hosts file" {
    start_dns dns <<<"$(members_zone)"
    wait_for --write members --write-format hosts db.test
    exits 0
    [ "$(cat members)" = $'192.0.2.1 db.test\n192.0.2.2 db.test\n2001:db8::1 db.test' ] || report "$(cat members)"
}

@test "write: what is no address cannot be in a hosts file: a usage error" {
    run_tool wait-for-dns --write members --write-format hosts _pg._tcp.test/SRV
    refuses_naming --write-format
}

@test "write: any user may read it, whatever the umask" {
    start_dns dns <<<'db.test A 192.0.2.1'
    umask 077
    wait_for --write members db.test
    exits 0
    [ "$(stat -c %a members)" = 644 ] || report "mode $(stat -c %a members)"
}

@test "write: what a killed run left beside the file goes, what a living one holds stays" {
    start_dns dns <<<'db.test A 192.0.2.1'
    # The names that a run gives to what it has not finished; it keeps a lock on it while it lives.
    echo part >.members.initkit-1-0
    begin flock .members.initkit-2-0 sleep 60
    until_true 10 test -e .members.initkit-2-0
    until_true 10 eval "! flock --nonblock .members.initkit-2-0 true"
    wait_for --write members db.test
    exits 0
    [ "$(find . -name '.members*')" = ./.members.initkit-2-0 ] || report "$(ls -A)"
    [ "$(cat members)" = 192.0.2.1 ]
}

@test "write: a read-only volume and a file that is itself a mount are failures with a hint" {
    mkdir volume
    touch member
    own_files "touch volume/mounted; mount --bind volume volume; mount --bind member volume/mounted
        mkdir readonly; mount -t tmpfs tmpfs readonly; mount -o remount,ro readonly"
    start_dns dns <<<'db.test A 192.0.2.1'
    wait_for --write readonly/members db.test
    exits 1
    ends_saying "readonly/members.*hint: .*mount a volume"
    wait_for --write volume/mounted db.test
    exits 1
    ends_saying "volume/mounted.*hint: .*itself is a mount"
    [ -z "$(find volume -name '.*initkit*')" ] || report "left behind: $(ls -A volume)"
}

@test "write: what is no file is written to, not replaced" {
    start_dns dns <<<'db.test A 192.0.2.1'
    mkfifo pipe
    begin cat pipe >copied
    local reader=$started
    wait_for --write pipe db.test
    exits 0
    wait "$reader"
    [ "$(cat copied)" = 192.0.2.1 ]
    [ -p pipe ]
}

@test "write: names of every form become names of variables and hosts" {
    start_dns dns <<<'*.test A 192.0.2.1'
    wait_for --write members --write-format env 0-db.shop.test.
    exits 0
    [ "$(cat members)" = "_0_DB_SHOP_TEST='192.0.2.1'" ] || report "$(cat members)"
    wait_for --write members --write-format hosts db.test.
    exits 0
    [ "$(cat members)" = "192.0.2.1 db.test" ] || report "$(cat members)"
}

@test "write: two runs at the same time leave a whole file" {
    start_dns dns <<<'db.test A MANY 1000'
    local i runs=()
    for i in 1 2 3 4 5 6; do
        begin "$bin/wait-for-dns" -q --nameserver "$dns" --no-search --write members db.test/A
        runs+=("$started")
    done
    for i in "${runs[@]}"; do wait "$i"; done
    [ "$(wc -l <members)" -eq 1000 ]
    [ -z "$(find . -name '.members*')" ] || report "left behind: $(ls -A)"
}

@test "write: bytes of a record cannot forge another line" {
    start_dns dns <<<'evil.test TXT "one\n10.6.6.6 db.test\r\ntwo"'
    local format
    for format in lines env hosts; do
        wait_for --write members --write-format "$format" evil.test/TXT
        if [ "$status" -eq 0 ]; then
            ! grep -q '^10\.6\.6\.6' members || report "$format: $(cat members)"
        fi
    done
}

@test "write: - is standard output" {
    start_dns dns <<<'db.test A 192.0.2.1'
    wait_for --write - db.test
    exits 0
    [ "$output" = 192.0.2.1 ] || report "expected the record alone"
}

@test "write: nothing is written while the name is not ready" {
    start_dns dns <<<'db.test A 192.0.2.1'
    echo before >members
    wait_in_vain_for --min-records 2 --write members db.test
    [ "$(cat members)" = before ]
    wait_in_vain_for --min-records 2 --write none db.test
    [ ! -e none ]
    [ -z "$(find . -name '*members?*' -o -name '*none?*')" ] || report "left behind: $(ls -A)"
}

@test "write: an earlier file is replaced, its readers keep the old one" {
    start_dns dns <<<'db.test A 192.0.2.1'
    echo before >members
    exec 7<members
    wait_for --write members db.test
    exits 0
    [ "$(cat <&7)" = before ] || report "the file was written in place"
    [ "$(cat members)" = 192.0.2.1 ]
}

@test "write: a reader never sees a part" {
    start_dns dns <<<'db.test A MANY 1000'
    wait_for --write members db.test/A
    exits 0
    cp members whole
    # shellcheck disable=SC2016 # for the inner shell
    begin sh -c 'while [ ! -e finished ]; do cmp -s members whole || { echo part >>parts; }; echo x >>looks; done'
    local reader=$started i
    for i in {1..25}; do
        "$bin/wait-for-dns" -q --nameserver "$dns" --no-search --write members db.test/A
    done
    touch finished
    wait "$reader"
    [ ! -e parts ] || report "$(wc -l <parts) of $(wc -l <looks) looks saw a part"
    [ "$(wc -l <looks)" -ge 25 ]
}

@test "write: a path that cannot be written is a failure, named, and not retried" {
    start_dns dns <<<'db.test A 192.0.2.1'
    mkdir folder
    local path
    for path in none/members folder /proc/members; do
        wait_for --write "$path" db.test
        exits 1
        ends_saying "$path"
        took_less_than 5000
    done
}

@test "write: a full disk is a failure and leaves the earlier file" {
    mkdir small
    own_files "mount -t tmpfs -o size=64k tmpfs small && echo before >small/members
        dd if=/dev/zero of=small/filler bs=1k count=200 2>/dev/null || true"
    start_dns dns <<<'db.test A MANY 1000'
    wait_for --write small/members db.test/A
    exits 1
    ends_saying "small/members.*hint: .*full"
    [ "$("${inside[@]}" cat small/members)" = before ]
    [ "$("${inside[@]}" ls -A small | paste -sd ' ')" = "filler members" ] || report "left something behind"
}

@test "write: standard output that cannot be written is a failure" {
    start_dns dns <<<'db.test A 192.0.2.1'
    status=0
    "$bin/wait-for-dns" --nameserver "$dns" --no-search --write - db.test >/dev/full 2>err || status=$?
    : >out
    gather
    exits 1
}

@test "write: a format that is none is a usage error" {
    run_tool wait-for-dns --write members --write-format yaml db.test
    refuses_naming --write-format
}

### Many names, real servers

@test "several names are asked for at the same time" {
    start_dns dns <<<'*.test A after 0.7 192.0.2.1'
    wait_for one.test two.test three.test four.test five.test
    exits 0
    took_less_than 3000
    says_times 5 ": ready after"
}

@test "the last line names each name that is not ready" {
    start_dns dns <<'ZONE'
good.test A 192.0.2.1
fail.test * SERVFAIL
ZONE
    wait_in_vain_for good.test none.test fail.test
    says "good\.test: ready"
    ends_saying "none\.test"
    ends_saying "fail\.test"
    ends_saying "SERVFAIL"
}

@test "more names than file descriptors take turns" {
    start_dns dns <<<'*.test A 192.0.2.1'
    mapfile -t names < <(printf 'name-%s.test\n' {1..100})
    inside=(prlimit --nofile=20)
    wait_for "${names[@]}"
    exits 0
}

@test "a thousand names in a memory cgroup of 16 MiB" {
    release_build
    start_dns dns <<<'*.test A after 1 192.0.2.1'
    own_memory_limit $((16 << 20))
    mapfile -t names < <(printf 'name-%s.test\n' {1..1000})
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 30s -q "${names[@]}"
    exits 0
}

@test "dnsmasq: a name that is added is ready" {
    command -v dnsmasq >/dev/null || skip "needs dnsmasq"
    start_tcp port "127.0.0.1:0 bound"
    touch hosts
    begin dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --addn-hosts="$PWD/hosts" \
        --listen-address=127.0.0.1 --bind-interfaces --port="${port[0]}" --user="$(id -un)" --pid-file= \
        --local=/test/ 2>dnsmasq.log
    local dnsmasq=$started
    until_true 10 dig +time=1 +tries=1 -p "${port[0]}" @127.0.0.1 none.test
    start_tool wait-for-dns --nameserver "127.0.0.1:${port[0]}" --no-search --timeout 20s db.test
    until_true 10 err_has "attempt 1"
    echo '192.0.2.1 db.test' >hosts
    kill -HUP "$dnsmasq"
    wait_tool
    exits 0
    says "NXDOMAIN|no such name|does not exist"
}

@test "unbound: a name behind a cached negative answer is ready once that has run out" {
    command -v unbound >/dev/null || skip "needs unbound"
    start_dns upstream <<'ZONE'
db.test * unless there ttl=2 NXDOMAIN
db.test A 192.0.2.1
ZONE
    start_tcp port "127.0.0.1:0 bound"
    cat >unbound.conf <<CONF
server:
    interface: 127.0.0.1
    port: ${port[0]}
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
    until_true 10 dig +time=1 +tries=1 -p "${port[0]}" @127.0.0.1 other.test
    start_tool wait-for-dns --nameserver "127.0.0.1:${port[0]}" --no-search --timeout 20s db.test
    until_true 10 err_has "attempt 1"
    touch there
    wait_tool
    exits 0
    [ "$(questions upstream A db.test)" -le 3 ] || report "the cache was passed by"
}

### What a review found, so that it stays mended

@test "once: the run's own deadline is 124, not the attempt's failure" {
    start_dns dns <<<'db.test * SILENT'
    run_tool wait-for-dns --nameserver "$dns" --no-search --once --timeout 300ms --attempt-timeout 10s db.test
    exits 124
}

@test "stable: while the condition holds, what is said is that, and not an older failure" {
    start_dns dns <<'ZONE'
db.test * first 1 NXDOMAIN
db.test * 192.0.2.1
ZONE
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 1s --stable 20s db.test/A
    exits 124
    ends_saying "the condition holds, but not yet for as long as --stable asks"
}

@test "write: a name that was there, but did not stay, is not written" {
    start_dns dns <<'ZONE'
stays.test A 192.0.2.1
goes.test A first 1 192.0.2.2
goes.test A NXDOMAIN
ZONE
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 10s --min-targets 1 --stable 600ms --write members \
        stays.test/A goes.test/A
    exits 0
    [ "$(cat members)" = "stays.test 192.0.2.1" ] || report "$(cat members)"
}

@test "slow DNS is heard when --attempt-timeout allows for it" {
    start_dns dns <<<'db.test A delay=4 192.0.2.1'
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 25s --attempt-timeout 12s db.test/A
    exits 0
    ends_saying "1 attempt"
}

@test "a candidate that is silent behind others that answered is told from dead DNS" {
    printf 'search shop.test\nnameserver 127.0.0.1\noptions ndots:5\n' | resolv_conf
    start_dns dns <<<'db * SILENT'
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --timeout 500ms --attempt-timeout 400ms db
    exits 124
    ends_saying "a slow upstream server"
}

@test "termination message: there from the start, before the first attempt has ended" {
    start_dns dns <<<'db.test * SILENT'
    touch log
    start_tool wait-for-dns --nameserver "$dns" --no-search --termination-log log --timeout 20s --attempt-timeout 19s db.test
    until_true 10 grep -q "db.test: .*no attempt has ended yet" log
    kill -TERM "$tool"
    wait_tool
    exits 143
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

@test "values that cannot become true are refused before anything is attempted" {
    run_tool wait-for-dns --expect mail.test db.test
    refuses_naming --expect
    run_tool wait-for-dns --write= db.test
    refuses_naming --write
}
