# Sourced by the scripts here: the cache outside the work tree, its locks, and how they speak.
# shellcheck shell=bash

cache=${INITKIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/initkit}
lock=$(dirname "${BASH_SOURCE[0]}")/lock

say() {
    echo "deps: $*" >&2
}

die() {
    say "$*"
    exit 1
}

strict() {
    [ "${INITKIT_STRICT:-0}" = 1 ]
}

locked_packages() {
    awk '!/^#/ && !seen[$1]++ { print $1 }' "$lock"
}

locked_version() {
    awk -v package="$1" '$1 == package { print $2; exit }' "$lock"
}

# "FILE SHA256", a line each, as deps/lock has them.
locked_files() {
    awk -v package="$1" '$1 == package { print $3, $4 }' "$lock"
}

sources_directory() {
    # The epoch's colon would trouble PATH-like variables.
    echo "$cache/sources/$1/${2//:/%}"
}

is_cached() {
    [ -d "$(sources_directory "$1" "$2")" ]
}

# A file to flock, so that two builds at once do the work once.
lock_file() {
    mkdir -p "$cache/locks"
    echo "$cache/locks/$1"
}

# A new folder beside the results, so that a finished one is moved into place in one step. What an interrupted
# run left is removed after a day.
make_work() {
    mkdir -p "$cache/work"
    find "$cache/work" -mindepth 1 -maxdepth 1 -mmin +1440 -exec rm -rf {} +
    mktemp -d "$cache/work/$1.XXXXXX"
}
