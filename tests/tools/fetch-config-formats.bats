#!/usr/bin/env bats
# fetch-config --extract: archives as people have them, whatever made and compressed them; what it does not unpack is named.
#
# run_tool sets and uses variables:
# shellcheck disable=SC2154,SC2034

load lib
load fetch-config

# extracts FILE [OPTION]...: into ./dest, which is emptied before.
extracts() {
    chmod -R u+rwx dest 2>/dev/null || true
    rm -rf dest
    run_tool fetch-config "file://$PWD/$1=./dest" --extract "${@:2}"
}

# refused REGEX: with that reason, and nothing is there.
refused() {
    exits 1
    ends_saying "$1"
    [ -z "$(find dest -mindepth 1 2>/dev/null)" ] || report "not empty: $(find dest -mindepth 1)"
}

@test "tar in each compression that people use, in one stream or several" {
    mkdir tree
    seq 1 30000 >tree/file
    tar -cf whole.tar tree
    head -c 70000 whole.tar >first
    tail -c +70001 whole.tar >second
    for program in "gzip -c" "zstd -qc" "xz -c" "xz -9c" "xz --x86 --lzma2 -c" "xz --check=sha256 -c" "bzip2 -c"; do
        $program whole.tar >one
        { $program first && $program second; } >two
        for archive in one two; do
            extracts "$archive"
            exits 0
            ends_saying "2 entries of 168894 bytes"
            cmp tree/file dest/tree/file
        done
    done
    no_litter
}

@test "xz and bzip2 that are cut, damaged, padded or followed by something" {
    mkdir tree
    head -c 100000 /dev/urandom >tree/file
    tar -cf whole.tar tree
    xz -k whole.tar
    bzip2 -k whole.tar
    for kind in xz bz2; do
        size=$(stat -c %s "whole.tar.$kind")
        for part in {1..19}; do
            head -c $((size * part / 20)) "whole.tar.$kind" >shorter
            extracts shorter
            refused "end of its (xz|bzip2) stream is missing|is neither tar"
        done
        for back in 2 4 8 12 30 50000; do # the last bits of bzip2 are padding
            "$python" - "whole.tar.$kind" $back >damaged <<'TURN'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[-int(sys.argv[2])] ^= 0x10
sys.stdout.buffer.write(data)
TURN
            extracts damaged
            refused "its (xz|bzip2) stream, checksum or length is wrong|end of its (xz|bzip2) stream is missing|has more bytes after the end"
        done
        { cat "whole.tar.$kind" && echo page; } >longer
        extracts longer
        refused "has more bytes after the end of its (xz|bzip2) stream"
    done
    { cat whole.tar.xz && head -c 512 /dev/zero; } >padded
    extracts padded
    exits 0
    cmp tree/file dest/tree/file
    { cat whole.tar.xz && head -c 511 /dev/zero; } >padded
    extracts padded
    refused "end of its xz stream is missing"
}

@test "a window that does not fit into the container is refused, one that fits is not" {
    not_emulated
    release_build
    mkdir tree
    head -c 20M /dev/zero >tree/file
    tar -cf - tree | xz -9 >large
    tar -cf - tree | xz -6 >usual
    tar -cf - tree | bzip2 -9 >packed
    tar -cf - tree | xz --lzma2=preset=1,dict=256MiB >huge
    extracts huge
    refused "its xz stream needs too much memory.*128 MiB"
    own_memory_limit $((32 * 1024 * 1024))
    for archive in usual packed; do
        extracts "$archive"
        exits 0
        cmp tree/file dest/tree/file
    done
    extracts large
    refused "its xz stream needs too much memory"
}

@test "a compressed file that is no archive, and archives of other kinds, are named" {
    seq 1 1000 >file
    gzip -k file && xz -k file && bzip2 -k file && zstd -q file
    for kind in gz:gzip xz:xz bz2:bzip2 zst:zstd; do
        extracts "file.${kind%:*}"
        refused "is a single file in ${kind#*:}, not an archive; .*without --extract the file is published as it is"
    done
    echo '<!DOCTYPE html><title>Sign in</title>' | gzip >page.gz
    extracts page.gz
    refused "is a single file in gzip, not an archive: what it holds is an HTML page"
    while read -r name bytes; do
        # shellcheck disable=SC2059 # escapes
        { printf "$bytes" && head -c 2000 /dev/zero; } >other
        extracts other
        refused "is neither tar .plain, gzip, zstd, xz, bzip2. nor zip, but $name"
    done <<'OTHERS'
a.RAR.archive Rar!\x1a\x07\x01\x00
a.7z.archive 7z\xbc\xaf\x27\x1c
a.cpio.archive 070701004f
an.RPM.package \xed\xab\xee\xdb\x03
a.Debian.package !<arch>\ndebian-binary
an.lz4.file \x04\x22\x4d\x18
an.HTML.page <html><body>
JSON {"errors":[{"code":"MANIFEST_UNKNOWN"}]}
a.pointer.of.Git.LFS version\x20https://git-lfs.github.com/spec/v1\n
OTHERS
    { head -c 32769 /dev/zero && printf 'CD001' && head -c 5000 /dev/zero; } >image.iso
    extracts image.iso
    refused "is neither tar .* nor zip, but an ISO image"
}

