#!/usr/bin/env bats
# fetch-config --extract: good archives arrive whole, evil ones leave no trace.
#
# run_tool sets and uses variables:
# shellcheck disable=SC2154,SC2034

load lib
load fetch-config

prepare() {
    mkdir archives
    (cd archives && "$python" "$servers/archives.py")
}

@test "tar, plain, gzip and zstd, and zip: modes, times, links" {
    for archive in good.tar good.tar.gz good.tar.zst; do
        run_tool fetch-config "file://$PWD/archives/$archive=./dest/$archive" --extract
        exits 0
        ends_saying "entries"
        cd "dest/$archive"
        [ "$(cat app/conf/a.txt)" = hello ]
        [ "$(stat -c %a app/run.sh)" = 755 ]
        [ "$(stat -c %a app/conf/a.txt)" = 600 ]
        [ "$(stat -c %a app)" = 750 ]
        [ "$(stat -c %a app/closed)" = 500 ]
        [ "$(stat -c %Y app/conf/a.txt)" = 1000000000 ]
        [ "$(readlink app/link)" = conf/a.txt ]
        [ app/hard -ef app/conf/a.txt ]
        [ "$(cat "app/ä.txt")" = umlaut ]
        cd ../..
        chmod 700 "dest/$archive/app/closed"
    done
    run_tool fetch-config "file://$PWD/archives/good.zip=./zip" --extract --strip-components 1
    exits 0
    [ "$(cat zip/conf/a.txt)" = hello ]
    no_litter
}

@test "what is there stays, files are replaced, a second run does the same" {
    mkdir -p dest/app/conf
    echo mine >dest/app/mine
    echo old >dest/app/conf/a.txt
    for _ in 1 2; do
        run_tool fetch-config "file://$PWD/archives/good.tar=./dest" --extract
        exits 0
        [ "$(cat dest/app/mine)" = mine ]
        [ "$(cat dest/app/conf/a.txt)" = hello ]
        no_litter
        chmod 700 dest/app/closed
    done
}

@test "--mode and --owner hold for all that is unpacked" {
    run_tool fetch-config "file://$PWD/archives/good.zip=./dest" --extract --mode a+rX
    exits 0
    [ "$(id -u)" -eq 0 ] || return 0
    run_tool fetch-config "file://$PWD/archives/good.tar=./owned" --extract --owner 1234:5678
    exits 0
    [ -z "$(find owned/app ! -uid 1234)" ]
    [ "$(stat -c %a owned/app/run.sh)" = 755 ]
}

@test "nothing of an archive that leads out, holds devices, or is broken becomes visible" {
    mkdir dest
    for archive in absolute deep dotdot linkout linkabsolute through hardout hardup device fifo cut page empty zipdotdot; do
        run_tool fetch-config "file://$PWD/archives/$archive.tar=./dest" --extract
        exits 1
        [ -z "$(ls -A dest)" ] || report "$archive: $(ls -A dest)"
        [ ! -e evil ] && [ ! -e /tmp/initkit-evil ]
    done
}

@test "a bomb is refused by --max-unpacked-size" {
    run_tool fetch-config "file://$PWD/archives/bomb.tar=./dest" --extract --max-unpacked-size 1Mi
    exits 1
    ends_saying "more than the 1048576 bytes"
    [ -z "$(ls -A dest)" ]
    run_tool fetch-config "file://$PWD/archives/bomb.tar=./dest" --extract
    exits 0
}

@test "what is passed over, and what a sparse file has no bytes for, counts as well" {
    truncate -s 20M zeros
    truncate -s 1T sparse
    mkdir kept
    echo kept >kept/file
    tar -czf passed.tar.gz zeros kept/file
    tar -cf written.tar zeros
    tar -Scf sparse.tar sparse
    run_tool fetch-config "file://$PWD/passed.tar.gz=./dest" --extract --strip-components 1 --max-unpacked-size 10Mi
    exits 1
    ends_saying "unpacks to more than the 10485760 bytes"
    run_tool fetch-config "file://$PWD/passed.tar.gz=./dest" --extract --strip-components 1 --max-unpacked-size 30Mi
    exits 0
    run_tool fetch-config "file://$PWD/written.tar=./dest" --extract --max-unpacked-size 30Mi
    exits 0 # nothing is counted twice
    run_tool fetch-config "file://$PWD/sparse.tar=./dest" --extract
    exits 1
    ends_saying "unpacks to more than"
    [ ! -e dest/sparse ]
    no_litter
}

