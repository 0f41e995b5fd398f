#!/usr/bin/env bats
# What a server can cost tls-check: memory, the kernel's part included.
#
# shellcheck disable=SC2046,SC2154

load lib
load tls

# takes_at_most BYTES CODE PORT: one attempt there ends with CODE, and the memory that it takes stays within BYTES.
takes_at_most() {
    local peak
    echo 0 >"$memory_cgroup/memory.max_usage_in_bytes"
    check $(at "$3")
    exits "$2"
    peak=$(cat "$memory_cgroup/memory.max_usage_in_bytes")
    [ "$peak" -le "$1" ] || report "took $peak bytes of memory, expected at most $1"
}

# stuffed NAME COPIES: good's certificates, and so many copies of a CA's behind them.
stuffed() {
    local pem i
    pem=$(cat ca.crt)
    {
        cat good.crt
        for ((i = 0; i < $2; i++)); do echo "$pem"; done
    } >"$1.pem"
    ln -s good.key "$1.key"
}

@test "a certificate with 10,000 names takes less than 8 MiB, and each name counts" {
    not_emulated
    release_build
    local mib=$((1 << 20))
    start_tls port manynames
    own_memory_limit $((64 * mib))
    takes_at_most $((8 * mib)) 0 "${port[0]}"
    check --server-name host-9999.test "127.0.0.1:${port[0]}"
    exits 0
    check --server-name host-10000.test "127.0.0.1:${port[0]}"
    exits 21
}

@test "a list of certificates up to 256 KiB is read, in less than 8 MiB; a longer one, or one without end, costs nothing" {
    not_emulated
    release_build
    local mib=$((1 << 20)) each fitting
    each=$(openssl x509 -in ca.crt -outform DER | wc -c)
    fitting=$(((mib / 4 - 4096) / (each + 5)))
    stuffed full "$fitting"
    stuffed overfull $((fitting + 20))
    start_tls port "full max=1.2" "full min=1.3" overfull "- lie=endless"
    own_memory_limit $((64 * mib))
    takes_at_most $((8 * mib)) 20 "${port[0]}"
    ends_saying "the chain is too long"
    takes_at_most $((8 * mib)) 20 "${port[1]}"
    takes_at_most $((4 * mib)) 24 "${port[2]}"
    ends_saying "the server's certificates are longer than 256 KiB"
    takes_at_most $((4 * mib)) 24 "${port[3]}"
    ends_saying "the server's certificates are longer than 256 KiB"
}
