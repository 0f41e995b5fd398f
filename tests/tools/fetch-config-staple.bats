#!/usr/bin/env bats
# fetch-config and the OCSP answers that servers send along with their certificates: the same rules as tls-check's.
#
# start_s_server sets the variable that is named in its call:
# shellcheck disable=SC2154,SC2030,SC2031

load lib
load tls

# fetch: one attempt at a page of the server's, which is as `openssl s_server -www` makes it.
fetch() {
    rm -f page
    run_tool fetch-config --once --trust-store root.crt "https://127.0.0.1:$port/=./page" "$@"
}

@test "20: an answer of the issuer, or of the responder it certified, that says revoked ends it before a secret is sent" {
    local signer version
    export about=ip
    echo token >token
    for signer in ca responder; do
        staple revoked "$signer"
        for version in -tls1_2 -tls1_3; do
            serve ip "$version" -trace
            fetch --bearer-token-file token
            exits 20
            ends_saying "the certificate was revoked on 2026-01-01T00:00:00Z, by its issuer's OCSP response.*; hint: .*new certificate and key"
            [ ! -e page ]
            # The handshake was not finished, so there was nothing to send a request over.
            grep -q "bad certificate status response" port.said || report "$(tail port.said)"
        done
    done
}

@test "an answer that says good, that somebody else signed, or that is about another certificate changes nothing" {
    export about=ip
    staple good responder
    serve ip
    fetch
    exits 0
    grep -q "s_server" page
    staple revoked other
    serve ip
    fetch
    exits 0
    staple unknown ca
    serve ip
    fetch
    exits 0
    about=good
    staple revoked ca
    serve ip
    fetch
    exits 0
}

@test "an answer acquits nobody whose chain is not trusted" {
    export about=ip
    staple good ca
    serve ip
    run_tool fetch-config --once --trust-store other.crt "https://127.0.0.1:$port/=./page"
    exits 20
    ends_saying "missing intermediate|unknown issuer"
}
