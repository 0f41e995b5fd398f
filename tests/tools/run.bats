#!/usr/bin/env bats
# initkit run: steps at the same time and one after another, what ends them, what is told of them, and PID 1.
#
# start_tcp sets the variable that is named in its call, run_tool sets others; `inside` is for one test alone:
# shellcheck disable=SC2154,SC2030,SC2031

load lib

prepare() {
    echo content >source
    : >log
}

# chain WORD...: a run that leaves its termination message in the file `log`.
chain() {
    run_tool initkit run --termination-log log "$@"
}

# message_is REGEX: the termination message is one line that fits, without a newline at its end.
message_is() {
    if [ "$(wc -l <log)" -ne 0 ] || [ "$(wc -c <log)" -gt 1024 ]; then
        report "termination message: $(cat log)"
    fi
    grep -Eq -- "$1" log || report "expected in the termination message: $1; it is: $(cat log)"
}

# child_of PID NUMBER: the process that is the N-th step.
child_of() {
    pgrep -P "$1" | sort -n | sed -n "$2p"
}


# err_has_two TEXT: standard error has two such lines by now.
err_has_two() {
    [ "$(grep -c "$1" err)" -ge 2 ]
}

has_one_child() {
    [ "$(pgrep -P "$1" | wc -l)" -eq 1 ]
}

### In which order

@test "steps joined by --and run at the same time, --then waits for all of them" {
    start_tcp port "127.0.0.1:0 when open1" "127.0.0.1:0 when open2"
    start_tool initkit run wait-for-tcp "127.0.0.1:${port[0]}" --and wait-for-tcp "127.0.0.1:${port[1]}" \
        --then copy-agent source copy
    until_true 20 grep -q "127.0.0.1:${port[0]}: connection refused" err
    until_true 20 grep -q "127.0.0.1:${port[1]}: connection refused" err
    touch open2
    until_true 20 grep -q "127.0.0.1:${port[1]}: ready" err
    [ ! -e copy ] || report "--then did not wait for all steps before it"
    touch open1
    wait_tool
    exits 0
    cmp source copy
    says "^copy-agent: copy: copied 1 file"
    ends_saying "^initkit run: 3 of 3 steps done after"
}

@test "a single step is enough, and a path of a tool or cp is one, too" {
    run_tool initkit run copy-agent source one
    exits 0
    ends_saying "^initkit run: 1 of 1 step done after"
    run_tool initkit run /bin/copy-agent source two --then cp source three
    exits 0
    cmp source two
    cmp source three
}

@test "a value that is one of the words that join steps is written behind =" {
    start_tcp port "127.0.0.1:0 say --then / hold"
    run_tool initkit run wait-for-tcp --expect=--then "127.0.0.1:${port[0]}"
    exits 0
}

### What ends it

@test "the first failure ends the others and the run, with its code and its words" {
    start_tcp port "127.0.0.1:0 bound"
    chain wait-for-tcp "127.0.0.1:${port[0]}" --and copy-agent absent copy --then copy-agent source never
    exits 1
    [ ! -e never ]
    says "^wait-for-tcp: .*stopped by SIGTERM"
    ends_saying "^initkit run: 0 of 3 steps done; step 2, copy-agent: .*absent: .*No such file"
    message_is "^initkit run: 0 of 3 steps done; step 2, copy-agent: .*absent: .*No such file"
}

@test "the codes of tools are the run's" {
    start_tcp port "127.0.0.1:0 bound"
    chain wait-for-tcp --timeout 200ms "127.0.0.1:${port[0]}"
    [ "$status" -eq 124 ]
    message_is "^initkit run: 0 of 1 step done; step 1, wait-for-tcp: 127.0.0.1:${port[0]}: not ready: connection refused by 127.0.0.1; timed out .*; hint: "
    chain wait-for-tcp localhost
    exits 2
    message_is "step 1, wait-for-tcp: localhost: .*port"
}

@test "the time of the whole run bounds each step, and the steps tell what they waited for" {
    start_tcp port "127.0.0.1:0 bound" "127.0.0.1:0"
    chain --timeout 500ms wait-for-tcp "127.0.0.1:${port[1]}" --then wait-for-tcp "127.0.0.1:${port[0]}" --then copy-agent source never
    [ "$status" -eq 124 ]
    [ ! -e never ]
    took_at_least 450
    message_is "^initkit run: 1 of 3 steps done; the whole run \(--timeout 500ms\) timed out; step 2, wait-for-tcp: .*not ready: connection refused"
}