@test "directories without end are refused before they take all memory" {
    "$python" - <<'MADE'
import tarfile

with tarfile.open("wide.tar", "w") as out:
    for i in range(2000):
        info = tarfile.TarInfo("d%d/" % i + ("a" * 250 + "/") * 15)
        info.type = tarfile.DIRTYPE
        out.addfile(info)
MADE
    run_tool fetch-config "file://$PWD/wide.tar=./dest" --extract --max-size 1Gi
    exits 1
    ends_saying "too many directories and links"
    [ -z "$(ls -A dest)" ]
}

@test "an archive that takes longer to unpack than there is time ends with the time, and on SIGTERM" {
    truncate -s 3G zeros
    tar -cf - zeros | zstd -q >long.tar.zst
    run_tool fetch-config "file://$PWD/long.tar.zst=./dest" --extract --strip-components 1 --max-unpacked-size 1Ti --timeout 200ms
    exits 124
    ends_saying "it was being unpacked"
    no_litter
    start_tool fetch-config "file://$PWD/long.tar.zst=./dest" --extract --strip-components 1 --max-unpacked-size 1Ti
    until_true 5 listens_for_signals "$tool"
    sleep 0.1
    kill -TERM "$tool"
    wait_tool
    exits 143
    no_litter
}

@test "a directory where a file would go is found out before anything is moved" {
    mkdir -p dest/app/run.sh
    run_tool fetch-config "file://$PWD/archives/good.tar=./dest" --extract
    exits 1
    ends_saying "app/run.sh: is a directory, but not a directory in the archive"
    [ "$(find dest -type f | wc -l)" = 0 ]
    mkdir outside
    rm -r dest/app
    ln -s "$PWD/outside" dest/app
    run_tool fetch-config "file://$PWD/archives/good.tar=./dest" --extract
    exits 1
    ends_saying "dest/app: is a link, but a directory in the archive"
    [ -z "$(ls -A outside)" ]
}

@test "an archive that comes with a Content-Encoding, and one with a checksum of the archive itself" {
    start_http h <<<"/a.tgz 200 Content-Encoding:gzip file $PWD/archives/good.tar.gz"
    run_tool fetch-config "$h/a.tgz=./dest" --extract --sha256 "$(sha256sum <archives/good.tar.gz | cut -d' ' -f1)"
    exits 0
    [ "$(cat dest/app/conf/a.txt)" = hello ]
}

@test "what does not go together with --extract is refused" {
    run_tool fetch-config "file://$PWD/archives/good.tar=-" --extract
    refuses_naming --extract
    run_tool fetch-config "file://$PWD/archives/good.tar=./a" --extract --render
    refuses_naming --extract
    run_tool fetch-config "file://$PWD/archives/good.tar=./a" --strip-components 1
    refuses_naming --strip-components
}

@test "SIGTERM and SIGKILL while unpacking leave nothing that the next run does not remove" {
    head -c 50M /dev/zero >zeros
    for i in 1 2 3 4 5 6; do cp --reflink=auto zeros "z$i"; done
    tar -cf big.tar z?
    for signal in TERM KILL KILL TERM; do
        start_tool fetch-config "file://$PWD/big.tar=./dest" --extract --max-size 1Gi
        until_true 5 listens_for_signals "$tool"
        sleep "0.$((RANDOM % 4))"
        { kill "-$signal" "$tool"; wait "$tool"; } 2>/dev/null || true
    done
    run_tool fetch-config "file://$PWD/big.tar=./dest" --extract --max-size 1Gi
    exits 0
    no_litter
}

@test "what fails or is killed between two renames is mended by the next run" {
    not_emulated
    local what
    run_tool fetch-config "file://$PWD/archives/good.tar=./whole" --extract
    for what in error=EIO signal=KILL; do
        [ ! -d dest ] || chmod -R u+rwx dest
        rm -rf dest
        mkdir -p dest/app/conf
        echo old >dest/app/conf/a.txt
        inside=("${traced[@]}" -o /dev/null -e "inject=/^rename:$what:when=2")
        run_tool fetch-config "file://$PWD/archives/good.tar=./dest" --extract
        [ "$status" -ne 0 ] || report "the second rename went well"
        inside=()
        run_tool fetch-config "file://$PWD/archives/good.tar=./dest" --extract
        exits 0
        diff -r --no-dereference whole dest
        no_litter
    done
}

