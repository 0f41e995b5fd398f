#!/usr/bin/env bats
# copy-agent: states that wedge other tools, of a volume or a run, and each of which the next run mends.
#
# run_tool sets the variables that are looked at:
# shellcheck disable=SC2154,SC2034

load lib
load trees

prepare() {
    mkdir -p agent/lib agent/conf
    local number
    for number in 1 2 3 4 5 6 7 8 9; do
        head -c 40000 /dev/urandom >"agent/lib/$number.jar"
    done
    echo conf >agent/conf/app.xml
    ln -s lib/1.jar agent/link
    ln agent/lib/2.jar agent/conf/hard
    mkdir outside
    echo secret >outside/file
    chmod 644 outside/file
}

untouched_outside() {
    [ "$(ls -A outside)" = file ] && [ "$(cat outside/file)" = secret ] && [ "$(stat -c %a outside/file)" = 644 ]
}

@test "again, over symbolic and hard links" {
    local _
    for _ in 1 2 3; do
        run_tool copy-agent agent volume
        exits 0
        touch agent/lib/2.jar
        rm agent/link && ln -s lib/3.jar agent/link
    done
    run_tool copy-agent agent volume
    same_tree agent volume
}

@test "again, over files of mode 0444 in directories of 0555, as an ordinary user" {
    needs_root
    chmod 444 agent/lib/*
    chmod 555 agent/lib agent/conf
    chmod 755 . && mkdir -m 777 open
    as_user 1001 copy-agent agent open/volume
    exits 0
    chmod 755 agent/lib
    echo longer >>agent/lib/1.jar
    rm -f agent/lib/2.jar && echo new >agent/lib/2.jar
    echo additional >agent/lib/10.jar
    chmod 444 agent/lib/* && chmod 555 agent/lib
    as_user 1001 copy-agent --prune agent open/volume
    exits 0
    same_tree agent open/volume owner
}

@test "killed at 100 random moments, then run again" {
    head -c 3000000 /dev/urandom >agent/lib/large.jar
    local round
    for round in {1..100}; do
        [ $((round % 10)) -ne 0 ] || rm -rf volume
        "$bin/copy-agent" -q --jobs 2 agent volume 3>&- &
        perl -e 'select undef, undef, undef, rand 0.012'
        kill -9 $! 2>/dev/null || true
        wait $! 2>/dev/null || true
        # What has a name is whole.
        [ ! -d volume ] || (cd agent && find . -type f -exec sh -c \
            '[ ! -e "../volume/$1" ] || cmp "$1" "../volume/$1"' sh {} \;) | tee differences
        [ ! -s differences ]
    done
    run_tool copy-agent agent volume
    exits 0
    same_tree agent volume
    no_litter volume
}

@test "litter of dead runs goes, a live run's does not" {
    mkdir -p volume/.initkit-copy-1-0/1 volume/.initkit-copy-2-0/1
    echo half >volume/.initkit-copy-1-0/1/f
    ln -s "$PWD/outside" volume/.initkit-copy-1-0/1/link
    exec 7<volume/.initkit-copy-2-0
    flock 7
    run_tool copy-agent agent volume
    exits 0
    [ ! -e volume/.initkit-copy-1-0 ]
    [ -e volume/.initkit-copy-2-0/1 ]
    untouched_outside
}

@test "another node's run is not taken for litter: its lock may not be seen here" {
    [ -r /proc/sys/kernel/random/boot_id ] || skip "no boot id"
    mkdir -p volume/.initkit-copy-0badb007-1-0/1
    echo half >volume/.initkit-copy-0badb007-1-0/1/f
    run_tool copy-agent agent volume
    exits 0
    says_not hidden
    [ -e volume/.initkit-copy-0badb007-1-0/1/f ]
    # A run of this boot of the kernel would hold its lock.
    inside=("${traced[@]}" -o trace -e trace=mkdirat)
    touch agent/new
    run_tool copy-agent agent volume
    inside=()
    exits 0
    name=$(grep -o '\.initkit-copy-[0-9a-f]*-[0-9]*-[0-9]*' trace | head -n 1)
    mkdir -p "volume/$name/1"
    run_tool copy-agent agent volume
    exits 0
    [ ! -e "volume/$name" ]
}

@test "links in the volume that lead outside are replaced, never followed" {
    local place
    for place in conf lib link conf/app.xml lib/1.jar; do
        run_tool copy-agent agent volume
        rm -rf "volume/$place"
        ln -s "$PWD/outside" "volume/$place"
        run_tool copy-agent agent volume
        exits 0
        same_tree agent volume
        rm -rf "volume/$place"
        ln -s "$PWD/outside/file" "volume/$place"
        run_tool copy-agent --prune --mode a+rwX agent volume
        exits 0
        untouched_outside
        rm -rf volume
    done
}

@test "a link that comes and goes while it runs is never followed" {
    run_tool copy-agent agent volume
    begin bash -c 'while :; do
        rm -rf volume/conf volume/lib; ln -sT ../outside volume/conf; ln -sT ../outside volume/lib
        rm -f volume/conf volume/lib; mkdir -p volume/conf volume/lib
    done' 2>/dev/null
    local _
    for _ in {1..150}; do
        run_tool copy-agent --mode a+rwX --prune agent volume
        untouched_outside
    done
    kill -9 "$started"
    rm -rf volume
    run_tool copy-agent agent volume
    exits 0
    same_tree agent volume
}

@test "a directory in the way of a file: refused and named, taken with --prune" {
    mkdir -p volume/conf/app.xml/inside
    run_tool copy-agent agent volume
    exits 1
    ends_saying 'conf/app.xml: a directory is in the way'
    [ -d volume/conf/app.xml/inside ]
    cmp agent/lib/1.jar volume/lib/1.jar
    run_tool copy-agent --prune agent volume
    exits 0
    ends_saying ', 1 pruned'
    same_tree agent volume
}

@test "a directory in the way of a file: --prune leaves what is --writable or lost+found, and --max-prune counts it" {
    run_tool copy-agent agent volume
    rm volume/conf/app.xml
    mkdir -p volume/conf/app.xml/logs/day volume/lost+found
    touch volume/conf/app.xml/logs/day/app.log
    cp -a agent newer
    touch newer/lost+found newer/new
    for writable in conf/app.xml 'conf/app.xml/**' '**/*.log'; do
        run_tool copy-agent --prune --max-prune 100% --writable "$writable" agent volume
        exits 1
        ends_saying 'not copied: conf/app.xml: a directory is in the way, and --prune leaves it: conf/app.xml[a-z./]* is --writable; hint: '
        [ -e volume/conf/app.xml/logs/day/app.log ]
    done
    run_tool copy-agent --prune newer volume
    exits 1
    ends_saying 'lost\+found: a directory is in the way, and --prune leaves it: lost\+found is never pruned'
    [ ! -e volume/new ]
    run_tool copy-agent --prune --max-prune 0 agent volume
    exits 1
    ends_saying '--prune would remove 1 of 14 entries'
    run_tool copy-agent --prune --dry-run agent volume
    exits 0
    prints '^prune conf/app.xml/$'
    ends_saying '1 pruned'
    [ -e volume/conf/app.xml/logs/day/app.log ]
    run_tool copy-agent --prune --writable '**/*.txt' agent volume
    exits 0
    ends_saying ', 1 pruned'
    rmdir volume/lost+found
    same_tree agent volume
}

