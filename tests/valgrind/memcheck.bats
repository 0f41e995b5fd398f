#!/usr/bin/env bats
# The tools' main paths (tests/tools/paths.bash) under valgrind's memcheck: no byte is read or written that is not the tool's, no
# decision hangs on one that was never written, nothing is freed twice, and nothing is lost.
#
# It is the shipped code that runs, object by object, linked with a shared musl (build/valgrind): what is static, valgrind cannot watch.
#
# bin and runner are for the words of other files:
# shellcheck disable=SC2034,SC2154

load ../tools/lib
load ../tools/fetch-config
load ../tools/tls
load ../tools/paths

bin=$repository/build/valgrind
musl=/lib/ld-musl-$(uname -m).so.1
runner=(valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite
    --soname-synonyms=somalloc=NONE)

@test "wait-for-dns" {
    play_wait_for_dns
}

@test "wait-for-tcp" {
    play_wait_for_tcp
}

@test "wait-for-http" {
    play_wait_for_http
}

@test "wait-for-file" {
    play_wait_for_file
}

@test "wait-for-ping" {
    play_wait_for_ping
}

@test "wait-for-kube" {
    play_wait_for_kube
}

@test "fetch-config" {
    play_fetch_config
}

@test "copy-agent" {
    play_copy_agent
}

@test "tls-check" {
    play_tls_check
}

@test "initkit run, and its steps" {
    play_run
}

@test "each tool has its test here" {
    for tool in $("$repository/build/bin/initkit" --list); do
        grep -qx "    play_${tool//-/_}" "$BATS_TEST_FILENAME"
    done
}

@test "an error would be seen: this one is made for it" {
    cat >wrong.c <<'CODE'
#include <stdlib.h>
int main(void) { volatile char *p = malloc(3); free((void *)p); return p[0] == 1 ? 5 : 6; }
CODE
    "$repository/build/deps/$(uname -m)-release/bin/cc" -pie -fPIE -O1 -Wno-use-after-free -Wl,--dynamic-linker="$musl" -o wrong wrong.c "$musl"
    run "${runner[@]}" ./wrong
    [ "$status" -eq 99 ]
    [[ $output = *"Invalid read of size 1"* ]]
}
