#!/usr/bin/env bats
# tests/layers: what it lets pass, and what it finds, in a small tree of its own.

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir -p tests common/low common/high cmd/one cmd/two
    cp "$BATS_TEST_DIRNAME/../layers" tests/layers
    printf '# low\n\nUses: nothing.\n' >common/low/README.md
    printf '# high\n\nUses: low.\n' >common/high/README.md
    echo 'int low_f(void) { return 1; }' >common/low/low.c
    echo 'int low_f(void); int high_f(void) { return low_f(); }' >common/high/high.c
    echo 'int high_f(void); int main(void) { return high_f(); }' >cmd/one/main.c
}

layers() {
    local source
    for source in c*/*/*.c; do
        mkdir -p "objects/${source%/*}"
        cc -I. -c -o "objects/${source%.c}.o" "$source" || return 9
    done
    run tests/layers objects
}

finds() {
    layers
    [ "$status" -eq 1 ] || return 1
    [[ "$output" == *"$1"* ]] || { echo "$output"; return 1; }
}

@test "arrows that lead downwards pass" {
    layers
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "an include that leads upwards is found" {
    touch common/high/high.h
    echo '#include "common/high/high.h"' >>common/low/low.c
    finds 'common/low/low.c must not include common/high/'
}

@test "a tool that includes another's header is found" {
    touch cmd/two/two.h
    echo '#include "cmd/two/two.h"' >>cmd/one/main.c
    finds 'cmd/one/main.c must not include cmd/two/'
}

@test "a file outside of a room is found" {
    echo 'int lost;' >common/low/lost.c
    mkdir common/odd
    mv common/low/lost.c common/odd/
    finds 'common/odd/lost.c: not in a room'
}

@test "two files that need each other are found" {
    echo 'int low_g(void); int low_f(void) { return low_g(); }' >common/low/low.c
    echo 'int low_f(void); int low_g(void) { return low_f(); }' >common/low/other.c
    finds 'a circle: common/low/low needs low_g of common/low/other'
}

@test "one name in two tools is found" {
    echo 'int run(void) { return 1; }' | tee cmd/one/run.c >cmd/two/run.c
    finds 'run is defined twice: cmd/one/run and cmd/two/run'
}

@test "without object files nothing passes" {
    mkdir -p nothing
    run tests/layers nothing
    [ "$status" -eq 1 ]
    [[ "$output" == *"no object files"* ]]
}
