#!/usr/bin/env bats
# Out of the directory, or more than was asked for: links that somebody plants in a volume, archives that climb, removals without
# end, privileges of an untrusted image. Each is an attack that fails with the right code and words.
#
# run_tool sets the variables that are looked at:
# shellcheck disable=SC2154,SC2034,SC2030,SC2031

load lib
load fetch-config
load trees

prepare() {
    mkdir -p agent/lib volume victim/only-here
    echo one >agent/lib/one.jar
    echo two >agent/two.jar
    echo secret >victim/secret
    echo kept >victim/only-here/kept
    chmod 700 victim
    find victim -printf '%p %m %u %g %T@ %C@\n' | sort >victim.before
}

# Nothing in there has changed, nor is anything new.
victim_is_untouched() {
    find victim -printf '%p %m %u %g %T@ %C@\n' | sort | diff victim.before -
}

# refuses_link TOOL [ARGUMENT]...
refuses_link() {
    run_tool "$@"
    exits 1
    says 'is a link, which is not followed'
    victim_is_untouched
}

### copy-agent: links in DEST

@test "copy-agent: DEST itself is a planted link" {
    ln -s ../victim volume/agent
    refuses_link copy-agent agent volume/agent
    ends_saying 'volume/agent: is a link, which is not followed; hint: .*--follow-dest'
    refuses_link copy-agent agent volume/agent/
    refuses_link copy-agent agent volume/agent/.
    refuses_link copy-agent --prune --max-prune 100% agent volume/agent
    refuses_link copy-agent --mode 0777 --dry-run agent volume/agent
    refuses_link copy-agent --version-dir v1 agent volume/agent
    refuses_link copy-agent agent/two.jar volume/agent
    refuses_link copy-agent agent/two.jar volume/agent/
    [ "$(readlink volume/agent)" = ../victim ]
    [ "$(id -u)" -ne 0 ] || refuses_link copy-agent --owner 65532 agent volume/agent
    ln -s nowhere volume/dangling
    refuses_link copy-agent agent volume/dangling
    [ ! -e volume/nowhere ]
}

@test "copy-agent: the same as an ordinary user" {
    needs_root
    chmod 755 . && chmod 777 volume
    ln -s ../victim volume/agent
    as_user 65532 copy-agent agent volume/agent
    exits 1
    says 'is a link, which is not followed'
    as_user 65532 copy-agent agent volume/own
    exits 0
    victim_is_untouched
}

@test "copy-agent: --follow-dest follows, and never together with --prune" {
    mkdir volume/versioned
    ln -s versioned volume/agent
    run_tool copy-agent --follow-dest agent volume/agent
    exits 0
    same_tree agent volume/versioned
    run_tool copy-agent --follow-dest --prune agent volume/agent
    refuses_naming --follow-dest
    INITKIT_COPY_AGENT_FOLLOW_DEST=true run_tool copy-agent --prune --max-prune 100% agent volume/agent
    refuses_naming --follow-dest
}

@test "copy-agent: links below DEST are replaced, never followed" {
    ln -s ../victim volume/lib
    ln -s ../victim/secret volume/two.jar
    run_tool copy-agent --prune --max-prune 100% agent volume
    exits 0
    same_tree agent volume
    victim_is_untouched
}

@test "copy-agent: --version-dir and --link are planted links" {
    ln -s ../victim volume/v1
    refuses_link copy-agent --version-dir v1 agent volume
    ends_saying 'v1: is a link, which is not followed; hint: .*--version-dir'
    rm volume/v1
    ln -s ../victim volume/current
    run_tool copy-agent --version-dir v1 agent volume
    exits 0
    [ "$(readlink volume/current)" = v1 ]
    same_tree agent volume/v1
    victim_is_untouched
}

@test "copy-agent: a single file in the place of a link" {
    ln -s ../victim/secret volume/two.jar
    ln -s ../victim volume/lib
    run_tool copy-agent agent/two.jar volume
    exits 0
    [ ! -L volume/two.jar ]
    cmp agent/two.jar volume/two.jar
    ln -sf ../victim/secret volume/two.jar
    run_tool copy-agent agent/two.jar volume/two.jar
    exits 0
    cmp agent/two.jar volume/two.jar
    refuses_link copy-agent agent/two.jar volume/lib
}

