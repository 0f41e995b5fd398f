# What the tests of the tools share: starting a tool, the servers it talks to, and words to judge what it said.
#
# Every test works in a directory of its own ($BATS_TEST_TMPDIR), on ports of its own, and ends what it started. The
# binaries are taken from $INITKIT_BIN (default: build/bin of this repository).
#
# Many variables set here are read in the test files, which a look at this file alone cannot see:
# shellcheck shell=bash disable=SC2034

bats_require_minimum_version 1.5.0

repository=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
bin=${INITKIT_BIN:-$repository/build/bin}
emulated=${INITKIT_EMULATED:-} # read before setup forgets such variables
servers=$repository/tests/servers
tools=$repository/tests/tools
python=/usr/bin/python3
[ -x "$python" ] || python=python3

# What runs in front of tools and servers: a namespace, a limit. Set by the words below, or by a test.
inside=()

# To be put there, with more options of strace's. LeakSanitizer is a tracer, too, and there can be but one.
traced=(strace -f -E ASAN_OPTIONS=detect_leaks=0)

setup() {
    # No variable of the caller's may steer a tool under test.
    unset "${!INITKIT_@}" POD_NAMESPACE LOCALDOMAIN RES_OPTIONS HOSTALIASES
    cd "$BATS_TEST_TMPDIR" || return
    if declare -F prepare >/dev/null; then
        prepare
    fi
}

# is_ours PID: that process was started by this test. The number of one that has ended may be another test's by now.
is_ours() {
    local parent
    [ -d "/proc/$1" ] || return
    ! grep -qzxF "BATS_TEST_TMPDIR=$BATS_TEST_TMPDIR" "/proc/$1/environ" || return 0
    parent=$(sed -n 's/^PPid:.//p' "/proc/$1/status")
    [ "$parent" = "$BASHPID" ] || [ "$parent" = "$$" ]
} 2>/dev/null

# A test file that has to do something while its servers still run, or after they ended, defines wind_down or clean_up.
teardown() {
    local pid
    if declare -F wind_down >/dev/null; then
        wind_down
    fi
    if [ -f "$BATS_TEST_TMPDIR/pids" ]; then
        while read -r pid; do
            ! is_ours "$pid" || { kill -9 "$pid" && wait "$pid"; } 2>/dev/null || true
        done <"$BATS_TEST_TMPDIR/pids"
    fi
    drop_limits
    drop_mounts
    if declare -F clean_up >/dev/null; then
        clean_up
    fi
}

# Before an assertion about memory: under an emulator (make check ARCH=…) it would be the emulator's.
not_emulated() {
    [ -z "$emulated" ] || skip "an emulator's memory would be measured"
}

# Starts a command in the background that ends with the test.
begin() {
    "$@" 3>&- &
    started=$!
    echo "$started" >>"$BATS_TEST_TMPDIR/pids"
}

# until_true SECONDS COMMAND...: waits until COMMAND succeeds.
until_true() {
    local end=$((SECONDS + $1 + 1))
    shift
    while ! "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -gt "$end" ]; then
            echo "waited in vain for: $*"
            return 1
        fi
        sleep 0.02
    done
}

### Servers

# start_dns NAME [OPTION]... with a zone script on standard input. Sets NAME to its ADDR:PORT; its questions go to
# NAME.questions. Says "port 53" in OPTION? Then only root may.
start_dns() {
    local name=$1 address=127.0.0.1 option
    shift
    for option in "$@"; do
        case $option in *:*) address=${option%:*} ;; esac
    done
    cat >"$name.zone"
    begin "${inside[@]}" "$python" "$servers/dns.py" --ready "$name.ready" --log "$name.questions" "$@" "$name.zone"
    until_true 10 test -e "$name.ready"
    printf -v "$name" '%s:%s' "$address" "$(head -n 1 "$name.ready")"
}

# questions NAME [TYPE [QUESTION]]: how many that server was asked; TYPE `*` is any.
questions() {
    awk -v type="${2:-*}" -v name="${3:-*}" '
        (type == "*" || $3 == type) && (name == "*" || $4 == name) { n++ } END { print n + 0 }' "$1.questions"
}

# asked NAME: the names that server was asked for, in order, repeats left out.
asked() {
    awk '{ print $4 }' "$1.questions" | uniq | awk '!seen[$0]++' | paste -sd ' '
}

# start_tcp NAME LISTENER...: sets the array NAME to the listeners' ports; what happens there goes to NAME.events.
start_tcp() {
    local name=$1
    shift
    begin "${inside[@]}" "$python" "$servers/tcp.py" --ready "$name.ready" --log "$name.events" "$@"
    until_true 10 test -e "$name.ready"
    mapfile -t "$name" <"$name.ready"
}

