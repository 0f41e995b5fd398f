#!/usr/bin/env bats
# wait-for-tcp against listeners that open late, refuse, hang, cut off and talk in pieces (tests/servers/tcp.py), and
# against names that appear late or move (tests/servers/dns.py). What all tools share is in common.bats.
#
# start_tcp and start_dns set the variables that are named in their calls, run_tool sets last_line; and `inside` is for
# one test alone:
# shellcheck disable=SC2154,SC2030,SC2031

load lib

clean_up() {
    [ -z "${open_place-}" ] || rm -rf "$open_place"
}

### Ports

@test "an open port is ready, said in one line" {
    start_tcp port "127.0.0.1:0"
    run_tool wait-for-tcp "127.0.0.1:${port[0]}"
    exits 0
    silent_output
    ends_saying "^wait-for-tcp: 127\.0\.0\.1:${port[0]}: ready after [0-9.]+m?s \(1 attempt\)$"
    [ "$(wc -l <err)" -eq 1 ]
}

@test "an open port with the hold off is ready at once" {
    start_tcp port "127.0.0.1:0"
    run_tool wait-for-tcp --hold 0 "127.0.0.1:${port[0]}"
    exits 0
    took_less_than 1000
}

@test "thousands of addresses that fail at once leave others their turn" {
    command -v strace >/dev/null || skip "no strace"
    not_emulated
    start_dns dns <<<'db.test A MANY 4000'
    # The first two connections are those to the DNS server, over UDP and TCP.
    inside=("${traced[@]}" -qq -e "trace=connect,epoll_pwait,epoll_wait" -e inject=connect:error=ENETUNREACH:when=3+ -o calls)
    run_tool wait-for-tcp --once -4 --timeout 60s --nameserver "$dns" --no-search db.test:81
    exits 1
    says "network unreachable"
    [ "$(grep -c 'connect(.*ENETUNREACH' calls)" -eq 4000 ]
    [ "$(awk '/connect\(/ { n++ } /epoll/ { n = 0 } n > most { most = n } END { print most }' calls)" -lt 2000 ]
}

@test "a refused port is retried until the deadline, and the hint says where to look" {
    start_tcp port "127.0.0.1:0 bound"
    run_tool wait-for-tcp --timeout 500ms "127.0.0.1:${port[0]}"
    exits 124
    says "^wait-for-tcp: 127\.0\.0\.1:${port[0]}: connection refused by 127\.0\.0\.1 \(attempt 1\)"
    ends_saying "not ready: .*refused.*; hint: "
    [ "$(attempts)" -ge 3 ] || report "expected several attempts"
    took_less_than 3000
}

@test "a refused port that opens later is ready" {
    start_tcp port "127.0.0.1:0 when open"
    start_tool wait-for-tcp --timeout 20s "127.0.0.1:${port[0]}"
    until_true 10 err_has "refused"
    touch open
    wait_tool
    exits 0
    says "connection refused"
    ends_saying "ready after .*\([0-9]+ attempts\)$"
}

@test "a port that opens is noticed within a tenth of the wait and a second" {
    start_tcp port "127.0.0.1:0 after 1.5"
    run_tool wait-for-tcp --timeout 20s "127.0.0.1:${port[0]}"
    exits 0
    took_less_than 2500
}

@test "a connection that is dropped times out, is told so, and ends at the deadline" {
    start_tcp port "127.0.0.1:0 full"
    run_tool wait-for-tcp --timeout 1s --attempt-timeout 200ms "127.0.0.1:${port[0]}"
    exits 124
    says "timed out|no answer"
    ends_saying "not ready: .*(timed out|no answer).*; hint: "
    [ "$(attempts)" -ge 2 ] || report "expected several attempts"
    took_less_than 3000
}

@test "the deadline cuts an attempt short" {
    start_tcp port "127.0.0.1:0 full"
    run_tool wait-for-tcp --timeout 300ms --attempt-timeout 30s "127.0.0.1:${port[0]}"
    exits 124
    took_less_than 2000
}

@test "a dropped port that accepts later is ready through a new connection" {
    start_tcp port "127.0.0.1:0 full-until open"
    start_tool wait-for-tcp --timeout 20s --attempt-timeout 200ms "127.0.0.1:${port[0]}"
    until_true 10 err_has "timed out|no answer"
    touch open
    wait_tool
    exits 0
}

@test "a listener that never accepts is ready: its backlog completes the connection" {
    start_tcp port "127.0.0.1:0 ignore"
    run_tool wait-for-tcp "127.0.0.1:${port[0]}"
    exits 0
}

@test "a deadline that passes in an attempt's hold is still the deadline" {
    start_tcp port "127.0.0.1:0"
    run_tool wait-for-tcp --timeout 300ms --hold 10s --attempt-timeout 20s "127.0.0.1:${port[0]}"
    exits 124
    took_less_than 2000
}

### Targets

@test "tcp:// before a target changes nothing" {
    start_tcp port "127.0.0.1:0"
    run_tool wait-for-tcp "tcp://127.0.0.1:${port[0]}"
    exits 0
}

@test "an IPv6 address stands in brackets" {
    start_tcp port "[::1]:0"
    run_tool wait-for-tcp "[::1]:${port[0]}"
    exits 0
    ends_saying "\[::1\]:${port[0]}: ready"
}

