#!/usr/bin/env bats
# wait-for-ping in a network of its own, against hosts that answer, lie and are silent (tests/servers/icmp.py), over unprivileged ping sockets and
# over raw ones.
#
# start_dns and run_tool set the variables that are named in their calls; and `inside` is changed by helpers:
# shellcheck disable=SC2154,SC2030,SC2031,SC2034

load lib

prepare() {
    own_network
    network=("${inside[@]}")
}

# hosts ADDRESS=KIND...: the answering side.
hosts() {
    begin "${network[@]}" "$python" "$servers/icmp.py" --ready icmp.ready --log icmp.log "$@"
    until_true 10 test -e icmp.ready
}

# From here on the tool is an ordinary user whom the sysctl allows ping sockets.
unprivileged() {
    "${network[@]}" sh -c 'echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range'
    inside=("${network[@]}" setpriv --reuid 65532 --regid 65532 --clear-groups)
}

# From here on the tool has CAP_NET_RAW, and the sysctl allows nobody.
privileged() {
    "${network[@]}" sh -c 'echo 1 0 >/proc/sys/net/ipv4/ping_group_range'
    inside=("${network[@]}")
}

# both COMMAND...: once with each kind of socket.
both() {
    unprivileged
    "$@" || report "unprivileged: $*"
    privileged
    "$@" || report "privileged: $*"
}

pings() {
    run_tool wait-for-ping "${@:2}"
    exits "$1"
}

### Answers

@test "this host answers, over IPv4 and IPv6" {
    both pings 0 127.0.0.1
    ends_saying '^wait-for-ping: 127\.0\.0\.1: ready after [0-9.]+m?s \(1 attempt\)$'
    both pings 0 ::1
    both pings 0 localhost
    both pings 0 -6 localhost
}

@test "another host answers, over IPv4 and IPv6, with 56 bytes of payload" {
    hosts 10.9.0.10=answer fd00:9::10=answer 10.9.0.11=twice
    both pings 0 10.9.0.10 fd00:9::10 10.9.0.11
    run -0 sort -u icmp.log
    [ "$output" = $'10.9.0.10 64\n10.9.0.11 64\nfd00:9::10 64' ]
}

@test "a host that answers later is waited for" {
    hosts 10.9.0.10=until=up
    unprivileged
    start_tool wait-for-ping --timeout 30s 10.9.0.10
    until_true 10 err_has 'no answer to the echo request from 10\.9\.0\.10'
    : >up
    wait_tool
    exits 0
    says 'a Service.s ClusterIP often answers none'
}

@test "a lost request is repeated within the attempt" {
    hosts 10.9.0.10=first=1,answer
    both pings 0 --attempt-timeout 30s 10.9.0.10
    [ "$(attempts)" -eq 1 ]
}

@test "silence: the attempt ends, and the deadline holds" {
    hosts 10.9.0.10=silent
    both pings 124 --timeout 700ms --attempt-timeout 200ms 10.9.0.10
    ends_saying 'not ready: no answer to the echo request from 10\.9\.0\.10; .*hint: .*wait-for-tcp'
}

@test "SIGTERM while an answer is waited for" {
    hosts 10.9.0.10=silent
    unprivileged
    start_tool wait-for-ping --attempt-timeout 30s 10.9.0.10
    until_true 10 test -s icmp.log
    kill -TERM "$tool"
    wait_tool
    exits 143
    ends_saying 'waiting for an answer from 10\.9\.0\.10; stopped by SIGTERM'
}

### Lies

# refused ADDRESS HINT: what comes from there is no answer, and the message says so where the kernel lets it be seen.
refused() {
    pings 124 --timeout 900ms --attempt-timeout 400ms "$1"
    says "$2"
}

@test "answers that are not this request's are refused: payload, length" {
    hosts 10.9.0.{10=payload,11=short=63,12=short=8,13=long=1,14=long=1000} fd00:9::{10=payload,11=short=63,12=short=8,13=long=1}
    both refused 10.9.0.10 'answers came, but none to what was asked of 10\.9\.0\.10.*hint: the last one does not repeat what was sent'
    both refused 10.9.0.11 'too short, too long or damaged'
    both refused 10.9.0.12 'too short, too long or damaged'
    both refused 10.9.0.13 'too short, too long or damaged'
    both refused 10.9.0.14 'too short, too long or damaged'
    both refused fd00:9::10 'does not repeat what was sent'
    both refused fd00:9::11 'too short, too long or damaged'
    both refused fd00:9::12 'too short, too long or damaged'
    both refused fd00:9::13 'too short, too long or damaged'
}