@test "a folder that cannot be read to its end is an error, not a shorter archive" {
    not_emulated
    local when failed=0
    run_tool fetch-config "file://$PWD/archives/good.tar=./whole" --extract
    for when in {1..20}; do
        inside=("${traced[@]}" -o trace -e "inject=getdents64:error=EIO:when=$when")
        run_tool fetch-config "file://$PWD/archives/good.tar=./dest" --extract
        inside=()
        [ "$status" = 0 ] || { failed=$((failed + 1)) && exits 1 && says 'cannot be read back: (i/o|input/output) error'; }
        [ "$status" != 0 ] || diff -r --no-dereference whole dest
        chmod -R u+rwx dest
        rm -rf dest
    done
    [ "$failed" -gt 0 ]
}

@test "a server that sends while another pair is being unpacked has not stalled" {
    not_emulated
    "$python" - <<'MADE'
import gzip, tarfile

entry = tarfile.TarInfo("zeros")
entry.size = 8 << 30
zeros = gzip.compress(bytes(1 << 26), 1)
with open("zeros.tar.gz", "wb") as archive:
    archive.write(gzip.compress(entry.tobuf()))
    for _ in range(8 << 4):
        archive.write(zeros)
    archive.write(gzip.compress(bytes(1024)))
MADE
    start_http h <<<$'/zeros.tar.gz 200 file zeros.tar.gz\n/slow 200 slow 30 0.1'
    run_tool fetch-config "$h/zeros.tar.gz=./a" "$h/slow=./b" --extract --strip-components 1 --max-unpacked-size 9Gi \
        --stall-timeout 1s --once
    exits 1
    ends_saying "slow: is neither tar"
    says_not "nothing came"
}

@test "a tar that was cut between two entries, and then perhaps compressed, is refused" {
    local end name
    echo one >one && echo two >two
    tar -cf whole.tar one two
    end=$(tar -tRf whole.tar | sed -n 's/^block \([0-9]*\): \*\* .*/\1/p')
    for length in 1024 $((end * 512)); do
        head -c "$length" whole.tar >"$length.tar"
        gzip -k "$length.tar"
        for name in "$length.tar" "$length.tar.gz"; do
            run_tool fetch-config "file://$PWD/$name=./dest" --extract
            exits 1
            ends_saying 'is truncated: the end of the archive is missing; .*; hint: the program that made or sent it stopped between two entries'
            [ -z "$(ls -A dest)" ]
        done
    done
    # One block of zeros will do.
    head -c $((end * 512 + 512)) whole.tar >short.tar
    run_tool fetch-config "file://$PWD/short.tar=./dest" --extract
    exits 0
    cmp two dest/two
}

@test "tars one after another are one, and anything else behind a tar is refused" {
    echo one >one && echo two >two
    tar -cf first.tar one
    tar -cf second.tar two
    cat first.tar second.tar >both.tar
    { gzip -c first.tar && gzip -c second.tar; } >both.tar.gz
    for archive in both.tar both.tar.gz; do
        rm -rf dest
        run_tool fetch-config "file://$PWD/$archive=./dest" --extract
        exits 0
        ends_saying "2 entries of 8 bytes"
        cmp one dest/one
        cmp two dest/two
    done
    rm -rf dest
    { cat first.tar && head -c 700 one && printf '%600s' '<html>502 Bad Gateway</html>'; } >page.tar
    gzip -k page.tar
    for archive in page.tar page.tar.gz; do
        run_tool fetch-config "file://$PWD/$archive=./dest" --extract
        exits 1
        ends_saying "cannot be read after its entry 1: Damaged tar archive"
        [ -z "$(ls -A dest)" ]
    done
}

@test "a header that cannot be read as a whole is refused: the name may have been in it" {
    "$python" - <<'MADE'
import io, tarfile
names = {"long": "a/" * 500000, "good": "name"}
for kind, path in names.items():
    with tarfile.open(kind + ".tar", "w", format=tarfile.PAX_FORMAT) as out:
        entry = tarfile.TarInfo("short")
        entry.size, entry.pax_headers = 5, {"path": path}
        out.addfile(entry, io.BytesIO(b"hello"))
data = bytearray(open("good.tar", "rb").read())
at = data.index(b" path=name")
data[at - 2 : at] = b"00"
open("length.tar", "wb").write(data)
MADE
    for kind in long length; do
        run_tool fetch-config "file://$PWD/$kind.tar=./dest" --extract
        exits 1
        ends_saying "the header of the archive's entry short is damaged: .*pax extended attribute"
        [ -z "$(ls -A dest)" ]
    done
    run_tool fetch-config "file://$PWD/good.tar=./dest" --extract
    exits 0
    [ "$(cat dest/name)" = hello ]
}

