#!/usr/bin/env bats
# What all tools share, tried on wait-for-tcp and wait-for-dns: options, their environment twins and which one counts,
# units, retrying, exit codes, log lines as text and JSON, the termination message, namespaces, signals.
#
# start_dns and start_tcp set the variables that are named in their calls, run_tool sets others, lib.bash judges by
# `elapsed`; and `inside` and `bin` are for one test alone:
# shellcheck disable=SC2154,SC2034,SC2030,SC2031

load lib

# Two runs that need time of their own go on beside the tests; the tests that judge them wait for their ends.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    "$python" "$servers/tcp.py" --ready slow.ready "127.0.0.1:0 bound" >/dev/null 2>&1 3>&- &
    echo $! >pids
    until_true 10 test -e slow.ready
    local target
    target=127.0.0.1:$(cat slow.ready)
    slow_run warn-only --warn-only "$target"
    slow_run life --timeout 33s "$target"
    slow_run life-json --timeout 33s --log-format json "$target"
}

# slow_run NAME ARGUMENT...: leaves NAME.err, NAME.seconds and, at the end, NAME.status.
slow_run() {
    local name=$1
    shift
    (
        unset "${!INITKIT_@}"
        SECONDS=0
        "$bin/wait-for-tcp" "$@" 2>"$name.err" && status=0 || status=$?
        echo "$SECONDS" >"$name.seconds"
        echo "$status" >"$name.status"
    ) >/dev/null 2>&1 3>&- &
}

# slow_end NAME: what run_tool would have set.
slow_end() {
    until_true 60 test -s "$BATS_FILE_TMPDIR/$1.status"
    status=$(cat "$BATS_FILE_TMPDIR/$1.status")
    elapsed=$(($(cat "$BATS_FILE_TMPDIR/$1.seconds") * 1000))
    cp "$BATS_FILE_TMPDIR/$1.err" err
    : >out
    gather
}

teardown_file() {
    kill "$(cat "$BATS_FILE_TMPDIR/pids")" 2>/dev/null || true
}

# A target that refuses for as long as the test lasts.
refusing() {
    start_tcp refusing "127.0.0.1:0 bound"
    target=127.0.0.1:${refusing[0]}
}

# A target that is open.
accepting() {
    start_tcp accepting "127.0.0.1:0"
    target=127.0.0.1:${accepting[0]}
}

### Options

@test "help goes to standard output and lists each option with its default" {
    local option
    run_tool wait-for-tcp --help
    exits 0
    silent_errors
    for option in timeout attempt-timeout interval backoff max-interval once min-targets log-format log-level \
        termination-log warn-only help version family all-addresses min-addresses hold send expect gone stable \
        nameserver resolv-conf no-search; do
        prints "--$option( |=|,|$)"
    done
    for option in 4m 2s 50ms 1.1 1s 15s /dev/termination-log /etc/resolv.conf; do prints "$option"; done
    run_tool wait-for-dns --help
    exits 0
    silent_errors
    for option in timeout attempt-timeout interval backoff max-interval once min-targets log-format log-level \
        termination-log warn-only help version family min-records expect gone stable nameserver resolv-conf no-search \
        tcp hosts write write-format; do
        prints "--$option( |=|,|$)"
    done
    for option in 4m 3s 100ms 1.1 1s 15s; do prints "$option"; done
}

@test "version goes to standard output and names the libraries" {
    local tool
    for tool in wait-for-tcp wait-for-dns; do
        run_tool "$tool" --version
        exits 0
        silent_errors
        prints "$tool"
        prints "c-ares [0-9]"
        prints "musl"
    done
}

@test "an option's value stands behind a space or an equals sign" {
    refusing
    run_tool wait-for-tcp --timeout=300ms "$target"
    exits 124
    run_tool wait-for-tcp --timeout 300ms "$target"
    exits 124
    took_less_than 3000
}

@test "options and operands may be mixed, and -- ends the options" {
    accepting
    run_tool wait-for-tcp "$target" --timeout 5s
    exits 0
    run_tool wait-for-tcp --timeout 5s -- "$target"
    exits 0
    run_tool wait-for-tcp "$target" -- --timeout
    refuses_naming --timeout
}

@test "an option that is none, or lacks its value, is a usage error that names it" {
    accepting
    run_tool wait-for-tcp --tiemout 3s "$target"
    refuses_naming --tiemout
    run_tool wait-for-tcp -Z "$target"
    refuses_naming -Z
    run_tool wait-for-tcp "$target" --timeout
    refuses_naming --timeout
    run_tool wait-for-tcp --gone=maybe "$target"
    refuses_naming --gone
    [ "$(connections accepting)" -eq 0 ] || report "it went on"
}

@test "no operand is a usage error that says what was expected" {
    run_tool wait-for-tcp
    exits 2
    [ "$(wc -l <err)" -eq 1 ]
    says "HOST:PORT|TARGET"
    run_tool wait-for-dns --timeout 3s
    exits 2
    [ "$(wc -l <err)" -eq 1 ]
    says "NAME"
}

@test "durations: what may be written" {
    accepting
    local value
    for value in 250ms 2s 1m30s 1h 3 1h30m15s250ms 0; do
        run_tool wait-for-tcp --timeout "$value" "$target"
        exits 0
        ends_saying "ready after"
    done
}

@test "durations: a bare number is seconds" {
    refusing
    run_tool wait-for-tcp --timeout 1 "$target"
    exits 124
    took_at_least 600
    took_less_than 4000
}