@test "another user's link on the way is not followed, root's and one's own are" {
    needs_root
    ln -s ../victim volume/way
    chown -h 65532 volume/way
    echo new >source
    for sandbox in auto off; do
        run_tool copy-agent --sandbox "$sandbox" agent volume/way/agent
        exits 1
        says "another user's link is on the way to it, which is not followed"
        run_tool copy-agent --sandbox "$sandbox" agent/two.jar volume/way/two.jar
        exits 1
        run_tool copy-agent --sandbox "$sandbox" --install volume/way
        exits 1
        run_tool fetch-config --sandbox "$sandbox" "file://$PWD/source=./volume/way/file"
        exits 1
        says "./volume/way: another user's link is on the way to it, which is not followed"
        run_tool fetch-config --sandbox "$sandbox" "file://$PWD/source=./volume/way/new/file"
        exits 1
        says "another user's link is on the way to it, which is not followed"
        run_tool wait-for-dns --sandbox "$sandbox" --hosts --write volume/way/peers localhost
        exits 1
        says "volume/way/peers: another user's link is on the way to it, which is not followed"
        victim_is_untouched
    done
    chown -h 0 volume/way
    run_tool fetch-config "file://$PWD/source=./volume/way/file"
    exits 0
    cmp source victim/file
}

@test "another user's link to a device or FIFO in PATH's place is replaced, root's is refused" {
    needs_root
    mkfifo -m 600 pipe
    echo new >source
    for target in ../pipe /dev/null /dev/full; do
        for sandbox in auto off; do
            ln -sfn "$target" volume/file
            chown -h 65532 volume/file
            run_tool fetch-config --sandbox "$sandbox" "file://$PWD/source=./volume/file"
            exits 0
            [ ! -L volume/file ]
            cmp source volume/file
        done
    done
    ln -sfn /dev/full volume/file
    run_tool fetch-config "file://$PWD/source=./volume/file"
    exits 1
    says "volume/file: is a device, not a file"
    [ -L volume/file ]
    ln -sfn /dev/null volume/file
    run_tool fetch-config "file://$PWD/source=./volume/file"
    exits 0
    [ -L volume/file ]
}

@test "cp: DEST, and SOURCE's name in DEST, are planted links" {
    ln -s "$bin/copy-agent" cp
    bin=$PWD
    ln -s ../victim volume/agent
    refuses_link cp -r agent volume
    ends_saying 'volume/agent: is a link, which is not followed; hint: .*name the directory that it leads to$'
    refuses_link cp -r agent/. volume/agent
    refuses_link cp -rT agent volume/agent
    refuses_link cp -r agent volume/agent
    refuses_link cp -r -t volume/agent agent
    refuses_link cp agent/two.jar volume/agent
    rm volume/agent
    run_tool cp -r agent volume
    exits 0
    same_tree agent volume/agent
}

@test "copy-agent --install, initkit --install: a name that is a planted link is replaced" {
    ln -s ../victim/secret volume/copy-agent
    run_tool copy-agent --install volume
    exits 0
    cmp "$bin/copy-agent" volume/copy-agent
    [ -e "$bin/initkit" ] || skip "no initkit here"
    ln -s ../victim/secret volume/initkit
    ln -sf ../victim/secret volume/tls-check
    run_tool initkit --install volume
    exits 0
    [ "$(readlink volume/tls-check)" = initkit ]
    victim_is_untouched
}

### Privileges

privileged_agent() {
    chmod 4755 agent/lib/one.jar
    chmod 2755 agent/two.jar
    echo three >agent/three
    chmod 6751 agent/three
    chmod 2755 agent/lib
}

modes() {
    (cd "$1" && stat -c '%a %n' lib lib/one.jar two.jar three | tr '\n' ' ')
}

@test "setuid and setgid bits of files are dropped and counted, unless they are asked for" {
    privileged_agent
    run_tool copy-agent agent volume/plain
    exits 0
    says '3 files were copied without setuid and setgid bits and file capabilities; hint: --keep-privileges keeps them'
    [ "$(modes volume/plain)" = "2755 lib 755 lib/one.jar 755 two.jar 751 three " ]
    run_tool copy-agent agent volume/plain
    exits 0
    ends_saying 'copied 0 files'
    says_not 'were copied without'
    run_tool copy-agent --mode a+rX agent volume/readable
    [ "$(modes volume/readable)" = "2755 lib 755 lib/one.jar 755 two.jar 755 three " ]
    run_tool copy-agent --keep-privileges agent volume/kept
    exits 0
    says_not 'were copied without'
    [ "$(modes volume/kept)" = "2755 lib 4755 lib/one.jar 2755 two.jar 6751 three " ]
    run_tool copy-agent --mode u+s agent volume/asked
    exits 0
    [ "$(modes volume/asked)" = "6755 lib 4755 lib/one.jar 4755 two.jar 4751 three " ]
    # What an earlier version has left there is put right.
    chmod u+s volume/plain/two.jar
    run_tool copy-agent agent volume/plain
    exits 0
    [ "$(id -u)" -ne 0 ] || [ "$(modes volume/plain)" = "2755 lib 755 lib/one.jar 755 two.jar 751 three " ]
}