@test "a target that cannot be meant is refused with its text, and nothing is attempted" {
    start_tcp port "127.0.0.1:0"
    local target
    for target in localhost localhost: :80 "" localhost:0 localhost:65536 localhost:http localhost:80x localhost:-1 \
        "localhost: 80" ::1:80 "[::1" "[::1]" "[::1]80" "[::1]:" "[nonsense]:80" http://localhost:80 tcp://localhost \
        "tcp://localhost:80/path" unix: a:80,b:80 010.0.0.1:80 127.1:80 256.1.1.1:80 "$(printf 'x%.0s' {1..64}).test:80" a..b:80 \
        "unix:/$(printf 'x%.0s' {1..108})"; do
        run_tool wait-for-tcp "127.0.0.1:${port[0]}" "$target"
        refuses_naming "${target:0:60}"
    done
    [ "$(connections port)" -eq 0 ]
}

@test "a password in an operand is refused, and not shown" {
    local target
    for target in user:s3cret@localhost:80 user:s3cret@localhost tcp://user:s3cret@localhost:80 http://user:s3cret@localhost/; do
        run_tool wait-for-tcp "$target"
        refuses_naming localhost
        says "a user and password cannot be in an operand"
        says_not "s3cret"
    done
    run_tool wait-for-dns user:s3cret@localhost
    refuses_naming localhost
    says_not "s3cret"
}

@test "a bad operand of a variable names the variable" {
    INITKIT_TARGETS="a:80,b:80" run_tool wait-for-tcp
    refuses_naming "INITKIT_TARGETS"
    says "white space separates operands"
    INITKIT_WAIT_FOR_DNS_TARGETS="http://h/" run_tool wait-for-dns
    refuses_naming "INITKIT_WAIT_FOR_DNS_TARGETS"
    says "a URL"
}

@test "localhost: both addresses are named, and what an init container cannot wait for" {
    local port
    port=$(free_port)
    printf '127.0.0.1\tlocalhost\n::1\tlocalhost\n' >hosts
    own_files "mount --bind hosts /etc/hosts"
    run_tool wait-for-tcp --once "localhost:$port"
    exits 1
    ends_saying "connection refused by (127\.0\.0\.1 and ::1|::1 and 127\.0\.0\.1); .*hint: nothing listens in this pod yet"
}

@test "a pod's own name from its hosts file is told from the Service of that name" {
    printf '127.0.0.7\t%s\n' "$(hostname)" >hosts
    own_files "mount --bind hosts /etc/hosts"
    run_tool wait-for-tcp --once "$(hostname):1"
    exits 1
    ends_saying "hint: /etc/hosts gives this name to this pod itself.*full name"
}

@test "a link-local address without its interface is told so" {
    run_tool wait-for-tcp --once "[fe80::1]:80"
    exits 1
    ends_saying "hint: a link-local address .* needs its interface"
}

@test "a unix socket that listens is ready" {
    start_tcp port "unix:here.sock"
    run_tool wait-for-tcp "unix:$PWD/here.sock"
    exits 0
    ends_saying "unix:$PWD/here.sock: ready"
}

@test "a unix socket that appears later is ready" {
    start_tcp port "unix:late.sock when open"
    start_tool wait-for-tcp --timeout 20s unix:late.sock
    until_true 10 err_has "attempt 1"
    touch open
    wait_tool
    exits 0
    says "no such|does not exist|not there|no socket"
}

@test "a unix socket nobody listens on is refused" {
    start_tcp port "unix:stale.sock bound"
    run_tool wait-for-tcp --timeout 300ms unix:stale.sock
    exits 124
    ends_saying "not ready: .*refused"
}

@test "a file that is no socket is not ready" {
    touch plain
    run_tool wait-for-tcp --timeout 300ms unix:plain
    [ "$status" -eq 124 ] || [ "$status" -eq 1 ] || report "expected exit status 124 or 1"
    ends_saying "not ready: "
}

@test "a unix socket that this user may not use is told as that" {
    [ "$(id -u)" -eq 0 ] || skip "needs root: another user"
    # A place that another user can come to, which the tests' own directory is not.
    open_place=$(mktemp -d)
    chmod 755 "$open_place"
    cp "$bin/wait-for-tcp" "$open_place"
    start_tcp port "unix:$open_place/closed.sock"
    chmod 700 "$open_place/closed.sock"
    inside=(setpriv --reuid 1337 --regid 1337 --clear-groups)
    bin=$open_place run_tool wait-for-tcp --timeout 300ms "unix:$open_place/closed.sock"
    [ "$status" -eq 124 ] || [ "$status" -eq 1 ] || report "expected exit status 124 or 1"
    ends_saying "not ready: .*permission"
}

@test "a unix socket whose backlog is full is not ready" {
    start_tcp port "unix:full.sock full"
    run_tool wait-for-tcp --timeout 300ms --attempt-timeout 100ms unix:full.sock
    exits 124
    took_less_than 2000
}

### Several targets