@test "when the time of the whole run ends a step with --warn-only, no other begins" {
    start_tcp port "127.0.0.1:0 bound"
    chain --timeout 300ms wait-for-tcp --warn-only "127.0.0.1:${port[0]}" --then copy-agent source never
    [ "$status" -eq 124 ]
    [ ! -e never ]
    message_is "^initkit run: 1 of 2 steps done; the whole run .* timed out; step 2, copy-agent: has not been started yet"
}

@test "--warn-only of a step lets the run go on, and what it let pass is told at the end" {
    start_tcp port "127.0.0.1:0 bound"
    chain wait-for-tcp --warn-only --timeout 200ms "127.0.0.1:${port[0]}" --then copy-agent source copy
    exits 0
    cmp source copy
    message_is "^initkit run: 2 of 2 steps done after .*; with a warning; step 1, wait-for-tcp: .*not ready: connection refused"
}

@test "several warnings are counted, before those that the message has room for" {
    local fails=(wait-for-file --warn-only --timeout 100ms) long
    long=$(printf 'x%.0s' {1..200})
    chain "${fails[@]}" "$long/1" --and "${fails[@]}" "$long/2" --and "${fails[@]}" "$long/3" --and copy-agent source copy
    exits 0
    message_is "^initkit run: 4 of 4 steps done after [^;]*; 3 steps with a warning; step 1, wait-for-file: x*/1: not ready: .*; step 2, wait-for-file: "
}

@test "--warn-only of the run makes its failure 0" {
    start_tcp port "127.0.0.1:0 bound"
    chain --warn-only wait-for-tcp --timeout 200ms "127.0.0.1:${port[0]}" --then copy-agent source never
    exits 0
    [ ! -e never ]
    message_is "0 of 2 steps done; step 1, wait-for-tcp: .*not ready"
}

# ends_by SIGNAL CODE
ends_by() {
    start_tool initkit run --termination-log log copy-agent source copy --then wait-for-tcp "127.0.0.1:${port[0]}" --and \
        wait-for-tcp "127.0.0.1:${port[0]}" --then copy-agent source never
    until_true 20 err_has_two "refused"
    pgrep -P "$tool" >steps
    [ "$(wc -l <steps)" -eq 2 ]
    kill -"$1" "$tool"
    wait_tool
    exits "$2"
    says_times 2 "^wait-for-tcp: .*not ready: .*stopped by SIG$1"
    message_is "^initkit run: 1 of 4 steps done; stopped by SIG$1; step 2, wait-for-tcp: .*connection refused"
    [ ! -e never ]
    nobody_left
}

# nobody_left: none of the processes in the file `steps` is there.
nobody_left() {
    local pid
    while read -r pid; do
        [ ! -e "/proc/$pid" ] || report "a step is left: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
    done <steps
}

@test "SIGTERM ends all steps and the run" {
    start_tcp port "127.0.0.1:0 bound"
    ends_by TERM 143
}

@test "SIGINT ends all steps and the run" {
    start_tcp port "127.0.0.1:0 bound"
    ends_by INT 130
}

@test "a step that is killed is told by name, with the signal and what may be behind it" {
    start_tcp port "127.0.0.1:0 bound"
    start_tool initkit run --termination-log log wait-for-tcp "127.0.0.1:${port[0]}" --and wait-for-dns --nameserver "127.0.0.1:${port[0]}" x.test.
    until_true 20 err_has_two "(attempt 1)"
    kill -KILL "$(child_of "$tool" 1)"
    wait_tool
    exits 3
    message_is "^initkit run: 0 of 2 steps done; step 1, wait-for-tcp: was killed by SIGKILL; hint: .*memory"
    says "^wait-for-dns: .*stopped by SIGTERM"
}

@test "a step with --warn-only that is killed does not end the run" {
    start_tcp port "127.0.0.1:0 bound"
    start_tool initkit run --termination-log log wait-for-tcp --warn-only "127.0.0.1:${port[0]}" --then copy-agent source copy
    until_true 20 err_has refused
    kill -KILL "$(child_of "$tool" 1)"
    wait_tool
    exits 0
    cmp source copy
    says "^initkit run: step 1, wait-for-tcp: was killed by SIGKILL, which --warn-only forgives"
}

