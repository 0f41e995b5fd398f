#!/usr/bin/env bats
# copy-agent: what a file costs in system calls, and how new directories get into DEST.
#
# run_tool sets the variables that are looked at:
# shellcheck disable=SC2154,SC2034

load lib
load trees

FILES=200

# Two directories of a hundred small files.
prepare() {
    command -v strace >/dev/null || skip "no strace"
    mkdir -p agent/lib/inner volume
    local number
    for number in $(seq $((FILES / 2))); do
        echo "$number" >"agent/lib/$number.jar"
        echo "$number" >"agent/lib/inner/$number.jar"
    done
}

# strace's options, then copy-agent's.
traced_run() {
    inside=("${traced[@]}" -o trace "$@")
    run_tool copy-agent --jobs 1 agent volume
    inside=()
}

# How often a call was made, by one of its names.
calls() {
    grep -cE "^[0-9]+ +($1)\(" trace || true
}

@test "a new file is opened, read, looked at, made, written, stamped and closed, once each" {
    traced_run
    exits 0
    same_tree agent volume
    local most=$((FILES + 60))
    [ "$(calls 'fstat|newfstatat|fstatat64')" -le $((2 * FILES + 60)) ] # the walk looks at it, too
    [ "$(calls 'open|openat')" -le $((2 * FILES + 80)) ]
    [ "$(calls read)" -le $most ]
    [ "$(calls write)" -le $most ]
    [ "$(calls 'utimensat')" -le $most ]
    [ "$(calls 'flistxattr')" -le $most ]
    [ "$(calls 'renameat|renameat2|rename')" -eq 1 ]
    [ "$(calls 'fchmod|fchmodat|chmod')" -le 1 ] # one finds out whether the volume keeps modes
    [ "$(calls 'sendfile|copy_file_range|futex|clone|clone3')" -eq 0 ]
}

@test "an ordinary user asks once whether an owner can be kept" {
    needs_root
    chmod -R a+rX .
    chown 1001 volume
    chmod 777 .
    inside=(setpriv --reuid 1001 --regid 1001 --clear-groups "${traced[@]}" -o trace -e 'trace=/chown|fchmod')
    run_tool copy-agent --jobs 1 agent volume
    inside=()
    exits 0
    same_tree agent volume owner
    [ "$(calls 'fchownat|fchown|chown|lchown')" -le 4 ]
    [ "$(calls fchmod)" -le 1 ] # one finds out whether the volume keeps modes
}

@test "a directory killed before it is complete is not there, and the next run makes it" {
    traced_run -e trace=write -e inject=write:signal=KILL:when=150
    exits 137
    [ ! -e volume/lib ]
    run_tool copy-agent agent volume
    exits 0
    ends_saying "copied $FILES files"
    same_tree agent volume
    no_litter volume
}

@test "what is complete of a new directory is put in its place when a run is stopped" {
    traced_run -e trace=write -e inject=write:signal=TERM:when=150
    exits 143
    no_litter volume
    local there
    there=$(find volume -type f | wc -l)
    [ "$there" -ge 140 ]
    [ "$there" -lt $FILES ]
    run_tool copy-agent agent volume
    exits 0
    ends_saying "copied $((FILES - there)) files"
    same_tree agent volume
}

@test "a directory that may not be renamed is made in its place, and its files are counted once" {
    local error
    for error in ENOTEMPTY EXDEV EPERM EIO; do
        rm -rf volume/lib
        traced_run -e trace=renameat -e "inject=renameat:error=$error:when=1"
        exits 0
        ends_saying "copied $FILES files"
        same_tree agent volume
        no_litter volume
    done
}

@test "a directory of mode 0555 gets into DEST, as an ordinary user" {
    needs_root
    chmod -R a+rX .
    chmod 555 agent/lib agent/lib/inner
    chown 1001 volume
    as_user 1001 copy-agent agent volume
    exits 0
    same_tree agent volume owner
    no_litter volume
}

@test "links within and between new directories, and their directories' times" {
    ln agent/lib/1.jar agent/lib/inner/hard
    mkdir agent/other
    ln agent/lib/1.jar agent/other/hard
    ln -s ../1.jar agent/lib/inner/link
    touch -d 2020-01-01 agent/lib agent/lib/inner agent/other
    run_tool copy-agent agent volume
    exits 0
    same_tree agent volume
    [ volume/lib/1.jar -ef volume/other/hard ]
    run_tool copy-agent agent volume
    ends_saying 'copied 0 files'
}

@test "a file that changes after it was looked at is copied as it is then" {
    # The first file that is opened to be copied is another one than the walk saw.
    begin "${traced[@]}" -o trace -e trace=mkdirat -e inject=mkdirat:delay_enter=300000 "$bin/copy-agent" --jobs 1 agent volume 2>err
    until_true 10 test -s trace
    echo longer than before >agent/lib/inner/7.jar
    status=0
    wait "$started" || status=$?
    cp err out && gather
    exits 0
    cmp agent/lib/inner/7.jar volume/lib/inner/7.jar
}

@test "a new directory takes no directory's place that another copier has made meanwhile" {
    local tries made=""
    for tries in {1..20}; do
        rm -rf volume/lib
        inside=("${traced[@]}" -o trace -e "inject=renameat2:delay_enter=$((tries * 200000))")
        start_tool copy-agent --jobs 1 agent volume
        inside=()
        until_true 30 sh -c 'ls volume/.initkit-copy-*/*/lib/inner/100.jar volume/lib/inner/100.jar 2>/dev/null | grep .'
        if mkdir volume/lib 2>/dev/null; then
            made=$(stat -c %i volume/lib)
        fi
        wait_tool
        exits 0
        same_tree agent volume
        no_litter volume
        [ -z "$made" ] || break
    done
    [ -n "$made" ] || skip "it was never slow enough"
    [ "$(stat -c %i volume/lib)" = "$made" ]
}

@test "without renameat2 new directories are renamed all the same" {
    local error
    for error in ENOSYS EINVAL EPERM; do
        rm -rf volume/lib
        traced_run -e "inject=renameat2:error=$error"
        exits 0
        says_not place
        same_tree agent volume
        [ "$(calls 'renameat|rename')" -eq 1 ]
    done
}
