#!/usr/bin/env bats
# wait-for-file on files, directories and sockets that appear, change, are swapped and vanish, as sidecars and the kubelet make them, and on
# file systems that tell of nothing, or do not answer.
#
# run_tool sets status, stderr and last_line; and `inside` is for one test alone:
# shellcheck disable=SC2154,SC2030,SC2031,SC2034

load lib

### What is there

@test "a file that is there is ready, reported in one line" {
    printf 12345 >file
    run_tool wait-for-file file
    exits 0
    silent_output
    ends_saying '^wait-for-file: file: ready after [0-9.]+m?s \(1 attempt\); 5 bytes$'
    [ "$(wc -l <err)" -eq 1 ]
}

@test "directories, sockets, FIFOs and devices are there, too" {
    mkdir folder
    mkfifo fifo
    start_tcp port "unix:socket"
    run_tool wait-for-file folder fifo socket /dev/null /
    exits 0
    ends_saying 'all 5 targets ready'
}

@test "--type wants one kind" {
    mkdir folder
    : >file
    run_tool wait-for-file --once --type file folder
    exits 1
    ends_saying 'folder: not ready: is a directory, not a file'
    run_tool wait-for-file --once --type directory file
    exits 1
    ends_saying 'is a file, not a directory'
    run_tool wait-for-file --once --type socket file
    exits 1
    run_tool wait-for-file --once --type file file
    exits 0
    run_tool wait-for-file --once file/
    exits 1
    ends_saying 'file/ is not a directory'
}

@test "a file that is missing is waited for until the deadline, and the message names the first directory that is missing" {
    run_tool wait-for-file --timeout 300ms "$PWD/a/b/file"
    exits 124
    says "no such file: $PWD/a is missing, too"
    ends_saying 'hint: is the volume mounted'
    run_tool wait-for-file --once "$PWD/file"
    exits 1
    ends_saying 'native sidecars excepted'
}

@test "--min-size and --expect" {
    printf 'state: starting\n' >file
    run_tool wait-for-file --once --min-size 17 file
    exits 1
    ends_saying 'is too small: 16 of 17 bytes'
    run_tool wait-for-file --once --min-size 16 file
    exits 0
    run_tool wait-for-file --once --expect 'state: ready\n' file
    exits 1
    ends_saying 'the text of --expect is not in it: 16 bytes'
    says_not 'state: starting'
    printf 'state: ready\n' >>file
    run_tool wait-for-file --once --expect 'state: ready\n' file
    exits 0
    : >file
    run_tool wait-for-file --once --min-size 1Ki file
    ends_saying 'is empty: 0 of 1024 bytes'
}

### What appears

# appears COMMAND [ARGUMENT]...: wait-for-file with these arguments is ready after COMMAND, and not before. Without inotify a minute would
# pass before the next look.
appears() {
    local command=$1
    shift
    start_tool wait-for-file --timeout 40s --interval 60s --max-interval 60s "$@"
    until_true 10 err_has 'attempt 1'
    eval "$command"
    wait_tool
    exits 0
}

@test "a file that appears is noticed at once" {
    appears 'echo x >file' file
}

@test "a file whose directories appear first is noticed at once" {
    appears 'mkdir -p a; sleep 0.05; mkdir a/b; sleep 0.05; echo x >a/b/file' a/b/file
}

@test "a directory tree that is moved into place is noticed at once" {
    mkdir -p new/b
    echo x >new/b/file
    appears 'mv new a' a/b/file
}

@test "a file that grows is ready once it is large enough" {
    : >file
    appears 'for i in 1 2 3 4; do echo 12345 >>file; done' --min-size 20 file
}

@test "a text that is written later is found" {
    echo starting >file
    appears 'echo ready >>file' --expect ready file
}

@test "a ConfigMap as the kubelet mounts it: the ..data link is swapped" {
    mkdir ..one ..two
    echo old >..one/app.yaml
    echo new >..two/app.yaml
    ln -s ..one ..data
    ln -s ..data/app.yaml app.yaml
    appears 'ln -s ..two ..data_tmp; mv -T ..data_tmp ..data' --expect new app.yaml
}

@test "a link that leads nowhere is not ready, and is once its target is there" {
    ln -s volume/file link
    run_tool wait-for-file --once link
    exits 1
    ends_saying 'a symbolic link that leads nowhere; .*hint: is the volume that it leads to mounted'
    start_tool wait-for-file --timeout 20s link
    until_true 10 err_has 'attempt 1'
    mkdir volume
    echo x >volume/file
    wait_tool
    exits 0
}

