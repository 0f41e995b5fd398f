#!/usr/bin/env bats
# The cases of badssl.com that tls-check.bats has not among its own: each with the verdict that it must get.
#
# shellcheck disable=SC2046,SC2154

load lib
load tls

@test "badssl: no-common-name, no-subject, sha384, sha512, rsa8192, ecc384, cbc and dh2048 pass" {
    local i
    start_tls port nocn nosubject sha384 sha512 rsa8192 p384 "good max=1.2 ciphers=ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0" \
        "rsa max=1.2 dh=dh2048 ciphers=DHE:@SECLEVEL=0"
    for i in "${!port[@]}"; do
        check $(at "${port[i]}")
        exits 0
        check --profile strict $(at "${port[i]}")
        exits 0
    done
}

@test "badssl: sha1-intermediate is 28, and the intermediate is named" {
    start_tls port undersha1ca
    check $(at "${port[0]}")
    exits 28
    ends_saying "the intermediate CN=Example SHA-1 CA, O=Example Trust has a weak signature \(.*SHA1\)"
}

@test "badssl: tls-v1-0 and tls-v1-1 are 24 at once, and told as such" {
    local version
    for version in 1.0 1.1; do
        start_tls port "good min=$version max=$version"
        run_tool tls-check --timeout 20s --trust-store root.crt $(at "${port[0]}")
        exits 24
        ends_saying "it would negotiate TLSv${version/./\\.} with .*: no current client supports TLS 1\.0 and 1\.1"
        check --profile java $(at "${port[0]}")
        exits 24
    done
}

@test "badssl: ssl-v3 is 24, whether it goes on in its own version or says no" {
    start_tls port "- lie=suites suites=c02f,009c,002f version=0300" "- lie=suites suites=ffff version=0300"
    check $(at "${port[0]}")
    exits 24
    ends_saying "supports no TLS version that is offered"
    check $(at "${port[1]}")
    exits 24
    ends_saying "no cipher, group or signature in common"
}

@test "badssl: rc4, 3des and null are 24: no profile offers such a cipher" {
    local suites profile
    # By their numbers in RFC 4346, 4492, 5246: with every key exchange that there is.
    for suites in 0004,0005,c002,c007,c00c,c011 000a,000d,0010,0013,0016,c003,c008,c00d,c012 0001,0002,003b,c001,c006,c00b,c010; do
        start_tls port "- lie=suites suites=$suites"
        for profile in default strict java; do
            check --profile "$profile" $(at "${port[0]}")
            exits 24
            ends_saying "it would negotiate TLSv1\.2 with TLS_.*(RC4|DES|NULL).*, which no client should take"
        done
    done
}

@test "badssl: dh480 and dh512 are 24 for everybody, Java too" {
    local i profile
    start_tls port "- lie=dh bits=480" "- lie=dh bits=512"
    for profile in default strict java; do
        for i in 0 1; do
            check --profile "$profile" $(at "${port[i]}")
            exits 24
            ends_saying "the key exchange is weak: Diffie-Hellman with too few bits.*hint: the server needs parameters of 2048 bits"
        done
    done
}