@test "several targets are waited for at the same time" {
    start_tcp port "127.0.0.1:0*10 after 0.7"
    local targets=() each
    for each in "${port[@]}"; do targets+=("127.0.0.1:$each"); done
    run_tool wait-for-tcp --timeout 20s "${targets[@]}"
    exits 0
    took_less_than 3000
    for each in "${port[@]}"; do says "^wait-for-tcp: 127\.0\.0\.1:$each: ready"; done
}

@test "the last line names each target that is not ready" {
    start_tcp port "127.0.0.1:0" "127.0.0.1:0 bound" "127.0.0.1:0 full"
    run_tool wait-for-tcp --timeout 500ms --attempt-timeout 200ms "127.0.0.1:${port[0]}" "127.0.0.1:${port[1]}" \
        "127.0.0.1:${port[2]}"
    exits 124
    says "127\.0\.0\.1:${port[0]}: ready"
    ends_saying "not ready"
    ends_saying ":${port[1]}"
    ends_saying ":${port[2]}"
    ends_saying "refused"
    ends_saying "timed out|no answer"
    ! grep -q ":${port[0]}" <<<"$last_line" || report "the one that is ready is named as not ready"
}

@test "min-targets: any one of a cluster's brokers is enough" {
    start_tcp port "127.0.0.1:0 bound" "127.0.0.1:0" "127.0.0.1:0 full"
    run_tool wait-for-tcp --timeout 20s --min-targets 1 "127.0.0.1:${port[0]}" "127.0.0.1:${port[1]}" \
        "127.0.0.1:${port[2]}"
    exits 0
    took_less_than 2000
    ends_saying "1 of 3"
}

@test "min-targets that are not reached are the deadline" {
    start_tcp port "127.0.0.1:0 bound" "127.0.0.1:0" "127.0.0.1:0 bound"
    run_tool wait-for-tcp --timeout 300ms --min-targets 2 "127.0.0.1:${port[0]}" "127.0.0.1:${port[1]}" \
        "127.0.0.1:${port[2]}"
    exits 124
}

@test "a thousand targets become ready" {
    start_tcp port "127.0.0.1:0*1000"
    mapfile -t targets < <(printf '127.0.0.1:%s\n' "${port[@]}")
    run_tool wait-for-tcp --timeout 30s "${targets[@]}"
    exits 0
    says_times 1000 "127\.0\.0\.1:[0-9]+: ready after"
}

@test "a thousand targets fit into a memory cgroup of 16 MiB" {
    release_build
    not_emulated
    start_tcp port "127.0.0.1:0*1000 after 1.5"
    own_memory_limit $((16 << 20))
    mapfile -t targets < <(printf '127.0.0.1:%s\n' "${port[@]}")
    run_tool wait-for-tcp --timeout 30s "${targets[@]}"
    exits 0
}

@test "a thousand targets come from INITKIT_TARGETS" {
    start_tcp port "127.0.0.1:0*1000"
    INITKIT_TARGETS=$(printf '127.0.0.1:%s\n' "${port[@]}") run_tool wait-for-tcp --timeout 30s -q
    exits 0
    [ "$(connections port)" -eq 1000 ]
}

@test "more targets than file descriptors take turns" {
    start_tcp port "127.0.0.1:0*100"
    mapfile -t targets < <(printf '127.0.0.1:%s\n' "${port[@]}")
    inside=(prlimit --nofile=20)
    run_tool wait-for-tcp --timeout 20s "${targets[@]}"
    exits 0
}

### Holding

@test "a peer that accepts and resets is not ready" {
    start_tcp port "127.0.0.1:0 reset"
    run_tool wait-for-tcp --timeout 500ms "127.0.0.1:${port[0]}"
    exits 124
    ends_saying "not ready: .*(reset|closed|ended)"
}

@test "a peer that accepts and closes is not ready" {
    start_tcp port "127.0.0.1:0 close"
    run_tool wait-for-tcp --timeout 500ms "127.0.0.1:${port[0]}"
    exits 124
    ends_saying "not ready: .*(closed|ended|end of)"
}

@test "with the hold off, a peer that accepts and closes is ready" {
    start_tcp port "127.0.0.1:0 close"
    run_tool wait-for-tcp --timeout 5s --hold 0 "127.0.0.1:${port[0]}"
    exits 0
}

@test "with the hold off, a peer that accepts and resets is ready" {
    start_tcp port "127.0.0.1:0 reset"
    run_tool wait-for-tcp --timeout 5s --hold 0 "127.0.0.1:${port[0]}"
    exits 0
}

@test "a reset that comes late in the hold is not ready" {
    start_tcp port "127.0.0.1:0 wait 0.15 reset"
    run_tool wait-for-tcp --timeout 1s --hold 600ms "127.0.0.1:${port[0]}"
    exits 124
}

@test "a sidecar that resets until its backend is there becomes ready" {
    start_tcp port "127.0.0.1:0 reset / close / reset / hold"
    run_tool wait-for-tcp --timeout 40s "127.0.0.1:${port[0]}"
    exits 0
    says "accepted and held now, but closed before: asked once more"
    ends_saying "\(5 attempts\)$"
    took_at_least 8000
}

@test "the hold lasts as long as asked" {
    start_tcp port "127.0.0.1:0"
    run_tool wait-for-tcp --hold 400ms "127.0.0.1:${port[0]}"
    exits 0
    took_at_least 400
}

