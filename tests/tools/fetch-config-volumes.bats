#!/usr/bin/env bats
# fetch-config on the volumes that people have: what cannot swap names, link, rename or change modes; mounts; other users' files.
#
# run_tool sets and uses variables:
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load lib
load fetch-config
load volume

prepare() {
    printf 'new a' >a.src
    printf 'new b' >b.src
}

# A run with strace's injections in front.
faulty() {
    inside=("${traced[@]}" -o trace)
    while [ "$1" != -- ]; do
        inside+=(-e "inject=$1")
        shift
    done
    shift
    run_tool "$@"
    inside=()
}

@test "without RENAME_EXCHANGE a set whose second pair fails gets its old files back" {
    not_emulated
    local how
    mkdir vol
    for how in "" linkat:error=EPERM; do
        printf 'old a' >vol/a
        chmod 640 vol/a
        rm -rf vol/b
        printf 'old b' >vol/b
        # The second pair's own rename is the second without links, and comes after the first one aside.
        faulty renameat2:error=EINVAL ${how:+"$how"} "/^rename(at)?\$:error=EIO:when=$([ "$how" ] && echo 4 || echo 2)" -- \
            fetch-config "file://$PWD/a.src=./vol/a" "file://$PWD/b.src=./vol/b"
        exits 1
        says 'vol/b: cannot be put in its place: (i/o|input/output) error'
        [ "$(cat vol/a)$(stat -c %a vol/a)$(cat vol/b)" = "old a640old b" ]
        no_litter
        faulty renameat2:error=EINVAL ${how:+"$how"} -- fetch-config "file://$PWD/a.src=./vol/a" "file://$PWD/b.src=./vol/b"
        exits 0
        [ "$(cat vol/a vol/b)" = "new anew b" ]
        no_litter
    done
}

# killed CALLS [INJECTION]...: at each of the first CALLS in turn.
killed() {
    local calls=$1 when file
    shift
    for when in {1..10}; do
        rm -rf vol/* vol/.[!.]*
        printf 'old a' >vol/a
        printf 'old b' >vol/b
        faulty renameat2:error=EINVAL "$@" "$calls:signal=KILL:when=$when" -- \
            fetch-config "file://$PWD/a.src=./vol/a" "file://$PWD/b.src=./vol/b"
        [ "$status" = 0 ] || ((++kills))
        run_tool fetch-config "file://$PWD/none=./vol/a" "file://$PWD/none=./vol/b" --once
        exits 1
        for file in a b; do
            [[ $(cat "vol/$file") = @(old|new)" $file" ]] || report "$* $when: vol/$file: $(cat "vol/$file")"
        done
        no_litter
        run_tool fetch-config "file://$PWD/a.src=./vol/a" "file://$PWD/b.src=./vol/b"
        exits 0
        [ "$(cat vol/a vol/b)" = "new anew b" ]
        no_litter
    done
}

@test "killed between any two steps, a set is repaired by the next run, even if that has nothing to publish" {
    not_emulated
    mkdir vol
    local kills=0
    killed "/^(rename|renameat|linkat|unlinkat)\$"
    killed "/^(rename|renameat|unlinkat)\$" linkat:error=EPERM
    killed "/^(write|unlinkat|close)\$" "/^(rename|renameat)\$:error=ENOSYS"
    [ "$kills" -ge 15 ] || report "killed only $kills times"
}

@test "where nothing can be renamed, a file is written under its own name, and that is told" {
    not_emulated
    mkdir vol
    printf 'old a' >vol/a
    printf 'old b' >vol/b
    local none=("/^rename(at)?\$:error=ENOSYS" renameat2:error=ENOSYS)
    faulty "${none[@]}" -- fetch-config "file://$PWD/a.src=./vol/a" "file://$PWD/b.src=./vol/b" --mode 0640
    exits 0
    says "this volume cannot rename: 2 files were written under their own name"
    [ "$(cat vol/a vol/b)$(stat -c %a vol/a)" = "new anew b640" ]
    no_litter
    mkdir vol/c
    faulty "${none[@]}" -- fetch-config "file://$PWD/b.src=./vol/a" "file://$PWD/a.src=./vol/b" "file://$PWD/a.src=./vol/c"
    exits 1
    [ "$(cat vol/a vol/b)$(stat -c %a vol/a)" = "new anew b640" ]
    no_litter
}

@test "a mode that a volume does not keep is a warning, and a failure where --mode asks for it" {
    local rule
    for rule in chmod=EPERM "--fixed 0:0:0777"; do
        # shellcheck disable=SC2086 # two words
        mount_volume $rule
        run_tool fetch-config "file://$PWD/a.src=./volume/a" "file://$PWD/b.src=./volume/b"
        exits 0
        says "2 of what was written have another mode than it was given.* file_mode="
        [ "$(cat volume/a volume/b)" = "new anew b" ]
        run_tool fetch-config "file://$PWD/b.src=./volume/a" "file://$PWD/a.src=./volume/b" --mode 0400
        exits 1
        says "(cannot be given the mode 0400: operation not permitted|stays 0777 when it is given 0400)"
        ends_saying "hint: where a volume gives each file one owner and mode"
        [ "$(cat volume/a volume/b)" = "new anew b" ]
        no_litter
        unmount_volume
        rm -rf backing
    done
}

@test "a secret is not even written where --mode does not hold" {
    mount_volume --fixed 0:0:0777
    faulty "write:error=EIO:when=1000" -- fetch-config "file://$PWD/a.src=./volume/secret" --mode 0600
    exits 1
    says "--mode: ./volume/secret stays 0777 when it is given 0600"
    run ! grep -a "write(.*new a" trace
    [ -z "$(ls -A volume)" ]
    run_tool fetch-config "file://$PWD/a.src=./volume/secret" --mode 0777
    exits 0
}

@test "an owner that a volume does not keep is a failure, unless it has that one" {
    local rule
    for rule in chown=EPERM chown=ignore; do
        mount_volume "$rule"
        run_tool fetch-config "file://$PWD/a.src=./volume/a" --owner 0:0
        exits 0
        run_tool fetch-config "file://$PWD/b.src=./volume/a" --owner 1234:5678
        exits 1
        says "--owner: ./volume/a (cannot be given away: operation not permitted|stays UID 0 and GID 0, whatever it is given)"
        [ "$(cat volume/a)" = "new a" ]
        no_litter
        unmount_volume
        rm -rf backing
    done
}

@test "--install does not leave a program that cannot be run" {
    mount_volume --fixed 0:0:0644
    run_tool copy-agent --install volume
    exits 1
    says "the volume gives it the mode 0644, so it could not be run"
    [ -z "$(ls -A volume)" ]
}