@test "tarballs as GitHub and Helm make them: pax headers for all entries, a folder around everything" {
    "$python" - <<'MADE'
import io, tarfile

def add(out, name, content):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o664, 1700000000
    out.addfile(entry, io.BytesIO(content))

with tarfile.open("github.tar.gz", "w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": "ab" * 20}) as out:
    top = tarfile.TarInfo("app-1.2.3/")
    top.type, top.mode = tarfile.DIRTYPE, 0o775
    out.addfile(top)
    add(out, "app-1.2.3/README.md", b"hello\n")
    add(out, "app-1.2.3/" + "d" * 120 + "/" + "f" * 120 + "-\u00e4.yaml", b"long\n")
with tarfile.open("chart.tgz", "w:gz", format=tarfile.GNU_FORMAT) as out:
    add(out, "web/Chart.yaml", b"name: web\n")
    add(out, "web/templates/" + "x" * 150 + ".yaml", b"{}\n")
MADE
    extracts github.tar.gz --strip-components 1
    exits 0
    ends_saying "2 entries of 11 bytes"
    [ "$(find dest -type f | wc -l)" = 2 ] || report "$(find dest)"
    [ "$(cat dest/README.md)" = hello ]
    [ "$(cat dest/d*/f*-ä.yaml)" = long ]
    extracts chart.tgz
    exits 0
    [ "$(cat dest/web/Chart.yaml)" = "name: web" ]
    [ -e "dest/web/templates/$(printf 'x%.0s' {1..150}).yaml" ]
}

@test "zip64, many entries, data descriptors, stored and deflated, with something before it" {
    "$python" - <<'MADE'
import io, sys, zipfile

with zipfile.ZipFile("zip64.zip", "w", zipfile.ZIP_DEFLATED) as out:
    with out.open("a/large.txt", "w", force_zip64=True) as file:
        file.write(b"large\n" * 1000)
    out.writestr("a/b.txt", "b")
with zipfile.ZipFile("many.jar", "w") as out:
    for number in range(66000):
        out.writestr("%d" % number, "")

class Pipe(io.RawIOBase):
    """Cannot seek, so that sizes follow the content."""
    def __init__(self, path): self.file = open(path, "wb")
    def writable(self): return True
    def write(self, data): return self.file.write(data)

with zipfile.ZipFile(Pipe("streamed.zip"), "w", zipfile.ZIP_DEFLATED) as out:
    out.writestr("a/large.txt", "large\n" * 1000)
    out.writestr("a/b.txt", "b")
with open("self.zip", "wb") as out:
    out.write(b"#!/bin/sh\nexec unzip $0\n")
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("a/large.txt", "large\n" * 1000)
        archive.writestr("a/b.txt", "b")
MADE
    for archive in zip64 streamed self; do
        extracts "$archive.zip"
        exits 0
        ends_saying "2 entries of 6001 bytes"
        [ "$(sha256sum <dest/a/large.txt)" = "$(yes large | head -n 1000 | sha256sum)" ]
    done
    extracts many.jar
    exits 0
    ends_saying "66000 entries of 0 bytes"
    [ "$(find dest -type f | wc -l)" = 66000 ]
}

@test "a zip whose central directory and headers tell two stories is refused" {
    "$python" - <<'MADE'
import struct, zipfile, zlib

with zipfile.ZipFile("good.zip", "w", zipfile.ZIP_DEFLATED) as out:
    out.writestr("first.txt", "first\n" * 100)
    out.writestr("second.txt", "second\n" * 100)
good = bytearray(open("good.zip", "rb").read())
central = good.index(b"PK\1\2")
local = good.index(b"PK\3\4", 10)
end = good.index(b"PK\5\6")

def write(name, at, value):
    changed = bytearray(good)
    changed[at : at + len(value)] = value
    open(name + ".zip", "wb").write(changed)

write("name", local + 30, b"sneaky")
write("listed", central + 46, b"other")
write("method", central + 10, b"\0\0")
write("checksum", central + 16, b"\1\2\3\4")
write("size", local + 22, struct.pack("<I", 699))
write("fewer", end + 8, struct.pack("<HH", 1, 1))
write("more", end + 8, struct.pack("<HH", 3, 3))

def unicode_path(name, kind):
    """A second name (0x7075) of second.txt: in both headers, or in one of them."""
    extra = struct.pack("<HHBI", 0x7075, 5 + len(kind), 1, zlib.crc32(b"second.txt")) + kind.encode()
    information = zipfile.ZipInfo("second.txt")
    with zipfile.ZipFile(name + ".zip", "w") as out:
        information.extra = extra if kind != "listed" else b""
        with out.open(information, "w") as file:
            file.write(b"second\n")
        information.extra = extra if kind != "unpacked" else b""

for kind in "same", "unpacked", "listed":
    unicode_path("path-" + kind, kind)
MADE
    for kind in name:name listed:name method:method checksum:checksum size:size fewer:"1 entries, and has 2" more:"3 entries, and has 2"; do
        extracts "${kind%%:*}.zip"
        refused "entry .* has another .*${kind#*:}.* before its content|says that it has ${kind#*:}|entry .* (cannot be unpacked|is damaged)"
    done
    for kind in unpacked listed; do
        extracts "path-$kind.zip"
        refused "entry second.txt has another name before its content"
    done
    extracts path-same.zip
    exits 0
    [ "$(cat dest/same)" = second ]
    extracts good.zip
    exits 0
    ends_saying "2 entries of 1300 bytes"
}
