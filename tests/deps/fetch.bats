#!/usr/bin/env bats
# deps/fetch, deps/relock, deps/audit and deps/bundle, with the real apt and archives of the test's own (mirror.bash).
# shellcheck disable=SC2154 # $stderr is set by run

bats_require_minimum_version 1.5.0

setup_file() {
    . "$BATS_TEST_DIRNAME/mirror.bash"
    start_mirrors
}

teardown_file() {
    . "$BATS_TEST_DIRNAME/mirror.bash"
    stop_mirrors
}

setup() {
    . "$BATS_TEST_DIRNAME/mirror.bash"
    use_mirror
    revision debian/pool/main 1.0-1
    lock 1.0-1
}

withdraw() {
    rm "$mirror/${2:-debian/pool/main}/t/thing/thing_$1".*
}

sources() {
    echo "$INITKIT_CACHE/sources/thing/$1"
}

@test "the locked revision is fetched once, and its folder is printed" {
    run -0 --separate-stderr "$deps/fetch" thing
    [ "$output" = "thing 1.0-1 $(sources 1.0-1)" ]
    [ "$(cat "$(sources 1.0-1)/thing_1.0.orig.tar.gz")" = "upstream of 1.0" ]
    : >"$BATS_FILE_TMPDIR/requests"
    run -0 --separate-stderr "$deps/fetch" thing
    [ "$output" = "thing 1.0-1 $(sources 1.0-1)" ]
    [ "$(requests)" = "" ]
}

