#!/usr/bin/env bats
# What README says of the shipped binaries, looked up in the files themselves.

bats_require_minimum_version 1.5.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    binaries=("$top"/build/bin/*)
    [ "${#binaries[@]}" -ge 6 ]
}

@test "static and position-independent: no interpreter, no needed library, no run path" {
    for binary in "${binaries[@]}"; do
        readelf --wide --file-header "$binary" | grep -q 'Type: *DYN'
        run ! grep -q INTERP <(readelf --wide --program-headers "$binary")
        run ! grep -Eq 'NEEDED|RPATH|RUNPATH' <(readelf --wide --dynamic "$binary")
        readelf --wide --dynamic "$binary" | grep -q 'FLAGS_1.*PIE'
    done
}

@test "no segment is both writable and executable, and the stack is not executable" {
    for binary in "${binaries[@]}"; do
        readelf --wide --program-headers "$binary" >"$BATS_TEST_TMPDIR/segments"
        grep -Eq '^ *GNU_STACK .* RW +0x' "$BATS_TEST_TMPDIR/segments"
        run ! grep -Eq 'RWE' "$BATS_TEST_TMPDIR/segments"
    done
}

@test "relocations are read-only once the program runs" {
    for binary in "${binaries[@]}"; do
        readelf --wide --program-headers "$binary" | grep -q GNU_RELRO
        readelf --wide --dynamic "$binary" | grep -Eq 'BIND_NOW|FLAGS.*NOW'
        # musl's start-up does not do it: the first mprotect is common/harden.c's.
        strace -e trace=mprotect "$binary" --version 2>"$BATS_TEST_TMPDIR/calls" >/dev/null
        grep -q 'mprotect(.*, PROT_READ) *= 0' "$BATS_TEST_TMPDIR/calls"
    done
}

@test "functions with arrays on the stack are guarded" {
    # The guard is compared with its copy in the thread's block, %fs:0x28, before such a function returns.
    [ "$(uname -m)" = x86_64 ] || skip "looks for x86-64 instructions"
    for binary in "${binaries[@]}"; do
        [ "$(objdump --disassemble --no-show-raw-insn "$binary" | grep -c 'sub.*%fs:0x28')" -gt 50 ]
    done
}

@test "stripped of symbols, and of the paths of the machine that built them" {
    for binary in "${binaries[@]}"; do
        run ! grep -q '\.symtab' <(readelf --wide --sections "$binary")
        run ! grep -aqF "$top" "$binary"
        [ "$HOME" = / ] || run ! grep -aqF "$HOME/" "$binary"
        run ! grep -aqE '/(tmp|build)/[a-zA-Z0-9._-]+/(src|stage|work)' "$binary"
    done
}