@test "answers that are not this request's are refused: id, sequence, type, code, checksum, less than a header" {
    local kind
    for kind in id sequence type code checksum short=7 short=4 short=1; do
        hosts_again "10.9.0.10=$kind" "fd00:9::10=$kind"
        both refused 10.9.0.10 'no answer|answers came'
        both refused fd00:9::10 'no answer|answers came'
    done
}

hosts_again() {
    if [ -e icmp.ready ]; then
        kill "$server"
        wait "$server" || true
        rm icmp.ready
    fi
    hosts "$@"
    server=$started
}

@test "an answer from another address is refused" {
    hosts 10.9.0.10=source fd00:9::10=source
    unprivileged
    refused 10.9.0.10 'the last one came from another address'
    refused fd00:9::10 'the last one came from another address'
    privileged # the kernel keeps it from a raw socket that is connected
    refused 10.9.0.10 'no answer'
    refused fd00:9::10 'no answer'
}

@test "the right answer among a thousand wrong ones is found" {
    hosts 10.9.0.10=flood fd00:9::10=flood
    both pings 0 --timeout 20s 10.9.0.10 fd00:9::10
}

@test "two waiters in one network do not take each other's answers" {
    hosts 10.9.0.10=answer 10.9.0.11=silent
    privileged
    start_tool wait-for-ping --timeout 2s 10.9.0.11
    for _ in $(seq 10); do
        "${network[@]}" "$bin/wait-for-ping" -q 10.9.0.10
    done
    wait_tool
    exits 124
    says_not 'answers came'
}

### Reports of routers

# reported ADDRESS TEXT ROUTER
reported() {
    pings 124 --timeout 300ms "$1"
    says "$2 $1, reported by $3"
}

@test "unreachable, and who reports it" {
    hosts 10.9.0.{10=report=3.1,11=report=3.0,12=report=3.13,13=report=11.0,14=report=3.3,15=report=12.0} \
        fd00:9::{10=report=1.3,11=report=1.0,12=report=1.1,13=report=3.0}
    both reported 10.9.0.10 'host unreachable:' 10.9.0.254
    both reported 10.9.0.11 'network unreachable:' 10.9.0.254
    both reported 10.9.0.12 'administratively prohibited:' 10.9.0.254
    both reported 10.9.0.13 'time to live exceeded on the way to' 10.9.0.254
    both reported 10.9.0.14 'rejected as if it were a closed port:' 10.9.0.254
    both reported 10.9.0.15 'not delivered:' 10.9.0.254
    both reported fd00:9::10 'host unreachable:' fd00:9::254
    both reported fd00:9::11 'network unreachable:' fd00:9::254
    both reported fd00:9::12 'administratively prohibited:' fd00:9::254
    both reported fd00:9::13 'hop limit exceeded on the way to' fd00:9::254
}

@test "a report about another request counts for nothing" {
    hosts 10.9.0.10=report=3.1,quote fd00:9::10=report=1.3,quote
    both pings 124 --gone --timeout 900ms --attempt-timeout 400ms 10.9.0.10
    ends_saying 'not gone: no answer'
    both pings 124 --gone --timeout 900ms --attempt-timeout 400ms fd00:9::10
    ends_saying 'not gone: no answer'
}

@test "a redirect is no loss: the answer that comes with it counts" {
    hosts 10.9.0.10=report=5.1,too 10.9.0.11=report=4.0,too 10.9.0.12=report=5.1
    both pings 0 --once 10.9.0.10 10.9.0.11
    both pings 1 --once --attempt-timeout 300ms 10.9.0.12
    says 'no answer to the echo request'
}

@test "no route, and an address without its interface" {
    both pings 124 --timeout 300ms 192.0.2.1
    says 'network unreachable on the way to 192\.0\.2\.1'
    both pings 124 --timeout 300ms fe80::1
    says 'fe80::1'
}

### --gone

@test "--gone: a host that is reported unreachable is gone, one that answers or is silent is not" {
    hosts 10.9.0.10=report=3.1 10.9.0.11=answer 10.9.0.12=silent 10.9.0.13=report=3.13 fd00:9::10=report=1.3
    both pings 0 --gone 10.9.0.10 fd00:9::10
    ends_saying 'all 2 targets gone'
    both pings 1 --gone --once 10.9.0.11
    ends_saying 'not gone: still answers: 10\.9\.0\.11'
    both pings 1 --gone --once --attempt-timeout 200ms 10.9.0.12
    ends_saying 'hint: only "host unreachable" proves'
    both pings 1 --gone --once 10.9.0.13
    both pings 124 --gone --timeout 300ms 192.0.2.1
    ends_saying 'not gone: network unreachable'
}

