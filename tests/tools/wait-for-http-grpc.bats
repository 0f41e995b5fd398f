#!/usr/bin/env bats
# wait-for-http with grpc:// and grpcs://: against gRPC's own server of npm, and one that lies about every part of an answer.
#
# Servers set variables by name:
# shellcheck disable=SC2154

load lib
load fetch-config
load tls

# start_grpc NAME ARGUMENT...: a server of grpc.js; sets NAME to HOST:PORT, and NAME_pid.
start_grpc() {
    local name=$1 folder
    shift
    command -v node >/dev/null || skip "needs node"
    folder=$("$servers/node/install" 3>&-)
    begin "${inside[@]}" env NODE_PATH="$folder/node_modules" node "$servers/node/grpc.js" --ready "$name.ready" --log "$name.calls" "$@"
    printf -v "${name}_pid" '%s' "$started"
    until_true 30 test -e "$name.ready"
    printf -v "$name" '127.0.0.1:%s' "$(cat "$name.ready")"
}

grpc() {
    run_tool wait-for-http --interval 1ms --max-interval 20ms "$@"
}

once() {
    run_tool wait-for-http --once "$@"
}

# answers STEPS... CODE REGEX: one attempt at a server that does these steps ends with that code, and says so.
answers() {
    start_http2 "lie$BATS_TEST_NUMBER" "$1"
    local server=lie$BATS_TEST_NUMBER
    once --attempt-timeout 3s "grpc://${!server}/svc"
    mv "$server.requests" last.requests 2>/dev/null || true
    [ "$status" = "$2" ] || report "$1"
    says "$3" || report "$1"
}

good="head message:1 trailers:grpc-status=0"

### The real server

@test "each service has its status; an empty name is the whole server" {
    start_grpc s =SERVING shop.Orders=SERVING shop.Carts=NOT_SERVING
    once "grpc://$s"
    exits 0
    ends_saying "grpc://$s: ready after .*; SERVING"
    once "grpc://$s/"
    exits 0
    once "grpc://localhost:${s##*:}/shop.Orders"
    exits 0
    once "grpc://$s/shop.Carts"
    exits 1
    says 'the health status is NOT_SERVING, expected SERVING'
    once "grpc://$s/shop.Absent"
    exits 26
    says 'gRPC status 5 NOT_FOUND; its words: .*shop.Absent'
}

@test "a status that changes is waited for, of several services at once" {
    start_grpc s =SERVING a=NOT_SERVING b=NOT_SERVING
    start_tool wait-for-http --interval 1ms --max-interval 20ms "grpc://$s/a" "grpc://$s/b" "grpc://$s"
    until_true 30 err_has '/a: the health status is NOT_SERVING'
    until_true 30 err_has '/b: the health status is NOT_SERVING'
    kill -HUP "$s_pid"
    wait_tool
    exits 0
    says "grpc://$s/a: ready after .*; SERVING"
    ends_saying 'all 3 targets ready'
}

@test "a server that opens its port later is waited for" {
    start_http2 s "$good"
    kill -STOP "$started"
    run_tool wait-for-http --timeout 300ms --attempt-timeout 100ms "grpc://$s"
    exits 124
    says 'no answer within the attempt.s time'
    kill -CONT "$started"
    grpc "grpc://$s"
    exits 0
}

@test "a server without the health service is named" {
    start_grpc s --bare
    once "grpc://$s"
    exits 26
    says 'gRPC status 12 UNIMPLEMENTED'
}

@test "headers and a token go along as metadata, with a deadline, and are read anew" {
    start_grpc s --token geheim-geheim =SERVING
    echo falsch-falsch >token
    start_tool wait-for-http --interval 1ms --max-interval 20ms --header 'X-Tenant: shop' --bearer-token-file token "grpc://$s"
    until_true 30 err_has 'gRPC status 16 UNAUTHENTICATED; its words: who are you\?.*credentials'
    echo geheim-geheim >token.new && mv token.new token
    wait_tool
    exits 0
    says_not 'falsch|geheim'
    grep -q '"deadline":true.*"x-tenant":"shop"' s.calls
}

@test "TLS: the judgement of a certificate is the usual one; a client certificate is shown" {
    cat ip.pem ip.key >both
    cat ca.crt root.crt >clients
    start_grpc s --cert both =SERVING
    grpc --trust-store root.crt "grpcs://$s"
    exits 0
    grpc --trust-store other.crt "grpcs://$s"
    exits 20
    grpc --trust-store root.crt "grpcs://localhost:${s##*:}"
    exits 21
    grpc --trust any "grpcs://$s"
    exits 0
    once "grpc://$s"
    exits 1
    says 'connection ended before an answer.*TLS \(grpcs://\)'
    start_grpc m --cert both --clients clients =SERVING
    grpc --trust-store root.crt --client-cert client.crt --client-key client.key "grpcs://$m"
    exits 0
    once --trust-store root.crt "grpcs://$m"
    exits 23
}

