# Sourced by the demonstration: its output, and its checks. It ends at the first one that does not hold.
# shellcheck shell=bash disable=SC2034 # elapsed is for the story

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi

heading() {
    printf '\n%s%s%s\n' "$bold" "$1" "$plain"
}

tell() {
    printf '  %s\n' "$@"
}

show_command() {
    tell "${dim}\$ $*${plain}"
}

# show [INDENT]: lines on standard input, wrapped and indented, so that each is seen as one.
show() {
    local line indent=${1:-    }
    while IFS= read -r line; do
        fold -s -w 110 <<<"$line" | sed -e "1s/^/$indent/" -e "2,\$s/^/$indent  /" -e 's/ *$//'
    done
}

# expect WHAT COMMAND...: prints WHAT if the command succeeds; else the demonstration ends here.
expect() {
    if "${@:2}" >/dev/null; then
        tell "ok: $1"
    else
        tell "NOT OK: $1"
        heading "The demonstration ends here: see the line above."
        exit 1
    fi
}

milliseconds() {
    local now=${EPOCHREALTIME/[.,]/}
    echo $((now / 1000))
}

# until_true SECONDS COMMAND...: waits until COMMAND succeeds; sets elapsed (milliseconds). The limit is for what hangs.
until_true() {
    local begun status=0
    begun=$(milliseconds)
    until "${@:2}" >/dev/null 2>&1; do
        if [ $(($(milliseconds) - begun)) -gt $(($1 * 1000)) ]; then
            status=1
            break
        fi
        sleep 0.01
    done
    elapsed=$(($(milliseconds) - begun))
    return "$status"
}