@test "a greeting does not end the hold, and what is sent before the end is shown" {
    start_tcp port "127.0.0.1:0 say hello" \
        "127.0.0.1:0 say '-ERR max number of clients reached\r\n' close" "127.0.0.1:0 say '\x15\x03\x01\x00\x02\x02(' close"
    run_tool wait-for-tcp --timeout 10s --hold 300ms "127.0.0.1:${port[0]}"
    exits 0
    took_at_least 300
    run_tool wait-for-tcp --timeout 1s "127.0.0.1:${port[1]}"
    exits 124
    ends_saying 'accepted, then closed by .*"-ERR max number of clients reached\\r\\n"'
    run_tool wait-for-tcp --once "127.0.0.1:${port[2]}"
    exits 1
    ends_saying '"\\x15\\x03\\x01\\x00\\x02\\x02\("'
}

### Sending and expecting

@test "send and expect: the text sent arrives as it is, the answer makes it ready" {
    start_tcp port "127.0.0.1:0 read 'PING\r\n' say '+PONG\r\n' hold"
    run_tool wait-for-tcp --timeout 5s --send 'PING\r\n' --expect '+PONG' "127.0.0.1:${port[0]}"
    exits 0
    [ "$(received port "${port[0]}")" = 50494e470d0a ]
}

@test "an answer split over packets is put together" {
    start_tcp port "127.0.0.1:0 read PING say + wait 0.05 say +P wait 0.05 say ON wait 0.05 say G hold"
    run_tool wait-for-tcp --timeout 5s --send PING --expect +PONG "127.0.0.1:${port[0]}"
    exits 0
}

@test "a greeting is expected without sending" {
    start_tcp port "127.0.0.1:0 wait 0.1 say '220 mail ESMTP\r\n' hold"
    run_tool wait-for-tcp --timeout 5s --expect '220 ' "127.0.0.1:${port[0]}"
    exits 0
}

@test "bytes of any value are sent and expected" {
    start_tcp port "127.0.0.1:0 read '\x00\x01\xff\x7f' say 'ab\x00' wait 0.05 say '\xfe\x00\xff' hold"
    run_tool wait-for-tcp --timeout 5s --send '\x00\x01\377\177' --expect '\0\xfe\x00\xff' "127.0.0.1:${port[0]}"
    exits 0
    [ "$(received port "${port[0]}")" = 0001ff7f ]
}

@test "the C escapes mean what they mean in C" {
    start_tcp port "127.0.0.1:0 read Z say ok hold"
    run_tool wait-for-tcp --timeout 5s --send '\a\b\f\n\r\t\v\\\"\101Z' --expect ok "127.0.0.1:${port[0]}"
    exits 0
    [ "$(received port "${port[0]}")" = 07080c0a0d090b5c22415a ]
}

@test "an escape that C does not have is refused" {
    run_tool wait-for-tcp --send 'a\q' 127.0.0.1:1
    refuses_naming --send
    run_tool wait-for-tcp --expect "a\\" 127.0.0.1:1
    refuses_naming --expect
    run_tool wait-for-tcp --expect '\xzz' 127.0.0.1:1
    refuses_naming --expect
    INITKIT_WAIT_FOR_TCP_EXPECT='\q' run_tool wait-for-tcp 127.0.0.1:1
    refuses_naming INITKIT_WAIT_FOR_TCP_EXPECT
}

@test "another answer than the expected one is not ready, and its bytes do not reach the terminal" {
    start_tcp port "127.0.0.1:0 say '-LOADING \x1b[31m\xff\x00 data\r\n' close"
    run_tool wait-for-tcp --timeout 500ms --expect +PONG "127.0.0.1:${port[0]}"
    exits 124
    ends_saying "not ready: "
    ! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' err || report "control bytes on standard error"
    iconv -f utf-8 -t utf-8 err >/dev/null || report "invalid UTF-8 on standard error"
}

@test "an expected answer that never comes ends each attempt at its timeout" {
    start_tcp port "127.0.0.1:0 read PING"
    run_tool wait-for-tcp --timeout 1s --attempt-timeout 200ms --send PING --expect PONG "127.0.0.1:${port[0]}"
    exits 124
    [ "$(connections port)" -ge 2 ] || report "expected several attempts"
}

@test "a flood does not end the hold: a server that pours megabytes and closes is not ready" {
    start_tcp port "127.0.0.1:0 pour 5000000 close"
    run_tool wait-for-tcp --once --hold 30s --attempt-timeout 30s "127.0.0.1:${port[0]}"
    exits 1
    says "accepted, then (closed|reset) by"
    start_tcp other "127.0.0.1:0 pour 5000000 hold"
    run_tool wait-for-tcp --once --hold 500ms "127.0.0.1:${other[0]}"
    exits 0
}

@test "an expected text after a flood of noise is found" {
    start_tcp port "127.0.0.1:0 pour 900000 say needle hold"
    run_tool wait-for-tcp --timeout 20s --attempt-timeout 10s --expect needle "127.0.0.1:${port[0]}"
    exits 0
}

