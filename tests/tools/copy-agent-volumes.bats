#!/usr/bin/env bats
# copy-agent on volumes that refuse, ignore or round a call: what GNU cp makes of them is the measure.
#
# run_tool sets the variables that are looked at:
# shellcheck disable=SC2154,SC2034

load lib
load trees
load volume

# outcome COMMAND...: "0", or what it could not do.
outcome() {
    local words
    words=$(LC_ALL=C "$@" 2>&1) || { echo "${words##*: }"; return; }
    echo 0
}

# attribute CALL PATH NAME [VALUE]
attribute() {
    "$python" -c 'import os, sys
try:
    getattr(os, sys.argv[1])(*sys.argv[2:4], *(each.encode() for each in sys.argv[4:]))
except OSError as error:
    sys.exit(error.strerror)' "$@"
}

# obeys RULE EXPECTED COMMAND...: of a volume with a file, a link to it and a directory.
obeys() {
    local found
    mount_volume "$1"
    found=$(outcome "${@:3}")
    unmount_volume
    [ "$found" = "$2" ] || report "$1: ${*:3}: $found, expected $2"
}

@test "the volume of these tests refuses and ignores what it is told to" {
    status=0 output='' stderr=''
    mkdir -p backing/directory
    echo file >backing/file
    echo other >backing/other
    ln -s file backing/link
    obeys chmod=EPERM "Operation not permitted" chmod 600 volume/file
    obeys chown=EOPNOTSUPP "Operation not supported" chown 1 volume/file
    obeys chown=ignore 0 chown 1 volume/file
    [ "$(stat -c %u backing/file)" = "$(id -u)" ]
    obeys utimens=EACCES "Permission denied" touch volume/file
    obeys symlink=EOPNOTSUPP "Operation not supported" ln -s file volume/new
    obeys link=EPERM "Operation not permitted" ln volume/file volume/new
    obeys rename=EXDEV "Invalid cross-device link" perl -e 'rename("volume/file", "volume/new") or die ": $!\n"'
    obeys rename-directory=EPERM "Operation not permitted" mv -T volume/directory volume/new
    obeys rename-directory=EPERM 0 mv volume/file volume/new
    obeys rename-over=EEXIST "File exists" mv -f volume/new volume/other
    obeys rename-over=EEXIST 0 mv volume/new volume/file
    obeys unlink=EPERM "Operation not permitted" rm volume/file
    obeys unlink=ignore 0 rm volume/file
    [ -e backing/file ]
    obeys rmdir=EBUSY "Device or resource busy" rmdir volume/directory
    obeys mkdir=EROFS "Read-only file system" mkdir volume/new
    obeys create=EACCES "Permission denied" touch volume/new
    obeys truncate=EPERM "Operation not permitted" truncate -s 1 volume/file
    obeys fsync=EIO "Input/output error" sync volume/file
    obeys write=ENOSPC "No space left on device" dd if=/dev/zero of=volume/file count=1 conv=notrunc status=none
    obeys setxattr=EPERM "Operation not permitted" attribute setxattr volume/file user.a b
    obeys getxattr=EPERM "Operation not permitted" attribute getxattr volume/file user.a
    obeys statfs=EPERM "Operation not permitted" stat -f volume/file
    obeys lock=ENOLCK "No locks available" flock volume/file true
    obeys create=EPERM 0 cmp volume/file backing/link
    obeys create=EPERM 0 diff -r volume backing
}

@test "the volume of these tests folds names, fixes owner and mode, rounds times" {
    mkdir -p backing/Library
    echo file >backing/Library/File
    mount_volume --fold --fixed 0:0:0777 utimens=round:2
    [ "$(cat volume/LIBRARY/fILE)" = file ]
    echo changed >volume/library/file
    [ "$(ls -R backing)" = $'backing:\nLibrary\n\nbacking/Library:\nFile' ]
    [ "$(cat backing/Library/File)" = changed ]
    chmod 600 volume/library
    [ "$(stat -c %a:%u volume/Library)" = 777:0 ]
    touch -d @1700000001.5 volume/library/file
    [ "$(stat -c %.Y volume/library/file)" = 1700000000.000000000 ]
}

