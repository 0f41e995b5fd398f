#!/usr/bin/env bats
# Chains that attack whoever verifies them (tests/tls/make-chains): no profile says ready, no secret is sent, and nothing takes long or
# much memory.
#
# shellcheck disable=SC2030,SC2031,SC2046,SC2154

load lib
load fetch-config
load tls

make_chains() {
    cp -R "$certificates" "$1"
    "$repository/tests/tls/make-chains" "$1"
}

# Of the certificates, and the chains besides.
prepare() {
    made_once tls-certificates make_certificates
    certificates=$made
    made_once tls-chains make_chains
    ln -s "$made"/* .
}

# refused PORT CODE WORDS [PROFILE]...: by all profiles, or by these.
refused() {
    local port=$1 code=$2 words=$3 profile
    shift 3
    [ $# -gt 0 ] || set -- default strict java
    for profile; do
        check --profile "$profile" $(at "$port")
        exits "$code"
        says "$words"
    done
}

@test "a chain whose end nobody knows is untrusted, however long it is" {
    start_tls port unknown18 unknown99 unknown101
    refused "${port[0]}" 20 "unknown issuer"
    refused "${port[1]}" 20 "the chain is too long: more than 20 certificates .the server sends 100"
    refused "${port[2]}" 20 "the chain is too long: more than 20 certificates .the server sends 102"
}

@test "20 certificates are a chain, 21 are none, and a bundle beside the chain is too many" {
    start_tls port trusted18 trusted19 stray trusted9
    check $(at "${port[0]}")
    exits 0
    # A JVM takes ten.
    check --profile java $(at "${port[3]}")
    exits 0
    check --profile java $(at "${port[0]}")
    exits 20
    says "the server sends 19 certificates, and Java accepts no more than 10"
    check --show-chain --export-chain sent.pem $(at "${port[0]}")
    exits 0
    [ "$(grep -c BEGIN sent.pem)" = 19 ]
    refused "${port[1]}" 20 "the chain is too long: more than 20 certificates" default java
    refused "${port[2]}" 20 "the chain is too long: more than 20 certificates .the server sends 49"
    check --report report.json $(at "${port[2]}")
    exits 20
    grep -q '"class":20' report.json
}

@test "what is wrong above CAs whose purpose Java forgives is found by each profile" {
    start_tls port wrong16 forged16 forged33 named16 named33 expired16 expired33 wrong7 forged7 named7 expired7
    check --profile java $(at "${port[7]}")
    exits 0
    says "only Java trusts this: the intermediate CN=wrong7 CA 7 is not meant for servers"
    refused "${port[8]}" 20 "a signature in it is wrong" java
    refused "${port[9]}" 28 "is unfit: permitted subtree violation" java
    refused "${port[10]}" 22 "the intermediate CN=Example Expired CA" java
    refused "${port[0]}" 28 "not meant for servers" default strict
    refused "${port[1]}" 20 "a signature in it is wrong"
    refused "${port[2]}" 20 "the chain is too long"
    refused "${port[3]}" 28 "is unfit: permitted subtree violation" default strict
    refused "${port[3]}" 20 "is unfit: permitted subtree violation" java
    refused "${port[4]}" 20 "the chain is too long"
    refused "${port[5]}" 22 "the intermediate CN=Example Expired CA" default strict
    refused "${port[5]}" 20 "the intermediate CN=Example Expired CA" java
    refused "${port[6]}" 20 "the chain is too long"
}

@test "a CA with name constraints gets out of them by no wildcard and no common name" {
    start_tls port evadewildcard evadetwo evadeexcluded evadelabel keepswildcard keepsname
    local profile i permitted="is unfit: permitted subtree violation"
    # PROFILE, place of the port, words.
    while read -r profile i words; do
        check --profile "$profile" --server-name a.server.test $(at "${port[$i]}")
        exits 28
        says "$words"
    done <<END
default 0 $permitted
java 0 its wildcard covers names that a CA above it may not certify
default 1 $permitted
default 2 is unfit: excluded subtree violation
strict 2 is unfit: excluded subtree violation
java 2 its wildcard covers names that a CA above it may not certify
END
    check --server-name controller $(at "${port[3]}")
    exits 28
    says "$permitted"
    # Within them, both count; and what is not excluded.
    for profile in default java; do
        for i in 4 5; do
            check --profile "$profile" --server-name a.server.test $(at "${port[$i]}")
            exits 0
        done
    done
    check --server-name b.server.test $(at "${port[2]}")
    exits 0
    # To a JVM, a wildcard must not even reach what is excluded.
    check --profile java --server-name b.server.test $(at "${port[2]}")
    exits 28
}

@test "a server without a certificate is nothing to trust" {
    start_s_server port -cert good.pem -key good.key -cert_chain good.pem -nocert -cipher ALL:aNULL:@SECLEVEL=0 -tls1_2
    refused "$port" 24 "alert: handshake failure"
}

### fetch-config

# keeps_its_secret CODE WORDS NAME: fetch-config neither asks that server for anything nor publishes what it would say.
keeps_its_secret() {
    cat "$3.pem" "$3.key" >"$3.both"
    start_http h --cert "$3.both" <<<'/a 200 text x'
    run_tool fetch-config "$h/a=./fetched" --cacert root.crt --bearer-token-file token --once
    exits "$1"
    ends_saying "$2"
    [ "$(requests h)" = 0 ]
    [ ! -e fetched ]
    rm h.requests h.ready
}

@test "fetch-config sends its token over no such chain" {
    echo geheim >token
    keeps_its_secret 20 "unknown issuer" unknown18
    keeps_its_secret 20 "the chain is too long" unknown99
    keeps_its_secret 20 "the chain is too long" unknown101
    keeps_its_secret 28 "not meant for servers" wrong16
    keeps_its_secret 20 "a signature in it is wrong" forged16
    keeps_its_secret 20 "the chain is too long" forged33
    keeps_its_secret 28 "not meant for servers" named16
    keeps_its_secret 22 "Example Expired CA" expired16
    keeps_its_secret 21 "not for 127.0.0.1" evadewildcard
    keeps_its_secret 28 "too many names and name constraints" compared
    keeps_its_secret 28 "more than 12000 names" namesmore
    keeps_its_secret 24 "longer than 256 KiB" names90
    cat trusted18.pem trusted18.key >trusted18.both
    start_http t --cert trusted18.both <<<'/a 200 text x'
    run_tool fetch-config "$t/a=./fetched" --cacert root.crt --bearer-token-file token --once
    exits 0
    [ "$(requests t /a geheim)" = 1 ]
}

@test "fetch-config takes no intermediate for a root, as tls-check" {
    echo geheim >token
    cat missing.pem missing.key >missing.both
    start_http m --cert missing.both <<<'/a 200 text x'
    run_tool fetch-config "https://server.test:${m##*:}/a=./b" --cacert ca.crt --bearer-token-file token --once
    [ "$status" -ne 0 ]
    [ "$(requests m)" = 0 ]
}

### time and memory

@test "names and constraints that would be compared for minutes are not" {
    start_tls port compared comparedtrusted names namesmost namesmore names90
    refused "${port[0]}" 28 "too many names and name constraints" default strict
    refused "${port[0]}" 20 "too many names and name constraints" java
    refused "${port[1]}" 28 "too many names and name constraints"
    refused "${port[2]}" 20 "unknown issuer"
    refused "${port[3]}" 20 "unknown issuer"
    refused "${port[4]}" 28 "more than 12000 names" default strict
    refused "${port[4]}" 20 "more than 12000 names" java
    refused "${port[5]}" 24 "longer than 256 KiB"
}

# A verdict, or 3 and a reason: it was not killed.
tells() {
    [[ $status =~ ^(3|20|24|28)$ ]] || report "a verdict"
    [ "$status" -ne 3 ] || ends_saying "out of memory; hint: raise the container's memory limit"
}

# told_within MIB ARGUMENT...: tls-check tells, with so much memory.
told_within() {
    echo $(($1 << 20)) >"$memory_cgroup/memory.limit_in_bytes"
    shift
    check "$@"
    tells
}

@test "no chain has a tool killed: within 16 MiB, and within 32 MiB with 16 servers at once" {
    not_emulated
    release_build
    local i targets=() pairs=()
    start_tls one names namesmost namesmore names90 compared unknown101
    start_tls many names{,,,} namesmost{,,,} compared{,,,} namesmore{,,,}
    own_memory_limit $((64 << 20))
    for i in "${one[@]}"; do
        told_within 16 $(at "$i")
        [ "$status" -ne 3 ]
    done
    for i in "${many[@]}"; do
        targets+=("127.0.0.1:$i")
        pairs+=("https://127.0.0.1:$i/a=./$i")
    done
    told_within 32 --server-name server.test "${targets[@]}"
    told_within 32 --server-name server.test --report report.json "${targets[@]}"
    told_within 16 --server-name server.test --profile java --report report.json --show-chain "${targets[@]}"
    run_tool fetch-config "${pairs[@]}" --cacert root.crt --once
    tells
    no_litter
}