@test "an endless flood of noise does not outlast the attempt" {
    start_tcp port "127.0.0.1:0 pour 3000000 wait 0.1 pour 3000000 wait 0.1 pour 3000000 wait 0.1 pour 3000000 hold"
    run_tool wait-for-tcp --timeout 1s --attempt-timeout 300ms --expect needle "127.0.0.1:${port[0]}"
    exits 124
    took_less_than 4000
}

@test "a server that wakes up on the third connection is ready then" {
    start_tcp port "127.0.0.1:0 read PING say '-LOADING\r\n' close / reset / read PING say '+PONG\r\n' hold"
    run_tool wait-for-tcp --timeout 20s --send 'PING\r\n' --expect +PONG "127.0.0.1:${port[0]}"
    exits 0
    ends_saying "\(3 attempts\)$"
}

@test "send and expect work over a unix socket" {
    start_tcp port "unix:talk.sock read PING say PONG hold"
    run_tool wait-for-tcp --timeout 5s --send PING --expect PONG unix:talk.sock
    exits 0
}

@test "send alone sends, and the hold applies" {
    start_tcp port "127.0.0.1:0 read hello reset / read hello hold"
    run_tool wait-for-tcp --timeout 5s --send hello "127.0.0.1:${port[0]}"
    exits 0
    ends_saying "\(3 attempts\)$"
}

### Gone

@test "gone: a refused port is gone" {
    start_tcp port "127.0.0.1:0 bound"
    run_tool wait-for-tcp --timeout 5s --gone "127.0.0.1:${port[0]}"
    exits 0
    ends_saying "127\.0\.0\.1:${port[0]}: gone after"
}

@test "gone: a port that closes later is gone" {
    start_tcp port "127.0.0.1:0 unless closed"
    start_tool wait-for-tcp --timeout 20s --gone "127.0.0.1:${port[0]}"
    until_true 10 err_has "attempt 1"
    touch closed
    wait_tool
    exits 0
    ends_saying "gone after"
}

@test "gone: an open port is not gone" {
    start_tcp port "127.0.0.1:0"
    run_tool wait-for-tcp --timeout 400ms --gone "127.0.0.1:${port[0]}"
    exits 124
    ends_saying "not gone|still|not ready"
}

@test "gone: a peer that accepts and resets still accepts" {
    start_tcp port "127.0.0.1:0 reset"
    run_tool wait-for-tcp --timeout 400ms --gone "127.0.0.1:${port[0]}"
    exits 124
}

@test "gone: a timeout proves nothing" {
    start_tcp port "127.0.0.1:0 full"
    run_tool wait-for-tcp --timeout 600ms --attempt-timeout 100ms --gone "127.0.0.1:${port[0]}"
    exits 124
}

@test "gone: no unix socket, and one nobody listens on, are gone" {
    start_tcp port "unix:stale.sock bound"
    run_tool wait-for-tcp --timeout 5s --gone unix:none.sock unix:stale.sock
    exits 0
    says "none\.sock: gone"
    says "stale\.sock: gone"
}

@test "gone: a name that does not exist is gone" {
    start_dns dns </dev/null
    run_tool wait-for-tcp --timeout 5s --gone --nameserver "$dns" db.test.:80
    exits 0
    ends_saying "db\.test\.:80: gone"
}

@test "gone: a name without addresses is gone" {
    start_dns dns <<<'db.test TXT here'
    run_tool wait-for-tcp --timeout 5s --gone --nameserver "$dns" db.test.:80
    exits 0
}

@test "gone: a name the server fails on is not gone" {
    start_dns dns <<<'db.test * SERVFAIL'
    run_tool wait-for-tcp --timeout 500ms --gone --nameserver "$dns" db.test.:80
    exits 124
}

@test "gone: one address that still accepts is not gone" {
    start_tcp port "127.0.0.1:0 bound" "127.0.0.2:=" "127.0.0.3:= bound"
    start_dns dns <<<'db.test A 127.0.0.1 127.0.0.2 127.0.0.3'
    run_tool wait-for-tcp --timeout 600ms --gone --nameserver "$dns" "db.test.:${port[0]}"
    exits 124
}

@test "gone: one address that times out is not gone" {
    start_tcp port "127.0.0.1:0 bound" "127.0.0.2:= full"
    start_dns dns <<<'db.test A 127.0.0.1 127.0.0.2'
    run_tool wait-for-tcp --timeout 1s --attempt-timeout 300ms --gone --nameserver "$dns" "db.test.:${port[0]}"
    exits 124
}

@test "gone: every address refuses" {
    start_tcp port "127.0.0.1:0 bound" "127.0.0.2:= bound" "[::1]:= bound"
    start_dns dns <<'ZONE'
db.test A 127.0.0.1 127.0.0.2
db.test AAAA ::1
ZONE
    run_tool wait-for-tcp --timeout 5s --gone --nameserver "$dns" "db.test.:${port[0]}"
    exits 0
}

### Stable

@test "stable: the port must hold that long" {
    start_tcp port "127.0.0.1:0"
    run_tool wait-for-tcp --timeout 20s --stable 500ms "127.0.0.1:${port[0]}"
    exits 0
    took_at_least 500
    [ "$(connections port)" -ge 2 ] || report "expected it to look more than once"
    [ "$(connections port)" -le 12 ] || report "expected few connections"
}