@test "a file that is given rights is noticed at once" {
    [ "$(id -u)" -eq 0 ] || skip "needs root: another user's rights"
    echo x >file
    chmod 0 file
    chmod 755 "$BATS_TEST_TMPDIR"
    open_way
    inside=(setpriv --reuid 65532 --regid 65532 --clear-groups)
    appears 'chmod 644 file' file
}

# A user who is not root may enter every directory down to this test's.
open_way() {
    local folder=$BATS_TEST_TMPDIR
    while [ "$folder" != / ]; do
        chmod a+rx "$folder"
        folder=$(dirname "$folder")
    done
}

@test "what this user may not read, enter or connect to is not ready, and the message names it" {
    [ "$(id -u)" -eq 0 ] || skip "needs root: another user's rights"
    open_way
    mkdir -p closed/inner listed
    echo x >closed/inner/file
    echo x >file
    start_tcp port "unix:socket"
    chmod 600 file
    chmod 700 closed
    chmod 744 listed
    chmod 644 socket
    inside=(setpriv --reuid 65532 --regid 65532 --clear-groups)
    run_tool wait-for-file --once "$PWD/closed/inner/file"
    exits 1
    ends_saying "permission denied: this user may not enter $PWD/closed; .*hint: .*fsGroup"
    run_tool wait-for-file --once file
    exits 1
    ends_saying 'permission denied: this user may not read a file'
    run_tool wait-for-file --once listed
    exits 1
    ends_saying 'may not read a directory'
    run_tool wait-for-file --once socket
    exits 1
    ends_saying 'may not connect to a socket'
    run_tool wait-for-file --once --gone "$PWD/closed/inner/absent"
    exits 1
    ends_saying 'not gone: permission denied'
}

### FIFOs and devices

@test "a FIFO is neither read nor opened: its writer goes on waiting" {
    mkfifo fifo
    begin sh -c 'echo x >fifo; echo written >written'
    run_tool wait-for-file --stable 300ms --timeout 5s fifo
    exits 0
    [ ! -e written ]
    run_tool wait-for-file --once --expect x fifo
    exits 1
    ends_saying 'is a FIFO: --min-size and --expect are about files'
    [ ! -e written ]
}

### --stable

@test "with --stable a file that is still written to is not ready" {
    echo x >file
    begin sh -c 'until [ -e stop ]; do echo x >>file; sleep 0.02; done'
    start_tool wait-for-file --stable 700ms --timeout 30s file
    until_true 10 err_has 'still changes, and --stable asks for more time'
    : >stop
    wait_tool
    exits 0
}

@test "with --stable a file that was deleted and is there again is not ready" {
    echo x >file
    start_tool wait-for-file --stable 3s --timeout 30s -v file
    until_true 10 err_has 'not yet for as long as --stable asks'
    rm file
    until_true 10 err_has 'no such file'
    echo x >file
    wait_tool
    exits 0
    says 'no such file'
}

@test "with --stable one file that takes another's place is a change" {
    echo x >file
    echo x >other
    touch -r file other
    start_tool wait-for-file --stable 2s --timeout 30s -v file
    until_true 10 err_has 'not yet for as long as --stable asks'
    mv other file
    wait_tool
    exits 0
    says 'still changes'
}

### --gone

@test "--gone: what is not there, or below a file, or goes" {
    echo x >file
    run_tool wait-for-file --gone absent absent/below file/below
    exits 0
    ends_saying 'all 3 targets gone'
    start_tool wait-for-file --gone --timeout 40s --interval 60s --max-interval 60s file
    until_true 10 err_has 'is still there'
    rm file
    wait_tool
    exits 0
    ends_saying 'file: gone after'
}

@test "--gone: a link that leads nowhere, and a file with a slash behind it, are still there" {
    ln -s nowhere link
    echo x >file
    run_tool wait-for-file --once --gone link
    exits 1
    ends_saying 'not gone: is still there, as a symbolic link that leads nowhere'
    run_tool wait-for-file --once --gone file//
    exits 1
    ends_saying 'not gone: is still there'
}

### Without inotify

# without_inotify ERROR: from here on the kernel refuses inotify_init1 or its watches.
without_inotify() {
    command -v strace >/dev/null || skip "no strace"
    inside=("${traced[@]}" -qq -o /dev/null -e "trace=inotify_init1,inotify_add_watch" -e "inject=$1")
}