@test "a signal that only one step gets ends it, and so the run" {
    start_tcp port "127.0.0.1:0 bound"
    start_tool initkit run --termination-log log wait-for-tcp "127.0.0.1:${port[0]}" --and wait-for-tcp "127.0.0.1:${port[0]}"
    until_true 20 err_has_two "(attempt 1)"
    kill -TERM "$(child_of "$tool" 2)"
    wait_tool
    exits 143
    message_is "^initkit run: 0 of 2 steps done; step 2, wait-for-tcp: .*stopped by SIGTERM"
}

@test "a step that does not end when it is told to is killed, and the run ends" {
    start_tcp port "127.0.0.1:0 bound"
    start_tool initkit run --termination-log log wait-for-tcp "127.0.0.1:${port[0]}" --and wait-for-tcp "127.0.0.1:${port[0]}"
    until_true 20 err_has_two "(attempt 1)"
    pgrep -P "$tool" >steps
    kill -STOP "$(child_of "$tool" 1)"
    kill -TERM "$tool"
    wait_tool
    exits 143
    message_is "^initkit run: 0 of 2 steps done; stopped by SIGTERM; step 1, wait-for-tcp: did not end after SIGTERM, and was killed"
    nobody_left
}

@test "steps end when the run itself is killed" {
    start_tcp port "127.0.0.1:0 bound"
    start_tool initkit run wait-for-tcp "127.0.0.1:${port[0]}" --and wait-for-tcp "127.0.0.1:${port[0]}"
    until_true 20 err_has_two "(attempt 1)"
    pgrep -P "$tool" >steps
    kill -KILL "$tool"
    until_true 20 nobody_left
    until_true 20 err_has_two "stopped by SIGTERM"
}

@test "a step that cannot be started is told by name, with the reason" {
    release_build
    [ -z "$emulated" ] || skip "an emulator's own calls would be seen"
    sed 's/"fork", //' "$repository/examples/seccomp/initkit-run.json" >profile.json
    inside=("$python" "$tools/confined.py" profile.json)
    chain copy-agent source copy
    exits 1
    [ ! -e copy ]
    message_is "^initkit run: 0 of 1 step done; step 1, copy-agent: cannot be started: Operation not permitted; hint: .*seccomp"
    chain copy-agent --warn-only source copy
    exits 0
    [ ! -e copy ]
    says "^initkit run: step 1, copy-agent: cannot be started: .*, which --warn-only forgives"
    message_is "^initkit run: 1 of 1 step done after .*; with a warning; step 1, copy-agent: cannot be started: Operation not permitted"
}

@test "a run that is started with SIGCHLD ignored knows how its steps ended" {
    inside=("$python" -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])')
    chain copy-agent source copy --then copy-agent absent copy
    exits 1
    message_is "^initkit run: 1 of 2 steps done; step 2, copy-agent: "
}

### What is told

@test "the termination message reports progress, while it runs" {
    start_tcp port "127.0.0.1:0 bound"
    start_tool initkit run --termination-log log copy-agent source copy --then wait-for-tcp "127.0.0.1:${port[0]}"
    until_true 20 grep -Eq "^initkit run: 1 of 2 steps done; step 2, wait-for-tcp: .*not ready yet: connection refused" log
    kill -KILL "$tool"
}

@test "only the run writes its termination log; a step's own is written to as well" {
    : >mine
    chain copy-agent --termination-log mine source copy --then copy-agent source again
    exits 0
    message_is "^initkit run: 2 of 2 steps done"
    grep -q "^copy-agent: copy: copied 1 file" mine
    : >log
    INITKIT_TERMINATION_LOG=$PWD/log run_tool initkit run copy-agent source copy
    message_is "^initkit run: 1 of 1 step done"
}