@test "stable: a break starts the clock again" {
    start_tcp port "127.0.0.1:0 hold / hold / reset / hold"
    run_tool wait-for-tcp --timeout 20s --stable 500ms "127.0.0.1:${port[0]}"
    exits 0
    took_at_least 600
    [ "$(connections port)" -ge 5 ] || report "expected it to look again after the break"
}

@test "stable: a port that flaps is never ready" {
    start_tcp port "127.0.0.1:0 hold / reset / hold / reset / hold / reset / hold / reset / hold / reset"
    run_tool wait-for-tcp --timeout 1500ms --stable 1s "127.0.0.1:${port[0]}"
    exits 124
}

@test "stable and gone: it must stay gone" {
    start_tcp port "127.0.0.1:0 bound"
    run_tool wait-for-tcp --timeout 20s --gone --stable 400ms "127.0.0.1:${port[0]}"
    exits 0
    took_at_least 400
}

### Names and their addresses

@test "a name with one address that refuses and one that accepts is ready" {
    start_tcp port "127.0.0.1:0 bound" "127.0.0.2:=" "127.0.0.3:= bound"
    start_dns dns <<<'db.test A 127.0.0.1 127.0.0.2 127.0.0.3'
    run_tool wait-for-tcp --timeout 5s --nameserver "$dns" "db.test.:${port[0]}"
    exits 0
    ends_saying "\(1 attempt\)$"
}

@test "many dead addresses do not hide the one that accepts" {
    start_tcp port "127.0.0.1:0 full" "127.0.0.2:= full" "127.0.0.3:= full" "127.0.0.4:= full" "127.0.0.5:= full" \
        "127.0.0.6:="
    start_dns dns <<<'db.test A 127.0.0.1 127.0.0.2 127.0.0.3 127.0.0.4 127.0.0.5 127.0.0.6'
    run_tool wait-for-tcp --timeout 10s --attempt-timeout 600ms --nameserver "$dns" "db.test.:${port[0]}"
    exits 0
}

@test "all-addresses: one that refuses is not ready and is named" {
    start_tcp port "127.0.0.1:0" "127.0.0.2:= bound" "127.0.0.3:="
    start_dns dns <<<'db.test A 127.0.0.1 127.0.0.2 127.0.0.3'
    run_tool wait-for-tcp --timeout 600ms --all-addresses --nameserver "$dns" "db.test.:${port[0]}"
    exits 124
    ends_saying "not ready: .*127\.0\.0\.2"
}

@test "all-addresses: ready once the last one accepts" {
    start_tcp port "127.0.0.1:0" "127.0.0.2:= when open" "[::1]:="
    start_dns dns <<'ZONE'
db.test A 127.0.0.1 127.0.0.2
db.test AAAA ::1
ZONE
    start_tool wait-for-tcp --timeout 20s --all-addresses --nameserver "$dns" "db.test.:${port[0]}"
    until_true 10 err_has refused
    touch open
    wait_tool
    exits 0
}

@test "min-addresses: two of three are enough, one is not" {
    start_tcp port "127.0.0.1:0" "127.0.0.2:= bound" "127.0.0.3:="
    start_dns dns <<'ZONE'
db.test A 127.0.0.1 127.0.0.2 127.0.0.3
few.test A 127.0.0.1 127.0.0.2
ZONE
    run_tool wait-for-tcp --timeout 5s --min-addresses 2 --nameserver "$dns" "db.test.:${port[0]}"
    exits 0
    run_tool wait-for-tcp --timeout 600ms --min-addresses 2 --nameserver "$dns" "few.test.:${port[0]}"
    exits 124
    run_tool wait-for-tcp --timeout 600ms --min-addresses 4 --nameserver "$dns" "db.test.:${port[0]}"
    exits 124
    start_dns single <<<'one.test A 127.0.0.1'
    run_tool wait-for-tcp --timeout 600ms --min-addresses 2 --nameserver "$single" "one.test.:${port[0]}"
    exits 124
    ends_saying "only 1 address, 2 wanted"
}

@test "dual stack: a dead IPv6 address does not keep the IPv4 one waiting" {
    start_tcp port "[::1]:0 full" "127.0.0.1:="
    start_dns dns <<'ZONE'
db.test A 127.0.0.1
db.test AAAA ::1
ZONE
    run_tool wait-for-tcp --timeout 20s --attempt-timeout 10s --nameserver "$dns" "db.test.:${port[0]}"
    exits 0
    ends_saying "\(1 attempt\)$"
    took_less_than 3000
}

@test "dual stack: a dead IPv4 address does not keep the IPv6 one waiting" {
    start_tcp port "[::1]:0" "127.0.0.1:= full"
    start_dns dns <<'ZONE'
db.test A 127.0.0.1
db.test AAAA ::1
ZONE
    run_tool wait-for-tcp --timeout 20s --attempt-timeout 10s --nameserver "$dns" "db.test.:${port[0]}"
    exits 0
    ends_saying "\(1 attempt\)$"
    took_less_than 3000
}

