# What the tests of fetch-config share: the lying HTTP server, what it was asked for, and what may not be left behind.
# shellcheck shell=bash disable=SC2034,SC2154

# start_http NAME [OPTION]... with a script on standard input (see http.py): sets NAME to http://127.0.0.1:PORT; with
# http_ports=N the array NAME_ports has all ports. Its requests go to NAME.requests.
start_http() {
    local name=$1 scheme=http
    shift
    case " $* " in *" --cert "*) scheme=https ;; esac
    cat >"$name.script"
    begin "${inside[@]}" "$python" "$servers/http.py" --ready "$name.ready" --log "$name.requests" \
        --ports "${http_ports:-1}" "$@" "$name.script"
    until_true 10 test -e "$name.ready"
    mapfile -t "${name}_ports" <"$name.ready"
    printf -v "$name" '%s://127.0.0.1:%s' "$scheme" "$(head -n 1 "$name.ready")"
}

# requests NAME [PATH [REGEX]]: how many requests came, of those to PATH, whose log line has REGEX.
requests() {
    [ -e "$1.requests" ] || touch "$1.requests"
    grep -F "\"path\": \"${2-}" "$1.requests" | grep -Ec -- "${3-}" || true
}

# Nothing of a temporary is left in the test's directory.
no_litter() {
    local left
    left=$(find . -name '*.initkit-*')
    [ -z "$left" ] || report "left behind: $left"
}
