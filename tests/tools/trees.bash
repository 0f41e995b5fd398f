# What the tests of copy-agent share: trees compared, other users, small volumes.
#
# `tools`, `bin` and the rest come from lib.bash:
# shellcheck shell=bash disable=SC2154,SC2034

# same_tree A B [WORD,...]: the same in everything but WORDs (see tree.py).
same_tree() {
    "$python" "$tools/tree.py" --without "specials,${3:-}" "$1" >first.tree
    "$python" "$tools/tree.py" --without "specials,${3:-}" "$2" >second.tree
    diff first.tree second.tree | cut -c 1-600 | head -n 20
    cmp -s first.tree second.tree
}

no_litter() {
    local found
    found=$(find "$1" -name '.initkit-*' | head -n 3)
    [ -z "$found" ] || report "litter: $found"
}

needs_root() {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
}

# as_user UID TOOL [ARGUMENT]...
as_user() {
    inside=(setpriv --reuid "$1" --regid "$1" --clear-groups)
    run_tool "${@:2}"
    inside=()
}

# small_volume OPTIONS: mounts a tmpfs of its own on ./volume.
small_volume() {
    mkdir -p volume
    mount -t tmpfs -o "$1" tmpfs volume 2>/dev/null || skip "needs root: mounts"
    echo "$PWD/volume" >>"$BATS_TEST_TMPDIR/mounts"
}

clean_up() {
    chmod -R u+rwX "$BATS_TEST_TMPDIR" 2>/dev/null || true
}