@test "a directory in the way of a file: --prune takes no mount in it" {
    needs_root
    mkdir -p volume/conf/app.xml/inner
    mount -t tmpfs tmpfs volume/conf/app.xml/inner || skip "needs root: mounts"
    echo "$PWD/volume/conf/app.xml/inner" >>"$BATS_TEST_TMPDIR/mounts"
    touch volume/conf/app.xml/inner/precious
    run_tool copy-agent --prune --max-prune 100% agent volume
    exits 1
    ends_saying 'a directory is in the way, and --prune leaves it: conf/app.xml/inner is a mount; hint: '
    [ -e volume/conf/app.xml/inner/precious ]
}

@test "two runs that prune the same at once: what the other has taken is no failure" {
    local options round number other
    run_tool copy-agent agent volume
    for options in "" "--writable none --for-uid 0"; do
        for round in 1 2 3; do
            for number in {1..300}; do
                mkdir -p "volume/old$number"
                : >"volume/old$number/file"
            done
            # shellcheck disable=SC2086 # some are several words
            "$bin/copy-agent" --prune --max-prune 100% $options agent volume 2>other.err 3>&- &
            other=$!
            # shellcheck disable=SC2086
            run_tool copy-agent --prune --max-prune 100% $options agent volume
            exits 0
            wait $other || report "$options, round $round: $(cat other.err)"
            same_tree agent volume directories
        done
    done
}

