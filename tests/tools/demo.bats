#!/usr/bin/env bats
# The demonstration (make demo) ends well with the tools as they are, and fails as soon as one of them does not do its work.
#
# The scripts of fakes are for another shell:
# shellcheck disable=SC2016,SC2154

load lib

prepare() {
    release_build
    mkdir scratch fakes
    ln -s "$bin"/* fakes
}

# demonstrate [VARIABLE=VALUE]...
demonstrate() {
    status=0
    env TMPDIR="$PWD/scratch" "$@" "$repository/tests/demo/run" --plain >out 2>err </dev/null 3>&- || status=$?
    gather
}

leaves_nothing() {
    [ -z "$(ls -A scratch)" ] || report "expected no file to stay: $(ls -A scratch)"
    ! pgrep -f "$PWD/scratch/" || report "expected no process to stay"
}

# fails_at SCENE: in that one, and with a reason.
fails_at() {
    exits 1
    prints '^  NOT OK: '
    [ "$(grep -Ec '^[0-9]+\. ' out)" -eq "$1" ] || report "expected it to end in scene $1"
    leaves_nothing
}

# fake TOOL: that tool is now the script on standard input; REAL is the real one's path.
fake() {
    rm "fakes/$1"
    { echo '#!/bin/sh' && echo "REAL=$bin/$1" && cat; } >"fakes/$1"
    chmod +x "fakes/$1"
}

@test "the demonstration ends well, and shows each tool, a failure and a deletion" {
    demonstrate INITKIT_BIN="$bin"
    exits 0
    silent_errors
    for tool in wait-for-dns wait-for-tcp fetch-config copy-agent tls-check; do
        prints "^  [$] $tool "
        prints "^    $tool: .*(ready|fetched|copied)"
    done
    prints 'tls-check: .*unknown issuer CN=Example Global Root G2'
    prints '^    Exit Code:  20'
    prints 'stopped by SIGTERM'
    prints '^  [$] initkit run '
    prints 'initkit run: 5 of 5 steps done after .*; with a warning; step 5'
    [ "$(tail -n 1 out)" = "All of it behaved." ]
    leaves_nothing
}

@test "variables of the caller do not reach the tools" {
    demonstrate INITKIT_BIN="$bin" INITKIT_TIMEOUT=1ms http_proxy=http://127.0.0.1:1 APPDYNAMICS_CONTROLLER_PORT=1
    exits 0
}

@test "a missing tool is reported at once" {
    rm fakes/copy-agent
    demonstrate INITKIT_BIN="$PWD/fakes"
    [ "$status" -ne 0 ]
    says copy-agent
    leaves_nothing
}

@test "a tool that ends with 0 and has done nothing makes the demonstration fail" {
    local scene=0
    for tool in wait-for-dns wait-for-tcp fetch-config copy-agent tls-check; do
        scene=$((scene + 1))
        fake "$tool" <<<'exit 0'
        demonstrate INITKIT_BIN="$PWD/fakes"
        fails_at "$scene"
        ln -sf "$bin/$tool" "fakes/$tool"
    done
}

@test "a check that finds the wrong CA and ends with 0 makes the demonstration fail" {
    fake tls-check <<<'exec "$REAL" --warn-only "$@"'
    demonstrate INITKIT_BIN="$PWD/fakes"
    fails_at 7
    prints 'NOT OK: exit code 20'
}

@test "a configuration that is not rendered makes the demonstration fail" {
    fake fetch-config <<<'[ "$1" != --render ] || shift; exec "$REAL" "$@"'
    demonstrate INITKIT_BIN="$PWD/fakes"
    fails_at 6
}