@test "durations, factors and numbers that make no sense are refused by name" {
    accepting
    local value
    for value in abc "" -1 -1s 1x "5 m" "1 " s ms 1s2 1e3 0x10 99999999999999999999h +1 ٣; do
        run_tool wait-for-tcp --timeout "$value" "$target"
        refuses_naming --timeout
    done
    for value in abc "" -1 0 0.5 nan inf 1,5 1e999; do
        run_tool wait-for-tcp --backoff "$value" "$target"
        refuses_naming --backoff
    done
    for value in abc "" -1 0 1.5 18446744073709551617 2x; do
        run_tool wait-for-tcp --min-targets "$value" "$target"
        refuses_naming --min-targets
    done
    run_tool wait-for-tcp --min-targets 2 "$target"
    refuses_naming --min-targets
    for value in yaml "" JSON; do
        run_tool wait-for-tcp --log-format "$value" "$target"
        refuses_naming --log-format
    done
    run_tool wait-for-tcp --log-level loud "$target"
    refuses_naming --log-level
    [ "$(connections accepting)" -eq 0 ] || report "it went on"
}

### The environment

@test "a variable for all tools, one for this tool, a flag: the nearest counts" {
    refusing
    INITKIT_TIMEOUT=300ms run_tool wait-for-tcp "$target"
    exits 124
    took_less_than 3000
    INITKIT_TIMEOUT=35s INITKIT_WAIT_FOR_TCP_TIMEOUT=300ms run_tool wait-for-tcp "$target"
    exits 124
    took_less_than 3000
    INITKIT_TIMEOUT=35s INITKIT_WAIT_FOR_TCP_TIMEOUT=36s run_tool wait-for-tcp --timeout 300ms "$target"
    exits 124
    took_less_than 3000
}

@test "every option has both variables, and a bad value names the variable" {
    accepting
    local option
    for option in TIMEOUT ATTEMPT_TIMEOUT INTERVAL BACKOFF MAX_INTERVAL MIN_TARGETS LOG_FORMAT LOG_LEVEL WARN_ONLY \
        FAMILY ALL_ADDRESSES MIN_ADDRESSES HOLD GONE STABLE NAMESERVER NO_SEARCH; do
        declare -x "INITKIT_$option=non sense"
        run_tool wait-for-tcp "$target"
        refuses_naming "INITKIT_$option"
        unset "INITKIT_$option"
        declare -x "INITKIT_WAIT_FOR_TCP_$option=non sense"
        run_tool wait-for-tcp "$target"
        refuses_naming "INITKIT_WAIT_FOR_TCP_$option"
        unset "INITKIT_WAIT_FOR_TCP_$option"
    done
    for option in MIN_RECORDS WRITE_FORMAT TCP HOSTS; do
        declare -x "INITKIT_WAIT_FOR_DNS_$option=non sense"
        run_tool wait-for-dns db.test
        refuses_naming "INITKIT_WAIT_FOR_DNS_$option"
        unset "INITKIT_WAIT_FOR_DNS_$option"
    done
    [ "$(connections accepting)" -eq 0 ] || report "it went on"
}

@test "a variable whose value makes no sense together with the others is named, not its flag" {
    accepting
    INITKIT_MIN_TARGETS=3 run_tool wait-for-tcp "$target"
    refuses_naming INITKIT_MIN_TARGETS
}

@test "a variable that another tool alone knows may hold anything" {
    accepting
    INITKIT_WAIT_FOR_DNS_TIMEOUT=nonsense INITKIT_MIN_RECORDS=nonsense INITKIT_WRITE=x run_tool wait-for-tcp "$target"
    exits 0
    [ "$(wc -l <err)" -eq 1 ] || report "expected one line"
}

@test "switches take true and false" {
    accepting
    INITKIT_GONE=true run_tool wait-for-tcp --timeout 300ms "$target"
    exits 124
    INITKIT_GONE=false run_tool wait-for-tcp --timeout 5s "$target"
    exits 0
    INITKIT_WAIT_FOR_TCP_GONE=false INITKIT_GONE=true run_tool wait-for-tcp --timeout 5s "$target"
    exits 0
    local value
    for value in yes 1 TRUE on; do
        INITKIT_GONE=$value run_tool wait-for-tcp --timeout 5s "$target"
        refuses_naming INITKIT_GONE
    done
}

@test "an empty variable counts as unset" {
    accepting
    INITKIT_TIMEOUT='' INITKIT_GONE='' INITKIT_FAMILY='' INITKIT_LOG_FORMAT='' INITKIT_TARGETS='' \
        INITKIT_WAIT_FOR_TCP_HOLD='' INITKIT_NAMESERVER='' run_tool wait-for-tcp "$target"
    exits 0
    INITKIT_WAIT_FOR_TCP_TIMEOUT='' INITKIT_TIMEOUT=bad run_tool wait-for-tcp "$target"
    refuses_naming INITKIT_TIMEOUT
}

@test "an empty value of a flag is not unset" {
    run_tool wait-for-tcp --timeout= 127.0.0.1:1
    refuses_naming --timeout
}

