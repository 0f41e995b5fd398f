#!/usr/bin/env bats
# deps/fetch, with an apt that knows one package: `thing`, in the revisions that a test puts into $mirror.
# shellcheck disable=SC2154 # $stderr is set by run

bats_require_minimum_version 1.5.0

setup() {
    mirror=$BATS_TEST_TMPDIR/mirror
    deps=$BATS_TEST_TMPDIR/deps
    mkdir -p "$mirror" "$BATS_TEST_TMPDIR/bin"
    cp -r "$BATS_TEST_DIRNAME/../../deps" "$deps"
    stub_apt
    export INITKIT_CACHE=$BATS_TEST_TMPDIR/cache PATH=$BATS_TEST_TMPDIR/bin:$PATH mirror
    unset INITKIT_STRICT
    publish 1.0-1
    lock 1.0-1
}

stub_apt() {
    cat >"$BATS_TEST_TMPDIR/bin/apt-get" <<'STUB'
#!/bin/sh
echo "$*" >>"$mirror/../calls"
case " $* " in
*" indextargets "*) cat "$mirror/../targets" 2>/dev/null || echo "http://mirror.test/debian $codename main" ;;
*" source "*)
    for last; do :; done
    case " $* " in *" --tar-only "*) part=orig ;; *) part=debian ;; esac
    cp "$mirror/${last#thing=}"/*."$part".tar.gz . ;;
esac
STUB
    cat >"$BATS_TEST_TMPDIR/bin/apt-cache" <<'STUB'
#!/bin/sh
sed 's/^/Version: /' "$mirror/index"
STUB
    chmod +x "$BATS_TEST_TMPDIR"/bin/*
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    export codename
}

# A revision that the index names and the mirror carries.
publish() {
    mkdir -p "$mirror/$1"
    echo "upstream" >"$mirror/$1/thing_${1%-*}.orig.tar.gz"
    echo "patches of $1" >"$mirror/$1/thing_$1.debian.tar.gz"
    echo "$1" >>"$mirror/index"
}

withdraw() {
    rm -r "${mirror:?}/$1"
    sed -i "/^$1\$/d" "$mirror/index"
}

lock() {
    local file
    echo "# thing" >"$deps/lock"
    for file in "$mirror/$1"/*; do
        echo "thing $1 ${file##*/} $(sha256sum "$file" | cut -d' ' -f1)"
    done >>"$deps/lock"
}

@test "the locked revision is fetched once, and where it is is said" {
    run -0 --separate-stderr "$deps/fetch" thing
    [ "$output" = "thing 1.0-1 $INITKIT_CACHE/sources/thing/1.0-1" ]
    [ "$(cat "$INITKIT_CACHE/sources/thing/1.0-1/thing_1.0-1.debian.tar.gz")" = "patches of 1.0-1" ]
    : >"$BATS_TEST_TMPDIR/calls"
    run -0 --separate-stderr "$deps/fetch" thing
    [ "$output" = "thing 1.0-1 $INITKIT_CACHE/sources/thing/1.0-1" ]
    [ ! -s "$BATS_TEST_TMPDIR/calls" ]
}

@test "a file that is not the lock's is refused, and not kept" {
    echo "something else" >"$mirror/1.0-1/thing_1.0-1.debian.tar.gz"
    run -1 "$deps/fetch" thing
    [[ "$output" == *"thing_1.0-1.debian.tar.gz is not the file that deps/lock names"* ]]
    [ ! -e "$INITKIT_CACHE/sources/thing/1.0-1" ]
}

@test "a withdrawn revision is replaced by the newest, loudly" {
    publish 1.0-1+deb13u2
    publish 1.0-1+deb13u10
    withdraw 1.0-1
    run -0 --separate-stderr "$deps/fetch" thing
    [ "$output" = "thing 1.0-1+deb13u10 $INITKIT_CACHE/sources/thing/1.0-1+deb13u10" ]
    [[ "$stderr" == *"WARNING: thing 1.0-1, which deps/lock names, is not to be had any more."* ]]
    [[ "$stderr" == *"WARNING: taking 1.0-1+deb13u10"* ]]
}

@test "a strict build refuses what the lock does not name" {
    publish 1.0-1+deb13u2
    withdraw 1.0-1
    INITKIT_STRICT=1 run -1 "$deps/fetch" thing
    [[ "$output" == *"INITKIT_STRICT=1 takes no other"* ]]
}

@test "a strict build refuses a replacement that was fetched before" {
    publish 1.0-1+deb13u2
    withdraw 1.0-1
    run -0 "$deps/fetch" thing
    INITKIT_STRICT=1 run -1 "$deps/fetch" thing
}

@test "a revision that the index names and the mirror lacks is passed over" {
    publish 1.0-1+deb13u2
    withdraw 1.0-1
    echo 1.0-1+deb13u3 >>"$mirror/index"
    run -0 --separate-stderr "$deps/fetch" thing
    [[ "$output" == "thing 1.0-1+deb13u2 "* ]]
}

@test "nothing to be had is said" {
    withdraw 1.0-1
    run -1 "$deps/fetch" thing
    [[ "$output" == *"no revision of thing could be fetched"* ]]
}

@test "a version with an epoch is printed as it is" {
    mkdir "$mirror/1:2.0-1"
    echo a >"$mirror/1:2.0-1/thing_2.0.orig.tar.gz"
    echo b >"$mirror/1:2.0-1/thing_2.0-1.debian.tar.gz"
    lock 1:2.0-1
    run -0 --separate-stderr "$deps/fetch" thing
    [[ "$output" == "thing 1:2.0-1 "* ]]
}

@test "the archives are this machine's own, in the suite of the lock; others' archives are left out" {
    cat >"$BATS_TEST_TMPDIR/targets" <<TARGETS
http://mirror.test/debian $codename main
http://mirror.test/debian $codename contrib
http://mirror.test/debian $codename-updates main
http://mirror.test/debian-security $codename-security main
http://other.test/apt $codename-pgdg main
TARGETS
    run -0 "$deps/fetch" thing
    run -0 sed 's/\[.*\] //' "$INITKIT_CACHE/apt/sources.list"
    [ "$output" = "deb-src http://mirror.test/debian trixie main
deb-src http://mirror.test/debian-security trixie-security main
deb-src http://mirror.test/debian trixie-updates main" ]
}

@test "relock names the newest revision that can be had, and its hashes" {
    publish 1.0-1+deb13u2
    echo 1.0-1+deb13u3 >>"$mirror/index"
    run -0 "$deps/relock"
    [[ "$output" == *"thing 1.0-1+deb13u3 is signed, but not to be had"* ]]
    run -0 grep "^thing 1.0-1+deb13u2 thing_1.0-1+deb13u2.debian.tar.gz " "$deps/lock"
    run ! grep -q "^thing 1.0-1 " "$deps/lock"
    INITKIT_STRICT=1 run -0 "$deps/fetch" thing
}