@test "file capabilities are dropped and counted, unless they are asked for" {
    needs_root
    chmod +x agent/two.jar
    setcap cap_net_raw+ep agent/two.jar 2>/dev/null || skip "no file capabilities here"
    run_tool copy-agent agent volume/plain
    exits 0
    says '1 file was copied without'
    [ -z "$(getcap volume/plain/two.jar)" ]
    run_tool copy-agent --keep-privileges agent volume/kept
    exits 0
    [ -n "$(getcap volume/kept/two.jar)" ]
    cp -a volume/kept volume/once
    run_tool copy-agent --keep-privileges agent volume/kept
    exits 0
    ends_saying 'copied 0 files'
    run_tool copy-agent agent volume/kept
    exits 0
    ends_saying 'copied 1 file'
    [ -z "$(getcap volume/kept/two.jar)" ]
    run_tool copy-agent agent volume/kept
    exits 0
    ends_saying 'copied 0 files'
    chmod 755 . && chmod 777 volume
    as_user 65532 copy-agent --keep-privileges agent volume/mine
    exits 0
    says '1 file was copied without'
}

@test "an ordinary user's copy has no setuid bits either" {
    needs_root
    privileged_agent
    chmod o+r agent/three
    chmod 755 . && chmod 777 volume
    as_user 65532 copy-agent agent volume/mine
    exits 0
    says '3 files were copied without'
    [ "$(modes volume/mine)" = "2755 lib 755 lib/one.jar 755 two.jar 755 three " ]
    # what a run as root, with --keep-privileges, has left there
    rm volume/mine/two.jar
    cp -a agent/two.jar volume/mine/two.jar
    [ "$(stat -c %u:%a volume/mine/two.jar)" = 0:2755 ]
    as_user 65532 copy-agent agent volume/mine
    exits 0
    [ "$(modes volume/mine)" = "2755 lib 755 lib/one.jar 755 two.jar 755 three " ]
}

@test "cp: only -a and -p keep them" {
    privileged_agent
    ln -s "$bin/copy-agent" cp
    bin=$PWD
    run_tool cp -r agent volume/r
    exits 0
    says '3 files were copied without .*; hint: -p keeps them'
    [ "$(modes volume/r)" = "2755 lib 755 lib/one.jar 755 two.jar 751 three " ]
    local option
    for option in -a -rp; do
        run_tool cp "$option" agent "volume/$option"
        exits 0
        says_not 'were copied without'
        [ "$(modes "volume/$option")" = "2755 lib 4755 lib/one.jar 2755 two.jar 6751 three " ]
    done
}

### Removals

# many_files DIRECTORY COUNT
many_files() {
    "$python" -c '
import os, sys
os.makedirs(sys.argv[1])
for number in range(int(sys.argv[2])):
    os.close(os.open(f"{sys.argv[1]}/{number}", os.O_CREAT | os.O_WRONLY))' "$@"
}

more_than() {
    [ "$(find "$1" | wc -l)" -gt "$2" ]
}

fewer_than() {
    [ "$(find "$1" | wc -l)" -lt "$2" ]
}

@test "--prune of many files ends on SIGTERM and at the deadline, and the next run goes on" {
    not_emulated
    many_files volume/gone 3000
    inside=("${traced[@]}" -o /dev/null -e trace=unlinkat -e inject=unlinkat:delay_enter=10000)
    start_tool copy-agent --prune --max-prune 100% agent volume
    inside=()
    until_true 60 fewer_than volume/gone 2990
    kill -TERM "$tool" "$(pgrep -P "$tool")"
    wait_tool
    exits 143
    [ -e volume/gone ]
    inside=("${traced[@]}" -o /dev/null -e trace=unlinkat -e inject=unlinkat:delay_enter=10000)
    run_tool copy-agent --prune --max-prune 100% --timeout 1s agent volume
    inside=()
    exits 124
    [ -e volume/gone ]
    run_tool copy-agent --prune --max-prune 100% agent volume
    exits 0
    same_tree agent volume
}

