#!/usr/bin/env bats
# examples/seccomp/initkit.json: each tool does its work under it, makes no call that is not listed in examples/README.md,
# and what is listed there is the profile.
#
# The tools' main paths (paths.bash) are walked twice: traced, and under the profile. The other architecture's binaries (make check
# ARCH=aarch64) are traced by their emulator.
#
# `profile` is for one test alone:
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load lib
load fetch-config
load tls
load paths

profile=$repository/examples/seccomp/initkit.json
listing=$repository/examples/README.md

# The certificates are tls-check's; lib.bash calls this before each test.
eval "tls_$(declare -f prepare)"
prepare() {
    release_build
    tls_prepare
}

# row NAME: the calls in that row of the listing's table, a line each.
row() {
    awk -F ' *[|] *' -v name="$1" '$2 == name { print $3 }' "$listing" | tr ' ' '\n' | sort -u
}

# The profile's names, a line each.
allowed() {
    "$python" -c 'import json, sys
for entry in json.load(open(sys.argv[1]))["syscalls"]: print(*entry["names"], sep="\n")' "$profile" | sort -u
}

# nothing_in COMMAND...: it prints nothing.
nothing_in() {
    local found
    found=$("${@:2}")
    [ -z "$found" ] || report "$1: $(tr '\n' ' ' <<<"$found")"
}

# trace TOOL: the calls of its main paths go to the file `made`.
trace() {
    runner=(strace -f -qq -A -a 1 -s 0 -e signal=none -o calls)
    [ -z "$emulated" ] || runner=(env QEMU_STRACE=1 "QEMU_LOG_FILENAME=$PWD/calls.%d")
    "play_${1//-/_}"
    sed -nE 's/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' calls* | sort -u >made
    grep -q write made
}

# traces TOOL: its calls are those that the listing has for it.
traces() {
    trace "$1"
    nothing_in "not in the profile" comm -23 made <(allowed)
    [ "$(uname -m)$emulated" = x86_64 ] || return 0
    nothing_in "$1 makes them, and the listing does not say so" \
        comm -23 made <(sort -u <(row "every tool") <(row "$1") <(row "at times"))
    nothing_in "listed for $1, and not made" comm -13 made <(sort -u <(row "every tool") <(row "$1"))
}

own_calls_alone() {
    [ -z "$emulated" ] || skip "an emulator's own calls would be seen"
}

confines() {
    own_calls_alone
    runner=("$python" "$tools/confined.py" "$profile")
    "play_${1//-/_}"
}

@test "wait-for-dns makes the calls that are listed for it, and no others" {
    traces wait-for-dns
}

@test "wait-for-dns does its work under the profile" {
    confines wait-for-dns
}

@test "wait-for-tcp makes the calls that are listed for it, and no others" {
    traces wait-for-tcp
}

@test "wait-for-tcp does its work under the profile" {
    confines wait-for-tcp
}

@test "wait-for-http makes the calls that are listed for it, and no others" {
    traces wait-for-http
}

@test "wait-for-http does its work under the profile" {
    confines wait-for-http
}

@test "wait-for-kube makes the calls that are listed for it, and no others" {
    traces wait-for-kube
}

@test "wait-for-kube does its work under the profile" {
    confines wait-for-kube
}

@test "wait-for-file makes the calls that are listed for it, and no others" {
    traces wait-for-file
}

@test "wait-for-file does its work under the profile" {
    confines wait-for-file
}

@test "wait-for-ping makes the calls that are listed for it, and no others" {
    traces wait-for-ping
}

@test "wait-for-ping does its work under the profile" {
    confines wait-for-ping
}

@test "fetch-config makes the calls that are listed for it, and no others" {
    traces fetch-config
}

@test "fetch-config does its work under the profile" {
    confines fetch-config
}

@test "copy-agent makes the calls that are listed for it, and no others" {
    traces copy-agent
}

@test "copy-agent does its work under the profile" {
    confines copy-agent
}

@test "tls-check makes the calls that are listed for it, and no others" {
    traces tls-check
}

@test "tls-check does its work under the profile" {
    confines tls-check
}

@test "initkit run makes the calls that are listed for it and its steps, and no others" {
    profile=${profile%.json}-run.json
    trace run
    nothing_in "not in the profile" comm -23 made <(allowed)
    [ "$(uname -m)$emulated" = x86_64 ] || return 0
    nothing_in "initkit run makes them, and the listing does not say so" comm -23 made \
        <(sort -u <(row "every tool") <(row "initkit run") <(row wait-for-tcp) <(row "at times"))
    nothing_in "listed for initkit run, and not made" comm -13 made <(row "initkit run")
}

@test "initkit run does its work under its own profile" {
    profile=${profile%.json}-run.json
    confines run
}

@test "the profile of initkit run is what tests/tools/run_profile.py writes, and its calls are listed" {
    "$tools/run_profile.py" | diff - "${profile%.json}-run.json"
    profile=${profile%.json}-run.json allowed >with_run
    for name in "initkit run" "on a terminal"; do
        row "$name"
    done | sort -u >listed
    # clone, which stands for fork on arm64, is in both.
    diff listed <(comm -13 <(allowed) with_run)
}

@test "each tool has its two tests here, and its row" {
    own_calls_alone
    for tool in $("$bin/initkit" --list); do
        grep -qx "    traces $tool" "$BATS_TEST_FILENAME"
        grep -qx "    confines $tool" "$BATS_TEST_FILENAME"
        [ -n "$(row "$tool")" ]
    done
}

@test "the listing's table is the profile" {
    local name
    for name in "every tool" $("$bin/initkit" --list) "at times" "arm64" "the runtime"; do
        row "$name"
    done | sort -u >listed
    diff listed <(allowed)
}

@test "what is not in the profile fails: other calls, other sockets, new processes, new code" {
    own_calls_alone
    confined='import sys; sys.path.insert(0, sys.argv[1]); import confined, mmap, os, socket; confined.load(sys.argv[2])'
    for attempt in 'os.setpriority(0, 0, 1)' 'socket.socket(socket.AF_NETLINK)' 'os.fork()' 'mmap.mmap(-1, 1, prot=7)'; do
        run "$python" -c "$confined; $attempt" "$tools" "$profile"
        [ "$status" -ne 0 ]
        [[ $output = *"Operation not permitted"* ]]
    done
    "$python" -c "$confined; socket.socket(socket.AF_INET6); mmap.mmap(-1, 1, prot=3); os._exit(0)" "$tools" "$profile"
}
