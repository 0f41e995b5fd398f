# Sourced by deps/fetch, deps/relock and deps/audit: the archives that this machine's apt knows, the files in their pools, and
# the signed index of the suite that deps/lock is taken from. Nothing here changes the system's own apt.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/cache.sh"

suite=trixie
apt_home=$cache/apt
# The key that the index must be signed with. A mirror that signs its index anew has another one.
keyring=${INITKIT_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}

# "URI RELEASE", a line an archive of Debian's among the host's, whatever format its sources are written in. A suite's name becomes
# ours: bookworm-security and stable-security are both trixie-security. The suite itself comes first.
host_archives() {
    local codename uri release
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-$suite}")
    command -v apt-get >/dev/null || return 0
    # What it would read, whether or not it ever has: a fresh machine has no lists yet.
    apt-get update --print-uris 2>/dev/null | sed -n "s#^'\(.*\)/dists/\([^/]*\)/main/.*#\1 \2#p" |
        while read -r uri release; do
            case $release in
                "$codename"-security | stable-security | oldstable-security) release=$suite-security ;;
                "$codename"-updates | stable-updates | oldstable-updates) release=$suite-updates ;;
                "$codename" | stable | oldstable | testing | unstable | sid) release=$suite ;;
                *) continue ;;
            esac
            echo "$release ${uri%/} $release"
        done | LC_ALL=C sort -u | cut -d' ' -f2-
}

# The folders in which a source package's files lie, a line each. A security archive has its own pool, and a copy of the other.
pool_folders() {
    local package=$1 prefix uri release
    case $package in lib?*) prefix=${package:0:4} ;; *) prefix=${package:0:1} ;; esac
    while read -r uri release; do
        [ -n "$uri" ] || continue
        case $release in *-security) echo "$uri/pool/updates/main/$prefix/$package" ;; esac
        echo "$uri/pool/main/$prefix/$package"
    done <<<"$archives" | awk '!seen[$0]++'
}

# pool_file PACKAGE FILE SHA256 DIRECTORY: fetches one file from the first pool that has it with these bytes; each failure becomes a
# line of $attempts ("URL: the server's last word"). An archive that cannot be reached is not asked again in this run.
attempts=()
archives=
unreachable=' '
pool_file() {
    local folder host
    archives=${archives:-$(host_archives)}
    while read -r folder; do
        host=${folder%%/pool/*}
        case $unreachable in *" $host "*) continue ;; esac
        if download "$folder/$2" "$3" "$4"; then
            return 0
        fi
        attempts+=("$folder/$2: $last_word")
        case $last_word in
            [1-5][0-9][0-9]\ * | "Hash Sum mismatch"* | "File not found"*) ;; # it did answer
            *) unreachable+="$host " ;;
        esac
    done < <(pool_folders "$1")
    return 1
}

# download URL SHA256 DIRECTORY: with apt's own methods, so its proxies and credentials hold. False, with $last_word, if that fails.
download() {
    local log status=0
    log=$(mktemp)
    prepare_apt_conf
    apt_private "$(apt_helper)" download-file "$1" "$3/${1##*/}" "SHA256:$2" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" = 0 ]; then
        # apt makes a link to what a file: archive holds.
        [ ! -L "$3/${1##*/}" ] || cp --remove-destination "$(readlink -f "$3/${1##*/}")" "$3/${1##*/}"
        (cd "$3" && echo "$2  ${1##*/}" | sha256sum --check --quiet) || die "apt took ${1##*/} with another SHA-256"
    else
        rm -f "$3/${1##*/}"*
        last_word=$(sed -n '/^Err:/{n;s/^ *//;s/ \[IP: .*//;p;q}' "$log")
        last_word=${last_word:-$(tail -n 1 "$log")}
    fi
    rm -f "$log"
    return "$status"
}

apt_helper() {
    local helper=/usr/lib/apt/apt-helper
    [ -x "$helper" ] || die "fetching Debian's source packages needs apt; without it: make SOURCES=FILE"
    echo "$helper"
}

# fetch_revision PACKAGE VERSION: all files of one revision, "FILE SHA256" a line on standard input; false if one is not to be had.
fetch_revision() {
    local package=$1 version=$2 work file hash
    is_cached "$package" "$version" && return
    work=$(make_work fetch)
    say "fetching $package $version"
    while read -r file hash; do
        if ! pool_file "$package" "$file" "$hash" "$work"; then
            rm -rf "$work"
            return 1
        fi
    done
    keep "$work" "$package" "$version"
}

# keep WORK PACKAGE VERSION: moves complete, checked sources into place.
keep() {
    local directory
    directory=$(sources_directory "$2" "$3")
    if [ -z "$(ls "$1")" ]; then
        rm -rf "$1"
        return 1
    fi
    mkdir -p "${directory%/*}"
    mv -T "$1" "$directory"
}

# --- the signed index ---

# All signed versions of a package, newest first; nothing if the index names none. (sort -V knows Debian's order, "~" included.)
signed_versions() {
    show_sources "$1" | sed -n 's/^Version: //p' | sort -urV
}

# "FILE SHA256" of the tarballs of one signed revision: upstream's, and Debian's patches.
signed_files() {
    show_sources "$1" | awk -v wanted="$2" '
        /^$/ { current = 0 }
        /^Version:/ { current = $2 == wanted }
        /^[A-Z]/ { hashes = /^Checksums-Sha256:/ }
        current && hashes && /^ / && $3 ~ /\.tar\.[a-z0-9]+$/ { print $3, $1 }' | sort -ur
}

show_sources() {
    apt_private apt-cache showsrc --only-source "$1" 2>/dev/null || true
}

# Reads the index anew if it is older than ten minutes. False, with the reasons among $attempts, if it cannot be read.
prepare_index() {
    local status=0
    exec 6>"$(lock_file index)"
    flock 6
    read_index || status=$?
    exec 6>&-
    return "$status"
}

read_index() {
    local line
    [ -z "$(find "$apt_home/updated" -mmin -10 2>/dev/null)" ] || return 0
    prepare_apt_conf
    write_sources >"$apt_home/sources.list"
    if [ ! -s "$apt_home/sources.list" ]; then
        attempts+=("apt's sources name no archive of Debian")
        return 1
    fi
    say "reading the signed index of $suite"
    if ! apt_private apt-get -qq update >"$apt_home/update.log" 2>&1; then
        while read -r line; do
            attempts+=("the index: ${line#E: }")
        done < <(grep '^E: ' "$apt_home/update.log" | head -n 3)
        return 1
    fi
    touch "$apt_home/updated"
}

# Replaced as a whole: another build may be reading it.
prepare_apt_conf() {
    mkdir -p "$apt_home/lists/partial" "$apt_home/cache"
    cat >"$apt_home/apt.conf.$$" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::SourceList "$apt_home/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$apt_home/lists";
Dir::Cache "$apt_home/cache";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Debug::NoLocking "true";
CONF
    mv "$apt_home/apt.conf.$$" "$apt_home/apt.conf"
}

write_sources() {
    local uri release options=
    [ ! -f "$keyring" ] || options="[signed-by=$keyring] "
    host_archives | while read -r uri release; do
        echo "deb-src $options$uri $release main"
    done
}

apt_private() {
    local program=$1
    shift
    "$program" -c "$apt_home/apt.conf" "$@"
}