@test "JSON lines name the step, and the run's own line has the reason of the one that decided" {
    start_tcp port "127.0.0.1:0 bound"
    run_tool initkit run --log-format json --log-level debug copy-agent source copy --then wait-for-tcp --timeout 300ms "127.0.0.1:${port[0]}"
    [ "$status" -eq 124 ]
    json '{(line["tool"], line["step"]) for line in lines} == {("copy-agent", 1), ("wait-for-tcp", 2), ("initkit run", 2)}'
    json 'last["tool"] == "initkit run" and last["event"] == "deadline" and last["reason"].startswith("connection refused") and last["hint"] and last["class"] == 1'
    run_tool initkit run --log-format json copy-agent source copy
    exits 0
    json 'last["event"] == "ready" and "step" not in last and "elapsed_ms" in last'
}

@test "the run's log options are the steps' defaults, and their own count more" {
    run_tool initkit run -q copy-agent source copy --then copy-agent --log-level info source again
    exits 0
    says_times 1 "copied"
    says_not "initkit run"
}

@test "a step that says more than a termination message holds is cut, the line is one" {
    local long
    long=$(printf 'x%.0s' {1..900})
    chain copy-agent "$long/$long" copy
    exits 1
    message_is "^initkit run: 0 of 1 step done; step 1, copy-agent: "
}

### Mistakes, which are found before anything begins

@test "a mistake in the last step is found before the first begins" {
    chain copy-agent source copy --then wait-for-tcp --timeout soon mydb:3306
    refuses_naming "step 2, wait-for-tcp: --timeout"
    [ ! -e copy ]
    message_is "step 2, wait-for-tcp: --timeout"
    INITKIT_WAIT_FOR_TCP_HOLD=long chain copy-agent source copy --then wait-for-tcp mydb:3306
    refuses_naming "step 2, wait-for-tcp: INITKIT_WAIT_FOR_TCP_HOLD"
    [ ! -e copy ]
}

@test "words that make no chain are a usage error that says what was expected" {
    chain
    refuses_naming "a TOOL is missing"
    chain --then copy-agent source copy
    refuses_naming "a TOOL is missing"
    chain copy-agent source copy --then
    refuses_naming "--then: expected a TOOL"
    chain copy-agent source copy --and --then copy-agent source copy
    refuses_naming "--and: expected a TOOL"
    chain copy-agent source copy --exec
    refuses_naming "--exec: expected a PROGRAM"
    chain --exec=true
    refuses_naming "--exec"
    chain --nonsense copy-agent source copy
    refuses_naming "--nonsense"
    chain copy-agent source copy --then --timeout 2s wait-for-tcp mydb:3306
    refuses_naming "step 2, --timeout: expected a TOOL"
    chain wait-for-godot https://user:S3cret@h/x
    refuses_naming "step 1, wait-for-godot: no such tool"
    chain copy-agent source copy --exec ''
    refuses_naming "--exec: expected a PROGRAM"
    chain run copy-agent source copy
    refuses_naming "step 1, run: no such tool"
    chain copy-agent source copy --then "fetch-config --header 'Authorization: S3cret' http://h/x=-"
    refuses_naming "step 2, fetch-config …: expected a TOOL alone: each of its arguments is a word"
    says_not S3cret
    INITKIT_RUN="copy-agent source copy" chain
    refuses_naming "INITKIT_RUN: step 1, copy-agent …: expected a TOOL alone"
    chain https://user:S3cret@h/x
    refuses_naming "no such tool"
    says_not S3cret
    [ ! -e copy ]
}

@test "what a later step cannot be given is known before the first one runs" {
    local -a step
    while IFS='|' read -r words said; do
        read -ra step <<<"$words"
        chain copy-agent source copy --then "${step[@]}"
        refuses_naming "step 2, ${step[0]}: $said"
        says_not S3cret
        [ ! -e copy ]
    done <<'ROWS'
wait-for-dns|a NAME is missing
wait-for-dns mydb/NS/A|mydb/NS/A: 
wait-for-dns --gone --min-records 2 mydb|--gone: does not go with
wait-for-tcp mydb|mydb: the port is missing
wait-for-tcp --user me mydb:3306|--user: needs --password-file
wait-for-http ftp://me:S3cret@h/x|ftp://h/x: expected a URL
wait-for-kube pods|pods: expected KIND/NAME
wait-for-kube sandwich/mine|sandwich/mine: the kind sandwich is not known
wait-for-kube --for complete service/mydb|service/mydb: 
wait-for-file http://h/x|http://h/x: expected a path
wait-for-ping mydb:80|mydb:80: expected a HOST
tls-check|a TARGET is missing
fetch-config http://me:S3cret@h/x|http://h/x: expected URL=PATH
fetch-config --render-prefix A http://h/x=./y|--render-prefix
copy-agent source|an operand is missing
copy-agent --link current source dest|--link: does nothing without
ROWS
    # What a step reads may be made by one before it.
    start_tcp port "127.0.0.1:0 read / say 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' close"
    chain copy-agent source copy --then wait-for-http --timeout 5s --data-file copy "http://127.0.0.1:${port[0]}/"
    exits 0
    rm copy
    chain copy-agent source copy --then wait-for-dns %n.example.com --timeout 1s # what %n is, is found out later
    [ -e copy ]
}