@test "without inotify it is looked at every second, at least" {
    for injected in inotify_init1:error=EMFILE inotify_init1:error=EPERM inotify_add_watch:error=ENOSPC; do
        rm -f file
        without_inotify "$injected"
        start_tool wait-for-file -v --timeout 30s file
        until_true 20 err_has 'attempt 2'
        echo x >file
        wait_tool
        exits 0
    done
    without_inotify inotify_init1:error=EMFILE
    run_tool wait-for-file -v --once absent
    says 'no notice of changes \(inotify: (Too many open files|No file descriptors available)\)'
}

@test "more events than the kernel keeps: the file is noticed all the same" {
    mkdir folder
    : >folder/a
    start_tool wait-for-file --timeout 40s --interval 60s --max-interval 60s folder/file
    until_true 10 err_has 'attempt 1'
    kill -STOP "$tool"
    "$python" -c 'import os
for i in range(20000): os.rename("folder/" + "ab"[i % 2], "folder/" + "ba"[i % 2])'
    echo x >folder/file
    kill -CONT "$tool"
    wait_tool
    exits 0
}

### File systems that do not answer

# A FUSE file system whose answers never come, at hung/.
hang() {
    release_build # the leak checker would wait for the thread that hangs
    [ "$(id -u)" -eq 0 ] || skip "needs root: mounts"
    [ -e /dev/fuse ] || skip "needs /dev/fuse"
    mkdir hung
    begin "$python" "$servers/hung.py" hung
    until_true 10 grep -q "$PWD/hung fuse" /proc/mounts
    echo "$PWD/hung" >>"$BATS_TEST_TMPDIR/mounts"
}

@test "a file system that does not answer: the deadline holds, and the message names it" {
    hang
    run_tool wait-for-file --timeout 1s --attempt-timeout 300ms hung/file
    exits 124
    ends_saying 'not ready: the file system does not answer; .*hint: a network volume whose server is gone'
    run_tool wait-for-file --gone --timeout 1s --attempt-timeout 300ms hung/file
    exits 124
    took_less_than 10000
}

@test "a file system that does not answer: SIGTERM ends it" {
    hang
    start_tool wait-for-file hung/file
    until_true 10 listens_for_signals "$tool"
    sleep 0.2
    kill -TERM "$tool"
    wait_tool
    exits 143
    ends_saying 'the file system has not answered yet'
}

@test "a file system that does not answer keeps no other file from being ready" {
    hang
    echo x >file
    run_tool wait-for-file --min-targets 1 --timeout 20s hung/a hung/b file
    exits 0
    run_tool wait-for-file --timeout 1s hung/a file
    exits 124
    says 'file: ready after'
}

### Operands and options

@test "many paths at once, and the same one twice" {
    local paths=(file file)
    for i in $(seq 100); do
        echo x >"f$i"
        paths+=("f$i")
    done
    start_tool wait-for-file --timeout 30s "${paths[@]}"
    until_true 10 err_has 'f100: ready'
    echo x >file
    wait_tool
    exits 0
    ends_saying 'all 102 targets ready'
}

@test "names with any bytes in them" {
    local name=$'a b\n\xff%?@'
    echo x >"$name"
    run_tool wait-for-file -- "$name" ./-x
    [ "$status" -ne 0 ] || report "one is missing"
    echo x >./-x
    run_tool wait-for-file --log-format json -- "$name" ./-x
    exits 0
    json "last['event'] == 'ready'"
}

@test "what cannot be a path is refused" {
    run_tool wait-for-file
    refuses_naming PATH
    run_tool wait-for-file ''
    refuses_naming PATH
    run_tool wait-for-file https://user:secret@h/x
    refuses_naming 'not a URL'
    says_not secret
    run_tool wait-for-file "/$(printf '%5000s' '' | tr ' ' x)"
    refuses_naming '4096 bytes or more'
    run_tool wait-for-file --once "/$(printf '%300s' '' | tr ' ' x)"
    exits 1
    ends_saying 'the name is too long for this file system'
    for option in --type=file --min-size=1 --expect=x; do
        run_tool wait-for-file --gone "$option" file
        refuses_naming --gone
    done
    run_tool wait-for-file --expect '\q' file
    refuses_naming --expect
    run_tool wait-for-file --type pipe file
    refuses_naming --type
    run_tool wait-for-file --once --stable 1s file
    refuses_naming --stable
}

@test "operands from the environment" {
    echo x >file
    INITKIT_TARGETS="file" run_tool wait-for-file
    exits 0
    INITKIT_TARGETS=http://x INITKIT_WAIT_FOR_FILE_TARGETS=$'file\n./file' run_tool wait-for-file
    exits 0
}
