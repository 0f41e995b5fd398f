# Volumes that refuse, ignore or round a call (tests/servers/volume.c): to be loaded after lib.bash.
#
# `servers`, `started` and the rest come from lib.bash:
# shellcheck shell=bash disable=SC2154

needs_fuse() {
    [ "$(id -u)" -eq 0 ] || skip "needs root: mounts"
    [ -c /dev/fuse ] || skip "no /dev/fuse here: volumes that refuse a call cannot be shown"
}

# Built once a run of bats, whoever comes first.
build_volume() {
    volume=$BATS_RUN_TMPDIR/volume
    [ -x "$volume" ] && return
    cc -std=c11 -O1 -Wall -Wextra -Werror -D_FILE_OFFSET_BITS=64 -I/usr/include/fuse3 -o "$volume.$BASHPID" \
        "$servers/volume.c" "$servers/volume_rules.c" -lfuse3
    mv "$volume.$BASHPID" "$volume"
}

# mount_volume [RULE]...: shows ./backing at ./volume, both made where they are missing. Ends with the test, or unmount_volume.
mount_volume() {
    needs_fuse
    build_volume
    mkdir -p backing volume
    begin "$volume" "$@" backing volume 2>volume.err
    volume_server=$started
    echo "$PWD/volume" >>"$BATS_TEST_TMPDIR/mounts"
    until_true 10 mountpoint -q volume
}

# mount_bindfs: the same with bindfs, a FUSE file system that people have, which cannot exchange names.
mount_bindfs() {
    needs_fuse
    mkdir -p backing volume
    begin bindfs -f backing volume
    volume_server=$started
    echo "$PWD/volume" >>"$BATS_TEST_TMPDIR/mounts"
    until_true 10 mountpoint -q volume
}

# For another one in the same test. A mount namespace that somebody else has made meanwhile keeps the mount, so its server is told to
# end as well.
unmount_volume() {
    umount -l volume
    kill "$volume_server" 2>/dev/null || true
    until_true 10 eval "! kill -0 $volume_server"
}
