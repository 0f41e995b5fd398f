# An archive of one's own for the tests of deps/: real apt, a real file server on loopback, an index signed with a key made here.
# Its one source package is `thing`.
# shellcheck shell=bash

# Once a file: the key, and a file server for all tests. Sets $server (URL) and $www.
start_mirrors() {
    www=$BATS_FILE_TMPDIR/www
    keys=$BATS_FILE_TMPDIR/keys
    mkdir -p "$www" "$keys"
    chmod 700 "$keys"
    for name in ours theirs; do
        GNUPGHOME=$keys gpg --batch --quiet --passphrase '' --quick-generate-key "$name@mirror.test" ed25519 sign never 2>/dev/null
        GNUPGHOME=$keys gpg --batch --export "$name@mirror.test" >"$BATS_FILE_TMPDIR/$name.gpg"
    done
    python3 -u -c '
import http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass
    def log_request(self, code="-", size="-"):
        print(self.path, int(code), flush=True)
handler = lambda *words: Handler(*words, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(server.server_address[1], file=open(sys.argv[2], "w"), flush=True)
server.serve_forever()' "$www" "$BATS_FILE_TMPDIR/port" >"$BATS_FILE_TMPDIR/requests" 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/server.pid"
    until [ -s "$BATS_FILE_TMPDIR/port" ]; do sleep 0.05; done
    server=http://127.0.0.1:$(cat "$BATS_FILE_TMPDIR/port")
    export server www keys
}

stop_mirrors() {
    GNUPGHOME=$keys gpgconf --kill all || true
    kill "$(cat "$BATS_FILE_TMPDIR/server.pid")"
}

# For each test: a copy of deps/, a cache, and an apt that knows the suite, its updates and its security archive at $mirror.
use_mirror() {
    local codename
    mirror=$www/$BATS_TEST_NUMBER
    deps=$BATS_TEST_TMPDIR/deps
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    cp -r "$BATS_TEST_DIRNAME/../../deps" "$deps"
    hosts_archives <<LIST
deb [trusted=yes] $server/$BATS_TEST_NUMBER/debian $codename main
deb [trusted=yes] $server/$BATS_TEST_NUMBER/debian-security $codename-security main
LIST
    export INITKIT_CACHE=$BATS_TEST_TMPDIR/cache INITKIT_KEYRING=$BATS_FILE_TMPDIR/ours.gpg APT_CONFIG=$BATS_TEST_TMPDIR/apt.conf
    unset INITKIT_STRICT INITKIT_SOURCES
    : >"$BATS_FILE_TMPDIR/requests"
    index debian trixie </dev/null
    index debian-security trixie-security </dev/null
}

# What the system's apt is told; its sources from standard input.
hosts_archives() {
    cat >"$BATS_TEST_TMPDIR/sources.list"
    cat >"$BATS_TEST_TMPDIR/apt.conf" <<CONF
Dir::Etc::SourceList "$BATS_TEST_TMPDIR/sources.list";
Dir::Etc::SourceParts "/dev/null";
Acquire::http::Proxy::127.0.0.1 "DIRECT";
CONF
}

requests() {
    cat "$BATS_FILE_TMPDIR/requests"
}

# revision POOL VERSION: the files of one revision, for tests to put into a pool or to lock. Prints nothing.
revision() {
    local folder=$mirror/$1/t/thing upstream=${2#*:} file
    mkdir -p "$folder" "$BATS_TEST_TMPDIR/work/debian"
    echo "upstream of ${upstream%-*}" >"$folder/thing_${upstream%-*}.orig.tar.gz"
    printf 'thing (%s) trixie; urgency=high\n\n  * CVE of %s\n\n' "$2" "$2" >"$BATS_TEST_TMPDIR/work/debian/changelog"
    file=$folder/thing_$upstream.debian.tar.gz
    tar --create --gzip --file "$file" --mtime=@0 --directory "$BATS_TEST_TMPDIR/work" debian
}

# lock VERSION [POOL]: deps/lock names this revision and no other package.
lock() {
    local upstream=${1#*:} file
    echo "# thing" >"$deps/lock"
    for file in "thing_${upstream%-*}.orig.tar.gz" "thing_$upstream.debian.tar.gz"; do
        echo "thing $1 $file $(sha256 "$mirror/${2:-debian/pool/main}/t/thing/$file")"
    done >>"$deps/lock"
}

sha256() {
    sha256sum "$1" | cut -d' ' -f1
}

# index ARCHIVE SUITE [KEY]: writes and signs an index; a line "VERSION POOL" on standard input for each revision in it.
index() {
    local folder=$mirror/$1/dists/$2 version pool upstream
    mkdir -p "$folder/main/source"
    while read -r version pool; do
        upstream=${version#*:}
        printf 'Package: thing\nBinary: thing\nVersion: %s\nMaintainer: M <m@mirror.test>\nArchitecture: any\n' "$version"
        printf 'Format: 3.0 (quilt)\nDirectory: %s/t/thing\n' "$pool"
        files_of "$mirror/$1/$pool/t/thing" "$upstream"
        echo
    done >"$folder/main/source/Sources"
    cat >"$folder/Release" <<RELEASE
Suite: $2
Codename: $2
Architectures: all
Components: main
Date: $(LC_ALL=C date -Ru)
SHA256:
 $(sha256 "$folder/main/source/Sources") $(wc -c <"$folder/main/source/Sources") main/source/Sources
RELEASE
    GNUPGHOME=$keys gpg --batch --quiet --yes --local-user "${3:-ours}@mirror.test" --clearsign \
        --output "$folder/InRelease" "$folder/Release"
}

# The stanza's lists of files. Those that the pool lacks are listed all the same: an index may be newer than its pool.
files_of() {
    local file path hash
    for hash in "Files md5sum" "Checksums-Sha256 sha256sum"; do
        echo "${hash% *}:"
        for file in "thing_$2.dsc" "thing_${2%-*}.orig.tar.gz" "thing_$2.debian.tar.gz"; do
            path=$1/$file
            [ -e "$path" ] || path=/dev/null
            echo " $("${hash#* }" <"$path" | cut -d' ' -f1) $(wc -c <"$path") $file"
        done
    done
}