@test "hard links that became copies are left alone by the next run" {
    mkdir -p source backing/copy
    head -c 100000 /dev/urandom >source/one
    ln source/one source/two
    touch -d @1700000000 source/one
    echo other >source/three
    for error in EPERM EOPNOTSUPP EMLINK; do
        mount_volume link=$error
        run_tool copy-agent source volume/copy
        exits 0
        same_tree source volume/copy links
        stat -c '%n %i %Z' backing/copy/* >before
        run_tool copy-agent source volume/copy
        exits 0
        ends_saying 'copied 0 files, 0 bytes, 3 skipped'
        stat -c '%n %i %Z' backing/copy/* | cmp before -
        same_tree source volume/copy links
        rm -rf backing/copy/*
        unmount_volume
    done
}

@test "a volume that removes nothing, or only says so: it ends, with a warning that counts what stays" {
    mkdir -p source backing/copy
    echo one >source/file
    for rule in unlink=EPERM unlink=ignore; do
        rm -rf backing/copy/*
        mount_volume $rule
        run_tool copy-agent --version-dir v1 source volume/copy
        exits 0
        for number in 1 2; do
            echo "$rule $number" >source/file
            touch -d "@170000000$number" source/file
            run_tool copy-agent --version-dir v1 source volume/copy
            exits 0
            says "$(find backing/copy -maxdepth 1 -name '.initkit-copy-*' | wc -l) hidden .initkit-copy-\\* (entry stays|entries stay) in DEST, of this run"
            [ "$(cat backing/copy/v1/file)" = "$rule $number" ]
        done
        echo superfluous >backing/copy/old
        run_tool copy-agent --prune --max-prune 100% source volume/copy
        exits 1
        ends_saying 'copied|cannot be pruned: '
        [ -e backing/copy/old ]
        unmount_volume
    done
}

@test "what an ordinary user makes on the volume of these tests is that user's" {
    mkdir -m 0777 backing
    mkdir -m 2777 backing/group
    chgrp 3000 backing/group
    mount_volume symlink=EOPNOTSUPP
    setpriv --reuid 65532 --regid 65532 --clear-groups \
        sh -c 'umask 022; mkdir volume/d volume/group/d; echo f >volume/d/f; echo g >volume/group/g'
    [ "$(stat -c %u:%g:%a volume/d volume/d/f volume/group/g volume/group/d | paste -sd ' ')" = \
        "65532:65532:755 65532:65532:644 65532:3000:644 65532:3000:2755" ]
    run ! setpriv --reuid 65532 --regid 65532 --clear-groups chmod 600 volume/group
}

@test "--version-dir where directories, or names that are there, cannot be renamed" {
    mkdir -p source/lib backing
    for rule in rename-directory=EPERM rename-directory=EXDEV rename=EPERM rename-over=EPERM rename-over=EEXIST rename-over=EACCES \
        rename-exchange=EINVAL; do
        rm -rf backing/*
        mkdir backing/copy
        mount_volume "$rule"
        echo "$rule" >source/lib/file
        echo other >source/lib/old
        touch -d @1700000001 source/lib/*
        run_tool copy-agent --version-dir v1 source volume/copy
        exits 0
        same_tree source backing/copy/v1
        [ "$(readlink backing/copy/current)" = v1 ]
        # the same name again, then another one
        rm source/lib/old
        touch -d @1700000002 source/lib/file
        run_tool copy-agent --version-dir v1 source volume/copy
        exits 0
        same_tree source backing/copy/v1
        case $rule in
            rename-over* | rename-exchange*) says 'v1 was replaced after a moment without it, as the volume cannot exchange names' ;;
            *) says 'v1 was written in place, as the volume refuses to rename directories' ;;
        esac
        run_tool copy-agent --version-dir v2 source volume/copy
        exits 0
        same_tree source backing/copy/v2
        [ "$(readlink backing/copy/current)" = v2 ]
        no_litter backing/copy
        unmount_volume
    done
}

@test "a volume that renames nothing onto a name that is there: removed first, with a warning" {
    mkdir -p source backing
    for error in EPERM EEXIST EACCES; do
        rm -rf backing/* source/*
        mkdir backing/copy
        mount_volume rename-over=$error
        echo one >source/file
        ln -s one source/link
        run_tool copy-agent source volume/copy
        exits 0
        echo another >source/file
        ln -sf another source/link
        run_tool copy-agent source volume/copy
        exits 0
        same_tree source backing/copy
        says '2 files were removed before the new one got its name, as the volume refuses to rename onto what is there'
        no_litter backing/copy
        unmount_volume
    done
}

@test "times in coarse steps, or none: unchanged files are not copied again" {
    mkdir -p source/lib backing
    for number in 1 2 3 4; do
        echo "file $number" >source/lib/$number
        touch -d "@170000000$number.123456789" source/lib/$number
    done
    ln -s 1 source/lib/link
    for rule in utimens=round:1 utimens=round:2 utimens=ignore utimens=EPERM; do
        rm -rf backing/*
        mkdir backing/copy
        mount_volume $rule
        run_tool copy-agent source volume/copy
        exits 0
        [[ $rule = *round* ]] || says 'of the files and directories have another owner, mode or time than in SOURCE'
        stat -c '%n %i' backing/copy/lib/* >before
        run_tool copy-agent source volume/copy
        exits 0
        ends_saying 'copied 0 files, 0 bytes, 5 skipped'
        stat -c '%n %i' backing/copy/lib/* | cmp before -
        # of the same size, and of another time
        echo "FILE 3" >source/lib/3
        touch -d @1700000103.5 source/lib/3
        run_tool copy-agent source volume/copy
        exits 0
        ends_saying 'copied 1 file'
        [ "$(cat backing/copy/lib/3)" = 'FILE 3' ]
        echo "file 3" >source/lib/3
        touch -d @1700000003.5 source/lib/3
        unmount_volume
    done
}

@test "owners and modes that a volume accepts and does not keep are counted, with what it gives instead" {
    mkdir -p source backing/copy
    echo one >source/file
    chmod 640 source/file
    chown 7:8 source source/file
    for rule in '--fixed 5:6:0757 chmod=ignore chown=ignore' chown=ignore; do
        rm -rf backing/copy/*
        # shellcheck disable=SC2086 # some rules are several words
        mount_volume $rule
        run_tool copy-agent source volume/copy
        exits 0
        says '^copy-agent: 1 of the files and directories has another owner, mode or time than in SOURCE'
        [[ $rule != --fixed* ]] || says 'hint: this volume gives every file mode 0757 and UID 5, which are options of its mount: uid='
        run_tool copy-agent --owner 7:8 source volume/copy
        exits 1
        unmount_volume
    done
}

@test "two names of SOURCE that are one on a volume which ignores upper and lower case: 1 before anything is written" {
    local option
    mkdir -p source/lib backing/copy
    echo upper >source/lib/README
    echo lower >source/lib/readme
    echo other >source/other
    mount_volume --fold
    for option in --once --version-dir=v1 --verify; do
        run_tool copy-agent $option source volume/copy
        exits 1
        ends_saying 'not copied: lib/(README|readme) and (README|readme) have one name on this volume.*hint: one of them would be lost'
        [ -z "$(ls -A backing/copy)" ]
    done
    run_tool copy-agent --exclude '**/readme' source volume/copy
    exits 0
    [ "$(cat backing/copy/lib/README)" = upper ]
    # Directories, and letters beyond ASCII, which the volume of these tests keeps apart.
    rm source/lib/readme
    mkdir source/LIB
    run_tool copy-agent source volume/copy
    exits 1
    ends_saying '(LIB|lib) and (LIB|lib) have one name'
    rmdir source/LIB
    echo one >source/Ünder
    echo two >source/ünder
    run_tool copy-agent source volume/copy
    exits 0
    [ "$(cat backing/copy/Ünder backing/copy/ünder | paste -sd ' ')" = 'one two' ]
}

