#!/usr/bin/env bats
# Landlock as the tools use it: what they may still write is what they were told, and no ordinary use is refused by it.
#
# run_tool sets the variables that are looked at:
# shellcheck disable=SC2154,SC2034,SC2030,SC2031

load lib
load fetch-config

prepare() {
    mkdir -p agent volume other
    echo one >agent/one.jar
    echo config >config
}

# For what only the kernel refuses. The build that counts lines has no sandbox.
needs_landlock() {
    ! grep -q __gcov_ "$bin/copy-agent" || skip "this build has no sandbox"
    "$python" -c 'import ctypes, sys
sys.exit(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) < 2)' || skip "this kernel has no Landlock"
}

# away VOLUME: somebody puts another directory in a volume's place.
away() {
    mv "$1" "$1.before"
    mkdir "$1"
}

@test "without a /tmp, and with a TMPDIR that is missing or empty, no more may be written than with one" {
    local temporary port
    [ "$(id -u)" -eq 0 ] || skip "needs root: chroot"
    release_build
    needs_landlock
    for temporary in /missing/too ''; do
        rm -rf root && mkdir -p root/volume
        cp "$bin/fetch-config" root
        port=$(free_port)
        inside=(env TMPDIR="$temporary" chroot root)
        bin='' start_tool fetch-config --timeout 30s --max-interval 100ms "http://127.0.0.1:$port/config=/volume/config"
        inside=()
        until_true 20 err_has 'attempt 1'
        away root/volume
        begin "$python" -m http.server --bind 127.0.0.1 "$port" 2>server.err
        wait_tool
        exits 1
        says '/volume/config: cannot be written: Permission denied'
        [ -z "$(ls root/volume)" ]
    done
}

@test "a volume below /dev can be written to" {
    [ -w /dev/shm ] || skip "there is no /dev/shm"
    local name=/dev/shm/initkit-$BATS_ROOT_PID-$BATS_TEST_NUMBER
    run_tool fetch-config "file://$PWD/config=$name"
    exits 0
    cmp config "$name"
    rm "$name"
}

@test "--install goes into a directory that a link leads to" {
    mkdir -p volume/a other/b
    ln -s ../../other/b volume/a/link
    run_tool copy-agent --install volume/a/link
    exits 0
    cmp "$bin/copy-agent" other/b/copy-agent
}

@test "an empty path is a failure, and no overflow" {
    INITKIT_TARGETS='' run_tool copy-agent --install ''
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ]
    run_tool copy-agent agent ''
    exits 1
    TMPDIR='' run_tool fetch-config "file://$PWD/config" -o -
    exits 0
}

@test "called as cp, it gives up the right to write elsewhere, too" {
    ln -s "$bin/copy-agent" cp
    bin=$PWD
    inside=("${traced[@]}" -e trace=landlock_restrict_self -o calls)
    run_tool cp -r agent volume
    exits 0
    cmp agent/one.jar volume/agent/one.jar
    grep -q landlock_restrict_self calls
    export INITKIT_SANDBOX=off
    run_tool cp -r agent other
    exits 0
    run ! grep -q landlock_restrict_self calls
}