@test "--strip-components that leaves nothing is refused, and what is counted is what was published" {
    mkdir -p top/sub
    echo content >top/sub/file
    tar -cf top.tar top
    run_tool fetch-config "file://$PWD/top.tar=./none" --extract --strip-components 9
    exits 1
    ends_saying "strip-components 9 leaves none of the archive's 3 entries"
    run_tool fetch-config "file://$PWD/top.tar=./some" --extract --strip-components 2
    exits 0
    ends_saying "1 entry of 8 bytes"
    [ "$(cat some/file)" = content ]
    no_litter
}

@test "a zip that is cut, in its central directory too, is refused" {
    size=$(stat -c %s archives/good.zip)
    for cut in 1 10 30 60 200; do
        head -c $((size - cut)) archives/good.zip >cut.zip
        run_tool fetch-config "file://$PWD/cut.zip=./dest" --extract
        exits 1
        [ -z "$(find dest -mindepth 1)" ]
    done
    "$python" -c 'import zipfile
with zipfile.ZipFile("remarks.zip", "w") as out:
    out.writestr("a", "a")
    out.comment = b"x" * 60000'
    run_tool fetch-config "file://$PWD/remarks.zip=./dest" --extract
    exits 1
    ends_saying "central directory of the zip is missing; .*or its comment is longer than 16 KiB"
}

@test "names that are not ASCII, in a zip and in a tar, whatever the locale" {
    "$python" - <<'MADE'
import io, tarfile, zipfile
with zipfile.ZipFile("names.zip", "w") as out:
    out.writestr("caf\u00e9/na\u00efve \u65e5\u672c.txt", "zip")
with tarfile.open("names.tar", "w") as out:
    entry = tarfile.TarInfo("caf\u00e9/na\u00efve \u65e5\u672c.txt")
    entry.size = 3
    out.addfile(entry, io.BytesIO(b"tar"))
MADE
    for kind in zip tar; do
        LC_ALL=C run_tool fetch-config "file://$PWD/names.$kind=./$kind" --extract
        exits 0
        [ "$(cat "$kind"/café/naïve\ 日本.txt)" = "$kind" ]
    done
}

# Prints a file with one bit of it turned.
damaged() {
    python3 -c 'import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[int(sys.argv[2])] ^= 1
sys.stdout.buffer.write(data)' "$@"
}

@test "a compressed archive that is damaged, cut behind the tar's end, or followed by something is refused" {
    mkdir tree
    head -c 100000 /dev/urandom >tree/file
    # One record of 2 MiB: the tar's end is far before that of the stream.
    tar -b 4096 -cf whole.tar -C tree file
    gzip -k whole.tar
    zstd -q --check whole.tar
    damaged whole.tar.gz 50000 >1.tar.gz
    damaged whole.tar.gz -6 >2.tar.gz # its checksum
    damaged whole.tar.gz -2 >3.tar.gz # its length
    head -c -8 whole.tar.gz >4.tar.gz
    { cat whole.tar.gz && echo more; } >5.tar.gz
    damaged whole.tar.zst 50000 >6.tar.zst
    head -c -4 whole.tar.zst >7.tar.zst
    for archive in [1-7].tar.*; do
        run_tool fetch-config "file://$PWD/$archive=./dest" --extract
        exits 1
        ends_saying 'is damaged: its (gzip|zstd) stream, checksum or length is wrong|is truncated: the end of its (gzip|zstd) stream is missing|has more bytes after the end of its gzip stream'
        [ -z "$(ls -A dest)" ]
    done
    { cat whole.tar.gz && head -c 512 /dev/zero; } >padded.tar.gz
    for archive in whole.tar.gz whole.tar.zst padded.tar.gz; do
        rm -rf dest
        run_tool fetch-config "file://$PWD/$archive=./dest" --extract
        exits 0
        cmp tree/file dest/file
    done
}