@test "repeatable options: a variable holds one value a line, a flag replaces them all" {
    start_dns dns <<<'db.test A 192.0.2.1 192.0.2.2'
    INITKIT_EXPECT=$'192.0.2.1\n192.0.2.2\n' \
        run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 5s db.test
    exits 0
    INITKIT_EXPECT=$'192.0.2.1\n192.0.2.9' \
        run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 400ms db.test
    exits 124
    ends_saying "192\.0\.2\.9"
    INITKIT_EXPECT=192.0.2.9 \
        run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 5s --expect 192.0.2.1 db.test
    exits 0
    INITKIT_WAIT_FOR_DNS_EXPECT=192.0.2.1 INITKIT_EXPECT=192.0.2.9 \
        run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 5s db.test
    exits 0
}

@test "operands come from INITKIT_TARGETS, separated by any white space, when there are none" {
    start_tcp port "127.0.0.1:0*3" "127.0.0.1:0 bound"
    INITKIT_TARGETS=$'  127.0.0.1:'"${port[0]}"$'\t127.0.0.1:'"${port[1]}"$'\n\n127.0.0.1:'"${port[2]} " \
        run_tool wait-for-tcp --timeout 5s
    exits 0
    says_times 3 ": ready after"
    INITKIT_WAIT_FOR_TCP_TARGETS=127.0.0.1:${port[0]} INITKIT_TARGETS=127.0.0.1:${port[3]} \
        run_tool wait-for-tcp --timeout 5s
    exits 0
    INITKIT_TARGETS=127.0.0.1:${port[3]} run_tool wait-for-tcp --timeout 5s "127.0.0.1:${port[0]}"
    exits 0
}

@test "a bad operand from a variable names the variable or the operand" {
    INITKIT_TARGETS=nonsense run_tool wait-for-tcp
    refuses_naming nonsense
}

@test "a variable of ours that nobody knows is a warning, not an end" {
    accepting
    INITKIT_TIEMOUT=3s INITKIT_ONCE=true INITKIT_HELP=true run_tool wait-for-tcp "$target"
    exits 0
    silent_output
    says "INITKIT_TIEMOUT"
    says "INITKIT_ONCE"
    says "INITKIT_HELP"
    ends_saying "ready after"
}

@test "variables that Kubernetes sets for a Service named initkit are no cause for a word" {
    accepting
    INITKIT_SERVICE_HOST=10.0.0.1 INITKIT_SERVICE_PORT=80 INITKIT_SERVICE_PORT_HTTP=80 INITKIT_PORT=tcp://10.0.0.1:80 \
        INITKIT_PORT_80_TCP=tcp://10.0.0.1:80 INITKIT_PORT_80_TCP_ADDR=10.0.0.1 INITKIT_NAMESPACE=shop \
        run_tool wait-for-tcp "$target"
    exits 0
    [ "$(wc -l <err)" -eq 1 ] || report "expected one line"
}

### Retrying

@test "once: a single attempt, and its verdict is the run's" {
    refusing
    run_tool wait-for-tcp --once "$target"
    exits 1
    ends_saying "not ready: .*refused"
    took_less_than 2000
    accepting
    run_tool wait-for-tcp --once "$target"
    exits 0
    start_dns dns </dev/null
    run_tool wait-for-dns --once --nameserver "$dns" --no-search db.test
    exits 1
    [ "$(questions dns A)" -eq 1 ] || report "asked more than once"
}

@test "once does not go with what one attempt cannot tell" {
    run_tool wait-for-tcp --once --stable 1s 127.0.0.1:1
    refuses_naming --once
}

@test "timeout 0 is no limit" {
    start_tcp port "127.0.0.1:0 after 1"
    run_tool wait-for-tcp --timeout 0 "127.0.0.1:${port[0]}"
    exits 0
    ends_saying "ready after"
}

@test "interval and backoff: the delays grow by the factor" {
    start_dns dns <<<'db.test TXT here'
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 1500ms --interval 100ms --backoff 3 \
        --max-interval 30s -4 db.test
    exits 124
    # At 0, 0.1, 0.4 and 1.3 s, give or take.
    [ "$(questions dns A)" -ge 3 ] || report "$(cat dns.questions)"
    [ "$(questions dns A)" -le 5 ] || report "$(cat dns.questions)"
    awk 'NR > 1 && $1 - last < longest { exit 1 } NR > 1 { longest = $1 - last } { last = $1 }' dns.questions ||
        report "expected growing delays: $(cat dns.questions)"
}

@test "max-interval caps the delay, below the first interval too" {
    start_dns dns <<<'db.test TXT here'
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 1s --interval 50ms --backoff 50 \
        --max-interval 100ms -4 db.test
    exits 124
    [ "$(questions dns A)" -ge 5 ] || report "$(cat dns.questions)"
    run_tool wait-for-tcp --timeout 300ms --max-interval 20ms 127.0.0.1:1
    exits 124
    # The default cap does not shorten an interval that was asked for.
    run_tool wait-for-tcp --timeout 2s --interval 30s 127.0.0.1:1
    exits 124
    [ "$(attempts)" -eq 1 ] || report "expected one attempt"
}

@test "the jitter differs from run to run" {
    start_dns dns <<<'db.test TXT here'
    local i
    for i in 1 2 3 4 5 6; do
        run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 700ms --interval 500ms -4 db.test
    done
    # The distance of the two questions of each run, in hundredths of a second.
    [ "$(awk 'NR % 2 == 0 { printf "%.2f\n", $1 - last } { last = $1 }' dns.questions | sort -u | wc -l)" -ge 2 ] ||
        report "all delays are the same: $(cat dns.questions)"
}