# connections NAME [PORT]: how many connections were accepted.
connections() {
    awk -v port="${2:-*}" '$4 == "accept" && (port == "*" || $2 == port) { n++ } END { print n + 0 }' "$1.events"
}

# received NAME PORT: all bytes that came to that port, in hex.
received() {
    awk -v port="$2" '$4 == "read" && $2 == port { printf "%s", $5 }' "$1.events"
}

# free_port [N]: a port of 127.0.0.1 that nobody uses, for servers that cannot choose one by themselves; or N different ones, in a line.
free_port() {
    "$python" -c 'import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(each.getsockname()[1] for each in held))' "${1:-1}"
}

# start_http2 NAME [OPTION]... STEPS...: sets NAME to 127.0.0.1:PORT of a server of http2.py; its requests go to NAME.requests.
start_http2() {
    local name=$1
    shift
    rm -f "$name.ready"
    begin "${inside[@]}" "$python" "$servers/http2.py" --ready "$name.ready" --log "$name.requests" "$@"
    until_true 20 test -e "$name.ready"
    printf -v "$name" '127.0.0.1:%s' "$(cat "$name.ready")"
}

# A loopback address that no other test uses, where port 53 can be had.
own_loopback() {
    [ "$(id -u)" -eq 0 ] || skip "needs root: port 53"
    loopback=127.$((BASHPID / 65024 % 64 + 64)).$((BASHPID / 254 % 256)).$((BASHPID % 254 + 1))
}

resolv_conf() {
    cat >resolv.conf
}

### Namespaces and limits

# has_own_network PID: the process has left our network namespace.
has_own_network() {
    [ "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$1/ns/net")" ]
}

# From here on tools and servers see a network of their own, with nothing but a loopback interface in it.
own_network() {
    unshare -n true 2>/dev/null || skip "needs root: network namespaces"
    begin unshare -n sleep 120
    inside=(nsenter -t "$started" -n)
    until_true 10 has_own_network "$started"
    "${inside[@]}" busybox ip link set lo up
}

# own_files COMMANDS: from here on tools and servers see files as COMMANDS (mounts, in a mount namespace of their own)
# left them.
own_files() {
    unshare -m true 2>/dev/null || skip "needs root: mount namespaces"
    begin unshare -m --propagation private sh -ec "$1"$'\nexec sleep 120'
    inside=(nsenter -t "$started" -m --wd)
    until_true 10 grep -q sleep "/proc/$started/comm"
}