@test "dual stack: a family without a route is no verdict" {
    own_network
    start_tcp port "127.0.0.1:0"
    start_dns dns <<'ZONE'
db.test A 127.0.0.1
db.test AAAA 2001:db8::1
ZONE
    run_tool wait-for-tcp --timeout 5s --nameserver "$dns" "db.test.:${port[0]}"
    exits 0
}

@test "dual stack: an address that refuses is the reason, not the family without a route" {
    own_network
    start_tcp port "127.0.0.1:0 bound"
    start_dns dns <<'ZONE'
db.test A 127.0.0.1
db.test AAAA 2001:db8::1
ZONE
    run_tool wait-for-tcp --timeout 500ms --nameserver "$dns" "db.test.:${port[0]}"
    exits 124
    ends_saying "not ready: .*refused"
}

@test "an address without a route is retried until the deadline, and said" {
    own_network
    run_tool wait-for-tcp --timeout 400ms 192.0.2.1:80
    exits 124
    ends_saying "not ready: .*(unreachable|no route)"
}

@test "a family: the other one is not asked for and not tried" {
    start_tcp port "127.0.0.1:0" "[::1]:="
    start_dns dns <<'ZONE'
db.test A 127.0.0.1
db.test AAAA ::1
four.test A 127.0.0.1
six.test AAAA ::1
ZONE
    local target="db.test.:${port[0]}"
    run_tool wait-for-tcp --timeout 5s -4 --nameserver "$dns" "$target"
    exits 0
    [ "$(questions dns AAAA)" -eq 0 ] || report "asked for AAAA"
    run_tool wait-for-tcp --timeout 5s --family 6 --nameserver "$dns" "$target"
    exits 0
    [ "$(questions dns A)" -eq 1 ] || report "asked for A"
    run_tool wait-for-tcp --timeout 400ms -6 --nameserver "$dns" "four.test.:${port[0]}"
    exits 124
    run_tool wait-for-tcp --timeout 400ms --family 4 --nameserver "$dns" "six.test.:${port[0]}"
    exits 124
    run_tool wait-for-tcp --family 5 "$target"
    refuses_naming --family
    run_tool wait-for-tcp -4 "[::1]:80"
    refuses_naming "[::1]:80"
}

@test "one family that the server fails on does not hide the other" {
    start_tcp port "127.0.0.1:0"
    start_dns dns <<'ZONE'
db.test AAAA SERVFAIL
db.test A 127.0.0.1
ZONE
    run_tool wait-for-tcp --timeout 5s --nameserver "$dns" "db.test.:${port[0]}"
    exits 0
}

@test "one family that the server is silent about does not hide the other" {
    start_tcp port "127.0.0.1:0"
    start_dns dns <<'ZONE'
db.test AAAA SILENT
db.test A 127.0.0.1
ZONE
    run_tool wait-for-tcp --timeout 8s --nameserver "$dns" "db.test.:${port[0]}"
    exits 0
}

@test "a name that appears late is ready" {
    start_tcp port "127.0.0.1:0"
    start_dns dns <<<'db.test A when there 127.0.0.1'
    start_tool wait-for-tcp --timeout 20s --nameserver "$dns" "db.test.:${port[0]}"
    until_true 10 err_has "attempt 1"
    touch there
    wait_tool
    exits 0
    says "NXDOMAIN|no such name|does not exist|not found"
}

@test "a name that changes its address is followed" {
    start_tcp port "127.0.0.1:0 bound" "127.0.0.2:="
    start_dns dns <<'ZONE'
db.test A unless moved 127.0.0.1
db.test A 127.0.0.2
ZONE
    start_tool wait-for-tcp --timeout 20s --nameserver "$dns" "db.test.:${port[0]}"
    until_true 10 err_has "refused"
    touch moved
    wait_tool
    exits 0
}

@test "a name that never resolves is the reason, with a hint" {
    start_dns dns </dev/null
    run_tool wait-for-tcp --timeout 400ms --nameserver "$dns" db.test.:80
    exits 124
    ends_saying "db\.test\.:80.*not ready: .*(NXDOMAIN|no such name|does not exist|not found).*; hint: "
}

@test "a silent name server ends the attempt at its timeout" {
    start_dns dns <<<'* * SILENT'
    run_tool wait-for-tcp --timeout 1s --attempt-timeout 300ms --nameserver "$dns" db.test.:80
    exits 124
    ends_saying "not ready: .*(timed out|no answer)"
    took_less_than 3000
}

@test "a name follows the search list" {
    start_tcp port "127.0.0.1:0"
    start_dns dns <<<'db.shop.svc.test A 127.0.0.1'
    resolv_conf <<'CONF'
search shop.svc.test svc.test
nameserver 127.0.0.1
options ndots:5
CONF
    run_tool wait-for-tcp --timeout 5s --nameserver "$dns" --resolv-conf resolv.conf "db:${port[0]}"
    exits 0
    run_tool wait-for-tcp --timeout 400ms --nameserver "$dns" --resolv-conf resolv.conf --no-search "db:${port[0]}"
    exits 124
}

@test "the hosts file is consulted, as an app would" {
    start_tcp port "127.0.0.9:0"
    printf '127.0.0.9\tdb.test db # the database\n' >hosts
    own_files "mount --bind hosts /etc/hosts"
    start_dns dns </dev/null
    run_tool wait-for-tcp --timeout 5s --nameserver "$dns" "db:${port[0]}"
    exits 0
    [ "$(questions dns)" -eq 0 ] || report "asked for a name that the hosts file has"
}