@test "the deadline is total: for all attempts and targets together" {
    start_tcp port "127.0.0.1:0 full" "127.0.0.1:0 full" "127.0.0.1:0 bound"
    run_tool wait-for-tcp --timeout 700ms --attempt-timeout 500ms "127.0.0.1:${port[0]}" "127.0.0.1:${port[1]}" \
        "127.0.0.1:${port[2]}"
    exits 124
    took_less_than 3000
}

### Verdicts

@test "warn-only: the verdict is said as usual, 124 and 1 become 0" {
    refusing
    run_tool wait-for-tcp --warn-only --timeout 300ms "$target"
    exits 0
    ends_saying "not ready: .*refused"
    run_tool wait-for-tcp --warn-only --once "$target"
    exits 0
    ends_saying "not ready: .*refused"
    start_dns dns <<<'db.test A 192.0.2.1'
    run_tool wait-for-dns --warn-only --nameserver "$dns" --no-search --write none/members db.test
    exits 0
    ends_saying "none/members"
    INITKIT_WARN_ONLY=true run_tool wait-for-tcp --timeout 300ms "$target"
    exits 0
}

@test "warn-only: a usage error stays 2" {
    run_tool wait-for-tcp --warn-only --timeout x 127.0.0.1:1
    refuses_naming --timeout
}

@test "warn-only: signals stay 143 and 130" {
    refusing
    start_tool wait-for-tcp --warn-only "$target"
    until_true 10 err_has refused
    kill -TERM "$tool"
    wait_tool
    exits 143
    # In the background a shell ignores SIGINT for its children; env brings it back.
    begin env --default-signal=INT "$bin/wait-for-tcp" --warn-only "$target" >out 2>err
    tool=$started
    until_true 10 err_has refused
    kill -INT "$tool"
    wait_tool
    exits 130
}

@test "warn-only: without a timeout it gives up after 15 seconds" {
    slow_end warn-only
    exits 0
    ends_saying "not ready: .*refused"
    took_at_least 12000
    took_less_than 19000
}

@test "out of memory is exit 3, or 0 with warn-only, and said" {
    not_emulated
    release_build
    mapfile -t targets < <(printf '127.0.0.1:%s\n' {10001..30000})
    inside=(prlimit --as=$((4 << 20)))
    run_tool wait-for-tcp --once --timeout 10s "${targets[@]}"
    exits 3
    says "memory"
    run_tool wait-for-tcp --warn-only --once --timeout 10s "${targets[@]}"
    exits 0
    says "memory"
}

### What is said

@test "a reason that stays is said once" {
    refusing
    run_tool wait-for-tcp --timeout 1s "$target"
    exits 124
    says_times 2 refused
    [ "$(wc -l <err)" -eq 2 ] || report "expected the reason and the verdict"
}

@test "a reason that changes is said again" {
    start_dns dns <<'ZONE'
db.test * first 2 NXDOMAIN
db.test * first 4 SERVFAIL
db.test * first 6 REFUSED
db.test A 192.0.2.1
ZONE
    run_tool wait-for-dns --nameserver "$dns" --no-search --timeout 10s -4 db.test
    exits 0
    says "\(attempt 1\)"
    says "SERVFAIL.*\(attempt 3\)"
    says "REFUSED.*\(attempt 5\)"
    [ "$(wc -l <err)" -eq 4 ] || report "expected three reasons and the verdict"
}

@test "a reason that differs in the address alone does not change" {
    start_tcp port "127.0.0.1:0 bound" "127.0.0.2:= bound"
    start_dns dns <<'ZONE'
db.test A first 2 127.0.0.1
db.test A 127.0.0.2
ZONE
    run_tool wait-for-tcp --nameserver "$dns" -4 --timeout 700ms "db.test.:${port[0]}"
    exits 124
    [ "$(wc -l <err)" -eq 2 ] || report "expected the reason and the verdict"
}

@test "every 30 seconds there is a sign of life" {
    slow_end life
    exits 124
    [ "$(wc -l <err)" -eq 3 ] || report "expected the reason, a sign of life, the verdict"
    slow_end life-json
    exits 124
    json 'any(line["event"] == "waiting" and line["elapsed_ms"] >= 29000 for line in lines)'
}

@test "quiet: nothing on success, the verdict alone otherwise" {
    accepting
    run_tool wait-for-tcp -q "$target"
    exits 0
    silent_output
    silent_errors
    refusing
    run_tool wait-for-tcp --log-level error --timeout 300ms "$target"
    exits 124
    [ "$(wc -l <err)" -eq 1 ] || report "expected one line"
    ends_saying "not ready: "
}

@test "log levels: warnings without the rest, and all of it" {
    refusing
    INITKIT_TIEMOUT=1 run_tool wait-for-tcp --log-level warn --timeout 300ms "$target"
    exits 124
    says INITKIT_TIEMOUT
    says_not "attempt 1\)"
    INITKIT_TIEMOUT=1 run_tool wait-for-tcp -q --timeout 300ms "$target"
    says_not INITKIT_TIEMOUT
    run_tool wait-for-tcp -v --timeout 500ms "$target"
    exits 124
    [ "$(wc -l <err)" -ge 4 ] || report "expected a line for each attempt at least"
    INITKIT_LOG_LEVEL=debug run_tool wait-for-tcp --timeout 500ms "$target"
    [ "$(wc -l <err)" -ge 4 ] || report "expected a line for each attempt at least"
}

