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

# staple STATUS SIGNER [DIGEST [OPTION]...]: makes answer.der about good.crt (about=NAME: another one), of the CA that issued it. STATUS
# is good, revoked or unknown; DIGEST is what the certificate is named by; OPTION is openssl ocsp's (-ndays 7 unless there is one).
staple() {
    local status=$1 signer=$2 digest=${3:-sha1} serial
    shift $(($# < 3 ? $# : 3))
    serial=$(openssl x509 -in "${about:-good}.crt" -noout -serial | cut -d= -f2)
    case $status in
        good) printf 'V\t400101000000Z\t\t%s\tunknown\t/CN=server.test\n' "$serial" >index ;;
        revoked) printf 'R\t400101000000Z\t260101000000Z,keyCompromise\t%s\tunknown\t/CN=server.test\n' "$serial" >index ;;
        unknown) : >index ;;
    esac
    openssl ocsp "-$digest" -issuer ca.crt -cert "${about:-good}.crt" -no_nonce -reqout request.der >ocsp.said 2>&1
    openssl ocsp -index index -CA ca.crt -rsigner "$signer.crt" -rkey "$signer.key" -reqin request.der -respout answer.der \
        "${@:--ndays=7}" >>ocsp.said 2>&1
}

# serve NAME [OPTION]...: a server with the certificate NAME, which sends answer.der along; sets port.
serve() {
    local name=$1
    shift
    start_s_server port -cert "$name.pem" -key "$name.key" -cert_chain "$name.pem" -status_file answer.der "$@"
}

# check [ARGUMENT]...: one attempt, with the right trust store unless an argument names another; a JVM reads no PEM.
check() {
    case " $* " in
        *" --trust-store"* | *" --cacert"* | *" --as-agent"*) run_tool tls-check --once "$@" ;;
        *" --profile java "*) run_tool tls-check --once --trust-store root.jks --trust-store-password-file password "$@" ;;
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
