#!/usr/bin/env bats
# wait-for-dns against name servers that answer late, fail, stall and lie (tests/servers/dns.py), and against real ones
# (dnsmasq, unbound). What all tools share is in common.bats.
#
# start_dns sets the variable that is named in its call, run_tool and own_loopback set others; and `inside` is for one
# test alone:
# shellcheck disable=SC2154,SC2030,SC2031,SC2034

load lib
load wait-for-dns

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

@test "an address is not a name, and the hint is its reverse" {
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

@test "many names with long answers do not add up" {
    local names=() most
    not_emulated
    release_build
    start_dns dns <<<'* A MANY 4000'
    for i in {1..200}; do names+=("n$i.test/A"); done
    most=$(python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$bin/wait-for-dns" --nameserver "$dns" --no-search --timeout 60s -q "${names[@]}")
    [ "$most" -le 32768 ] || report "$most KiB"
}

@test "records that are to be written and do not fit into memory end the run with a reason" {
    local names=()
    not_emulated
    release_build
    start_dns dns <<<'* A MANY 4000'
    for i in {1..400}; do names+=("n$i.test/A"); done
    own_memory_limit $((16 << 20))
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 60s --write records "${names[@]}"
    exits 3
    ends_saying "out of memory; hint: raise the container's memory limit"
    [ ! -e records ]
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
    [ "$(awk '$3 ~ /^A+$/ { print $5 }' dns.questions | sort -u | wc -l)" -eq 2 ] || report "$(cat dns.questions)"
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

@test "once: the run's own deadline is 124, not the attempt's failure" {
    start_dns dns <<<'db.test * SILENT'
    run_tool wait-for-dns --nameserver "$dns" --no-search --once --timeout 300ms --attempt-timeout 10s db.test
    exits 124
}

@test "slow DNS is heard when --attempt-timeout allows for it" {
    start_dns dns <<<'db.test A delay=4 192.0.2.1'
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 25s --attempt-timeout 12s db.test/A
    exits 0
    ends_saying "1 attempt"
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
    [ "$(awk '$3 == "A" { print $2 }' dns.questions | paste -sd ' ')" = "udp tcp" ]
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
    says "cut short, and TCP port 53 does not give the rest"
}

@test "tcp: every question goes over TCP" {
    start_dns dns <<'ZONE'
db.test A from 2 192.0.2.1
ZONE
    wait_for --tcp db.test
    exits 0
    ! grep -q udp dns.questions || report "asked over UDP"
    [ "$(questions dns A)" -ge 1 ]
}

@test "an answer later than 300 ms still counts" {
    start_dns dns <<<'db.test * delay=0.6 192.0.2.1'
    wait_for db.test/A
    exits 0
    ends_saying "\(1 attempt\)"
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
    not_emulated
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
    start_dns upstream <<'ZONE'
db.test * unless there ttl=2 NXDOMAIN
db.test A 192.0.2.1
ZONE
    start_unbound
    start_tool wait-for-dns --nameserver "$dns" --no-search --timeout 20s db.test
    until_true 10 err_has "attempt 1"
    touch there
    wait_tool
    exits 0
    [ "$(questions upstream A db.test)" -le 3 ] || report "the cache was passed by"
}