@test "json: an attempt and the deadline" {
    refusing
    run_tool wait-for-tcp --log-format json --timeout 400ms "$target"
    exits 124
    json "lines[0]['event'] == 'attempt' and lines[0]['attempt'] == 1 and lines[0]['target'] == '$target'"
    json "'refused' in lines[0]['reason'] and lines[0]['elapsed_ms'] >= 0 and lines[0]['class'] in (1, 124)"
    json "last['event'] == 'deadline' and last['level'] == 'error' and last['tool'] == 'wait-for-tcp'"
    json "'not ready' in last['message'] and last['hint'] and 'refused' in last['reason']"
}

@test "json: ready, failed and signal" {
    accepting
    run_tool wait-for-tcp --log-format json "$target"
    exits 0
    json "last['event'] == 'ready' and last['target'] == '$target' and last['attempt'] == 1 and last['elapsed_ms'] >= 0"
    refusing
    run_tool wait-for-tcp --log-format json --once "$target"
    exits 1
    json "last['event'] == 'failed'"
    start_tool wait-for-tcp --log-format json "$target"
    until_true 10 err_has refused
    kill -TERM "$tool"
    wait_tool
    exits 143
    json "last['event'] == 'signal'"
}

@test "json: several targets" {
    start_tcp port "127.0.0.1:0" "127.0.0.1:0 bound"
    run_tool wait-for-tcp --log-format json --timeout 400ms "127.0.0.1:${port[0]}" "127.0.0.1:${port[1]}"
    exits 124
    json "any(line['event'] == 'ready' and line['target'].endswith(':${port[0]}') for line in lines)"
    json "last['event'] == 'deadline' and ':${port[1]}' in last['message']"
}

@test "json: warnings and debug lines too" {
    refusing
    INITKIT_TIEMOUT=1 run_tool wait-for-tcp -v --log-format json --timeout 400ms "$target"
    exits 124
    json "any('INITKIT_TIEMOUT' in line['message'] and line['level'] == 'warn' for line in lines)"
    json "any(line['level'] == 'debug' for line in lines)"
}

@test "json: valid whatever bytes a peer sends" {
    start_tcp port "127.0.0.1:0 say '\xff\xfe\x00\x01\"\\\\\x1b[31m\xc3\x28\xed\xa0\x80\xf4\x90\x80\x80\u0085' close"
    run_tool wait-for-tcp -v --log-format json --timeout 300ms --expect PONG "127.0.0.1:${port[0]}"
    exits 124
    json "last['event'] == 'deadline'"
    start_dns dns <<<'db.test TXT "\xff\xfe\x00\x01\x7f\xc3\x28 \xe2\x80\xa8\xed\xa0\x80"'
    run_tool wait-for-dns -v --log-format json --nameserver "$dns" --no-search --timeout 300ms --expect x db.test/TXT
    exits 124
    json "last['event'] == 'deadline'"
}

@test "json: valid whatever bytes an operand or a variable holds" {
    local path=$'unix:a\xff\x01\n\r\t"\\\xc3b€😀\xe2\x82\xed\xa0\x80\xf4\x90\x80\x80\xe0\x80\xaf'
    run_tool wait-for-tcp --log-format json --timeout 200ms "$path"
    exits 124
    json "last['event'] == 'deadline' and '€😀' in last['target'] and '\x01\\n\\r\\t\"' in last['target']"
    env $'INITKIT_X\xff\x01"=1' "$bin/wait-for-tcp" --log-format json --timeout 200ms unix:none >out 2>err || true
    json "last['event'] == 'deadline'"
}

@test "text: a line stays a line whatever bytes an operand or a peer holds" {
    run_tool wait-for-tcp --timeout 200ms $'unix:a\n\x1b[31mb\xff'
    exits 124
    [ "$(wc -l <err)" -eq 2 ] || report "expected the reason and the verdict"
    ! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' err || report "control bytes on standard error"
    start_dns dns <<<'db.test TXT "a\nwait-for-dns: db.test: ready after 0s\x1b[2J"'
    run_tool wait-for-dns -v --nameserver "$dns" --no-search --timeout 300ms --expect x db.test/TXT
    exits 124
    says_not "^wait-for-dns: db\.test: ready"
    ! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' err || report "control bytes on standard error"
}

@test "a user and password in an operand, or behind an unknown option, are shown nowhere" {
    local tool operand format
    for tool in wait-for-tcp wait-for-dns tls-check fetch-config; do
        for operand in postgres://app:S3cret@db:5432/x https://user:S3cret/y@h/x tcp://app:S3cret@db:80 app:S3cret@db:80 \
            'https://user:S3?cret@h/x' 'https://user:p S3cret@h/x' 'https://user:S3cret#x@h' 'https://user:S3@cret@h:x/' \
            https:///user:S3cret@h/x tcp://app:80/S3cret@db:1 s3://key:S3cret@bucket/x "db/S3cret@h" \
            'db:80?password=S3cret' 'http://h/x?token=S3cret/TXT'; do
            for format in text json; do
                : >term
                run_tool "$tool" --log-format "$format" --termination-log term --timeout 200ms -v "$operand"
                exits 2
                [ -s term ] || report "expected a termination message"
                ! grep -Eq "S3|cret" err term || report "$tool $operand: $(cat err term)"
            done
        done
        run_tool "$tool" --bearer-token=S3cret x
        refuses_naming "--bearer-token: unknown option"
        says_not S3cret
    done
}