@test "--gone: nobody at all on the network is found out by ARP and neighbour discovery" {
    "${network[@]}" ip link add one type veth peer name two || skip "no veth"
    "${network[@]}" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/one/accept_dad'
    for command in "addr add 10.8.0.1/24 dev one" "link set one up" "link set two up" "addr add fd00:8::1/64 dev one"; do
        # shellcheck disable=SC2086 # words
        "${network[@]}" ip $command
    done
    both pings 0 --gone --attempt-timeout 20s --timeout 40s 10.8.0.7
    both pings 0 --gone --attempt-timeout 20s --timeout 40s fd00:8::7
}

### Names

@test "names: all addresses are tried, one that answers is enough" {
    hosts 10.9.0.10=silent 10.9.0.11=answer
    start_dns dns <<<$'two.test A 10.9.0.10 10.9.0.11\nno.test * NXDOMAIN\nsix.test AAAA fd00:9::77\nsix.test A 10.9.0.11'
    both pings 0 --nameserver "$dns" two.test.
    both pings 0 --nameserver "$dns" six.test.
    both pings 124 --nameserver "$dns" --timeout 300ms no.test.
    ends_saying 'no such name \(NXDOMAIN\)'
    both pings 0 --nameserver "$dns" --gone no.test.
    POD_NAMESPACE=two both pings 0 --nameserver "$dns" %n.test.
}

### Rights

@test "without ping sockets and CAP_NET_RAW: exit 1 at once, with the sysctl and what to write" {
    privileged
    inside=("${network[@]}" setpriv --reuid 65532 --regid 65532 --clear-groups)
    run_tool wait-for-ping --timeout 20s 127.0.0.1
    exits 1
    took_less_than 10000
    ends_saying 'its group is not in net\.ipv4\.ping_group_range, and it lacks CAP_NET_RAW \(it is "1 0", the group is 65532\)'
    ends_saying 'hint: in the pod.s securityContext: sysctls: \[\{name: net\.ipv4\.ping_group_range, value: "0 2147483647"\}\]'
    run_tool wait-for-ping --warn-only 127.0.0.1
    exits 0
    "${network[@]}" sh -c 'echo 65532 65532 >/proc/sys/net/ipv4/ping_group_range'
    run_tool wait-for-ping 127.0.0.1
    exits 0
}

### Many

@test "a thousand hosts" {
    local many=()
    for i in $(seq 1000); do many+=("127.1.$((i / 250)).$((i % 250 + 1))"); done
    both pings 0 --timeout 30s "${many[@]}"
    ends_saying 'all 1000 targets ready'
}

### Operands and options

@test "what cannot be a host is refused" {
    run_tool wait-for-ping
    refuses_naming HOST
    for operand in mydb:3306 '[::1]' '[::1]:80' http://h/ a,b user:secret@h 127.1 256.1.1.1 'a b' ''; do
        run_tool wait-for-ping "$operand"
        exits 2
        says_not secret
    done
    run_tool wait-for-ping mydb:3306
    ends_saying 'wait-for-tcp waits for ports'
    run_tool wait-for-ping fe80::1%nosuch0
    ends_saying 'no such network interface here'
    run_tool wait-for-tcp '[fe80::1%nosuch0]:80'
    ends_saying 'no such network interface here'
    run_tool wait-for-ping -6 127.0.0.1
    refuses_naming --family
    run_tool wait-for-ping --family 5 127.0.0.1
    refuses_naming --family
    run_tool wait-for-ping --resolv-conf none h
    exits 2
}

@test "--stable: an answer must come again and again" {
    hosts 10.9.0.10=answer 10.9.0.11=until=up
    : >up
    both pings 0 --stable 300ms --interval 20ms 10.9.0.10
    [ "$(attempts)" -ge 3 ]
    unprivileged
    start_tool wait-for-ping -v --stable 3s --attempt-timeout 300ms --timeout 30s 10.9.0.11
    until_true 10 err_has 'not yet for as long as --stable asks'
    rm up
    until_true 10 err_has 'no answer'
    : >up
    wait_tool
    exits 0
}
