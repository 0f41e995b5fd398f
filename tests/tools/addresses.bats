#!/usr/bin/env bats
# The addresses of a name: a good one gets its turn, however late its family is answered for, and however many silent ones come
# before it, with each tool that connects.
#
# start_dns and start_tcp set the variables that are named in their calls:
# shellcheck disable=SC2154

load lib

reply='HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'

prepare() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=db.test \
        -addext subjectAltName=DNS:db.test -keyout key -out cert 2>/dev/null
}

# The tool with its usual call for db.test at that port.
reach() {
    local tool=$1 port=$2
    shift 2
    case $tool in
        wait-for-tcp) set -- "$@" "db.test:$port" ;;
        fetch-config) set -- "$@" "http://db.test:$port/=$PWD/fetched" ;;
        tls-check) set -- "$@" --trust-store cert "db.test:$port" ;;
    esac
    run_tool "$tool" --nameserver "$dns" --no-search --timeout 30s "$@"
}

# serve_tls ADDRESS:PORT
serve_tls() {
    begin openssl s_server -accept "$1" -key key -cert cert -www >tls.said 2>&1
    until_true 10 grep -q ACCEPT tls.said
}

@test "an address that is silent, and a good one of the other family that DNS tells late" {
    start_dns dns <<<$'db.test A 127.0.0.1\ndb.test AAAA delay=0.2 ::1'
    start_tcp port "127.0.0.1:0 full" "[::1]:= read '\r\n\r\n' say '$reply' close"
    reach wait-for-tcp "${port[0]}"
    exits 0
    reach fetch-config "${port[0]}" --attempt-timeout 1s
    exits 0
    [ "$(cat fetched)" = ok ]
    start_tcp tls "127.0.0.1:0 full"
    serve_tls "[::1]:${tls[0]}"
    reach tls-check "${tls[0]}" --attempt-timeout 1s
    exits 0
}

@test "eight addresses that are silent before the good one, and little time for an attempt" {
    start_dns dns <<<'db.test A 127.0.0.2 127.0.0.3 127.0.0.4 127.0.0.5 127.0.0.6 127.0.0.7 127.0.0.8 127.0.0.9 127.0.0.10'
    local silent=() i
    for i in {3..9}; do
        silent+=("127.0.0.$i:= full")
    done
    start_tcp port "127.0.0.2:0 full" "${silent[@]}" "127.0.0.10:= read '\r\n\r\n' say '$reply' close"
    reach wait-for-tcp "${port[0]}" --attempt-timeout 1s
    exits 0
    reach fetch-config "${port[0]}" --attempt-timeout 1s
    exits 0
    start_tcp tls "127.0.0.2:0 full" "${silent[@]}"
    serve_tls "127.0.0.10:${tls[0]}"
    reach tls-check "${tls[0]}" --attempt-timeout 1s
    exits 0
}
