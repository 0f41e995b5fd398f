#!/usr/bin/env bats
# copy-agent: what it runs into. Each ends with the right code and names the path, nothing half-written has a name, and
# a later run succeeds.
#
# run_tool sets the variables that are looked at:
# shellcheck disable=SC2154,SC2034

load lib
load trees

prepare() {
    mkdir -p agent/lib
    head -c 3000000 /dev/urandom >agent/lib/large.jar
    echo one >agent/lib/one.jar
}

@test "no space: refused before anything is written" {
    needs_root
    small_volume size=2m
    run_tool copy-agent agent volume
    exits 1
    ends_saying 'needs 2.9 MiB of room, and only 2.0 MiB are free; hint:'
    [ -z "$(ls -A volume)" ]
    mount -o remount,size=10m volume
    run_tool copy-agent agent volume
    exits 0
    same_tree agent volume
}

@test "no space after all: the path is named, the rest stays, a later run succeeds" {
    needs_root
    small_volume size=4m
    head -c 1000000 /dev/zero >volume/other
    command -v strace >/dev/null || skip "no strace"
    inside=("${traced[@]}" -o trace -e trace=sendfile -e inject=sendfile:error=ENOSPC:when=2)
    run_tool copy-agent --jobs 1 agent volume
    inside=()
    exits 1
    ends_saying 'lib/(one|large).jar: cannot be written: no space left'
    [ ! -e volume/lib/large.jar ] || cmp agent/lib/large.jar volume/lib/large.jar
    no_litter volume
    run_tool copy-agent agent volume
    exits 0
    cmp agent/lib/large.jar volume/lib/large.jar
}

@test "no inodes: refused before anything is written" {
    needs_root
    small_volume size=10m,nr_inodes=12
    mkdir agent/many
    touch agent/many/{1..20}
    run_tool copy-agent agent volume
    exits 1
    ends_saying 'inodes are free'
    [ -z "$(ls -A volume)" ]
}

@test "what is replaced does not count twice" {
    needs_root
    small_volume size=8m
    run_tool copy-agent agent volume
    exits 0
    touch agent/lib/large.jar
    run_tool copy-agent agent volume
    exits 0
    same_tree agent volume
}

@test "a read-only DEST: named, with a hint; unchanged files are no reason to write" {
    needs_root
    small_volume size=10m
    mount -o remount,ro volume
    run_tool copy-agent agent volume
    exits 1
    ends_saying 'read-only file system; hint:'
    mount -o remount,rw volume
    run_tool copy-agent agent volume
    exits 0
    mount -o remount,ro volume
    run_tool copy-agent agent volume
    exits 0
    ends_saying 'copied 0 files, 0 bytes, 2 skipped'
}

@test "a DEST that may not be written to" {
    needs_root
    chmod 755 . && mkdir volume
    as_user 1001 copy-agent agent volume
    exits 1
    ends_saying 'permission denied; hint: .*UID 1001'
}

@test "a file that cannot be read: named, the others are copied, a later run succeeds" {
    needs_root
    chmod 755 . && mkdir -m 777 open
    chmod 600 agent/lib/one.jar
    as_user 1001 copy-agent agent open/volume
    exits 1
    ends_saying 'lib/one.jar: cannot be read: permission denied'
    cmp agent/lib/large.jar open/volume/lib/large.jar
    [ ! -e open/volume/lib/one.jar ]
    chmod 644 agent/lib/one.jar
    as_user 1001 copy-agent agent open/volume
    exits 0
    same_tree agent open/volume owner
}

@test "a directory that cannot be read is named" {
    needs_root
    chmod 755 . && mkdir -m 777 open
    chmod 700 agent/lib
    as_user 1001 copy-agent agent open/volume
    exits 1
    ends_saying 'lib: cannot be read: permission denied'
}

