#!/usr/bin/env bats
# What README says of the shipped binaries, looked up in the files themselves; in the other architecture's, too, once they are built.

bats_require_minimum_version 1.5.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    native=("$top"/build/bin/*)
    [ "${#native[@]}" -ge 6 ]
    shopt -s nullglob
    binaries=("${native[@]}" "$top"/build/{x86_64,aarch64}/bin/*)
}

@test "static and position-independent: no interpreter, no needed library, no run path, no relocation in its code" {
    for binary in "${binaries[@]}"; do
        readelf --wide --file-header "$binary" | grep -q 'Type: *DYN'
        run ! grep -q INTERP <(readelf --wide --program-headers "$binary")
        run ! grep -Eq 'NEEDED|RPATH|RUNPATH|TEXTREL' <(readelf --wide --dynamic "$binary")
        readelf --wide --dynamic "$binary" | grep -q 'FLAGS_1.*PIE'
    done
}

@test "no segment is both writable and executable, and the stack is not executable" {
    for binary in "${binaries[@]}"; do
        readelf --wide --program-headers "$binary" >"$BATS_TEST_TMPDIR/segments"
        grep -Eq '^ *GNU_STACK .* RW +0(x|$)' "$BATS_TEST_TMPDIR/segments"
        run ! grep -Eq 'RWE' "$BATS_TEST_TMPDIR/segments"
    done
}

@test "relocations are read-only once the program runs" {
    for binary in "${binaries[@]}"; do
        readelf --wide --program-headers "$binary" | grep -q GNU_RELRO
        readelf --wide --dynamic "$binary" | grep -Eq 'BIND_NOW|FLAGS.*NOW'
    done
    for binary in "${native[@]}"; do
        # musl's start-up does not do it: the first mprotect is common/base/harden.c's.
        strace -e trace=mprotect "$binary" --version 2>"$BATS_TEST_TMPDIR/calls" >/dev/null
        grep -q 'mprotect(.*, PROT_READ) *= 0' "$BATS_TEST_TMPDIR/calls"
    done
}

# Prints three numbers for a binary: how many functions return, how many of them look at a guard before they do, and how many sign
# their return address. A guard, on x86-64, is compared with its copy in the thread's block, %fs:0x28; on arm64 the two are
# subtracted, and what they were is wiped from the registers.
protections() {
    if readelf --file-header "$1" | grep -q 'Machine:.*X86-64'; then
        x86_64-linux-gnu-objdump --disassemble --no-show-raw-insn "$1" |
            awk '/\tret/ { returns++ } /sub.*%fs:0x28/ { guards++ } END { print returns + 0, guards + 0, 0 }'
    else
        aarch64-linux-gnu-objdump --disassemble --no-show-raw-insn "$1" | awk '
            /\tret$/ { returns++ }
            /\tmov\tx[0-9]+, #0x0/ && wiped { guards++ }
            { wiped = /subs\tx[0-9]+, x[0-9]+, x[0-9]+$/ }
            /paciasp/ { signed++ }
            END { print returns + 0, guards + 0, signed + 0 }'
    fi
}

# Of our own code alone it would be one function in fifty of a binary with OpenSSL in it.
@test "functions with arrays on the stack are guarded, in the libraries and musl, too" {
    for binary in "${binaries[@]}"; do
        read -r returns guards _ < <(protections "$binary")
        [ $((guards * 100)) -gt $((returns * 15)) ]
    done
}

@test "on arm64, functions sign their return addresses" {
    for binary in "${binaries[@]}"; do
        readelf --file-header "$binary" | grep -q 'Machine:.*AArch64' || continue
        read -r returns _ signed < <(protections "$binary")
        [ $((signed * 100)) -gt $((returns * 25)) ]
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