@test "a step that would only print help or a version does nothing, and is refused" {
    chain wait-for-tcp --help
    refuses_naming "step 1, wait-for-tcp: --help"
    chain copy-agent --version
    refuses_naming "step 1, copy-agent: --version"
    chain cp --help
    exits 3
    message_is "step 1, copy-agent: ended with exit code 0 and no verdict"
}

@test "more steps than it takes are refused" {
    local words=(copy-agent source copy)
    for _ in {1..64}; do
        words+=(--and copy-agent source copy)
    done
    chain "${words[@]}"
    refuses_naming "at most 64 steps"
    [ ! -e copy ]
}

@test "help and version go to standard output" {
    run_tool initkit run --help
    exits 0
    silent_errors
    prints "^Usage: initkit run "
    prints "--then TOOL"
    prints INITKIT_RUN
    run_tool initkit run --version
    prints "^initkit run [0-9]"
    prints "^c-ares [0-9]"
}

### INITKIT_RUN

@test "INITKIT_RUN holds the words, one a line, and options among them give way to the command line's" {
    start_tcp port "127.0.0.1:0 bound"
    INITKIT_RUN=$'copy-agent\nsource\ncopy\n--then\ncopy-agent\nsource\nwith space\n' chain
    exits 0
    cmp source copy
    cmp source "with space"
    local -x INITKIT_RUN=$'--timeout\n300ms\nwait-for-tcp\n127.0.0.1:'${port[0]}
    chain
    [ "$status" -eq 124 ]
    message_is "\(--timeout 300ms\)"
    chain --timeout 400ms
    message_is "\(--timeout 400ms\)"
    says_not "no tool of initkit knows"
}

@test "words of the command line that begin with a TOOL stand in place of INITKIT_RUN, others continue it" {
    local -x INITKIT_RUN=$'copy-agent\nsource\ncopy'
    chain copy-agent source other
    exits 0
    [ ! -e copy ]
    chain --then copy-agent copy again
    exits 0
    cmp source again
    chain --exec echo finished
    exits 0
    prints "^finished\$"
}

@test "a mistake in INITKIT_RUN names it" {
    INITKIT_RUN=$'--nonsense\ncopy-agent' chain
    refuses_naming "INITKIT_RUN: --nonsense"
    INITKIT_RUN=$'wait-for-godot\nx' chain
    refuses_naming "INITKIT_RUN: step 1, wait-for-godot"
    INITKIT_RUN='' chain --exec true
    refuses_naming "a TOOL is missing"
}

### --exec

@test "--exec puts the program in the run's place: its process, its arguments, its code" {
    # shellcheck disable=SC2016 # for the program
    start_tool initkit run --termination-log log copy-agent source copy --exec sh -c 'echo "$$ $0 $*"; exit 7' --then -x --exec
    wait_tool
    [ "$status" -eq 7 ]
    prints "^$tool --then -x --exec\$"
    cmp source copy
    [ ! -s log ] || report "a message of the run is left, which would be taken for the program's: $(cat log)"
}

@test "--exec: the program has the signals and descriptors of a new process" {
    run_tool initkit run copy-agent source copy --exec sh -c 'grep ^Sig /proc/self/status; ls -l /proc/self/fd'
    exits 0
    prints "^SigBlk:.0000000000000000"
    # glibc ignores its own signals 32 and 33 in what posix_spawn starts, such as whatever make runs; nobody can change that.
    prints "^SigIgn:.(0000000000000000|0000000180000000)$"
    ! grep -Eq 'anon_inode|pipe:.*anon' out || report "a descriptor of the run's is left"
    run_tool initkit run copy-agent source copy --exec env
    prints "^PATH="
    ! grep -q INITKIT out || report "a variable was set"
}