@test "%n in the host is the pod's namespace" {
    start_grpc s =SERVING
    start_dns d <<<"orders.shop.svc.test A 127.0.0.1"
    INITKIT_NAMESPACE=shop once --nameserver "$d" --no-search "grpc://orders.%n.svc.test:${s##*:}"
    exits 0
    says "grpc://orders.shop.svc.test:${s##*:}: ready"
}

### What is sent

@test "the request is a call as gRPC makes it: HTTP/2 at once, trailers, no compression, a framed message" {
    start_http2 s "$good"
    once --attempt-timeout 7s "grpc://$s/a%2Fb"
    exits 0
    local sent
    sent=$(cat s.requests)
    for part in '":method": "POST"' '":path": "/grpc.health.v1.Health/Check"' '":scheme": "http"' "\":authority\": \"$s\"" '"content-type": "application/grpc"' \
        '"te": "trailers"' '"grpc-accept-encoding": "identity"' '"grpc-timeout": "[67][0-9]{3}m"' '"body": "00000000050a03612f62"'; do
        grep -Eq -- "$part" <<<"$sent" || report "$part in $sent"
    done
    ! grep -Eq '"(accept|upgrade|http2-settings|expect|connection)"' <<<"$sent" || report "$sent"
}

@test "over TLS only h2 is offered for gRPC, and only http/1.1 for HTTP" {
    cat ip.pem ip.key >both
    start_http2 s --cert both --alpn http/1.1,h2 "$good"
    once --trust-store root.crt "grpcs://$s"
    exits 0
    grep -q '"alpn": "h2"' s.requests
    start_http2 w --cert both --alpn h2,http/1.1 'raw:HTTP/1.1\x20204\x20No\x20Content\r\n\r\n'
    once --trust-store root.crt "https://$w/"
    exits 0
    grep -q '"alpn": "http/1.1"' w.requests
    start_http h <<<$'/x 200'
    once "$h/x"
    exits 0
    ! grep -qi 'upgrade\|http2-settings' h.requests || report "$(cat h.requests)"
}

@test "a server that does not choose h2 is not ready, although it speaks it: gRPC's clients refuse it" {
    cat ip.pem ip.key >both
    start_http2 s --cert both --alpn '' "$good"
    once --trust-store root.crt "grpcs://$s"
    exits 1
    says 'does not choose HTTP/2 \(ALPN h2\)'
    start_s_server port -cert ip.pem -key ip.key -cert_chain ip.pem -alpn http/1.1
    once --trust-store root.crt "grpcs://127.0.0.1:$port"
    exits 24
    says 'gRPC needs HTTP/2'
}

### Lies

@test "ready is a status of 0 behind one whole message that says SERVING" {
    answers "$good" 0 'SERVING'
    answers "head:content-type=application/grpc+proto,x-more=1 data:00000000 data:0208 data:01 trailers:x-a=b,grpc-status=0" 0 SERVING
    answers "head:content-type=application/grpc;charset=utf-8 message:1 trailers:grpc-status=0" 0 SERVING
    answers "head data:0000000017 data:10011a0378797a2100000000000000002d000000000801 trailers:grpc-status=0" 0 SERVING
    answers "head data:00000000091203787979082a0801 trailers:grpc-status=0" 0 SERVING
    answers "$good reset:0" 0 SERVING
    answers "head goaway:0,1 message:1 trailers:grpc-status=0" 0 SERVING
    answers "early goaway:0,0 $good" 1 'connection ended before an answer'
}

@test "what lacks its end is not ready" {
    answers "head message:1 close" 1 'connection ended within the answer'
    answers "head message:1 end" 1 "ended without gRPC's status.*trailers are missing"
    answers "head:grpc-status=0 message:1 end" 1 "ended without gRPC's status"
    answers "head message:1 reset:2" 1 'reset the request \(RST_STREAM\): INTERNAL_ERROR'
    answers "head message:1 hold" 1 'did not end in time'
    answers "head data:00000000ff0801 trailers:grpc-status=0" 1 'message was cut off'
    answers "head data:000000 trailers:grpc-status=0" 1 'message was cut off'
    answers "head trailers:grpc-status=0" 1 'holds no message'
    answers "only:grpc-status=0" 1 'holds no message'
    answers "head message:1 trailers:x-a=b" 1 "ended without gRPC's status"
}