@test "an error of the disk, when reading and when flushing" {
    command -v strace >/dev/null || skip "no strace"
    small_volume size=20m
    local call
    for call in sendfile,read:2+ fsync:1; do
        rm -rf volume/*
        inside=("${traced[@]}" -o trace -e "trace=${call%:*}" -e "inject=${call%:*}:error=EIO:when=${call#*:}")
        [ "$call" = fsync:1 ] || inside+=(-P "$PWD/agent/lib/large.jar")
        run_tool copy-agent --sync --jobs 1 agent volume
        inside=()
        exits 1
        says '(i/o|input/output) error'
        says 'lib/(large|one).jar: cannot be (read|flushed to disk)'
        no_litter volume
        run_tool copy-agent agent volume
        exits 0
        same_tree agent volume
    done
}

# copies_refused CALL HOW [OPTION]...: copies into ./volume where CALL does as HOW says.
copies_refused() {
    rm -rf volume
    inside=("${traced[@]}" -o trace -e "trace=$1" -e "inject=$1:$2")
    run_tool copy-agent "${@:3}" agent volume
    inside=()
}

@test "a volume that sets neither modes nor times nor owners: a warning as long as nobody asked for them" {
    command -v strace >/dev/null || skip "no strace"
    chmod 600 agent/lib/one.jar
    ln -s one.jar agent/lib/link
    local call how
    for call in fchmod utimensat fchownat,lchown,fchown; do
        for how in error=EPERM error=EOPNOTSUPP error=ENOSYS retval=0; do
            copies_refused "$call" "$how"
            exits 0
            same_tree agent volume mode,time,owner,directories
            no_litter volume
            # Where utimensat is missing, an older call does.
            [[ $call = fchown* || $how = retval=0 || $call-$how = utimensat-error=ENOSYS ]] || {
                says 'of the files and directories ha(s|ve) another owner, mode or time than in SOURCE'
                [ "$(grep -c 'another owner, mode' <<<"$stderr")" -eq 1 ]
            }
        done
    done
    [ "$(id -u)" -eq 0 ] || return 0
    copies_refused fchmod error=EPERM --mode 0640
    exits 1
    says 'its mode cannot be set: operation not permitted'
    copies_refused fchmod retval=0 --mode 0640
    exits 1
    says 'its mode cannot be set: .*not supported'
    copies_refused fchownat,fchown,lchown retval=0 --owner 1001
    exits 1
    says 'its owner cannot be set: .*not supported'
}

@test "a volume that refuses renames: written in place with a warning, and an interrupted run is known by its time" {
    command -v strace >/dev/null || skip "no strace"
    local how renames=rename,renameat,renameat2
    ln -s one.jar agent/lib/link
    ln agent/lib/one.jar agent/lib/hard
    for how in EPERM ENOSYS EOPNOTSUPP EXDEV; do
        echo one >agent/lib/one.jar
        copies_refused "$renames" "error=$how"
        exits 0
        says '2 files were written in place, as the volume refuses to rename files'
        same_tree agent volume directories
        no_litter volume
        echo changed >agent/lib/one.jar
        ln -sf large.jar agent/lib/link
        inside=("${traced[@]}" -o trace -e "trace=$renames" -e "inject=$renames:error=$how")
        run_tool copy-agent agent volume
        exits 0
        same_tree agent volume directories
        ln -sf one.jar agent/lib/link
        # As a killed run leaves it.
        truncate -s 1000 volume/lib/large.jar
        truncate -s 3000000 volume/lib/large.jar
        run_tool copy-agent agent volume
        inside=()
        exits 0
        same_tree agent volume directories
    done
}

# More than 5 MB of the file that is being copied are there.
growing() {
    [ -n "$(find volume/.initkit-copy-* -type f -size +5000000c)" ]
}

@test "a file that grows or shrinks while it is copied is exit 1, and no half of it has its name" {
    command -v strace >/dev/null || skip "no strace"
    small_volume size=500m
    local what
    for what in grow shrink; do
        head -c 100000000 /dev/zero | tr '\0' x >agent/lib/moving
        begin "${traced[@]}" -o trace -e trace=sendfile -e inject=sendfile:delay_enter=30000 "$bin/copy-agent" --jobs 1 agent volume 2>err
        until_true 10 growing
        if [ $what = grow ]; then echo more >>agent/lib/moving; else truncate -s 1000 agent/lib/moving; fi
        status=0
        wait "$started" || status=$?
        cp err out && gather
        exits 1
        ends_saying 'lib/moving: (changed|became shorter) while it was copied'
        [ ! -e volume/lib/moving ]
        no_litter volume
        run_tool copy-agent agent volume
        exits 0
        cmp agent/lib/moving volume/lib/moving
        rm volume/lib/moving
    done
}

@test "SIGTERM and SIGINT end it at once, with 143 and 130, and nothing half-written stays" {
    small_volume size=3g
    head -c 1000000000 /dev/zero | tr '\0' x >agent/lib/huge
    local signal code
    for signal in TERM INT; do
        code=143
        [ $signal = TERM ] || code=130
        start_tool copy-agent agent volume
        until_true 10 sh -c 'ls volume/.initkit-copy-*/*/f'
        before=$(milliseconds)
        kill -$signal "$tool"
        wait_tool
        [ $(($(milliseconds) - before)) -lt 1000 ]
        exits $code
        ends_saying "not copied: stopped by SIG$signal while copying"
        [ ! -e volume/lib/huge ]
        no_litter volume
    done
    run_tool copy-agent agent volume
    exits 0
    cmp agent/lib/huge volume/lib/huge
}