@test "--exec: nothing is run when a step fails, but with --warn-only" {
    chain copy-agent absent copy --exec touch ran
    exits 1
    [ ! -e ran ]
    chain --warn-only copy-agent absent copy --exec touch ran
    exits 0
    [ -e ran ]
}

@test "--exec: a program that cannot be run is a failure that names it" {
    chain copy-agent source copy --exec no-such-program
    exits 1
    message_is "^initkit run: --exec: no-such-program: cannot be run: No such file"
    chain copy-agent source copy --exec ./copy
    exits 1
    message_is "^initkit run: --exec: ./copy: cannot be run: Permission denied"
    printf 'echo text\n' >text
    chmod +x text
    chain copy-agent source copy --exec ./text
    exits 1
    message_is "^initkit run: --exec: ./text: cannot be run: Exec format error; hint: .*#!"
    mkdir -p bin folder/program
    printf '#!/bin/sh\necho found\n' >bin/program
    chmod +x bin/program
    PATH=nowhere:$PWD/folder:$PWD/bin:$PATH chain copy-agent source copy --exec program
    exits 0
    prints '^found$'
}

@test "--exec: a signal that comes when the steps are done keeps the program from running" {
    release_build
    [ -z "$emulated" ] || skip "an emulator's own calls would be seen"
    printf '#!/bin/sh\necho ran\n' >program
    chmod +x program
    # It comes when the program is looked for.
    inside=("${traced[@]}" -o trace -P "$PWD/program" -e inject=all:signal=SIGTERM:when=1)
    PATH=$PWD:$PATH chain copy-agent source copy --exec program
    exits 143
    silent_output
    message_is "^initkit run: --exec: program: not run: stopped by SIGTERM"
}

@test "--exec: a program that a step has brought can be run" {
    printf '#!/bin/sh\necho brought\n' >program
    chmod +x program
    chain copy-agent program ./brought --exec ./brought
    exits 0
    prints '^brought$'
}

### PID 1

# first: the next tool is PID 1 of a namespace of its own.
first() {
    unshare --pid --fork true 2>/dev/null || skip "needs root: PID namespaces"
    inside+=(unshare --pid --fork --mount-proc --kill-child)
}

@test "as PID 1 it ends with all its steps at SIGTERM" {
    start_tcp port "127.0.0.1:0 bound"
    first
    start_tool initkit run --termination-log log wait-for-tcp "127.0.0.1:${port[0]}" --and wait-for-tcp "127.0.0.1:${port[0]}"
    until_true 20 err_has_two "(attempt 1)"
    local one
    one=$(pgrep -P "$tool")
    pgrep -P "$one" >steps
    [ "$(wc -l <steps)" -eq 2 ]
    kill -TERM "$one"
    wait_tool
    exits 143
    says_times 2 "^wait-for-tcp: .*stopped by SIGTERM"
    nobody_left
}

@test "as PID 1 it takes away the zombies of processes that it did not start" {
    start_tcp port "127.0.0.1:0 when open"
    first
    # What sh leaves behind goes to PID 1, which is what sh becomes.
    # shellcheck disable=SC2016
    inside+=(sh -c '(sleep 0.3 &) ; (sleep 0.3 &); exec "$@"' sh)
    start_tool initkit run wait-for-tcp "127.0.0.1:${port[0]}" --exec true
    until_true 20 err_has refused
    local one
    one=$(pgrep -P "$tool")
    until_true 20 has_one_child "$one"
    touch open
    wait_tool
    exits 0
}

@test "as PID 1 it is not mistaken about its steps by the ends of others" {
    start_tcp port "127.0.0.1:0 when open"
    first
    # shellcheck disable=SC2016
    inside+=(sh -c '(sh -c "sleep 0.2; exit 9" &); exec "$@"' sh)
    start_tool initkit run wait-for-tcp "127.0.0.1:${port[0]}"
    until_true 20 err_has refused
    local one
    one=$(pgrep -P "$tool")
    until_true 20 has_one_child "$one"
    touch open
    wait_tool
    exits 0
}