@test "what is more than it should be is not ready" {
    answers "head message:1 message:1 trailers:grpc-status=0" 1 'more than one message'
    answers "head data:0000000002080199 trailers:grpc-status=0" 1 'more than one message'
    answers "head zeros:200000 trailers:grpc-status=0" 1 'larger than 64 KiB'
    answers "headers:1000 message:1 trailers:grpc-status=0" 1 'header is too large'
    answers "headers:12000 message:1 trailers:grpc-status=0" 1 'header is too large'
    answers "head message:1 ends:12000" 1 'not valid HTTP/2'
}

@test "other statuses, of health, gRPC and HTTP, are told by name" {
    answers "head message:0 trailers:grpc-status=0" 1 'health status is UNKNOWN'
    answers "head message:2 trailers:grpc-status=0" 1 'health status is NOT_SERVING'
    answers "head message:3 trailers:grpc-status=0" 1 'health status is SERVICE_UNKNOWN.*service of this name'
    answers "head message:7 trailers:grpc-status=0" 1 'health status is 7'
    answers "head data:000000000b0881808080808080808001 trailers:grpc-status=0" 1 'health status is 9223372036854775809'
    answers "head message:1 trailers:grpc-status=13,grpc-message=boom" 26 'gRPC status 13 INTERNAL; its words: boom'
    answers "only:grpc-status=4" 26 'DEADLINE_EXCEEDED.*--attempt-timeout'
    answers "only:grpc-status=7" 26 'PERMISSION_DENIED.*credentials'
    answers "only:grpc-status=14" 26 'UNAVAILABLE'
    answers "only:grpc-status=00" 26 'not a number from 0 to 16: 00'
    answers "only:grpc-status=17" 26 'not a number from 0 to 16'
    answers "only::status=404,content-type=text/html" 26 'HTTP status 404 Not Found, expected 200.*port for gRPC'
    answers "head::status=503,content-type=text/plain data:6f6f7073 end" 26 '503 Service Unavailable.*begins: oops.*proxy'
}

@test "what is not gRPC's answer is not taken for one" {
    answers "head:content-type=text/html message:1 trailers:grpc-status=0" 1 'content-type is text/html'
    answers "head:content-type=application/grpc-web message:1 trailers:grpc-status=0" 1 'content-type is application/grpc-web'
    answers "head:content-type=- message:1 trailers:grpc-status=0" 1 'content-type is missing'
    answers "head:grpc-encoding=gzip data:0100000002 data:0801 trailers:grpc-status=0" 1 'compressed.*grpc-encoding is gzip'
    answers "head data:02000000020801 trailers:grpc-status=0" 1 'not a valid HealthCheckResponse'
    answers "head data:00000000020b01 trailers:grpc-status=0" 1 'not a valid HealthCheckResponse'
}

@test "a connection that ends, and a port that speaks something else, are explained" {
    answers "goaway:0,0 close" 1 'connection ended before an answer.*GOAWAY'
    answers "goaway:2,0 hold" 1 'connection ended before an answer'
    answers "close" 1 'connection ended before an answer'
    answers "reset:11" 1 'RST_STREAM\): ENHANCE_YOUR_CALM'
    answers "reset:7" 1 'connection ended before an answer'
    [ "$(wc -l <last.requests)" -le 7 ]
    answers "frame:0000050000000000010000000801" 1 'connection ended before an answer'
    answers "silent" 1 'no answer within'
    answers 'raw:HTTP/1.1\x20400\x20Bad\x20Request\r\nContent-Length:\x200\r\n\r\n' 1 'this port speaks HTTP/1.1, not HTTP/2.*port for gRPC'
    answers 'raw:SSH-2.0-OpenSSH\r\n' 1 'it is SSH'
    answers 'raw:\x15\x03\x01\0\x02\x02\x0a' 1 'it is TLS.*grpcs://'
    start_http h <<<$'/x 200'
    once "grpc://${h#http://}"
    exits 1
    says 'this port speaks HTTP/1.1'
}

@test "a plain port that is asked with TLS is told as with https" {
    start_http2 s early silent
    once --trust-store root.crt "grpcs://$s"
    exits 1
    says 'closed the connection in the handshake'
    start_tcp plain "127.0.0.1:0 say HTTP/1.1\\x20400\\x20Bad\\x20Request\r\n\r\n"
    once --trust-store root.crt "grpcs://127.0.0.1:${plain[0]}"
    exits 24
}

