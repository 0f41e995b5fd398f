# What the tests of tls-check share: certificates and stores, made once for all files of a run, and TLS servers.
#
# Read by tests/tools/tls-check*.bats after lib.bash:
# shellcheck shell=bash disable=SC2034,SC2154

# made_once NAME COMMAND: runs `COMMAND DIRECTORY` for the first test of a run that asks for it; sets `made` to the directory.
made_once() {
    made=$BATS_RUN_TMPDIR/$1
    (
        flock 9
        [ -e "$made.complete" ] || {
            "$2" "$made"
            touch "$made.complete"
        }
    ) 9>"$made.lock" 3>&-
}

make_certificates() {
    "$repository/tests/tls/make-certificates" "$1"
    "$repository/tests/tls/make-stores" "$1"
}

# Every test gets a folder of its own with links to the certificates.
prepare() {
    made_once tls-certificates make_certificates
    certificates=$made
    ln -s "$made"/* .
}

# start_tls NAME LISTENER...: sets the array NAME to the listeners' ports; see tests/servers/tls.py.
start_tls() {
    local name=$1
    shift
    rm -f "$name.ready"
    begin "${inside[@]}" "$python" "$servers/tls.py" --ready "$name.ready" --certificates . "$@"
    until_true 20 test -e "$name.ready"
    mapfile -t "$name" <"$name.ready"
}

# start_s_server NAME [OPTION]...: an `openssl s_server`; sets NAME to its port.
start_s_server() {
    local name=$1
    shift
    begin openssl s_server -accept 127.0.0.1:0 -www "$@" >"$name.said" 2>&1
    until_true 10 grep -q ACCEPT "$name.said"
    printf -v "$name" '%s' "$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$name.said" | head -n 1)"
}

# check [ARGUMENT]...: one attempt, with the right trust store unless an argument names another.
check() {
    case " $* " in
        *" --trust-store"* | *" --cacert"* | *" --as-agent"*) run_tool tls-check --once "$@" ;;
        *) run_tool tls-check --once --trust-store root.crt "$@" ;;
    esac
}

# at PORT: the option and the target that lead to server.test on this machine.
at() {
    echo "--connect" "127.0.0.1:$1" "server.test"
}

# The openssl line of the last hint is one to paste: it shows the server's certificate.
hint_leads_there() {
    local line
    line=$(sed -n '$s/.*see what the server sends: //p' err)
    [[ $line == "openssl s_client "* ]] || report "a line of openssl"
    # shellcheck disable=SC2086
    timeout 10 $line </dev/null >shown 2>&1 || true
    grep -q "$1" shown || report "$line: $(cat shown)"
}