@test "--prune of a file as SOURCE is refused, whatever lies in its place" {
    mkdir -p volume/1.jar/inner
    run_tool copy-agent --prune agent/lib/1.jar volume
    refuses_naming --prune
    [ -d volume/1.jar/inner ]
}

@test "DEST is a mount's root, and something is mounted within it" {
    needs_root
    small_volume size=10m
    mkdir -p volume/lib volume/cache
    mount -t tmpfs -o size=5m tmpfs volume/lib
    mount -t tmpfs -o size=5m tmpfs volume/cache
    printf '%s\n' "$PWD/volume/lib" "$PWD/volume/cache" "$(cat mounts)" >mounts.new && mv mounts.new mounts
    echo kept >volume/cache/file
    mkdir -p volume/lib/.initkit-copy-77-0
    run_tool copy-agent --prune --max-prune 100% agent volume
    exits 0
    diff -r agent/lib volume/lib
    diff -r agent/conf volume/conf
    [ "$(cat volume/cache/file)" = kept ]
    no_litter volume
    run_tool copy-agent --prune agent volume
    exits 0
    ends_saying 'copied 0 files'
}

@test "a volume's subPath mounts, two of one volume" {
    needs_root
    mkdir -p whole/a volume/lib
    small_volume size=10m
    mkdir -p volume/lib volume/sub
    mount --bind volume/sub volume/lib || skip "no bind mounts"
    printf '%s\n' "$PWD/volume/lib" "$(cat mounts)" >mounts.new && mv mounts.new mounts
    run_tool copy-agent agent volume
    exits 0
    cmp agent/lib/1.jar volume/sub/1.jar
    cmp agent/conf/hard volume/conf/hard
    no_litter volume
}

@test "two copiers at once into one DEST" {
    head -c 5000000 /dev/urandom >agent/lib/large.jar
    local _ first second
    for _ in {1..20}; do
        rm -rf volume
        "$bin/copy-agent" -q agent volume 3>&- &
        first=$!
        "$bin/copy-agent" -q agent volume 3>&- &
        second=$!
        wait $first
        wait $second
        same_tree agent volume
        no_litter volume
    done
}

@test "a file that another copier replaces while it is linked is linked all the same" {
    command -v strace >/dev/null || skip "no strace"
    inside=("${traced[@]}" -o trace -e trace=linkat -e inject=linkat:error=ENOENT:when=1)
    run_tool copy-agent agent volume
    inside=()
    exits 0
    grep -q 'INJECTED' trace
    same_tree agent volume
}

@test "a program that runs is replaced, and a mapped library stays what it was" {
    cp "$(command -v sleep)" agent/program
    run_tool copy-agent agent volume
    begin volume/program 60
    echo more >>agent/program
    run_tool copy-agent agent volume
    exits 0
    cmp agent/program volume/program
    kill -0 "$started"
}

@test "somebody else's files in the volume" {
    needs_root
    chmod 755 . && mkdir -m 777 open
    run_tool copy-agent --mode a+rwX agent open/volume
    chmod 777 open/volume
    echo spoilt >open/volume/lib/1.jar
    as_user 1001 copy-agent agent open/volume
    exits 0
    cmp agent/lib/1.jar open/volume/lib/1.jar
}

@test "another UID's files: the hint names what lets the next UID replace them" {
    needs_root
    chmod 755 . && mkdir -m 777 open
    as_user 1001 copy-agent agent open/volume
    exits 0
    echo longer >>agent/lib/1.jar
    as_user 2002 copy-agent agent open/volume
    exits 1
    says 'hint: this process is UID 2002: .*fsGroup; where another UID.s run wrote files, --mode ug=rwX or --version-dir'
}

