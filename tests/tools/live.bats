#!/usr/bin/env bats
# The live table on a terminal, of `initkit run` and of wait tools with several targets: what is on the screen while it runs and when it has
# ended. terminal.py plays the terminal.
#
# start_tcp sets the variable that is named in its call, run_tool sets others:
# shellcheck disable=SC2034,SC2154,SC2030,SC2031

load lib

prepare() {
    export TERM=xterm
    echo content >source
}

# terminal COLUMNSxROWS TOOL [ARGUMENT]...: a tool on a terminal, in the background. `seen` is its folder.
terminal() {
    begin "${inside[@]}" "$python" "$tools/terminal.py" seen "$1" "$bin/$2" "${@:3}" 2>terminal.err
    tool=$started
}

# shows REGEX: a row of the screen is so by now.
shows() {
    grep -Eq -- "$1" seen/screen
}

wait_terminal() {
    status=0
    wait "$tool" || status=$?
    output='' stderr=$(cat terminal.err seen/all)
    last_line=$(grep . seen/all | tail -n 1)
}

# The command is what the terminal runs.
signal_tool() {
    kill -"$1" "$(pgrep -P "$tool")"
}

no_table() {
    ! grep -q $'\e' seen/raw || report "something was drawn"
}

@test "initkit run: a row a step while it runs, and the plain lines when it ends" {
    start_tcp port "127.0.0.1:0 when open"
    terminal 100x24 initkit run copy-agent source copy --and fetch-config "file://$PWD/source=./fetched" \
        --then wait-for-tcp "127.0.0.1:${port[0]}" --and wait-for-tcp "127.0.0.1:${port[0]}" --then copy-agent source other
    until_true 20 shows "^step +state +attempts +time"
    until_true 20 shows "^copy-agent source +done +[0-9.]+m?s +copy: copied 1 file"
    until_true 20 shows "^fetch-config file:[^ ]+ +done +1 +[0-9.]+m?s +fetched after"
    until_true 20 shows "^wait-for-tcp 127.* running +[0-9]+ +[0-9.]+m?s +not ready yet: connection refused"
    until_true 20 shows "^copy-agent source +next"
    [ "$(grep -c . seen/screen)" -eq 6 ] || report "$(cat seen/screen)"
    touch open
    wait_terminal
    exits 0
    ! grep -q "^step " seen/all || report "the table is still there"
    grep -q "^copy-agent: copy: copied 1 file" seen/all
    [ "$(grep -c "^wait-for-tcp: .*: ready after" seen/all)" -eq 2 ]
    grep -q "^initkit run: 5 of 5 steps done after" seen/all
}

@test "wait-for-tcp with several targets has the same table, with one it has none" {
    start_tcp port "127.0.0.1:0 when open" "127.0.0.1:0"
    terminal 100x24 wait-for-tcp "127.0.0.1:${port[0]}" "127.0.0.1:${port[1]}"
    until_true 20 shows "^target +state +attempts +time"
    until_true 20 shows "^127.0.0.1:${port[0]} +waiting +[0-9]+ +[0-9.]+m?s +connection refused by"
    until_true 20 shows "^127.0.0.1:${port[1]} +done +1 "
    touch open
    wait_terminal
    exits 0
    ! grep -q "^target " seen/all || report "the table is still there"
    [ "$(grep -c "^wait-for-tcp: .*: ready after" seen/all)" -eq 2 ]
    grep -q "^wait-for-tcp: all 2 targets ready" seen/all
    terminal 100x24 wait-for-tcp --timeout 500ms "127.0.0.1:${port[1]}1"
    wait_terminal
    no_table
}

@test "NO_COLOR takes the colours, and only them" {
    start_tcp port "127.0.0.1:0 bound"
    NO_COLOR=1 terminal 80x24 wait-for-tcp --timeout 500ms "127.0.0.1:${port[0]}" unix:none
    wait_terminal
    grep -q $'\e\\[' seen/raw || report "nothing was drawn"
    ! grep -q $'\e\\[[0-9;]*m' seen/raw || report "there are colours"
    NO_COLOR='' terminal 80x24 wait-for-tcp --timeout 500ms "127.0.0.1:${port[0]}" unix:none
    wait_terminal
    grep -q $'\e\\[33mwaiting' seen/raw || report "there are no colours"
}

@test "no table on terminals that cannot, nor where other lines are asked for" {
    start_tcp port "127.0.0.1:0 bound"
    local targets=("127.0.0.1:${port[0]}" unix:none) option
    TERM=dumb terminal 80x24 wait-for-tcp --timeout 300ms "${targets[@]}"
    wait_terminal
    no_table
    inside=(env -u TERM) terminal 80x24 wait-for-tcp --timeout 300ms "${targets[@]}"
    wait_terminal
    no_table
    for option in -v -q --log-format=json; do
        terminal 80x24 wait-for-tcp --timeout 300ms "$option" "${targets[@]}"
        wait_terminal
        no_table
        terminal 80x24 initkit run "$option" copy-agent source copy --then wait-for-tcp --timeout 300ms "${targets[@]}"
        wait_terminal
        no_table
    done
}