# own_memory_limit BYTES: from here on tools run in a memory cgroup of that size.
own_memory_limit() {
    memory_cgroup=/sys/fs/cgroup/memory/initkit-test-$BASHPID
    [ -d /sys/fs/cgroup/memory ] || skip "needs the memory controller of cgroup v1"
    mkdir "$memory_cgroup" 2>/dev/null || skip "needs root: memory cgroups"
    echo "$memory_cgroup" >"$BATS_TEST_TMPDIR/memory_cgroup"
    echo "$1" >"$memory_cgroup/memory.limit_in_bytes" 2>/dev/null || skip "memory cgroups refuse limits here"
    # shellcheck disable=SC2016 # for the inner shell
    inside=(sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$memory_cgroup")
}

# own_cpu_limit PER-MILLE: from here on tools run with so much of a CPU, as with a container's cpu limit (10m is 10).
own_cpu_limit() {
    cpu_cgroup=/sys/fs/cgroup/cpu/initkit-test-$BASHPID
    [ -e /sys/fs/cgroup/cpu/cpu.cfs_quota_us ] || skip "needs the cpu controller of cgroup v1"
    mkdir "$cpu_cgroup" 2>/dev/null || skip "needs root: cpu cgroups"
    echo "$cpu_cgroup" >"$BATS_TEST_TMPDIR/cpu_cgroup"
    echo $(($1 * 100)) >"$cpu_cgroup/cpu.cfs_quota_us" 2>/dev/null || skip "cpu cgroups refuse limits here"
    # shellcheck disable=SC2016 # for the inner shell
    inside=(sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cpu_cgroup")
}

# For tests that need the binaries as they are shipped: small, and depending on nothing.
release_build() {
    ! grep -q __asan_init "$bin/wait-for-tcp" || skip "a sanitized build needs memory and libraries of its own"
}

drop_limits() {
    [ ! -f "$BATS_TEST_TMPDIR/cpu_cgroup" ] || rmdir "$(cat "$BATS_TEST_TMPDIR/cpu_cgroup")" 2>/dev/null || true
    [ ! -f "$BATS_TEST_TMPDIR/memory_cgroup" ] || rmdir "$(cat "$BATS_TEST_TMPDIR/memory_cgroup")" 2>/dev/null || true
}

# What a test has mounted stands in the file `mounts`, a path a line.
drop_mounts() {
    local mounted
    [ ! -f "$BATS_TEST_TMPDIR/mounts" ] || while read -r mounted; do
        umount -l "$mounted" 2>/dev/null || true
    done <"$BATS_TEST_TMPDIR/mounts"
}

### Running a tool

milliseconds() {
    local now=${EPOCHREALTIME/[.,]/}
    echo $((now / 1000))
}

# Standard output and error of the last run as variables; the bytes themselves stay in the files `out` and `err`.
gather() {
    output=$(tr -d '\0' <out)
    stderr=$(tr -d '\0' <err)
    last_line=${stderr##*$'\n'}
}

# run_tool TOOL [ARGUMENT]...: sets status, output, stderr, last_line and elapsed (ms). Never longer than two minutes, which only a hang takes.
run_tool() {
    local begun
    begun=$(milliseconds)
    status=0
    timeout -k 1 120 "${inside[@]}" "$bin/$1" "${@:2}" >out 2>err </dev/null 3>&- || status=$?
    elapsed=$(($(milliseconds) - begun))
    gather
}

# start_tool TOOL [ARGUMENT]...: the same in the background; $tool is its process id.
start_tool() {
    begin "${inside[@]}" "$bin/$1" "${@:2}" >out 2>err </dev/null
    tool=$started
}

# wait_tool: waits for that one's end.
wait_tool() {
    status=0
    wait "$tool" || status=$?
    gather
}

# listens_for_signals PID: the process is no longer the shell that began it, and has its handlers.
listens_for_signals() {
    local caught
    [[ $(readlink "/proc/$1/exe") != */bash ]] || return 1
    caught=$(awk '$1 == "SigCgt:" { print $2 }' "/proc/$1/status") && ((0x$caught & 0x4000))
}

# err_has REGEX: standard error of the running tool has such a line by now.
err_has() {
    grep -Eq -- "$1" err
}

### Judging

report() {
    echo "$1"
    echo "exit status: $status"
    echo "standard output: ${output:0:2000}"
    echo "standard error: ${stderr:0:4000}"
    return 1
}

# The deadline, too, has to say what was waited for.
exits() {
    [ "$status" -eq "$1" ] || report "expected exit status $1"
    [ "$1" -ne 124 ] || ends_saying "not (ready|gone|copied|fetched): "
}

says() {
    grep -Eqi -- "$1" <<<"$stderr" || report "expected a line on standard error: $1"
}

says_not() {
    ! grep -Eqi -- "$1" <<<"$stderr" || report "expected no such line on standard error: $1"
}

# says_times N REGEX
says_times() {
    [ "$(grep -Eci -- "$2" <<<"$stderr")" -eq "$1" ] || report "expected $1 lines on standard error: $2"
}

ends_saying() {
    grep -Eqi -- "$1" <<<"$last_line" || report "expected a last line: $1"
}

prints() {
    grep -Eq -- "$1" <<<"$output" || report "expected on standard output: $1"
}

silent_output() {
    [ ! -s out ] || report "expected nothing on standard output"
}

silent_errors() {
    [ ! -s err ] || report "expected nothing on standard error"
}

# A usage error: exit 2, one line that names the flag, variable or operand, nothing on standard output.
refuses_naming() {
    exits 2
    [ "$(wc -l <err)" -eq 1 ] || report "expected one line on standard error"
    grep -Fq -- "$1" err || report "expected it to name $1"
    silent_output
}

took_less_than() {
    [ "$elapsed" -lt "$1" ] || report "took $elapsed ms, expected less than $1"
}

took_at_least() {
    [ "$elapsed" -ge "$1" ] || report "took $elapsed ms, expected at least $1"
}

# attempts: the number of attempts that the last line tells.
attempts() {
    grep -Eo '[0-9]+ attempt' <<<"$last_line" | tail -n 1 | grep -Eo '[0-9]+'
}

# json EXPRESSION: standard error is valid JSON lines with what every line must have, and the Python EXPRESSION about
# `lines` (a list of dicts) holds.
json() {
    "$python" "$tools/json_log.py" err "$1" || report "JSON log: $1"
}
