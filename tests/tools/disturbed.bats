#!/usr/bin/env bats
# A network that delays, duplicates, reorders and damages datagrams, hands bytes over one by one, and breaks off
# (tests/servers/relay.py): each tool comes to the right verdict all the same, in bounded time, and publishes nothing but the whole.
#
# shellcheck disable=SC2154

load lib
load fetch-config
load tls

# start_relay NAME RELAY...: sets the array NAME to the relays' ports; what they do goes to NAME.done.
start_relay() {
    local name=$1
    shift
    begin "$python" "$servers/relay.py" --ready "$name.ready" --log "$name.done" "$@"
    until_true 10 test -e "$name.ready"
    mapfile -t "$name" <"$name.ready"
}

# done_times NAME REGEX: how often a relay did that.
done_times() {
    grep -Ec -- "$2" "$1.done"
}

# each PREFIX NUMBER...: an array `relays` of PREFIX with each of the numbers behind it.
each() {
    local number
    for number in "${@:2}"; do
        relays+=("$1$number")
    done
}

### Datagrams

wait_for() {
    run_tool wait-for-dns --nameserver "127.0.0.1:$1" --no-search "${@:2}"
}

@test "wait-for-dns: answers that come late are taken, as long as the attempt waits for them" {
    start_dns dns <<<'db.test A 192.0.2.7'
    start_relay late "udp ${dns#*:} delay=0.4"
    wait_for "${late[0]}" --timeout 20s --write peers db.test.
    exits 0
    ends_saying '\(1 attempt\)'
    [ "$(cat peers)" = 192.0.2.7 ]
    wait_for "${late[0]}" --timeout 1s --attempt-timeout 150ms db.test.
    exits 124
    took_less_than 3000
    [ "$(done_times late sent)" -ge 3 ]
}

@test "wait-for-dns: every answer five times is one answer" {
    start_dns dns <<<$'db.test A 192.0.2.7 192.0.2.8\nother.test A 192.0.2.9'
    start_relay echoes "udp ${dns#*:} copies=5 delay=0.02"
    for _ in 1 2 3 4 5; do
        wait_for "${echoes[0]}" --timeout 20s --min-records 2 --write peers db.test.
        exits 0
        [ "$(sort peers | paste -sd ' ')" = "192.0.2.7 192.0.2.8" ]
    done
    wait_for "${echoes[0]}" --timeout 20s --stable 200ms --write peers db.test. other.test.
    exits 0
    [ "$(sort peers | paste -sd ' ')" = "db.test. 192.0.2.7 db.test. 192.0.2.8 other.test. 192.0.2.9" ]
    wait_for "${echoes[0]}" --timeout 20s --gone no.test.
    exits 0
    wait_for "${echoes[0]}" --timeout 500ms --gone db.test.
    exits 124
    [ "$(done_times echoes sent)" -ge 50 ]
}

@test "wait-for-dns: answers in the wrong order go to the names they are for" {
    local names=()
    for number in {1..9}; do
        echo "n$number.test A 192.0.2.$number"
        names+=("n$number.test.")
    done >zone
    start_dns dns <zone
    start_relay crossed "udp ${dns#*:} reverse=0.2"
    wait_for "${crossed[0]}" --timeout 20s --write peers "${names[@]}"
    exits 0
    grep -Eq 'reversed ([2-9]|1[0-9])$' crossed.done
    for number in {1..9}; do
        grep -qx "n$number.test. 192.0.2.$number" peers
    done
    [ "$(wc -l <peers)" = 9 ]
}

@test "wait-for-dns: whichever byte of an answer is damaged, the right one is taken and a wrong one never" {
    local relays=() at length
    start_dns dns <<<'db.test A 192.0.2.7'
    start_relay whole "udp ${dns#*:} damage=-1"
    wait_for "${whole[0]}" -4 --once --expect 192.0.2.7 db.test.
    exits 1
    length=$(sed -n 's/.*damaged //p' whole.done | head -n 1)
    [ "$length" -gt 30 ]
    mapfile -t places < <(seq 0 $((length - 1)))
    each "udp ${dns#*:} first=1 damage=" "${places[@]}"
    start_relay damaged "${relays[@]}"
    for at in "${places[@]}"; do
        wait_for "${damaged[$at]}" -4 --timeout 20s --attempt-timeout 200ms --interval 1ms --expect 192.0.2.7 --write "peers.$at" db.test.
        exits 0
        [ "$(cat "peers.$at")" = 192.0.2.7 ]
        took_less_than 5000
    done
    [ "$(done_times damaged damaged)" = "$length" ]
}

### Connections

@test "wait-for-tcp: a greeting that comes late, byte by byte, is seen; half of one is not" {
    start_tcp port "127.0.0.1:0 read PING say READY hold"
    local relays=("tcp ${port[0]} delay=0.05 piece=1 pause=0.01")
    each "tcp ${port[0]} first=1 down=" 0 1 2 3 4
    each "tcp ${port[0]} first=1 reset down=" 0 1 2 3 4
    each "tcp ${port[0]} first=1 up=" 0 1 2 3
    start_relay relay "${relays[@]}"
    for at in "${relay[@]}"; do
        if [ "$at" != "${relay[0]}" ]; then
            run_tool wait-for-tcp --once --send PING --expect READY "127.0.0.1:$at"
            exits 1
        fi
        run_tool wait-for-tcp --timeout 20s --send PING --expect READY "127.0.0.1:$at"
        exits 0
        took_less_than 5000
    done
    [ "$(done_times relay cut)" = 14 ]
}

