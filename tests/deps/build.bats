#!/usr/bin/env bats
# The build itself: the same bytes everywhere, nothing done twice, binaries as they are promised.

bats_require_minimum_version 1.5.0

setup_file() {
    top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    one=$BATS_FILE_TMPDIR/one
    two=$BATS_FILE_TMPDIR/another/and/longer/path
    # What make hands down to us is not for the makes here.
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
    export top one two
    copy_tree "$one"
    copy_tree "$two"
    make -C "$one" >/dev/null
    make -C "$two" wait >/dev/null
    (cd "$two/build" && find bin deps -name '.[a-z]*' -o -path 'bin/*' | sort) >"$BATS_FILE_TMPDIR/waiting"
    make -C "$two" >/dev/null
}

copy_tree() {
    mkdir -p "$1"
    tar -C "$top" --exclude=./build --exclude=./.git -cf - . | tar -C "$1" -xf -
}

names() {
    (cd "$one/build/bin" && ls)
}

@test "two builds in different folders, and this one, are the same bytes" {
    [ -n "$(names)" ]
    for name in $(names); do
        cmp "$one/build/bin/$name" "$two/build/bin/$name"
        cmp "$one/build/bin/$name" "$top/build/bin/$name"
    done
}

wait_tools() {
    sed -n 's/^WAIT_TOOLS := //p' "$top/Makefile"
}

@test "make wait builds the wait tools, and nothing that they do not need" {
    run -0 grep '^bin/' "$BATS_FILE_TMPDIR/waiting"
    # shellcheck disable=SC2046 # a word each
    [ "$output" = "$(printf 'bin/%s\n' initkit-wait $(wait_tools) | sort)" ]
    run -0 grep -o '/\.[a-z].*' "$BATS_FILE_TMPDIR/waiting"
    [ "$output" = "$(printf '/.%s\n' c-ares lock toolchain)" ]
}

@test "a second make does nothing" {
    run -0 make --no-print-directory -C "$one"
    [ "$output" = "" ]
}

@test "a changed header rebuilds what includes it, into the same bytes" {
    before=$(cd "$one/build/bin" && sha256sum ./*)
    touch "$one/common/run/loop.h"
    run -0 make --no-print-directory -C "$one"
    [[ "$output" == *common/run/loop.o* ]]
    [ "$before" = "$(cd "$one/build/bin" && sha256sum ./*)" ]
}

@test "make reports a document that is stale, and builds" {
    sed -i 's/Total time for the whole run/Time for the whole run/' "$two/common/cli/options.c"
    run -0 make -C "$two"
    [[ "$output" == *"docs/options.md is stale; make docs writes it"* ]]
    run -0 "$two/build/bin/wait-for-tcp" --help
    [[ "$output" == *"Time for the whole run"* ]]
    cp "$one/common/cli/options.c" "$two/common/cli/options.c"
    run -0 make -C "$two"
    [[ "$output" != *stale* ]]
}

@test "changed flags rebuild" {
    run -0 make -C "$two" VERSION=9.8.7
    run -0 "$two/build/bin/initkit" --version
    [[ "$output" == *9.8.7* ]]
}

@test "a removed source leaves the archive" {
    echo 'int gone_soon(void); int gone_soon(void) { return 1; }' >"$two/common/base/gone.c"
    archive=build/$(uname -m)/libcommon.a
    make -C "$two" "$archive"
    [[ "$(ar t "$two/$archive")" == *gone.o* ]]
    rm "$two/common/base/gone.c"
    make -C "$two" "$archive"
    [[ "$(ar t "$two/$archive")" != *gone.o* ]]
}

@test "binaries are static, position-independent, stripped, with RELRO and a stack that is not executable" {
    for name in $(names); do
        headers=$(readelf --wide --file-header --program-headers --sections "$top/build/bin/$name")
        [[ "$headers" == *"Type:"*"DYN"* ]]
        [[ "$headers" != *INTERP* ]]
        [[ "$headers" != *.symtab* ]]
        [[ "$headers" == *GNU_RELRO* ]]
        grep -qE 'GNU_STACK .* RW ' <<<"$headers"
        run ! grep -qE 'LOAD .* RWE' <<<"$headers"
    done
}

@test "binaries name no folder of the machine that built them" {
    cache=${INITKIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}}
    for name in $(names); do
        run ! grep -aqF -e "$top" -e "$cache" "$top/build/bin/$name"
    done
}

@test "the wait tools have no TLS inside" {
    for name in $(wait_tools) initkit-wait; do
        run ! grep -aqi openssl "$top/build/bin/$name"
    done
}

# initkit-wait is for an image only.
installed() {
    names | grep -v '^initkit-wait$'
}

@test "make install puts binaries, man pages, completion and licence where it is told" {
    run -0 make -C "$one" install DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr
    for name in $(installed); do
        cmp "$one/build/bin/$name" "$BATS_TEST_TMPDIR/root/usr/bin/$name"
        [ -x "$BATS_TEST_TMPDIR/root/usr/bin/$name" ]
    done
    for page in "$one"/cmd/*/*.1; do
        [ ! -e "$page" ] || cmp "$page" "$BATS_TEST_TMPDIR/root/usr/share/man/man1/${page##*/}"
    done
    cmp "$one/LICENSE" "$BATS_TEST_TMPDIR/root/usr/share/doc/initkit/LICENSE"
    [ "$(ls "$BATS_TEST_TMPDIR/root/usr/bin")" = "$(installed)" ]
    for name in $(installed); do
        grep -q "complete .* $name" "$BATS_TEST_TMPDIR/root/usr/share/bash-completion/completions/$name"
    done
}

@test "every target that make help lists is there" {
    for target in $(make -C "$one" help | awk '$1 == "make" { print $2 }'); do
        grep -q "^$target:" "$one/Makefile"
    done
}
