#!/usr/bin/env bats
# fetch-config on the volumes that people have: what cannot swap names, link, rename or change modes; mounts; other users' files.
#
# run_tool sets and uses variables:
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load lib
load fetch-config
load trees
load volume

prepare() {
    printf 'new a' >a.src
    printf 'new b' >b.src
    archives
}

# old.tar and new.tar: files that are replaced, a link, a closed directory, a new directory, a hard link.
archives() {
    mkdir -p old/app/conf old/app/closed new
    echo old | tee old/app/run old/app/conf/a old/app/conf/b old/app/closed/c >/dev/null
    ln -s run old/app/link
    chmod 640 old/app/conf/a
    cp -a old/app new
    echo new | tee new/app/run new/app/conf/a new/app/conf/b new/app/closed/c >/dev/null
    ln -sfn conf/a new/app/link
    chmod 600 new/app/conf/b
    mkdir -m 500 new/app/more
    mkdir -m 755 new/app/conf/deep
    chmod 700 new/app/more
    echo more >new/app/more/d
    ln new/app/more/d new/app/conf/deep/hard
    chmod 500 new/app/more
    chmod 555 old/app/closed new/app/closed
    tar --owner 0 --group 0 -C old -cf old.tar app
    tar --owner 0 --group 0 -C new -cf new.tar app
    chmod -R u+w old new
}