@test "a run that goes on shows no user and password, and no query" {
    : >term
    run_tool fetch-config -v --timeout 300ms --termination-log term "http://127.0.0.1:1/user:S3cret@h/x?token=S3cret" -o ./x
    exits 124
    says "http://\.\.\./h/x: "
    ! grep -q S3cret err term || report "$(cat term)"
    run_tool tls-check -v --once --termination-log term --report report.json "https://127.0.0.1:1/user:S3cret@h/x?token=S3cret"
    exits 1
    says "https://\.\.\./h/x: "
    ! grep -q S3cret err term report.json || report "$(cat term report.json)"
}

@test "closed standard streams do no harm, and what would be said reaches no peer" {
    start_tcp port "127.0.0.1:0" "127.0.0.1:0 bound"
    status=0
    "$bin/wait-for-tcp" -v --timeout 700ms --hold 10s --attempt-timeout 20s "127.0.0.1:${port[0]}" \
        "127.0.0.1:${port[1]}" 2>&- >&- <&- || status=$?
    [ "$status" -eq 124 ]
    [ "$(connections port)" -eq 1 ]
    [ -z "$(received port "${port[0]}")" ] || report "the peer received a log line"
}

@test "a standard error that nobody reads any more does no harm" {
    accepting
    status=0
    { "$bin/wait-for-tcp" -v "$target" 2>&1 && echo 0 >ended || echo $? >ended; } | true
    until_true 5 test -s ended
    [ "$(cat ended)" -eq 0 ]
}

### The termination message

one_line_in() {
    [ -s "$1" ] || report "expected a line"
    [ "$(wc -l <"$1")" -eq 0 ] || report "expected one line, without a newline: $(cat "$1")"
    [ "$(wc -c <"$1")" -le 1024 ] || report "expected at most 1 KiB: $(cat "$1")"
    iconv -f utf-8 -t utf-8 "$1" >/dev/null || report "invalid UTF-8"
}

@test "termination message: the tool, the target, the verdict, the reason and a hint" {
    refusing
    touch log
    run_tool wait-for-tcp --termination-log log --timeout 300ms "$target"
    exits 124
    one_line_in log
    grep -Eq "wait-for-tcp: .*$target.*not ready: .*refused.*hint: " log || report "$(cat log)"
}

@test "termination message: nothing is made where there is not a file" {
    refusing
    run_tool wait-for-tcp --termination-log log --timeout 300ms "$target"
    exits 124
    [ ! -e log ]
}

@test "termination message: written while it waits, so that a killed container has one" {
    start_dns dns <<'ZONE'
db.test * when failing SERVFAIL
ZONE
    touch log
    start_tool wait-for-dns --nameserver "$dns" --no-search --termination-log log --timeout 20s db.test
    until_true 10 grep -Eqi "db\.test.*(NXDOMAIN|no such name|does not exist)" log
    touch failing
    until_true 10 grep -q "db\.test.*SERVFAIL" log
    kill -KILL "$tool"
    wait_tool
    one_line_in log
    grep -q wait-for-dns log
}

@test "termination message: written in place, and nothing longer shines through" {
    accepting
    printf 'x%.0s' {1..900} >log
    local before
    before=$(stat -c %i log)
    run_tool wait-for-tcp --termination-log log "$target"
    exits 0
    [ "$(stat -c %i log)" = "$before" ]
    ! grep -Eq "xx|not ready" log || report "$(cat log)"
}

@test "termination message: in a container's place by default, also on a bind mount, and an empty path turns it off" {
    refusing
    mkdir dev
    touch dev/null dev/termination-log message
    own_files "mount --bind /dev/null dev/null; mount --bind message dev/termination-log; mount --rbind dev /dev"
    run_tool wait-for-tcp --timeout 300ms "$target"
    exits 124
    grep -q refused message || report "no message"
    : >message
    run_tool wait-for-tcp --termination-log "" --timeout 300ms "$target"
    exits 124
    [ ! -s message ] || report "written although off"
    INITKIT_TERMINATION_LOG='' run_tool wait-for-tcp --timeout 300ms "$target"
    exits 124
    [ ! -s message ] || report "written although off by the variable"
    touch other
    INITKIT_TERMINATION_LOG=other run_tool wait-for-tcp --timeout 300ms "$target"
    exits 124
    grep -q refused other || report "no message"
}

@test "termination message: one line of at most 1 KiB, however much there is to say" {
    local targets=() i
    for i in {1..40}; do targets+=("unix:/none/é$(printf 'ü%.0s' {1..30})-$i"$'\nx'); done
    touch log
    run_tool wait-for-tcp --termination-log log --timeout 200ms "${targets[@]}"
    exits 124
    one_line_in log
}

@test "termination message: a usage error leaves one" {
    touch log
    run_tool wait-for-tcp --termination-log log nonsense
    refuses_naming nonsense
    one_line_in log
    grep -q nonsense log
}

@test "termination message: a path that cannot be written does no harm" {
    accepting
    mkdir folder
    mkfifo pipe
    local path
    for path in folder folder/none/log pipe /dev/full; do
        run_tool wait-for-tcp --termination-log "$path" "$target"
        exits 0
        ends_saying "ready after"
    done
}

@test "termination message: a signal leaves what was waited for" {
    refusing
    touch log
    start_tool wait-for-tcp --termination-log log "$target"
    until_true 10 err_has refused
    kill -TERM "$tool"
    wait_tool
    exits 143
    one_line_in log
    grep -q "$target.*refused" log || report "$(cat log)"
}