@test "--prune ends although somebody makes files as fast as they go" {
    not_emulated
    many_files volume/gone 500
    begin "$python" -c '
import os, time
folder = os.open("volume/gone", os.O_RDONLY)
number = 0
while True:
    number += 1
    try:
        os.close(os.open(f"new-{number}", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    except FileNotFoundError:
        break
    time.sleep(0.0001)'
    # The tool is made the slower of the two.
    inside=("${traced[@]}" -o /dev/null -e trace=unlinkat -e inject=unlinkat:delay_enter=1000)
    run_tool copy-agent --prune --max-prune 100% agent volume
    inside=()
    exits 1
    ends_saying 'gone: cannot be pruned: something else makes files there as fast as they are removed; hint: '
    kill "$started"
    run_tool copy-agent --prune --max-prune 100% agent volume
    exits 0
    same_tree agent volume
}

@test "--prune: what cannot be read is a failure, and no directory is passed over" {
    not_emulated
    many_files volume/lib/gone 3
    run_tool copy-agent agent volume
    inside=("${traced[@]}" -o /dev/null -e trace=getdents64 -e inject=getdents64:error=EIO:when=9+)
    run_tool copy-agent --prune --max-prune 100% agent volume
    inside=()
    exits 1
    says 'cannot be (read|pruned): (i/o|input/output) error'
    run_tool copy-agent --prune --max-prune 100% agent volume
    exits 0
    same_tree agent volume
}

@test "an archive of many directories: its stage is left to the next run when the time is over" {
    not_emulated
    "$python" - <<'MADE'
import tarfile

with tarfile.open("wide.tar", "w") as out:
    for number in range(20000):
        info = tarfile.TarInfo(f"d{number}")
        info.type = tarfile.DIRTYPE
        info.mode = 0o755
        out.addfile(info)
MADE
    start_tool fetch-config "file://$PWD/wide.tar=./dest" --extract
    until_true 60 more_than dest 4000
    kill -TERM "$tool"
    wait_tool
    if [ "$status" -ne 0 ]; then # else all of it was moved before the signal came
        exits 143
        [ "$(find dest -maxdepth 2 -name 'd*' | wc -l)" -gt 1000 ]
        [ -z "$(find dest -maxdepth 1 -name 'd[0-9]*')" ]
    fi
    run_tool fetch-config "file://$PWD/wide.tar=./dest" --extract
    exits 0
    no_litter
    [ "$(find dest -name 'd[0-9]*' | wc -l)" -eq 20000 ]
}

### fetch-config --extract

climbing="hardlink climb climbtwice climblater linkout linkabsolute hardout hardup"

@test "--extract: links that stay inside by their letters only" {
    mkdir archives && (cd archives && "$python" "$servers/archives.py")
    local archive
    for archive in $climbing; do
        run_tool fetch-config "file://$PWD/archives/$archive.tar=./volume" --extract
        exits 1
        ends_saying 'leads out of the directory|is a hard link to something that is not a regular file'
        [ -z "$(ls -A volume)" ] || report "$archive: $(ls -A volume)"
    done
    run_tool fetch-config "file://$PWD/archives/climb.tar=./volume" --extract
    ends_saying "the archive's entry escape is a link to d/d/d/d/up/../../victim/secret, which leads out of the directory"
    run_tool fetch-config "file://$PWD/archives/linkabsolute.tar=./volume" --extract
    ends_saying "entry a is a link to /etc/passwd, which leads out of the directory"
}

# What is moved into the stage itself is met there again, one level higher than where its links were proved.
@test "--extract: entries that get into the stage while it is moved" {
    "$python" - <<'ARCHIVE'
import tarfile
with tarfile.open("stage.tar", "w") as out:
    def add(name, **more):
        info = tarfile.TarInfo(name)
        for key, value in more.items():
            setattr(info, key, value)
        out.addfile(info)
    for pid in range(1, 40):
        stage = f"app/.initkit-extract-{pid}-0"
        add(stage, type=tarfile.DIRTYPE, mode=0o755)
        for number in range(50):
            add(f"{stage}/up{number}", type=tarfile.SYMTYPE, linkname="../victim")
    for number in range(3000):
        add(f"app/{number}-" + 80 * "n", mode=0o644)
ARCHIVE
    inside=()
    ! unshare --pid true 2>/dev/null || inside=(unshare --pid --fork --mount-proc --kill-child)
    run_tool fetch-config "file://$PWD/stage.tar=./volume" --extract --strip-components 1
    exits 1
    ends_saying "the archive's entry app/.initkit-extract-1-0/? has a name that only fetch-config uses"
    [ -z "$(ls -A volume)" ] || report "$(ls -A volume)"
}

@test "--extract: two archives that climb together" {
    mkdir archives && (cd archives && "$python" "$servers/archives.py")
    run_tool fetch-config "file://$PWD/archives/climbfirst.tar=./volume" --extract
    exits 0
    run_tool fetch-config "file://$PWD/archives/climbsecond.tar=./volume" --extract
    exits 1
    ends_saying 'entry y is a link to d1/d2/x/../victim, which leads out'
    [ ! -e volume/y ] && [ ! -L volume/y ]
}

@test "--extract: the same where the kernel or a seccomp profile has no openat2" {
    not_emulated
    mkdir archives && (cd archives && "$python" "$servers/archives.py")
    local archive error
    for error in ENOSYS EPERM; do
        inside=("${traced[@]}" -o /dev/null -e trace=openat2 -e "inject=openat2:error=$error")
        for archive in $climbing climbsecond; do
            run_tool fetch-config "file://$PWD/archives/$archive.tar=./volume" --extract
            exits 1
            [ -z "$(ls -A volume)" ] || report "$archive: $(ls -A volume)"
        done
        run_tool fetch-config "file://$PWD/archives/inside.tar=./$error" --extract
        exits 0
        inside=()
        [ "$(readlink "$error/latest")" = share/../jre/lib ]
    done
}

@test "--extract: links that stay inside arrive as they are" {
    mkdir archives && (cd archives && "$python" "$servers/archives.py")
    for _ in 1 2; do
        run_tool fetch-config "file://$PWD/archives/inside.tar=./volume" --extract
        exits 0
        [ "$(cat volume/jre/lib/libjvm.so)" = x ]
        [ "$(readlink volume/jre/lib/doc)" = ../../share/doc ]
        [ "$(readlink volume/jre/lib/self)" = ../lib/./server/../server ]
        [ "$(readlink volume/missing)" = to/be/mounted ]
        [ "$(readlink volume/here)" = . ]
    done
}

@test "--extract: PATH itself, and a directory in it, are planted links" {
    tar -cf agent.tar -C agent lib two.jar
    ln -s ../victim volume/conf
    refuses_link fetch-config "file://$PWD/agent.tar=./volume/conf" --extract
    refuses_link fetch-config "file://$PWD/agent.tar=./volume/conf/" --extract
    ln -s ../victim volume/lib
    run_tool fetch-config "file://$PWD/agent.tar=./volume" --extract
    exits 1
    ends_saying 'volume/lib: is a link, but a directory in the archive'
    victim_is_untouched
    [ ! -e volume/two.jar ]
}

@test "a directory that is put in the place of one that was just made keeps its mode" {
    mkdir volume/private
    chmod 700 volume/private
    inside=("${traced[@]}" -o /dev/null -e trace=mkdirat -e inject=mkdirat:delay_exit=3000000)
    start_tool fetch-config "file://$PWD/agent/two.jar=./volume/new/two.jar"
    inside=()
    until_true 20 test -d volume/new
    mv -T volume/new volume/before
    mv -T volume/private volume/new
    wait_tool
    [ "$(stat -c %a volume/new volume/before | xargs)" = "700 755" ]
}

@test "directories that are made have the volume's setgid bit, and 0755 whatever the umask" {
    chmod 2775 volume
    echo x >x
    umask 077
    run_tool fetch-config "file://$PWD/x=./volume/a/b/x"
    exits 0
    [ "$(stat -c %a volume/a volume/a/b | tr '\n' ' ')" = "2755 2755 " ]
    tar -cf x.tar x
    run_tool fetch-config "file://$PWD/x.tar=./volume/c/d" --extract
    exits 0
    [ "$(stat -c %a volume/c volume/c/d | tr '\n' ' ')" = "2755 2755 " ]
}

@test "fetch-config: PATH is a planted link: it is replaced, with --if-changed too" {
    echo secret >x
    for option in --progress --if-changed; do
        ln -sf ../victim/secret volume/x
        run_tool fetch-config "file://$PWD/x=./volume/x" "$option"
        exits 0
        [ ! -L volume/x ]
    done
    victim_is_untouched
}

### What else is written or read

@test "another user's FIFO, device or link to a descriptor in PATH's place gets nothing" {
    mkfifo -m 666 volume/secret
    "$python" -c 'import os; os.set_blocking(os.open("volume/secret", os.O_RDONLY | os.O_NONBLOCK), True); open("reads", "w"); import time; time.sleep(60)' 3>&- &
    local reader=$! path
    until_true 10 test -e reads
    echo secret >source
    ln -s /proc/self/fd/2 volume/error
    ln -s secret volume/way
    for path in volume/secret volume/way; do
        run_tool fetch-config --sandbox off "file://$PWD/source=./$path" --mode 0600
        exits 1
        says "$path: is a FIFO, not a file"
    done
    { "$bin/fetch-config" "file://$PWD/source=./volume/error" --mode 0600 || echo "exit $?"; } 2>&1 | cat >err
    grep -q "volume/error: is a FIFO, not a file" err
    grep -q "exit 1" err
    run ! grep -qx secret err
    kill "$reader"
    run_tool wait-for-dns --hosts --write volume/secret localhost
    exits 1
    says "volume/secret: is a FIFO, not a file"
}

@test "what another user makes look like a killed run's is not put in its place" {
    needs_root
    mkdir -m 1777 sticky
    echo mine >sticky/config
    mkdir -m 755 sticky/tree
    as_other() { setpriv --reuid 65532 --regid 65532 --clear-groups "$@"; }
    chmod 755 . .. "$BATS_RUN_TMPDIR"
    as_other sh -c 'cd sticky && echo theirs >.config.initkit-9-0 && touch .config.initkit-part-9-0 &&
        mkdir -p .initkit-extract-9-0/tree/.initkit-extract-old && echo theirs >.initkit-extract-9-0/tree/.initkit-extract-old/evil'
    run_tool fetch-config --once "file://$PWD/none=./sticky/config"
    exits 1
    [ "$(cat sticky/config)" = mine ]
    run_tool fetch-config --once "file://$PWD/none=./sticky" --extract
    exits 1
    [ ! -e sticky/tree/evil ]
}

@test "a device or FIFO as copy-agent's DEST is not reached through another user's link" {
    needs_root
    mkfifo victim/pipe
    ln -s ../victim volume/way
    chown -h 65532 volume/way
    echo secret >source
    run_tool copy-agent --timeout 2s source volume/way/pipe
    exits 1
    says "another user's link is on the way to it, which is not followed"
    chown -h 0 volume/way
    cat victim/pipe >got &
    run_tool copy-agent --timeout 10s source volume/way/pipe
    exits 0
    wait %?cat || true
    cmp source got
}

@test "--termination-log: another user's link on the way is not followed" {
    needs_root
    touch victim/log
    ln -s ../victim volume/way
    chown -h 65532 volume/way
    for sandbox in auto off; do
        run_tool copy-agent --sandbox "$sandbox" --termination-log volume/way/log agent volume/agent
        exits 0
        says "--termination-log volume/way/log: another user's link is on the way to it, which is not followed"
        [ ! -s victim/log ]
    done
    chown -h 0 volume/way
    run_tool copy-agent --termination-log volume/way/log agent volume/agent
    exits 0
    grep -q "copied" victim/log
}

@test "--termination-log: a link is not followed, and that is told once" {
    ln -s ../victim/secret volume/log
    run_tool copy-agent --termination-log volume/log agent volume/agent
    exits 0
    says '--termination-log volume/log: is a link, which is not followed'
    run_tool wait-for-tcp --termination-log volume/log --timeout 2s --interval 100ms unix:nothing
    exits 124
    [ "$(grep -c 'is not followed' err)" = 1 ]
    victim_is_untouched
    touch volume/own
    run_tool copy-agent --termination-log volume/own agent volume/agent
    grep -q 'copied 0 files' volume/own
}

@test "\${file:PATH} of a file without an end is refused by its size" {
    echo "\${file:/proc/self/pagemap}" >template
    run_tool fetch-config --render --timeout 1h "file://$PWD/template=./volume/out"
    exits 1
    says '/proc/self/pagemap: is larger than 16 MiB'
    [ ! -e volume/out ]
    mkdir templates && mv template templates
    run_tool copy-agent --render '*' templates volume
    exits 1
    says 'template:1:1: /proc/self/pagemap: is larger than 16 MiB'
    [ ! -e volume/template ]
}

# About ten seconds; make fuzz does the same for as long as one likes.
@test "races: whatever is swapped for a link while a tool runs, nothing outside is touched" {
    not_emulated
    TMPDIR=$BATS_TEST_TMPDIR "$repository/tests/fuzz/confinement" --seconds "${CONFINEMENT_SECONDS:-10}" "$bin"
}