# Everybody may come as far as here.
open_way() {
    chmod a+rx . .. "$BATS_RUN_TMPDIR"
    chmod a+r ./*.src
}

# state DIRECTORY: all that is in it, kinds, modes, targets and content; hidden temporaries, too.
state() {
    (cd "$1" && find . -mindepth 1 -printf '%P %y %m %l\n' | sort && find . -type f -exec sha256sum {} + | sort)
}

# same_state A B [WORD]
same_state() {
    [ "$(state "$1")" = "$(state "$2")" ] || report "${3-} $1 and $2 differ: $(diff <(state "$1") <(state "$2"))"
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

@test "bindfs, which cannot exchange names: sets and archives, and what was there after a failure" {
    not_emulated
    extracted old new
    mount_bindfs
    printf 'old a' >volume/a
    printf 'old b' >volume/b
    run_tool fetch-config "file://$PWD/a.src=./volume/a" "file://$PWD/b.src=./volume/b"
    exits 0
    [ "$(cat volume/a volume/b)" = "new anew b" ]
    run_tool fetch-config "file://$PWD/old.tar=./volume/x" --extract
    exits 0
    run_tool fetch-config "file://$PWD/new.tar=./volume/x" --extract
    exits 0
    same_state is-new volume/x
    printf 'old a' >volume/a
    printf 'old b' >volume/b
    local when failed=0
    for when in {1..4}; do
        faulty "/^rename(at)?\$:error=EIO:when=$when" -- \
            fetch-config "file://$PWD/a.src=./volume/a" "file://$PWD/b.src=./volume/b"
        grep -q 'RENAME_EXCHANGE) = -1 EINVAL' trace
        [ "$status" != 0 ] || break
        failed=$((failed + 1))
        [ "$(cat volume/a volume/b)" = "old aold b" ]
    done
    [ "$failed" -ge 2 ] || report "failed only $failed times"
    cp -a volume/x before
    faulty "/^rename(at)?\$:error=EIO:when=4" -- fetch-config "file://$PWD/old.tar=./volume/x" --extract
    exits 1
    same_state before volume/x
    no_litter
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
    says "this volume cannot rename: 2 files were written in place"
    [ "$(cat vol/a vol/b)$(stat -c %a vol/a)" = "new anew b640" ]
    no_litter
    mkdir vol/c
    faulty "${none[@]}" -- fetch-config "file://$PWD/b.src=./vol/a" "file://$PWD/a.src=./vol/b" "file://$PWD/a.src=./vol/c"
    exits 1
    [ "$(cat vol/a vol/b)$(stat -c %a vol/a)" = "new anew b640" ]
    no_litter
}

@test "where nothing can be renamed and the volume is full, the old file stays, whatever is written last" {
    not_emulated
    mkdir vol
    head -c 200000 /dev/urandom >before
    head -c 300000 /dev/urandom >large.src
    local none=("/^rename(at)?\$:error=ENOSYS" renameat2:error=ENOSYS) rest
    for rest in "" +; do
        for ((at = 1; ; at++)); do
            cp before vol/a
            faulty "${none[@]}" "write:error=ENOSPC:when=$at$rest" -- fetch-config -q "file://$PWD/large.src=./vol/a"
            [ "$status" != 0 ] || break
            exits 1
            # It stays full: then the next run puts the old file back, before it asks for anything.
            [ -z "$rest" ] || run_tool fetch-config -q "file://$PWD/missing=./vol/a"
            exits 1
            cmp before vol/a
            no_litter
        done
        [ "$at" -gt 12 ] || report "ended after $at writes"
        cmp large.src vol/a
    done
}

@test "what is immutable stays, and no copy of it is left beside it" {
    mkdir vol
    echo old >vol/a
    chattr +i vol/a 2>/dev/null || skip "needs root, and a file system with attributes"
    run_tool fetch-config "file://$PWD/a.src=./vol/a"
    chattr -i vol/a
    exits 1
    ends_saying "immutable or append-only"
    [ "$(cat vol/a)" = old ]
    no_litter
}

@test "a mode that a volume does not keep is a warning, and a failure where --mode asks for it" {
    local rule
    for rule in chmod=EPERM "--fixed 0:0:0777"; do
        # shellcheck disable=SC2086 # two words
        mount_volume $rule
        run_tool fetch-config "file://$PWD/a.src=./volume/a" "file://$PWD/b.src=./volume/b"
        exits 0
        says "2 of the files and directories written have another mode than requested.* file_mode="
        [ "$(cat volume/a volume/b)" = "new anew b" ]
        run_tool fetch-config "file://$PWD/b.src=./volume/a" "file://$PWD/a.src=./volume/b" --mode 0400
        exits 1
        says "(the mode 0400 cannot be set: operation not permitted|still has the mode 0777 after chmod 0400)"
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
    says "--mode: ./volume/secret still has the mode 0777 after chmod 0600"
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
        says "--owner: (the owner of ./volume/a cannot be changed: operation not permitted|./volume/a still belongs to UID 0 and GID 0 after chown)"
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

### --extract

# extracted NAME...: NAME.tar in a directory of that name.
extracted() {
    local each
    for each in "$@"; do
        run_tool fetch-config "file://$PWD/$each.tar=./is-$each" --extract
        exits 0
    done
}

# again: ./vol as the old archive leaves it, with a file besides.
again() {
    [ ! -d vol ] || chmod -R u+rwX vol
    rm -rf vol/* vol/.[!.]*
    mkdir -p vol
    cp -a is-old/. vol
    echo mine >vol/app/mine
}

@test "whatever step fails, an extraction leaves everything as it was" {
    not_emulated
    extracted old new
    again
    cp -a vol before
    cp -a is-new after
    echo mine >after/app/mine
    local lack call when failed=0
    for lack in getpid:error=EIO:when=99 renameat2:error=EINVAL "/^(renameat2|linkat)\$:error=EINVAL"; do
        for call in "/^(renameat2|renameat|linkat)\$:error=EIO" "mkdirat:error=EACCES" "/^f?chmod(at)?\$:error=EIO"; do
            for when in 1 2 3 4 5 6 8 10 13; do
                again
                faulty "$lack" "$call:when=$when" -- fetch-config "file://$PWD/new.tar=./vol" --extract
                if [ "$status" = 0 ]; then
                    same_state after vol "$lack $call $when:"
                else
                    exits 1
                    failed=$((failed + 1))
                    same_state before vol "$lack $call $when:"
                fi
            done
        done
    done
    [ "$failed" -ge 20 ] || report "failed only $failed times"
}

@test "killed at any step, an extraction is completed by the next run, and no file is missing before" {
    not_emulated
    extracted old new
    cp -a is-new after
    echo mine >after/app/mine
    local lack when kills=0 file
    for lack in getpid:error=EIO:when=99 renameat2:error=EINVAL "/^(renameat2|linkat)\$:error=EINVAL"; do
        for when in {1..12}; do
            again
            faulty "$lack" "/^(renameat|unlinkat|fchmodat)\$:signal=KILL:when=$when" -- \
                fetch-config "file://$PWD/new.tar=./vol" --extract
            [ "$status" = 0 ] || kills=$((kills + 1))
            run_tool fetch-config "file://$PWD/none=./vol" --extract --once
            exits 1
            for file in run conf/a conf/b closed/c link mine; do
                [ -e "vol/app/$file" ] || report "$lack $when: $file is missing"
            done
            run_tool fetch-config "file://$PWD/new.tar=./vol" --extract
            exits 0
            same_state after vol "$lack $when:"
        done
    done
    [ "$kills" -ge 20 ] || report "killed only $kills times"
}

@test "two archives are one set" {
    extracted old new
    mkdir -p one two/app/run
    cp -a is-old/. one
    cp -a one before
    run_tool fetch-config "file://$PWD/new.tar=./one" "file://$PWD/new.tar=./two" --extract
    exits 1
    says 'two/app/run: is a directory, but not a directory in the archive'
    same_state before one
    [ "$(find two -mindepth 1 | wc -l)" = 2 ]
    rmdir two/app/run
    run_tool fetch-config "file://$PWD/new.tar=./one" "file://$PWD/new.tar=./two" --extract
    exits 0
    same_state is-new two
}

@test "a mount below PATH gets its part of the archive; a file that is one is seen before anything is moved" {
    needs_root
    extracted old new
    again
    mount -t tmpfs tmpfs vol/app/conf || skip "no mounts"
    echo "$PWD/vol/app/conf" >>"$BATS_TEST_TMPDIR/mounts"
    cp -a is-old/app/conf/. vol/app/conf
    echo mine >vol/app/conf/mine
    run_tool fetch-config "file://$PWD/new.tar=./vol" --extract --mode u=rwX,go=rX
    exits 0
    [ "$(cat vol/app/conf/a vol/app/conf/b vol/app/conf/deep/hard vol/app/conf/mine | paste -sd ' ')" = "new new more mine" ]
    mountpoint -q vol/app/conf
    no_litter
    run_tool fetch-config "file://$PWD/new.tar=./vol" --extract
    exits 0
    [ "$(stat -c %a vol/app/conf/b)" = 600 ]
    echo other >other
    mount --bind other vol/app/conf/b
    echo "$PWD/vol/app/conf/b" >>"$BATS_TEST_TMPDIR/mounts"
    state vol >before
    run_tool fetch-config "file://$PWD/old.tar=./vol" --extract
    exits 1
    says 'vol/app/conf/b: cannot be replaced: (device or )?resource busy'
    [ "$(state vol)" = "$(cat before)" ]
}

@test "as an ordinary user, closed directories are unpacked, and replaced by the next run" {
    needs_root
    extracted old new
    chmod 755 . && mkdir -m 777 open
    start_http h <<<$'/old 200 file old.tar\n/new 200 file new.tar'
    local _
    for _ in 1 2; do
        as_user 65532 fetch-config "$h/old=./open/vol" --extract
        exits 0
        as_user 65532 fetch-config "$h/new=./open/vol" --extract
        exits 0
        same_state is-new open/vol
    done
    # Not even with a failure in between does a directory stay open.
    chmod 700 open/vol/app/conf
    mkdir open/vol2
    chown 65532 open/vol2
    cp -a open/vol/. open/vol2
    rm open/vol2/app/run && mkdir open/vol2/app/run
    state open/vol >before
    as_user 65532 fetch-config "$h/old=./open/vol" "$h/old=./open/vol2" --extract
    exits 1
    [ "$(state open/vol)" = "$(cat before)" ] || report "$(diff <(state open/vol) before)"
    # Somebody else's directory is seen before anything is moved.
    chown 0 open/vol/app/conf
    chmod 755 open/vol/app/conf
    state open/vol >before
    as_user 65532 fetch-config "$h/old=./open/vol" --extract
    exits 1
    says 'open/vol/app/conf/[a-z]+: cannot be written: permission denied'
    [ "$(state open/vol)" = "$(cat before)" ]
}

@test "directories keep the setgid bit of a volume with fsGroup, and get the archive's mode again" {
    needs_root
    mkdir vol
    chgrp 3000 vol
    chmod 2775 vol
    run_tool fetch-config "file://$PWD/new.tar=./vol" --extract
    exits 0
    [ "$(stat -c %a:%g vol/app vol/app/more vol/app/conf/a | paste -sd ' ')" = "2755:3000 2500:3000 640:3000" ]
    chmod 700 vol/app/conf
    run_tool fetch-config "file://$PWD/new.tar=./vol" --extract
    exits 0
    [ "$(stat -c %a vol/app/conf)" = 755 ] || [ "$(stat -c %a vol/app/conf)" = 2755 ]
}

@test "a PATH below another PATH is exit 2" {
    run_tool fetch-config "file://$PWD/a.src=./vol" "file://$PWD/b.src=./x" "file://$PWD/b.src=././vol//deep/b"
    exits 2
    says "the PATH $PWD/vol/deep/b is below the PATH $PWD/vol of another pair"
    mkdir vol
    ln -s vol other
    run_tool fetch-config "file://$PWD/old.tar=./vol" "file://$PWD/new.tar=./other/app" --extract
    exits 2
    run_tool fetch-config "file://$PWD/a.src=./vol/a" "file://$PWD/b.src=./vol/a.b" "file://$PWD/b.src=./vol/a-/b"
    exits 0
}

### Mounts

@test "subPath: a file that is a mount is told as one, as root and as an ordinary user" {
    needs_root
    open_way
    mkdir dir
    touch dir/file mounted
    mount --bind mounted dir/file || skip "no mounts"
    echo "$PWD/dir/file" >>"$BATS_TEST_TMPDIR/mounts"
    start_http h <<<'/a 200 text a'
    local user
    for user in 0 65532; do
        as_user "$user" fetch-config "$h/a=./dir/file"
        exits 1
        says "./dir/file: cannot be replaced: (device or )?resource busy; hint: the file itself is a mount \\(subPath\\?\\)"
        as_user "$user" wait-for-dns --hosts --write dir/file localhost
        exits 1
        says "dir/file: cannot be replaced: .*hint: the file itself is a mount"
        as_user "$user" copy-agent a.src dir/file
        exits 1
        says "dir/file: cannot be (put in its place|written): .*busy; hint: the file itself is a mount"
    done
    [ "$(requests h)" = 0 ]
}

@test "subPath: the directory that the kubelet makes of one that is missing is told as that" {
    needs_root
    mkdir -p dir/file made
    mount --bind made dir/file || skip "no mounts"
    echo "$PWD/dir/file" >>"$BATS_TEST_TMPDIR/mounts"
    run_tool fetch-config "file://$PWD/a.src=./dir/file"
    exits 1
    ends_saying "./dir/file: cannot be written: is a directory; hint: the kubelet mounts a directory for a subPath that its volume does not have"
    run_tool wait-for-dns --hosts --write dir/file localhost
    exits 1
    ends_saying "is a directory; hint: the kubelet mounts a directory"
    mkdir plain
    run_tool fetch-config "file://$PWD/a.src=./plain"
    exits 1
    ends_saying "is a directory; hint: name the file in it"
}

@test "where no user may write, the hint does not speak of this one" {
    needs_root
    open_way
    local user
    mkdir configmap
    mount -t tmpfs tmpfs configmap || skip "no mounts"
    echo "$PWD/configmap" >>"$BATS_TEST_TMPDIR/mounts"
    mkdir configmap/..2026
    ln -s ..2026 configmap/..data
    mkdir plain
    mount -t tmpfs tmpfs plain
    echo "$PWD/plain" >>"$BATS_TEST_TMPDIR/mounts"
    mount -o remount,ro configmap
    mount -o remount,ro plain
    start_http h <<<'/a 200 text a'
    for user in 0 65532; do
        as_user "$user" fetch-config "$h/a=./configmap/file"
        exits 1
        ends_saying "hint: it is the volume of a ConfigMap or Secret, where no user may write: mount an emptyDir"
        as_user "$user" fetch-config "$h/a=./plain/new/file"
        exits 1
        ends_saying "hint: it is read-only for every user"
        as_user "$user" copy-agent a.src configmap/file
        exits 1
        says "configmap/file: cannot be written: .*hint: it is the volume of a ConfigMap or Secret"
    done
}

@test "what does not fit into the container's memory is not fetched into a volume in memory" {
    not_emulated
    release_build
    small_volume size=200m
    truncate -s 40M large
    truncate -s 20M half
    tar -cf large.tar half half
    gzip -k large
    start_http h <<<$'/large 200 file large\n/half 200 file half\n/large.tar 200 file large.tar\n/packed gzip 200 file large'
    own_memory_limit 33554432
    run_tool fetch-config "$h/large=./volume/a"
    exits 1
    ends_saying "needs at least 41.0 MiB of memory, as PATH is in memory, and the container's memory limit is 32.0 MiB; .*hint: raise resources.limits.memory, or take an emptyDir without medium: Memory"
    run_tool fetch-config "$h/half=./volume/a" "$h/half=./volume/b"
    exits 1
    ends_saying "needs at least 41.0 MiB of memory"
    run_tool fetch-config "$h/large.tar=./volume" --extract
    exits 1
    says "needs at least 32.0 MiB of memory"
    run_tool fetch-config "file://$PWD/large=./volume/a"
    exits 1
    says "needs at least 3[0-9.]+ MiB of memory"
    [ -z "$(ls -A volume)" ]
    run_tool fetch-config "$h/half=./volume/a"
    exits 0
    run_tool fetch-config "$h/large=./not-in-memory"
    exits 0
}

### The table: each publication with each call refused or ignored

# What is published: its arguments, from a place that everybody may read.
works=(new over set extract extract-over)
arguments() {
    case $1 in
    new) echo "file://$from/a=./volume/a" ;;
    over) echo "file://$from/a=./volume/a" ;;
    set) echo "file://$from/a=./volume/a file://$from/b=./volume/b" ;;
    extract*) echo "file://$from/new.tar=./volume/tree --extract" ;;
    esac
}

# What is there before.
furnish() {
    [ ! -d backing ] || chmod -R u+rwX backing
    rm -rf backing
    mkdir -p backing/tree
    echo mine >backing/mine
    case $1 in
    over | set) printf 'old a' >backing/a && printf 'old b' >backing/b && chmod 640 backing/a ;;
    extract-over) cp -a is-old/. backing/tree && echo mine >backing/tree/app/mine ;;
    esac
    [ "$2" = 0 ] || chown -hR "$2" backing
}

# What a volume shows whose names cannot be taken away: hidden files do not count then.
shown() {
    state "$1" | grep -v '\.initkit-' || true
}

# content DIRECTORY: without modes, which some volumes do not keep.
content() {
    (cd "$1" && find . -mindepth 1 ! -path '*.initkit-*' -printf '%P %y %l\n' | sort &&
        find . -type f ! -path '*.initkit-*' -exec sha256sum {} + | sort)
}

# try WORK USER RULE...: sets `status`; all is as before then, or all is new; the next run, on a sound volume, completes it.
try() {
    local work=$1 user=$2 words
    shift 2
    read -ra words <<<"$(arguments "$work")"
    furnish "$work" "$user"
    shown backing >before
    mount_volume "$@"
    as_user "$user" fetch-config "${words[@]}" --timeout 20s
    unmount_volume
    if [ "$status" = 0 ]; then
        diff "$work.after" <(content backing) >difference || report "$work as $user with $*: not all is new: $(cat difference)"
    else
        [ "$status" = 1 ] || report "$work as $user with $*: exit $status"
        [ -n "$stderr" ] || report "$work as $user with $*: silence"
        diff before <(shown backing) >difference || report "$work as $user with $*: not as it was: $(cat difference)"
    fi
    local first=$status said=$stderr
    mount_volume
    as_user "$user" fetch-config "${words[@]}" --timeout 20s
    unmount_volume
    [ "$status" = 0 ] || report "$work as $user after $*: the next run fails"
    diff "$work.after" <(content backing) >difference || report "$work as $user after $*: not completed: $(cat difference)"
    [ -z "$(find backing -name '*.initkit-*')" ] || report "$work as $user after $*: left: $(find backing -name '*.initkit-*')"
    status=$first stderr=$said
}

# "good" rules change nothing of the outcome, "files" nothing for files, whatever becomes of an archive.
@test "whatever call a volume refuses or ignores, all is new or all is as it was, and the next run completes it" {
    needs_fuse
    local from work user rule rules outcome=() expected
    from=$(mktemp -d /tmp/initkit-volumes.XXXXXX)
    chmod 755 "$from"
    echo "$from" >folders
    install -m 644 a.src "$from/a"
    install -m 644 b.src "$from/b"
    install -m 644 new.tar "$from/new.tar"
    open_way
    extracted old
    build_volume
    for work in "${works[@]}"; do
        furnish "$work" 0
        mount_volume
        read -ra rules <<<"$(arguments "$work")"
        run_tool fetch-config "${rules[@]}"
        exits 0
        unmount_volume
        content backing >"$work.after"
    done
    while read -r expected rules; do
        read -ra rule <<<"$rules"
        for user in 0 65532; do
            for work in "${works[@]}"; do
                try "$work" "$user" "${rule[@]}"
                case $expected in
                good) [ "$status" = 0 ] || report "$work as $user with $rules: expected success" ;;
                files) [[ $work = extract* || $status = 0 ]] || report "$work as $user with $rules: expected success" ;;
                bad) [ "$status" = 1 ] || report "$work as $user with $rules: expected a failure" ;;
                esac
                outcome+=("$status")
            done
        done
    done <<'RULES'
good rename-exchange=EINVAL
good rename-noreplace=EINVAL
good link=EPERM rename-exchange=EINVAL
files chmod=EPERM
files chmod=ignore
good chown=EPERM
good utimens=EPERM
good fsync=EIO
good lock=ENOLCK
good getxattr=EOPNOTSUPP
good statfs=EPERM
good --fixed 0:0:0777
files rename=EPERM
files rename=ENOSYS
files rename=EXDEV
files rename=ENOSYS link=EPERM rename-exchange=ENOSYS
files rename-over=EEXIST rename-exchange=EINVAL
files rename-directory=EPERM
files symlink=EOPNOTSUPP
files mkdir=EACCES
either unlink=EPERM
either unlink=ignore
either unlink=EPERM rename-exchange=EINVAL
either rmdir=EPERM
either truncate=EPERM
bad create=EACCES
bad write=ENOSPC
RULES
    [[ " ${outcome[*]} " = *" 1 "* && " ${outcome[*]} " = *" 0 "* ]]
}

wind_down() {
    [ ! -f folders ] || xargs rm -rf <folders
}