@test "SIGTERM and --timeout end it while nobody reads what it prints" {
    local number
    mkdir -p long links
    ln -s "$bin/copy-agent" links/cp
    for number in {1..2000}; do
        : >"long/$number-0123456789-0123456789-0123456789-0123456789"
    done
    mkfifo unread
    exec 8<>unread
    for command in "$bin/copy-agent --dry-run long volume" "$PWD/links/cp -rv long volume"; do
        : >out
        $command >unread 2>err </dev/null 3>&- &
        tool=$!
        until_true 20 "$python" -c 'import fcntl, sys, termios
held = bytearray(4)
fcntl.ioctl(8, termios.FIONREAD, held)
sys.exit(int.from_bytes(held, sys.byteorder) < 50000)'
        kill -TERM $tool
        status=0
        wait $tool || status=$?
        gather
        exits 143
        head -c 50000 <&8 >/dev/null
    done
    status=0
    timeout 30 "$bin/copy-agent" --dry-run --timeout 300ms long other >unread 2>err 3>&- || status=$?
    gather
    exits 124
    exec 8>&-
}

@test "a tree larger than the limit is copied within a memory cgroup of 16 MiB" {
    needs_root
    own_memory_limit $((16 * 1024 * 1024))
    rm -rf agent
    mkdir agent
    "$python" - <<'CODE'
import os
blob = os.urandom(1 << 20)
for folder in range(200):
    os.mkdir(f"agent/{folder}")
    for number in range(20):
        with open(f"agent/{folder}/{number}", "wb") as file:
            file.write(blob[folder * 1000 :][: 12000])
for number in range(3):
    with open(f"agent/large-{number}", "wb") as file:
        file.write(blob * 20)
CODE
    sync
    run_tool copy-agent agent volume
    exits 0
    ends_saying 'copied 4003 files'
    [ "$(cat "$memory_cgroup/memory.max_usage_in_bytes")" -le $((16 * 1024 * 1024)) ]
    inside=()
    same_tree agent volume
}

@test "a DEST in memory counts against the memory limit: 1 before copying, not killed" {
    needs_root
    own_memory_limit $((32 * 1024 * 1024))
    small_volume size=100m
    head -c $((40 * 1024 * 1024)) /dev/urandom >agent/large
    run_tool copy-agent agent volume
    exits 1
    ends_saying 'needs 4[0-9.]+ MiB of memory, as DEST is in memory, and the container.s memory limit is 32.0 MiB; hint: raise resources.limits.memory'
    [ -z "$(ls -A volume)" ]
    truncate -s $((20 * 1024 * 1024)) agent/large
    run_tool copy-agent agent volume
    exits 0
}

@test "more files than the memory limit can hold a plan of: 3 with a reason, not killed" {
    needs_root
    not_emulated
    release_build
    rm -rf agent
    "$python" - <<'CODE'
import os
os.makedirs("agent")
open("agent/one", "w").close()
for folder in range(17):
    os.makedirs(f"agent/{folder}")
    for number in range(2000):
        os.link("agent/one", f"agent/{folder}/{number:06d}" + "n" * 240)
CODE
    own_memory_limit $((16 * 1024 * 1024))
    run_tool copy-agent agent volume
    exits 3
    ends_saying "copy-agent: out of memory; hint: raise the container's memory limit"
    [ ! -e volume ]
    ln -s "$bin/copy-agent" cp
    bin=$PWD run_tool cp -r agent volume
    exits 1
    ends_saying "cp: out of memory"
    echo $((32 * 1024 * 1024)) >"$memory_cgroup/memory.limit_in_bytes"
    run_tool copy-agent agent volume
    exits 0
    ends_saying 'copied 34001 files'
    grep -qx 'oom_kill 0' "$memory_cgroup/memory.oom_control"
}

@test "10,000 files need at most 8 MiB of its own" {
    release_build
    not_emulated
    mkdir tree
    "$python" - <<'CODE'
import os
for folder in range(100):
    os.mkdir(f"tree/{folder}")
    for number in range(100):
        with open(f"tree/{folder}/a-file-of-some-length-{number}.class", "wb") as file:
            file.write(b"x" * 100)
CODE
    # Of address space even, which is more than what is used of it.
    inside=(prlimit --as=$((8 * 1024 * 1024)))
    run_tool copy-agent --jobs 4 tree copy
    exits 0
    ends_saying 'copied 10000 files'
}