@test "localhost is both families, also without a hosts file that says so" {
    touch hosts
    own_files "mount --bind hosts /etc/hosts"
    start_tcp port "[::1]:0" "127.0.0.1:0"
    run_tool wait-for-tcp --timeout 5s "localhost:${port[0]}"
    exits 0
    run_tool wait-for-tcp --timeout 5s "localhost:${port[1]}"
    exits 0
}

@test "%n in a host is the pod's namespace" {
    start_tcp port "127.0.0.1:0"
    start_dns dns <<<'db.shop.svc.test A 127.0.0.1'
    INITKIT_NAMESPACE=shop run_tool wait-for-tcp --timeout 5s --nameserver "$dns" "db.%n.svc.test.:${port[0]}"
    exits 0
}

@test "an address needs no resolver: no resolv.conf is no error" {
    start_tcp port "127.0.0.1:0"
    run_tool wait-for-tcp --resolv-conf none "127.0.0.1:${port[0]}"
    exits 0
}

@test "a name without a resolv.conf is a usage error" {
    run_tool wait-for-tcp --resolv-conf none db:80
    exits 2
    says "none"
}

### Self-connection

@test "a connection to itself is not ready" {
    own_network
    # With one port to choose from, a connection to that port is made with itself.
    "${inside[@]}" sh -c 'echo "32768 32768" >/proc/sys/net/ipv4/ip_local_port_range' ||
        skip "needs a port range of its own"
    run_tool wait-for-tcp --timeout 600ms --interval 5ms --max-interval 5ms 127.0.0.1:32768
    exits 124
    says "itself|refused"
    [ "$(attempts)" -ge 3 ] || report "expected several attempts"
    run_tool wait-for-tcp --timeout 600ms --interval 5ms --max-interval 5ms --hold 0 127.0.0.1:32768
    exits 124
}

@test "connections to itself do not keep the server from its port" {
    own_network
    "${inside[@]}" sh -c 'echo "32768 32771" >/proc/sys/net/ipv4/ip_local_port_range' ||
        skip "needs a port range of its own"
    start_tool wait-for-tcp --timeout 20s --interval 5ms --max-interval 5ms 127.0.0.1:32768
    until_true 10 err_has "itself|refused"
    start_tcp port "127.0.0.1:32768"
    wait_tool
    exits 0
}

### Options of its own

@test "numbers and durations of its options are checked" {
    local pair
    for pair in "--min-addresses 0" "--min-addresses x" "--min-addresses -1" "--hold x" "--hold -1s" "--stable 1y" \
        "--family both" "--min-targets 3" "--min-targets 0" "--nameserver nonsense" "--nameserver 127.0.0.1:0" \
        "--nameserver 127.0.0.1:99999"; do
        # shellcheck disable=SC2086 # an option and its value
        run_tool wait-for-tcp $pair 127.0.0.1:1
        refuses_naming "${pair%% *}"
    done
}

### What a review found, so that it stays mended

@test "more addresses than a single address has, or --gone with what it cannot see, are refused" {
    run_tool wait-for-tcp --min-addresses 2 127.0.0.1:1
    refuses_naming --min-addresses
    run_tool wait-for-tcp --gone --send x db:1
    refuses_naming --gone
    run_tool wait-for-tcp --gone --min-addresses 2 db:1
    refuses_naming --gone
}

@test "all addresses: a family that does not answer may hold some, and the others alone are not all" {
    start_tcp port "127.0.0.1:0"
    start_dns dns <<'ZONE'
db.test A 127.0.0.1
db.test AAAA SILENT
ZONE
    run_tool wait-for-tcp --nameserver "$dns" --no-search --timeout 1s --attempt-timeout 400ms "db.test:${port[0]}"
    exits 0
    run_tool wait-for-tcp --nameserver "$dns" --no-search --timeout 1s --attempt-timeout 400ms --all-addresses "db.test:${port[0]}"
    exits 124
}

@test "a name that leaves the hosts file where there is not a name server is told, and nothing breaks" {
    start_tcp port "127.0.0.1:0 bound"
    echo '127.0.0.1 db.test' >hosts
    own_files "mount --bind hosts /etc/hosts"
    : | resolv_conf
    start_tool wait-for-tcp --resolv-conf resolv.conf --timeout 2s "db.test:${port[0]}"
    until_true 10 err_has "attempt 1"
    : >hosts
    wait_tool
    exits 124
}

### Little CPU

@test "a hundred targets under a cpu limit of 10m: each attempt gets as far as it can" {
    release_build
    local dns port targets=() i
    start_dns dns <<<'*.test A 127.0.0.1'
    start_tcp port "127.0.0.1:0*100"
    for i in "${!port[@]}"; do
        targets+=("db$i.test:${port[i]}")
    done
    own_cpu_limit 10
    run_tool wait-for-tcp --nameserver "$dns" --no-search --timeout 35s "${targets[@]}"
    exits 0
    ends_saying "all 100 targets ready after .*\(100 attempts\)"
}