### Namespaces

# The name that is asked for when %n stands in it.
ask_with_namespace() {
    run_tool wait-for-dns --nameserver "$dns" --resolv-conf resolv.conf --no-search --once db.%n.svc.test
    asked_for=$(awk 'END { print $4 }' dns.questions)
}

@test "%n: INITKIT_NAMESPACE, then POD_NAMESPACE, then the service account's file, then the first search domain" {
    local run
    run=$(readlink -f /var/run)
    mkdir -p run/secrets/kubernetes.io/serviceaccount
    echo from-file >run/secrets/kubernetes.io/serviceaccount/namespace
    own_files "mount --bind run $run"
    printf 'search from-search.svc.cluster.local svc.cluster.local\nnameserver 127.0.0.1\n' | resolv_conf
    start_dns dns </dev/null
    INITKIT_NAMESPACE=from-ours POD_NAMESPACE=from-pod ask_with_namespace
    [ "$asked_for" = db.from-ours.svc.test ] || report "asked for $asked_for"
    INITKIT_NAMESPACE='' POD_NAMESPACE=from-pod ask_with_namespace
    [ "$asked_for" = db.from-pod.svc.test ] || report "asked for $asked_for"
    ask_with_namespace
    [ "$asked_for" = db.from-file.svc.test ] || report "asked for $asked_for"
    rm -r run/secrets
    ask_with_namespace
    [ "$asked_for" = db.from-search.svc.test ] || report "asked for $asked_for"
}

@test "%n that nothing tells is a usage error" {
    [ ! -e /var/run/secrets/kubernetes.io/serviceaccount/namespace ] || skip "this is a pod"
    echo 'nameserver 127.0.0.1' | resolv_conf
    run_tool wait-for-dns --resolv-conf resolv.conf db.%n.svc.test
    refuses_naming %n
}

@test "%n from a variable that holds no namespace is a usage error that names it" {
    INITKIT_NAMESPACE="No Namespace" run_tool wait-for-tcp db.%n.svc.test:80
    refuses_naming INITKIT_NAMESPACE
}

### Signals

# time_end SIGNAL PID: kills PID and waits for the end of $tool; sets `took` (ms).
time_end() {
    local begun
    begun=$(milliseconds)
    kill "-$1" "$2"
    wait_tool
    took=$(($(milliseconds) - begun))
}

median_of_three() {
    printf '%s\n' "$@" | sort -n | sed -n 2p
}

# answers SIGNAL STATUS TOOL ARGUMENT...: the tool, as PID 1 of a namespace and without, in whatever phase it is a tenth
# of a second after its start, ends within 50 ms of the time that this machine, as busy as it is, takes to end a sleep.
answers() {
    local signal=$1 expected=$2 i times=() usual=()
    shift 2
    for i in 1 2 3; do
        begin env --default-signal=INT sleep 60 >out 2>err
        tool=$started
        time_end "$signal" "$tool"
        usual+=("$took")
        inside=(env --default-signal=INT)
        if [ "$i" -ne 2 ] && unshare --pid --fork true 2>/dev/null; then
            inside+=(unshare --pid --fork --mount-proc --kill-child)
        fi
        start_tool "$@"
        if [ "${#inside[@]}" -gt 2 ]; then
            until_true 10 pgrep -P "$tool"
            started=$(pgrep -P "$tool")
        fi
        until_true 10 listens_for_signals "$started"
        sleep 0.1
        time_end "$signal" "$started"
        times+=("$took")
        exits "$expected"
        [ "$took" -lt 2000 ] || report "took $took ms to end"
        [ -n "$last_line" ] || report "said nothing"
    done
    [ "$(median_of_three "${times[@]}")" -le $((50 + 4 * $(median_of_three "${usual[@]}"))) ] ||
        report "took ${times[*]} ms to end, a sleep ${usual[*]} ms"
}

@test "SIGTERM and SIGINT while a name is looked up" {
    start_dns dns <<<'* * SILENT'
    answers TERM 143 wait-for-dns --nameserver "$dns" --attempt-timeout 30s db.test.
    ends_saying "db\.test"
    answers INT 130 wait-for-dns --nameserver "$dns" --attempt-timeout 30s db.test.
    answers TERM 143 wait-for-tcp --nameserver "$dns" --attempt-timeout 30s db.test.:80
    ends_saying "db\.test"
}

@test "SIGTERM while a name is looked up over TCP" {
    start_dns dns <<<'* * STALL'
    answers TERM 143 wait-for-dns --tcp --nameserver "$dns" --attempt-timeout 30s db.test./A
    ends_saying "db\.test"
}

@test "SIGTERM and SIGINT while it connects" {
    start_tcp port "127.0.0.1:0 full"
    answers TERM 143 wait-for-tcp --attempt-timeout 30s "127.0.0.1:${port[0]}"
    ends_saying ":${port[0]}"
    answers INT 130 wait-for-tcp --attempt-timeout 30s "127.0.0.1:${port[0]}"
}

@test "SIGTERM while it holds a connection" {
    accepting
    answers TERM 143 wait-for-tcp --hold 30s --attempt-timeout 40s "$target"
    ends_saying "$target"
}

@test "SIGTERM while it expects an answer" {
    accepting
    answers TERM 143 wait-for-tcp --send PING --expect PONG --attempt-timeout 40s "$target"
}