@test "a locked file that is in the pool is taken without any index, though the index names only a newer revision" {
    index debian trixie <<<"1.0-2 pool/main"
    INITKIT_STRICT=1 run -0 --separate-stderr "$deps/fetch" thing
    [ "$output" = "thing 1.0-1 $(sources 1.0-1)" ]
    [[ "$(requests)" != */dists/* ]]
}

@test "a locked file that only the security archive's pool has is taken from there" {
    for pool in pool/updates/main pool/main; do
        rm -rf "$mirror/debian/pool" "$mirror/debian-security/pool" "$INITKIT_CACHE"
        revision "debian-security/$pool" 1.0-1
        run -0 --separate-stderr "$deps/fetch" thing
        [ "$output" = "thing 1.0-1 $(sources 1.0-1)" ]
    done
}

@test "a file with other bytes is refused, not kept, and named; an archive that has the right ones is asked next" {
    echo "something else" >"$mirror/debian/pool/main/t/thing/thing_1.0-1.debian.tar.gz"
    run -1 "$deps/fetch" thing
    [[ "$output" == *"/debian/pool/main/t/thing/thing_1.0-1.debian.tar.gz: Hash Sum mismatch"* ]]
    [ ! -e "$(sources 1.0-1)" ]
    [ "$(find "$INITKIT_CACHE/work" -mindepth 1)" = "" ]

    revision debian-security/pool/updates/main 1.0-1
    run -0 --separate-stderr "$deps/fetch" thing
    [ "$output" = "thing 1.0-1 $(sources 1.0-1)" ]
}

@test "a revision that no pool has any more is replaced by the newest that one has, with a warning" {
    revision debian/pool/main 1.0-1+deb13u2
    revision debian/pool/main 1.0-1+deb13u10
    withdraw 1.0-1
    printf '%s pool/main\n' 1.0-1+deb13u2 1.0-1+deb13u10 1.0-1+deb13u11 | index debian trixie
    run -0 --separate-stderr "$deps/fetch" thing
    [ "$output" = "thing 1.0-1+deb13u10 $(sources 1.0-1+deb13u10)" ]
    [[ "$stderr" == *"WARNING: thing 1.0-1, which deps/lock names, is not available any more:"* ]]
    [[ "$stderr" == *"/thing_1.0-1.debian.tar.gz: 404"* ]]
    [[ "$stderr" == *"WARNING: taking 1.0-1+deb13u10, signed by Debian, instead."* ]]
}

@test "a strict build refuses what the lock does not name, even if it was fetched before" {
    revision debian/pool/main 1.0-1+deb13u2
    withdraw 1.0-1
    index debian trixie <<<"1.0-1+deb13u2 pool/main"
    INITKIT_STRICT=1 run -1 "$deps/fetch" thing
    [[ "$output" == *"STRICT=1 takes no other revision"* ]]
    run -0 "$deps/fetch" thing
    INITKIT_STRICT=1 run -1 "$deps/fetch" thing
}

@test "an index that another key has signed is not believed" {
    revision debian/pool/main 1.0-1+deb13u2
    withdraw 1.0-1
    index debian trixie theirs <<<"1.0-1+deb13u2 pool/main"
    run -1 "$deps/fetch" thing
    [[ "$output" == *"the index: "*"is not signed"* ]]
    [ ! -e "$(sources 1.0-1+deb13u2)" ]
}

@test "when nothing can be had, one message names each attempt, the server's last word, and the ways out" {
    withdraw 1.0-1
    run -1 "$deps/fetch" thing
    [[ "$output" == *"thing 1.0-1 could not be fetched. Tried:"* ]]
    [ "$(grep -c "thing_1.0-1.debian.tar.gz: 404" <<<"$output")" = 3 ]
    [[ "$output" == *"another mirror"*"make SOURCES="*"make relock"* ]]
}

@test "an archive that cannot be reached is asked once, and said" {
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    hosts_archives <<<"deb [trusted=yes] http://127.0.0.1:1/debian $codename main"
    run -1 "$deps/fetch" thing
    [ "$(grep -c '127.0.0.1:1/debian/pool/.*: Could not connect' <<<"$output")" = 1 ]
    [[ "$output" == *"the index: "* ]]
}

@test "without an archive of Debian's in apt's sources that is said" {
    hosts_archives <<<"deb [trusted=yes] $server/other elsewhere main"
    run -1 "$deps/fetch" thing
    [[ "$output" == *"apt's sources name no archive of Debian"* ]]
}

@test "a version with an epoch is printed as it is" {
    revision debian/pool/main 1:2.0-1
    lock 1:2.0-1
    run -0 --separate-stderr "$deps/fetch" thing
    [[ "$output" == "thing 1:2.0-1 "* ]]
}

@test "the archives are this machine's own, in the suite of the lock; others' archives are left out" {
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    hosts_archives <<LIST
deb [trusted=yes] http://mirror.test/debian $codename main contrib
deb [trusted=yes] http://mirror.test/debian $codename-updates main
deb [trusted=yes] http://mirror.test/debian-security $codename-security main
deb [trusted=yes] http://other.test/apt $codename-pgdg main
LIST
    # shellcheck source=../../deps/archives.sh
    . "$deps/archives.sh"
    run -0 host_archives
    [ "$output" = "http://mirror.test/debian trixie
http://mirror.test/debian-security trixie-security
http://mirror.test/debian trixie-updates" ]
}

@test "fetching ahead prints nothing, and leaves failures to whoever needs the file" {
    run -0 --separate-stderr "$deps/fetch" --ahead thing
    [ "$output$stderr" = "" ]
    [ -d "$(sources 1.0-1)" ]
}

# --- the bundle ---

@test "the bundle is reproducible, and is enough without a network and without apt" {
    run -0 "$deps/bundle" "$BATS_TEST_TMPDIR/one.tar"
    INITKIT_CACHE=$BATS_TEST_TMPDIR/cache2 run -0 "$deps/bundle" "$BATS_TEST_TMPDIR/two.tar"
    cmp "$BATS_TEST_TMPDIR/one.tar" "$BATS_TEST_TMPDIR/two.tar"
    rm -rf "$INITKIT_CACHE"
    : >"$BATS_FILE_TMPDIR/requests"
    APT_CONFIG=/dev/null INITKIT_SOURCES=$BATS_TEST_TMPDIR/one.tar run -0 --separate-stderr "$deps/fetch" thing
    [ "$output" = "thing 1.0-1 $(sources 1.0-1)" ]
    [ "$(requests)" = "" ]
}

@test "a bundle that lacks a file, has other bytes, or is not there is refused, and the network is not asked instead" {
    mkdir -p "$BATS_TEST_TMPDIR/b/sources"
    cp "$mirror"/debian/pool/main/t/thing/thing_1.0.orig.tar.gz "$BATS_TEST_TMPDIR/b/sources"
    tar -C "$BATS_TEST_TMPDIR/b" -cf "$BATS_TEST_TMPDIR/b.tar" sources
    INITKIT_SOURCES=$BATS_TEST_TMPDIR/b.tar run -1 "$deps/fetch" thing
    [[ "$output" == *"thing_1.0-1.debian.tar.gz is missing in it"* ]]
    echo wrong >"$BATS_TEST_TMPDIR/b/sources/thing_1.0-1.debian.tar.gz"
    tar -C "$BATS_TEST_TMPDIR/b" -cf "$BATS_TEST_TMPDIR/b.tar" sources
    INITKIT_SOURCES=$BATS_TEST_TMPDIR/b.tar run -1 "$deps/fetch" thing
    [[ "$output" == *"thing_1.0-1.debian.tar.gz has another SHA-256"* ]]
    INITKIT_SOURCES=$BATS_TEST_TMPDIR/nowhere.tar run -1 "$deps/fetch" thing
    [[ "$output" == *"nowhere.tar: no such file"* ]]
    [ "$(requests)" = "" ]
    [ ! -e "$(sources 1.0-1)" ]
}

@test "all that the project's own lock names comes out of its bundle in a network namespace without interfaces" {
    isolated=(unshare --net)
    [ "$(id -u)" = 0 ] || isolated+=(--map-root-user)
    "${isolated[@]}" true 2>/dev/null || skip "no network namespaces here"
    top=$BATS_TEST_DIRNAME/../..
    env -u APT_CONFIG -u INITKIT_KEYRING -u INITKIT_CACHE "$top/deps/bundle" "$BATS_TEST_TMPDIR/all.tar"
    mapfile -t packages < <(awk '!/^#/ { print $1 }' "$top/deps/lock" | sort -u)
    INITKIT_SOURCES=$BATS_TEST_TMPDIR/all.tar INITKIT_STRICT=1 run -0 --separate-stderr \
        "${isolated[@]}" "$top/deps/fetch" "${packages[@]}"
    [ "$(wc -l <<<"$output")" = "${#packages[@]}" ]
    while read -r package _ file hash; do
        [ "$(sha256 "$INITKIT_CACHE/sources/$package"/*/"$file")" = "$hash" ]
    done < <(grep -v '^#' "$top/deps/lock")
}

# --- relock, audit ---

@test "relock names the newest revision that can be had, its hashes, and what Debian's changelog gives as reason" {
    revision debian/pool/main 1.0-1+deb13u2
    printf '%s pool/main\n' 1.0-1+deb13u2 1.0-1+deb13u3 | index debian trixie
    run -0 "$deps/relock"
    [[ "$output" == *"thing 1.0-1+deb13u3 is signed, but not available here: "*404* ]]
    [[ "$output" == *"CVE of 1.0-1+deb13u2"* ]]
    run -0 grep "^thing 1.0-1+deb13u2 thing_1.0-1+deb13u2.debian.tar.gz " "$deps/lock"
    run -0 grep "^thing 1.0-1+deb13u2 thing_1.0.orig.tar.gz $(sha256 "$mirror/debian/pool/main/t/thing/thing_1.0.orig.tar.gz")" "$deps/lock"
    run ! grep -q "^thing 1.0-1 " "$deps/lock"
    INITKIT_STRICT=1 run -0 "$deps/fetch" thing
}

@test "relock loses no package: what cannot be had, or is older, leaves the lock as it is" {
    cp "$deps/lock" "$BATS_TEST_TMPDIR/before"
    revision debian/pool/main 0.9-1
    printf '%s pool/main\n' 0.9-1 1.0-1+deb13u3 | index debian trixie
    run -0 "$deps/relock"
    [[ "$output" == *"thing stays at 1.0-1"* ]]
    cmp "$deps/lock" "$BATS_TEST_TMPDIR/before"
}

@test "relock fails, and leaves the lock as it is, if the index cannot be read or does not name the package" {
    cp "$deps/lock" "$BATS_TEST_TMPDIR/before"
    run -1 "$deps/relock"
    [[ "$output" == *"thing: the signed index of trixie does not name it"* ]]
    cmp "$deps/lock" "$BATS_TEST_TMPDIR/before"
    index debian trixie theirs </dev/null
    rm -rf "$INITKIT_CACHE"
    run -1 "$deps/relock"
    [[ "$output" == *"deps/lock is unchanged"* ]]
    cmp "$deps/lock" "$BATS_TEST_TMPDIR/before"
    [ "$(find "$deps" -name 'lock*')" = "$deps/lock" ]
}

@test "audit names what is behind the signed index, in the security archive, too" {
    index debian trixie <<<"1.0-1 pool/main"
    run -0 "$deps/audit"
    [[ "$output" == *"0 of 1 locked packages are behind trixie" ]]
    rm -rf "$INITKIT_CACHE"
    index debian-security trixie-security <<<"1.0-1+deb13u1 pool/updates/main"
    run -1 "$deps/audit"
    [[ "$output" == *"thing 1.0-1 is behind: 1.0-1+deb13u1 is signed"* ]]
    [[ "$output" == *"make relock"* ]]
}

@test "audit fails if the index cannot be read, or does not name a package" {
    run -1 "$deps/audit"
    [[ "$output" == *"does not name this package"* ]]
    rm -rf "$INITKIT_CACHE" "$mirror/debian/dists"
    run -1 "$deps/audit"
    [[ "$output" == *"could not be compared"* ]]
}