@test "--install where a file keeps the mode that it was made with, whatever chmod says" {
    local rule
    for rule in chmod=EPERM chmod=EOPNOTSUPP chmod=ignore; do
        rm -rf backing
        mkdir -p backing/bin
        mount_volume $rule
        run_tool copy-agent --install volume/bin
        exits 0
        volume/bin/copy-agent --version
        unmount_volume
    done
}

@test "on each volume the end is GNU cp's, or it is written down why not" {
    needs_fuse
    [ -z "$emulated" ] || skip "compares with this machine's programs"
    INITKIT_BIN=$bin "$repository/tests/differential/volumes"
}

@test "a part of a file that cannot be removed is never seen under its own name" {
    command -v strace >/dev/null || skip "no strace"
    local when number
    mkdir -p source/lib
    for number in 1 2 3 4 5; do
        printf '%0300000d' "$number" >source/lib/$number
    done
    for when in 1 2 3 4; do
        rm -rf backing
        mkdir -p backing/copy
        mount_volume unlink=EPERM
        inside=("${traced[@]}" -o trace -e "inject=sendfile,copy_file_range:error=EINVAL" -e "inject=write:error=EIO:when=$((2 * when))")
        run_tool copy-agent --jobs 1 source volume/copy
        inside=()
        exits 1
        for number in backing/copy/lib/*; do
            [ ! -e "$number" ] || cmp "$number" "source/lib/${number##*/}"
        done
        unmount_volume
    done
}

@test "a SOURCE that gives all files one inode number: they are not taken for names of one file" {
    local number
    mkdir backing
    for number in 1 2 3; do
        echo "file $number" >backing/$number
        touch -d "@170000000$number" backing/$number
    done
    mount_volume --alike
    run_tool copy-agent volume copy
    exits 0
    same_tree backing copy directories
}
