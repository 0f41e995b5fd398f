#!/usr/bin/env bats
# copy-agent: trees that are hard to copy, side by side with GNU cp -a and busybox cp -r.
#
# run_tool sets the variables that are looked at:
# shellcheck disable=SC2154,SC2034

load lib
load trees

hard_tree() {
    "$python" "$tools/make_tree.py" "$@"
}

@test "a hard tree is copied to the last nanosecond" {
    hard_tree tree
    run_tool copy-agent --keep-privileges tree copy
    exits 0
    same_tree tree copy
    says 'specials/fifo: is a FIFO, which is not copied'
    says 'specials/socket: is a socket'
    [ ! -e copy/specials/fifo ]
    run_tool copy-agent --keep-privileges tree copy
    exits 0
    ends_saying 'copied 0 files'
    same_tree tree copy
}

@test "the same as GNU cp -a makes, where that can do it" {
    needs_root
    hard_tree tree
    rm -rf tree/beyond
    cp -a tree gnu
    run_tool copy-agent --keep-privileges tree copy
    exits 0
    same_tree gnu copy
}

@test "the same content as busybox cp -r makes" {
    hard_tree tree --harmless
    rm -rf tree/beyond
    busybox cp -r tree bb
    run_tool copy-agent tree copy
    exits 0
    same_tree bb copy owner,time,mode,attributes,links
}

@test "an ordinary user's copy has modes, times and links too" {
    needs_root
    hard_tree tree --harmless
    chmod -R o+rX tree
    chmod 755 . && mkdir -m 777 open
    as_user 1001 copy-agent tree open/copy
    exits 0
    find tree -type f -perm /6000 -exec chmod ug-s {} +
    same_tree tree open/copy owner
    [ -z "$(find open/copy -type f -perm /6000)" ]
    [ -z "$(find open/copy ! -uid 1001)" ]
    as_user 1001 copy-agent tree open/copy
    exits 0
    ends_saying 'copied 0 files'
}

@test "from overlayfs to tmpfs" {
    needs_root
    hard_tree lower
    mkdir upper work merged
    mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged 2>/dev/null || skip "no overlayfs here"
    echo "$PWD/merged" >>mounts
    echo changed >merged/sparse/large
    small_volume size=100m
    run_tool copy-agent --keep-privileges merged volume
    exits 0
    same_tree merged volume
    run_tool copy-agent --keep-privileges merged volume
    ends_saying 'copied 0 files'
}

@test "holes stay holes: 5 GiB of apparent size" {
    local gib=5
    [ -z "$emulated" ] || gib=1 # all of it is read, which takes an emulator long
    truncate -s ${gib}G sparse
    printf end >>sparse
    touch -d 2020-02-02 sparse
    run_tool copy-agent sparse copy
    exits 0
    [ "$(stat -c %s copy)" -eq $((gib * 1024 * 1024 * 1024 + 3)) ]
    [ "$(du -k copy | cut -f 1)" -le 64 ]
    [ "$(tail -c 3 copy)" = end ]
}

@test "extended attributes and ACLs, but never an SELinux label" {
    needs_root
    command -v setfacl >/dev/null || skip "no setfacl"
    small_volume size=10m,mode=755
    mkdir -p volume/tree/folder
    echo x >volume/tree/file
    setfacl -m u:1001:rw volume/tree/file || skip "no ACLs here"
    setfacl -d -m u:1002:rwx volume/tree/folder
    "$python" - <<'CODE'
import os
os.setxattr("volume/tree/file", "user.large", b"v" * 20000) if os.path.exists("/proc/version") else None
os.setxattr("volume/tree/file", "security.selinux", b"system_u:object_r:tmp_t:s0\0")
CODE
    run_tool copy-agent volume/tree volume/copy
    exits 0
    same_tree volume/tree volume/copy
    "$python" - <<'CODE'
import os
assert os.getxattr("volume/copy/file", "user.large") == b"v" * 20000
try:
    label = os.getxattr("volume/copy/file", "security.selinux")
except OSError:
    label = b""
assert b"tmp_t" not in label, label
CODE
}

@test "a directory 2,000 levels deep, with few descriptors, there and pruned again" {
    "$python" - <<'CODE'
import os
os.mkdir("tree")
here = os.open("tree", os.O_RDONLY)
for _ in range(2000):
    os.mkdir("level", dir_fd=here)
    below = os.open("level", os.O_RDONLY, dir_fd=here)
    os.close(here)
    here = below
os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=here))
CODE
    inside=(prlimit --nofile=200:200)
    run_tool copy-agent tree copy
    exits 0
    same_tree tree copy
    mkdir other && touch other/file
    run_tool copy-agent --prune --max-prune 100% other copy
    exits 0
    same_tree other copy
}

@test "100,000 files" {
    mkdir tree
    "$python" - <<'CODE'
import os
for folder in range(100):
    os.mkdir(f"tree/{folder}")
    for number in range(1000):
        open(f"tree/{folder}/{number}", "wb").close()
CODE
    run_tool copy-agent tree copy
    exits 0
    ends_saying 'copied 100000 files, 0 bytes, 0 skipped'
    [ "$(find copy -type f | wc -l)" -eq 100000 ]
    run_tool copy-agent tree copy
    ends_saying 'copied 0 files, 0 bytes, 100000 skipped'
}