@test "more targets than rows: those that are not done stay, the rest is counted" {
    start_tcp port "127.0.0.1:0 bound" "127.0.0.1:0"
    local i targets=()
    for i in {1..30}; do
        targets+=("127.0.0.1:${port[1]}")
    done
    terminal 80x10 wait-for-tcp "${targets[@]}" "127.0.0.1:${port[0]}"
    until_true 20 shows "^127.0.0.1:${port[0]} +waiting"
    until_true 20 shows "^and 24 more: 24 done"
    [ "$(grep -c . seen/screen)" -le 9 ] || report "$(cat seen/screen)"
    signal_tool TERM
    wait_terminal
    exits 143
}

@test "a terminal that is resized: one table, that fits" {
    start_tcp port "127.0.0.1:0 bound"
    terminal 100x24 wait-for-tcp "127.0.0.1:${port[0]}" unix:none
    until_true 20 shows "connection refused by"
    echo 44x24 >seen/size
    until_true 20 shows "^target +state +time"
    echo 30x6 >seen/size
    until_true 20 shows '^target +state$'
    [ "$(grep -c "^target" seen/screen)" -eq 1 ] || report "$(cat seen/screen)"
    echo 120x24 >seen/size
    until_true 20 shows "^target +state +attempts +time"
    [ "$(grep -c . seen/screen)" -eq 3 ] || report "$(cat seen/screen)"
    signal_tool INT
    wait_terminal
    exits 130
    ! grep -q "^target" seen/all || report "the table is still there: $(cat seen/all)"
}

@test "names in other letters: the cells behind them stand in their column" {
    terminal 100x24 wait-for-file größe grösse1
    until_true 20 shows "^größe     waiting  [0-9]+ "
    shows "^grösse1   waiting  [0-9]+ " || report "$(cat seen/screen)"
    signal_tool TERM
    wait_terminal
    exits 143
}

@test "stopped and continued: what a shell wrote meanwhile is not overwritten" {
    terminal 100x24 wait-for-file absent other
    until_true 20 shows "^absent +waiting"
    signal_tool STOP
    until_true 20 is_stopped "$(pgrep -P "$tool")"
    signal_tool CONT
    until_true 20 has_two_tables
    signal_tool TERM
    wait_terminal
    exits 143
    [ "$(grep -c "^target" seen/all)" -eq 1 ] || report "$(cat seen/all)"
}

is_stopped() {
    grep -q "^State:.T" "/proc/$1/status"
}

has_two_tables() {
    [ "$(grep -c "^target" seen/screen)" -eq 2 ]
}

@test "in the background of a shell nothing is drawn, and the lines follow at the end" {
    # shellcheck disable=SC2016
    begin "$python" "$tools/terminal.py" seen 300x24 bash -c 'set -m; "$@" & wait $!' bash "$bin/wait-for-file" --timeout 600ms absent other 2>terminal.err
    tool=$started
    wait_terminal
    [ "$status" -eq 124 ]
    no_table
    grep -q "^wait-for-file: 2 of 2 targets not ready" seen/all
}

@test "a signal ends the table, and the verdict follows" {
    start_tcp port "127.0.0.1:0 bound"
    terminal 100x24 initkit run wait-for-tcp "127.0.0.1:${port[0]}" --and wait-for-tcp "127.0.0.1:${port[0]}"
    until_true 20 shows running
    signal_tool INT
    wait_terminal
    exits 130
    ! grep -q "^step " seen/all || report "the table is still there"
    grep -q "^initkit run: 0 of 2 steps done; stopped by SIGINT" seen/all
}

@test "what steps write to standard output is all there, however much it is" {
    head -c 1500000 /dev/zero | tr '\0' x | fold -w 60 >large
    terminal 80x24 initkit run fetch-config "file://$PWD/large=-" --then copy-agent source copy
    wait_terminal
    exits 0
    [ "$(grep -c '^x*$' seen/all)" -ge 25000 ] || report "$(grep -c '^x*$' seen/all) of 25000 lines"
    grep -q "^initkit run: 2 of 2 steps done" seen/all
}

@test "standard output that is no terminal is left alone" {
    start_tcp port "127.0.0.1:0 when open"
    inside=("$python" -c 'import os, sys
fd = os.open("out", os.O_CREAT | os.O_WRONLY)
os.dup2(fd, 1)
os.execv(sys.argv[1], sys.argv[1:])')
    begin "$python" "$tools/terminal.py" seen 80x24 "${inside[@]}" "$bin/initkit" run fetch-config "file://$PWD/source=-" --then wait-for-tcp "127.0.0.1:${port[0]}" 2>terminal.err
    tool=$started
    until_true 20 shows running
    touch open
    wait_terminal
    exits 0
    cmp source out
}