# fetched_whole URL [OPTION]...: it is fetched, and is what the server has.
fetched_whole() {
    run_tool fetch-config --timeout 20s --interval 1ms "$1/file=./got" "${@:2}"
    exits 0
    cmp got whole
    rm got
    took_less_than 10000
}

# survives_cuts SCHEME PORT [OPTION]...: through each relay, the first connection breaks off and the next does not.
survives_cuts() {
    local at
    for at in "${relay[@]}"; do
        run_tool fetch-config --once "$1://127.0.0.1:$at/file=./got" "${@:2}"
        exits 1
        [ ! -e got ]
        no_litter
        fetched_whole "$1://127.0.0.1:$at" "${@:2}"
    done
    [ "$(done_times relay cut)" = "${#relay[@]}" ]
}

@test "fetch-config: http in single bytes, and late, is whole" {
    start_http s <<<'/file 200 size 1500'
    run_tool fetch-config "$s/file=./whole"
    start_relay relay "tcp ${s##*:} piece=1" "tcp ${s##*:} delay=0.2"
    fetched_whole "http://127.0.0.1:${relay[0]}"
    fetched_whole "http://127.0.0.1:${relay[1]}"
    took_at_least 400
}

@test "fetch-config: http that breaks off anywhere is an error, then another attempt; half a file never appears" {
    start_http s <<<'/file 200 size 1500'
    run_tool fetch-config "$s/file=./whole"
    local relays=()
    each "tcp ${s##*:} first=1 down=" 0 1 5 9 13 17 20 40 60 300 900 1400 1500
    each "tcp ${s##*:} first=1 reset down=" 0 9 40 900 1500
    each "tcp ${s##*:} first=1 up=" 0 1 4 20 40
    start_relay relay "${relays[@]}"
    survives_cuts http
}

@test "fetch-config: https in single bytes, and late, is whole" {
    cat ip.pem ip.key >both.pem
    start_http s --cert both.pem <<<'/file 200 size 1500'
    run_tool fetch-config --trust-store root.crt "$s/file=./whole"
    start_relay relay "tcp ${s##*:} piece=1" "tcp ${s##*:} delay=0.2"
    fetched_whole "https://127.0.0.1:${relay[0]}" --trust-store root.crt
    fetched_whole "https://127.0.0.1:${relay[1]}" --trust-store root.crt
}

@test "fetch-config: https that breaks off anywhere is an error, then another attempt; half a file never appears" {
    cat ip.pem ip.key >both.pem
    start_http s --cert both.pem <<<'/file 200 size 1500'
    run_tool fetch-config --trust-store root.crt "$s/file=./whole"
    local relays=()
    each "tcp ${s##*:} first=1 down=" 0 1 4 5 6 50 122 127 300 700 1000 1400 1800 2200
    each "tcp ${s##*:} first=1 reset down=" 0 5 127 700 1800
    each "tcp ${s##*:} first=1 up=" 0 1 5 50 200
    start_relay relay "${relays[@]}"
    survives_cuts https --trust-store root.crt
}

@test "tls-check: a handshake in single bytes, and late, is trusted; so is STARTTLS" {
    start_tls port ip "ip speaks=smtp" "ip speaks=postgres"
    start_relay relay "tcp ${port[0]} piece=1" "tcp ${port[0]} delay=0.2" "tcp ${port[1]} piece=1" \
        "tcp ${port[2]} delay=0.2 piece=1"
    check "127.0.0.1:${relay[0]}"
    exits 0
    check "127.0.0.1:${relay[1]}"
    exits 0
    took_at_least 400
    check --starttls smtp "127.0.0.1:${relay[2]}"
    exits 0
    check --starttls postgres "127.0.0.1:${relay[3]}"
    exits 0
}

@test "tls-check: a handshake that breaks off anywhere is no verdict on the certificate, and is tried again" {
    start_tls port ip "ip speaks=smtp"
    local relays=() at count options=()
    each "tcp ${port[0]} first=1 down=" 0 1 4 5 6 50 122 127 300 500 700 900
    each "tcp ${port[0]} first=1 reset down=" 0 5 127 300 700
    each "tcp ${port[0]} first=1 up=" 0 1 5 50 200
    count=${#relays[@]}
    each "tcp ${port[1]} first=1 down=" 0 1 5 20 40
    start_relay relay "${relays[@]}"
    for at in "${!relay[@]}"; do
        [ "$at" -lt "$count" ] || options=(--starttls smtp)
        check "${options[@]}" "127.0.0.1:${relay[$at]}"
        exits 1
        run_tool tls-check --trust-store root.crt --timeout 20s --interval 1ms "${options[@]}" "127.0.0.1:${relay[$at]}"
        exits 0
        took_less_than 5000
    done
    [ "$(done_times relay cut)" = "${#relays[@]}" ]
}