@test "an immutable file, and one in an immutable directory, are named as such" {
    needs_root
    run_tool copy-agent agent volume
    chattr +i volume/lib/1.jar 2>/dev/null || skip "this file system has no such attribute"
    echo longer >>agent/lib/1.jar
    run_tool copy-agent agent volume
    chattr -i volume/lib/1.jar
    exits 1
    ends_saying 'lib/1.jar: cannot be replaced: it is immutable or append-only; hint: chattr -i -a'
    chattr +i volume/lib
    run_tool copy-agent agent volume
    chattr -i volume/lib
    exits 1
    ends_saying 'lib/1.jar: cannot be replaced: its directory is immutable or append-only'
    run_tool copy-agent agent volume
    exits 0
    same_tree agent volume
}

@test "readers of a version see one tree or the other, never a mix" {
    mkdir -p one/d two/d
    local number
    for number in {1..40}; do
        echo one >"one/d/$number"
        echo two >"two/d/$number"
    done
    run_tool copy-agent --version-dir v1 one volume
    cat >reader.py <<'CODE'
import os, sys
seen = set()
while not os.path.exists("stop"):
    tree = os.open("volume/current/d", os.O_RDONLY)
    words = set()
    try:
        for name in range(1, 41):
            descriptor = os.open(str(name), os.O_RDONLY, dir_fd=tree)
            words.add(os.read(descriptor, 10))
            os.close(descriptor)
    except FileNotFoundError:
        continue  # that tree has been replaced and is being removed: the next look finds the new one
    finally:
        os.close(tree)
    seen |= words
    if len(words) != 1:
        open("mixed", "w").write(repr(words))
        sys.exit(1)
open("seen", "w").write(str(len(seen)))
CODE
    begin "$python" reader.py
    reader=$started
    for number in {1..60}; do
        "$bin/copy-agent" -q --version-dir "v$((number % 3))" "$([ $((number % 2)) = 0 ] && echo one || echo two)" volume
    done
    touch stop
    wait "$reader"
    [ ! -e mixed ]
    [ "$(cat seen)" = 2 ]
    no_litter volume
}

# For longer: tests/fuzz/copy-agent-random --seconds 1800 build/bin/copy-agent
@test "random trees, random volumes, random kills" {
    needs_root
    local place
    place=$(mktemp -d) # some rounds run as another user, who does not get into the test's own directory
    chmod 755 "$place"
    "$python" "$repository/tests/fuzz/copy-agent-random" --seconds "${COPY_AGENT_RANDOM_SECONDS:-15}" \
        --in "$place" "$bin/copy-agent"
    rmdir "$place"
}

@test "a version that cannot be put in its place leaves the one that was there" {
    run_tool copy-agent --version-dir v1 agent volume
    exits 0
    echo new >agent/conf/app.xml
    # No exchange; after two directories and the refused rename, the old tree is moved aside, and then the new one is refused its name.
    inside=("${traced[@]}" -o trace -e "trace=renameat,renameat2" -e inject=renameat2:error=EINVAL -e inject=renameat:error=EIO:when=5)
    run_tool copy-agent --jobs 1 --version-dir v1 agent volume
    inside=()
    exits 1
    [ "$(cat volume/current/conf/app.xml)" = conf ]
}

@test "DEST of mode 0555 keeps what others may do there" {
    needs_root
    chmod -R a+rX .
    mkdir -p open/volume
    chmod 0555 open/volume
    chown 1001 open/volume
    as_user 1001 copy-agent agent open/volume
    exits 0
    [ $((0$(stat -c %a open/volume) & 0555)) = $((0555)) ]
}

@test "a socket as DEST is refused at once, as a terminal is that is not there" {
    start_tcp port "unix:$PWD/socket"
    run_tool copy-agent --timeout 20s agent/lib/1.jar socket
    exits 1
    ends_saying "socket: cannot be opened"
}

@test "a DEST that becomes read-only by SOURCE's mode keeps no litter, as an ordinary user" {
    needs_root
    mkdir -m 755 source
    mkdir -m 777 open
    echo one >source/file
    chmod 555 source
    as_user 65532 copy-agent source open/copy
    exits 0
    no_litter open
    says_not 'hidden'
    [ "$(stat -c %a open/copy)" = 555 ]
    [ "$(stat -c %Y open/copy)" = "$(stat -c %Y source)" ]
}
