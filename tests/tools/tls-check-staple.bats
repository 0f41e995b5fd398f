#!/usr/bin/env bats
# tls-check and the OCSP answers that servers send along with their certificates: what counts, and what is only worth a word.
#
# `at` expands to several words on purpose; start_s_server sets the variable that is named in its call:
# shellcheck disable=SC2046,SC2154

load lib
load tls

@test "an answer of the issuer, or of the responder it certified, that says good is told and changes nothing" {
    local signer
    for signer in "ca sha1" "responder sha256"; do
        # shellcheck disable=SC2086 # two words
        staple good $signer
        serve good
        check --report report.json --show-chain $(at "$port")
        exits 0
        [ "$(wc -l <err)" -eq 1 ]
        prints "not revoked, by its issuer's OCSP response"
        grep -q '"ocsp_staple":"good","ocsp_answer":{"counts":true,"says":"good","signed_by_issuer":true,' report.json
    done
}

@test "20: an answer of the issuer, or of the responder it certified, that says revoked" {
    local signer version
    for signer in ca responder; do
        staple revoked "$signer"
        for version in -tls1_2 -tls1_3; do
            serve good "$version"
            check --report report.json $(at "$port")
            exits 20
            ends_saying "the certificate was revoked on 2026-01-01T00:00:00Z, by its issuer's OCSP response"
            grep -q '"ocsp_staple":"revoked"' report.json
        done
    done
}

# doubts TEXT [OPTION]...: the server passes, with a warning that its answer does not count, and nothing says otherwise.
doubts() {
    local text=$1
    shift
    check --report report.json --show-chain "$@" $(at "$port")
    exits 0
    says "the OCSP response that the server staples is ignored: $text"
    ! grep -q "not revoked" out || report "the answer was shown as if it counted"
    grep -q '"ocsp_staple":"unusable","ocsp_answer":{"counts":false,"flaw":"' report.json
}

@test "an answer that somebody else signed proves nothing, whatever it says" {
    local word signer
    for word in good revoked; do
        # Another CA; the server itself, which the same CA has certified, but not for this.
        for signer in other good; do
            staple "$word" "$signer"
            serve good
            doubts "neither the certificate's issuer nor a responder certified by it has signed it; it says $word; hint: .*ssl_stapling"
            grep -q "\"says\":\"$word\",\"signed_by_issuer\":false" report.json
        done
    done
    staple revoked ca
    "$python" - <<'END'
answer = bytearray(open("answer.der", "rb").read())
at = answer.index(b"260101000000Z")
answer[at:at + 2] = b"25"
open("answer.der", "wb").write(answer)
END
    serve good
    doubts "neither the certificate's issuer nor a responder"
}

@test "an answer that is too old, or has no end and is not of now, proves nothing" {
    local later
    staple revoked ca
    serve good
    later=$(date -u -d '8 days' +%Y-%m-%dT%H:%M:%SZ)
    doubts "it was valid until .*; it says revoked; hint: .*unless the clock here is wrong: it says $later" --verify-time "$later"
    staple revoked ca sha1 -no_nonce
    serve good
    check $(at "$port")
    exits 20
    later=$(date -u -d '1 hour' +%Y-%m-%dT%H:%M:%SZ)
    doubts "it has no nextUpdate, and dates from .*; it says revoked" --verify-time "$later"
}

@test "an answer about another certificate, or none at all, proves nothing" {
    staple revoked ca
    serve nosan
    doubts "it is about another certificate"
    # A proper envelope (the server looks at that), with nothing in it.
    printf '\x30\x18\x0a\x01\x00\xa0\x13\x30\x11\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01\x04\x04junk' >answer.der
    serve good
    doubts "it cannot be read"
    printf '\x30\x03\x0a\x01\x03' >answer.der
    serve good
    doubts "it is an error of the CA's responder \(trylater\)"
}

@test "an issuer that does not know the certificate is worth a word" {
    staple unknown ca
    serve good
    check --report report.json $(at "$port")
    exits 0
    says "the certificate is unknown to its issuer"
    grep -q '"ocsp_staple":"unusable","ocsp_answer":{"counts":true,"says":"unknown"' report.json
}