@test "the server's words are decoded, escaped and cut, and repeat no secret" {
    answers 'only:grpc-status=2,grpc-message=%1b[31mred%0ahint:%2050%25%20%zz%00ok' 26 'its words: \\x1b\[31mred\\x0ahint; 50% %zz ok'
    answers "only:grpc-status=2,grpc-message=$(printf 'x%.0s' {1..300})" 26 'its words: x{80}\.\.\.'
    start_http2 s only:grpc-status=2,grpc-message=geheim-%67eheim 'only:grpc-status=2,grpc-message=geheim-geheim' 'head:content-type=geheim-geheim message:1 trailers:grpc-status=0'
    echo geheim-geheim >token
    for _ in 1 2 3; do
        once --bearer-token-file token "grpc://$s"
        says 'repeats a header that was sent'
        says_not geheim
    done
}

### Floods

@test "frames without end take no more than the attempt's time and a little memory; SIGTERM ends them" {
    not_emulated
    release_build
    own_memory_limit $((32 * 1024 * 1024))
    local kind
    for kind in flood:ping flood:settings flood:window flood:priority flood:data flood:continuation flood:headers "head flood:data" "head flood:window" "head flood:headers" headers:12000 "head message:1 ends:12000"; do
        start_http2 s "$kind"
        once --attempt-timeout 500ms "grpc://$s"
        [ "$status" = 1 ] || report "$kind"
        took_less_than 20000
    done
    start_http2 s flood:window
    start_tool wait-for-http --attempt-timeout 1h "grpc://$s"
    until_true 20 listens_for_signals "$tool"
    until_true 20 test -s s.requests
    kill -TERM "$tool"
    wait_tool
    exits 143
}

@test "attempts without end take no more memory" {
    not_emulated
    release_build
    cat ip.pem ip.key >both
    start_http2 s --cert both "head message:2 trailers:grpc-status=0"
    start_tool wait-for-http --timeout 0 --interval 1ms --max-interval 1ms --trust-store root.crt "grpcs://$s"
    has_called() { [ "$(wc -l <s.requests)" -ge "$1" ]; }
    until_true 60 has_called 50
    local before after
    before=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$tool/status")
    until_true 120 has_called 300
    after=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$tool/status")
    [ "$after" -lt $((before + 400)) ] || report "$before kB after 50 attempts, $after kB after 300"
}

### Proxies

@test "a proxy makes a tunnel, for grpc:// and grpcs://; one that refuses ends the run" {
    cat ip.pem ip.key >both
    start_http2 s "$good"
    start_http2 t --cert both "$good"
    start_tls proxy "- proxy=ok" "- proxy=403"
    once --proxy "http://127.0.0.1:${proxy[0]}" "grpc://$s"
    exits 0
    http_proxy="http://127.0.0.1:${proxy[0]}" once "grpc://$s"
    exits 0
    https_proxy="http://127.0.0.1:${proxy[0]}" once --trust-store root.crt "grpcs://$t"
    exits 0
    once --proxy "http://127.0.0.1:${proxy[1]}" "grpc://$s"
    exits 29
    says 'the proxy .* \(from --proxy\) answered 403'
}

### Options

@test "operands and options that make no sense are refused" {
    for operand in grpc://a grpc://a:0 grpc:///x 'grpc://a:1/x?y' 'grpc://a:1#x' grpc://a:1/%00 'grpcs://[::1]' "grpc://a:1/$(printf 'x%.0s' {1..1025})"; do
        once "$operand"
        exits 2
        says grpc
    done
    once grpc://user:geheim@a:1
    exits 2
    says_not geheim
    for option in --status=200 --expect=x --expect-regex=x --expect-json=/a '--expect-header=a: b' --max-redirs=1 --request=PUT --data-file=/etc/passwd; do
        once "$option" grpc://127.0.0.1:1
        refuses_naming "${option%%=*}"
    done
    for header in 'TE: x' 'content-type: x' 'grpc-timeout: 1S'; do
        once --header "$header" grpc://127.0.0.1:1
        refuses_naming "${header%%:*}"
    done
}

@test "beside an HTTP server each has its conditions, and its secrets" {
    start_http h <<<$'/x 200 text UP'
    start_http2 s "$good"
    echo geheim >token
    once --status 200 --expect UP --bearer-token-file "grpc://$s=token" "$h/x" "grpc://$s"
    exits 0
    grep -q 'Bearer geheim' s.requests
    [ "$(requests h /x geheim)" = 0 ]
    once --bearer-token-file token "$h/x" "grpc://$s"
    exits 2
    says "several servers \\($h, grpc://$s\\)"
    once --bearer-token-file "grpc://$s/svc=token" "grpc://$s/svc"
    exits 2
}