@test "SIGTERM and SIGINT while it sleeps, and it says what it waited for" {
    refusing
    answers TERM 143 wait-for-tcp --interval 30s --max-interval 30s "$target"
    ends_saying "$target.*refused"
    start_dns dns </dev/null
    answers INT 130 wait-for-dns --interval 30s --max-interval 30s --nameserver "$dns" db.test.
    ends_saying "db\.test.*(NXDOMAIN|no such name|does not exist)"
}

@test "SIGTERM while it watches for stability" {
    accepting
    answers TERM 143 wait-for-tcp --stable 30s "$target"
}

@test "SIGTERM with a thousand targets" {
    start_tcp port "127.0.0.1:0 full"
    mapfile -t targets < <(for i in {1..1000}; do echo "127.0.0.1:${port[0]}"; done)
    answers TERM 143 wait-for-tcp --attempt-timeout 30s "${targets[@]}"
}

@test "SIGTERM while nobody reads what it says or writes" {
    refusing
    start_dns dns <<<'db.test A MANY 1000'
    "$python" - "$bin" "$target" "$dns" <<'PYTHON'
import fcntl, os, signal, subprocess, sys, time

def stopped(command, **stream):
    process = subprocess.Popen(command, **stream)
    time.sleep(0.5)
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    status = process.wait(timeout=5)
    assert status == 143, status
    assert time.monotonic() - begun < 2

def full_pipe(fill):
    reading, writing = os.pipe()
    fcntl.fcntl(writing, 1031, 4096)  # F_SETPIPE_SZ
    if fill:
        os.write(writing, b"x" * 4096)
    return reading, writing

bin, target, dns = sys.argv[1:]
_, writing = full_pipe(True)
stopped([bin + "/wait-for-tcp", target], stderr=writing)
_, writing = full_pipe(False)
stopped([bin + "/wait-for-dns", "-q", "--nameserver", dns, "--write", "-", "db.test./A"], stdout=writing)
PYTHON
}

@test "the deadline holds where nobody reads what it says" {
    refusing
    "$python" - "$bin" "$target" <<'PYTHON'
import fcntl, os, subprocess, sys, time

bin, target = sys.argv[1:]
reading, writing = os.pipe()
fcntl.fcntl(writing, 1031, 4096)  # F_SETPIPE_SZ
os.write(writing, b"x" * 4096)
begun = time.monotonic()
status = subprocess.run([bin + "/wait-for-tcp", "--timeout", "1s", target], stderr=writing, timeout=20).returncode
assert status == 124, status
assert time.monotonic() - begun < 6
PYTHON
}

@test "SIGTERM leaves no partial file" {
    start_dns dns <<<'db.test A 192.0.2.1'
    mkdir folder-of-its-own
    local i
    for i in {1..15}; do
        start_tool wait-for-dns --nameserver "$dns" --no-search --write folder-of-its-own/members db.test
        sleep "$(printf '0.%03d' $((i * i)))"
        kill -TERM "$tool" 2>/dev/null || true
        wait_tool
        [ "$status" -eq 0 ] || [ "$status" -eq 143 ] || report "expected 0 or 143"
        [ -z "$(find folder-of-its-own -mindepth 1 ! -name members)" ] || report "$(ls -A folder-of-its-own)"
    done
    [ -s folder-of-its-own/members ] || report "none of them came to write"
}

@test "SIGTERM again while it ends changes nothing" {
    refusing
    start_tool wait-for-tcp "$target"
    until_true 10 err_has refused
    kill -TERM "$tool"
    kill -INT "$tool" 2>/dev/null || true
    kill -TERM "$tool" 2>/dev/null || true
    wait_tool
    exits 143
}

### Where it runs

@test "any user on a read-only root will do" {
    accepting
    own_files "mount -t tmpfs tmpfs /mnt; cp '$bin/wait-for-tcp' /mnt; mount -o remount,ro /mnt; cd /mnt"
    inside+=(setpriv --reuid 1337 --regid 1337 --clear-groups)
    bin=/mnt run_tool wait-for-tcp --timeout 5s "$target"
    exits 0
    ends_saying "ready after"
}

@test "an empty root file system will do" {
    [ "$(id -u)" -eq 0 ] || skip "needs root: chroot"
    release_build
    accepting
    start_dns dns <<<'db.test A 127.0.0.1'
    mkdir root
    cp "$bin/wait-for-tcp" "$bin/wait-for-dns" root
    inside=(chroot root)
    bin='' run_tool wait-for-tcp --timeout 5s "$target"
    exits 0
    bin='' run_tool wait-for-tcp --timeout 5s --nameserver "$dns" "db.test.:${accepting[0]}"
    exits 0
    bin='' run_tool wait-for-dns --timeout 5s --nameserver "$dns" db.test.
    exits 0
    bin='' run_tool wait-for-dns --timeout 5s db.test.
    refuses_naming /etc/resolv.conf
}

@test "an unknown option is told as the variables for the log and the termination message say" {
    local tool
    for tool in wait-for-dns wait-for-tcp copy-agent; do
        : >message
        INITKIT_LOG_FORMAT=json INITKIT_TERMINATION_LOG=message run_tool "$tool" --nope
        exits 2
        [ "$(jq -r '"\(.tool) \(.class)"' err)" = "$tool 2" ]
        grep -q "^$tool: --nope: unknown option" message
    done
}