@test "an answer acquits nobody whose chain is not trusted, and condemns nobody whom the client does not check" {
    staple good ca
    serve good
    check --trust-store other.crt $(at "$port")
    exits 20
    ends_saying "missing intermediate|unknown issuer"
    says_not "OCSP"
    staple revoked ca
    serve good
    check --trust-store other.crt $(at "$port")
    exits 20
    says "the certificate's issuer is not trusted, so nothing proves it; it says revoked"
    mkdir agent
    unset JAVA_HOME
    SSL_CERT_FILE=root.crt APPDYNAMICS_CONTROLLER_HOST_NAME=127.0.0.1 APPDYNAMICS_CONTROLLER_PORT=$port \
        APPDYNAMICS_CONTROLLER_SSL_ENABLED=true check --as-agent appd --agent-dir agent
    exits 0
    says "the certificate was revoked"
}

@test "--require-staple wants an answer that counts and says good" {
    start_s_server port -cert good.pem -key good.key -cert_chain good.pem
    check --require-staple $(at "$port")
    exits 20
    ends_saying "the server staples no OCSP response \(--require-staple\).*hint: stapling must be enabled"
    run_tool tls-check --timeout 1s --trust-store root.crt --require-staple $(at "$port")
    exits 124
    staple good responder
    serve good
    check --require-staple $(at "$port")
    exits 0
    staple good other
    serve good
    check --require-staple $(at "$port")
    exits 20
    ends_saying "does not say that the certificate is good: neither the certificate's issuer nor a responder"
    staple unknown ca
    serve good
    check --require-staple $(at "$port")
    exits 20
    ends_saying "does not say that the certificate is good: its issuer does not know the certificate"
    staple revoked ca
    serve good
    check --require-staple $(at "$port")
    exits 20
    ends_saying "the certificate was revoked"
}

@test "nginx staples as well: ssl_stapling_file" {
    local nginx_port
    nginx_port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    staple revoked responder
    cat >nginx.conf <<END
daemon off; master_process off; pid $PWD/pid; error_log stderr crit;
events { }
http {
    access_log off;
    server {
        listen 127.0.0.1:$nginx_port ssl;
        ssl_certificate $PWD/good.pem;
        ssl_certificate_key $PWD/good.key;
        ssl_stapling on;
        ssl_stapling_file $PWD/answer.der;
    }
}
END
    begin /usr/sbin/nginx -c "$PWD/nginx.conf" -p "$PWD" 2>nginx.err
    until_true 10 run_tool wait-for-tcp --once "127.0.0.1:$nginx_port"
    check $(at "$nginx_port")
    exits 20
    ends_saying "the certificate was revoked on"
}

@test "--profile java warns of a revoked certificate: a JVM takes it unless it is told to check" {
    local said check_it=-Dcom.sun.net.ssl.checkRevocation=true
    mkdir classes
    javac -d classes "$repository/tests/tls/jvm/Client.java"
    staple revoked ca
    serve good
    check --profile java --trust-store ca.jks --trust-store-password-file password $(at "$port")
    exits 0
    says "only Java trusts this: the certificate was revoked on .*; hint: .*if it is configured to check \(com\.sun\.net\.ssl\.checkRevocation\)"
    printf 'staple\t%s\tserver.test\tca.jks\tchangeit\t-\t-\n' "$port" >case
    said=$(java -cp classes Client <case | tail -n 1)
    [ "$said" = $'staple\tok' ]
    # Told to check, it refuses this answer and takes one that says good: the answer is what it looks at. (An intermediate, which
    # comes without one, would be refused in any case: so here it is the anchor.)
    said=$(java "$check_it" -cp classes Client <case | tail -n 1)
    [[ $said == $'staple\tno '* ]]
    staple good ca
    serve good
    printf 'staple\t%s\tserver.test\tca.jks\tchangeit\t-\t-\n' "$port" >case
    said=$(java "$check_it" -cp classes Client <case | tail -n 1)
    [ "$said" = $'staple\tok' ]
}
