# Sourced by the demonstrations: how they tell what happens, and remember what did not hold (failures).
# shellcheck shell=bash

failures=0

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi

heading() {
    printf '\n%s%s%s\n' "$bold" "$1" "$plain"
}

tell() {
    printf '  %s\n' "$@"
}

# expect WHAT COMMAND...: says whether it holds, and remembers when it does not.
expect() {
    if "${@:2}" >/dev/null; then
        tell "ok: $1"
    else
        tell "NOT OK: $1"
        failures=$((failures + 1))
    fi
}

show_command() {
    tell "${dim}\$ $*${plain}"
}

milliseconds() {
    local now=${EPOCHREALTIME/[.,]/}
    echo $((now / 1000))
}

# Ends the demonstration: false if anything did not hold.
tell_end() {
    if [ "$failures" = 0 ]; then
        heading "All of it behaved."
    else
        heading "$failures of the checks above did not hold."
        return 1
    fi
}
