#!/usr/bin/env bats
# wait-for-http against servers that start, lie, stall, redirect and do not speak TLS as they should.
#
# start_http sets variables by name:
# shellcheck disable=SC2154

load lib
load fetch-config
load tls

# http [ARGUMENT]...: a run that tries often.
http() {
    run_tool wait-for-http --interval 1ms --max-interval 20ms "$@"
}

once() {
    run_tool wait-for-http --once "$@"
}

### Statuses

@test "a server that starts is waited for: refused, 503, 404, 401, then 200" {
    start_http s <<<$'/up 503 / 404 / 401 / 200 text hello'
    http "$s/up?token=secret"
    exits 0
    [ "$(requests s)" = 4 ]
    says 'HTTP status 503 Service Unavailable, expected 200-399'
    says '404 Not Found.*is the path right'
    says '401 Unauthorized.*credentials'
    ends_saying "$s/up: ready after .*\(4 attempts\); HTTP 200"
    says_not secret
}

@test "a server that opens its port later is waited for" {
    start_tcp port "127.0.0.1:0 bound"
    start_tool wait-for-http "http://127.0.0.1:${port[0]}/"
    until_true 20 err_has 'connection refused'
    kill -TERM "$tool"
    wait_tool
    exits 143
    ends_saying 'not ready: connection refused by'
}

@test "a redirect is an answer, unless it is followed" {
    start_http s <<<$'/led 302 Location:/down\n/down 503'
    once "$s/led"
    exits 0
    ends_saying 'HTTP 302'
    [ "$(requests s /down)" = 0 ]
    once --status 200 "$s/led"
    exits 26
    says 'HTTP status 302, expected 200.*--max-redirs'
    once --max-redirs 1 "$s/led"
    exits 26
    says "redirected to $s/down: HTTP status 503"
}

@test "redirects: not for ever, not from https to http, secrets for the first host alone" {
    cat ip.pem ip.key >both.pem
    start_http other <<<$'/there 200'
    start_http s <<<$'/round 302 Location:/round\n/away 302 Location:'"$other/there"
    start_http t --cert both.pem <<<$'/plain 302 Location:'"$other/there"
    echo geheim >token
    once --max-redirs 3 "$s/round"
    exits 26
    says 'redirected more than 3 times'
    once --max-redirs 3 --bearer-token-file token "$s/away"
    exits 0
    [ "$(requests s /away 'Bearer geheim')" = 1 ]
    [ "$(requests other /there)" = 1 ]
    [ "$(requests other /there geheim)" = 0 ]
    once --max-redirs 3 --trust-store root.crt "$t/plain"
    exits 26
    says 'never followed'
}

@test "--status takes codes and ranges; what it does not take names the option" {
    start_http s <<<$'/gone 410\n/up 204'
    once --status 200-299,410 "$s/gone"
    exits 0
    once --status 205-299 "$s/up"
    exits 26
    for list in 99 200- 300-200 abc '' '200,' 600; do
        once --status "$list" "$s/up"
        [ -z "$list" ] || refuses_naming --status
    done
}

### Bodies

@test "text, pattern, JSON and header have to be there, all of them" {
    start_http s <<<$'/h 200 X-State:ready text \'{"status":"UP"}\''
    once --expect UP --expect status --expect-regex '^\{.*(UP|OK)"\}$' --expect-json /status=UP --expect-header 'x-state: ready' --expect-header content-length: "$s/h"
    exits 0
    once --expect UP --expect DOWN "$s/h"
    exits 1
    says 'the body does not have DOWN; its body begins: \{"status":"UP"\}'
    once --expect-regex '^status' "$s/h"
    exits 1
    says 'no line of the body matches \^status'
    once --expect-header 'X-State: steady' "$s/h"
    exits 1
    says 'the header X-State does not have steady, but ready'
    once --expect-header 'X-Other:' "$s/h"
    exits 1
    says 'no header X-Other'
    once --expect-header 'x-state:' "$s/h"
    exits 0
}

@test "an actuator's answer: what is DOWN is shown" {
    start_http s <<<$'/a 503 text \'{"status":"DOWN","components":{"db":{"status":"DOWN","details":{"n":3}},"disk":{"status":"UP"}}}\' / 200 text \'{"status":"UP"}\''
    http --expect-json /status=UP "$s/a"
    exits 0
    says '503 Service Unavailable.*\{"status":"DOWN","components"'
    start_http t <<<$'/a 200 text \'{"status":"DOWN","a/b":[true,null,{"~":1.50}],"n":9007199254740993}\''
    once --expect-json /status=UP "$t/a"
    exits 1
    says '/status is not UP, but "DOWN"'
    once --expect-json '/a~1b/0=true' --expect-json '/a~1b/1=null' --expect-json '/a~1b/2/~0=1.5' --expect-json '/a~1b/2={"~":1.5}' --expect-json /status "$t/a"
    exits 0
    once --expect-json /n=9007199254740992 "$t/a"
    exits 1
    once --expect-json /n=9007199254740993 "$t/a"
    exits 0
    for missing in /absent /a~1b/3 /a~1b/00 /a~1b/- /status/0; do
        once --expect-json "$missing" "$t/a"
        exits 1
        says "no value at $missing"
    done
}

@test "what is no JSON is not taken for some" {
    start_http s <<<$'/cut 200 text \'{"status":"UP"\'\n/more 200 text \'{"status":"UP"}x\'\n/page 200 text <html>\n/none 204\n/empty 200'
    for path in cut more page empty; do
        once --expect-json /status=UP "$s/$path"
        exits 1
        says 'is not JSON'
    done
    once --expect-json '' "$s/none"
    exits 1
}

@test "conditions that make no sense are refused" {
    once --expect-json status=UP http://a/
    refuses_naming --expect-json
    once --expect-json /a~2 http://a/
    refuses_naming --expect-json
    once --expect-regex '(' http://a/
    refuses_naming --expect-regex
    once --expect-regex '(a)\1' http://a/
    refuses_naming --expect-regex
    once --expect-header X http://a/
    refuses_naming --expect-header
    once --max-redirs 1 ftp://a/
    refuses_naming ftp://a/
    once http://user:secret@a/
    exits 2
    says_not secret
    once
    exits 2
}

@test "only 1 MiB of a body is looked at, and a bomb is not unpacked" {
    not_emulated
    start_http s <<<$'/pour 200 pour\n/bomb 200 bomb 20'
    once --expect never "$s/pour"
    exits 1
    says 'in its first 1 MiB, does not have never'
    once --expect-json /a "$s/bomb"
    exits 1
    says 'larger than 1 MiB'
    once "$s/pour"
    exits 0
}

@test "what came is escaped, and a NUL hides nothing" {
    start_http s <<<$'/x 200 text "a\\\\x1b[31m\\\\x00hidden"'
    once --expect nothing "$s/x"
    exits 1
    says_not $'\e'
    once --expect hidden "$s/x"
    exits 0
    once --expect-regex 'hidden$' "$s/x"
    exits 0
}

### Lies

@test "half a body is not ready, whatever its status and however it ends" {
    start_http s <<<$'/short 200 short 100 5\n/reset 200 reset 100 5\n/cut 200 cutchunk UP\n/bad 200 badchunk UP\n/open 200 open 7\n/good 200 chunks U P'
    for path in short reset cut bad; do
        for condition in '' --expect=U; do
            once ${condition:+"$condition"} "$s/$path"
            [ "$status" = 1 ] || report "$path"
        done
    done
    once --expect UP "$s/good"
    exits 0
    once "$s/open"
    exits 0
}

@test "what is not HTTP is waited out: the server may be about to change" {
    start_http s <<<$'/x garbage / drop / reset / headers / 200'
    http "$s/x"
    exits 0
    [ "$(requests s)" = 5 ]
    start_tcp port "127.0.0.1:0 say SSH-2.0-OpenSSH\r\n / hold"
    once "http://127.0.0.1:${port[0]}/"
    exits 1
    says 'it is SSH'
    for each in 'HTTP/1.1 2000 OK' 'HTTP/2.0 503 Service Unavailable' 'HTTP/2 503'; do
        rm port.ready
        start_tcp port "127.0.0.1:0 read / say '$each\r\nContent-Length: 0\r\n\r\n' close"
        once "http://127.0.0.1:${port[0]}/"
        exits 1
        says 'an invalid status line'
    done
}

@test "one that never answers is given up after --attempt-timeout, and asked again" {
    start_http s <<<$'/x silent / stall 100 / 200'
    http --attempt-timeout 200ms "$s/x"
    exits 0
    says 'no answer within the attempt.s time'
}

@test "the time runs out in the words of the last answer; the termination log has them" {
    start_http s <<<$'/x 503 text down'
    : >log
    http --timeout 300ms --termination-log log "$s/x"
    exits 124
    ends_saying 'not ready: HTTP status 503 Service Unavailable.*begins: down; timed out'
    grep -q "wait-for-http: $s/x: not ready: HTTP status 503" log
}

@test "SIGTERM while an answer is awaited, and in its body" {
    start_http s <<<$'/quiet silent\n/slow 200 slow 100 1'
    for path in quiet slow; do
        start_tool wait-for-http --attempt-timeout 30s --expect never "$s/$path"
        until_true 20 test "$(requests s "/$path")" = 1 || until_true 20 grep -q "$path" s.requests
        kill -TERM "$tool"
        wait_tool
        exits 143
        ends_saying 'not ready: (no answer|in the|waiting|receiving|connected|connecting)'
    done
}

@test "429 is obeyed, 503 with a Retry-After is looked at as before" {
    start_http s <<<$'/x 429 Retry-After:1 / 200\n/y 503 Retry-After:100 / 200'
    http "$s/x"
    exits 0
    took_at_least 1000
    http "$s/y"
    exits 0
}

### Requests

# asked_with TEXT: a request with this in its log line has come.
asked_with() {
    grep -q -- "$1" s.requests
}

@test "method, data, headers and secrets go where they belong, and are read again" {
    start_http s <<<$'/x 503'
    echo '{"a":1}' >data
    echo geheim >token
    start_tool wait-for-http -X PUT --data-file data --header 'X-A: b' --bearer-token-file token "$s/x"
    until_true 20 asked_with 'Bearer geheim'
    echo neu >token.new && mv token.new token
    until_true 20 asked_with 'Bearer neu'
    kill -TERM "$tool"
    wait_tool
    exits 143
    asked_with '"method": "PUT".*"x-a": "b".*a.":1}' || report "$(head -n 1 s.requests)"
}

@test "-v shows headers without secrets" {
    start_http s <<<$'/x 200 Set-Cookie:id=geheim X-Api-Token:geheim X-Version:7'
    echo geheim >token
    once -v --bearer-token-file token --header 'X-Mine: geheim' "$s/x?key=geheim"
    exits 0
    says '> GET /x\?\.\.\. HTTP/1.1'
    says '> Authorization: \*\*\*'
    says '> X-Mine: \*\*\*'
    says '> Host: 127.0.0.1'
    says '< Set-Cookie: \*\*\*'
    says '< X-Api-Token: \*\*\*'
    says '< X-Version: 7'
    says_not geheim
}

@test "a server that repeats what it was sent reveals no secret" {
    start_http s <<<$'/x 401 echo\n/y 200 X-You-Sent:geheim-geheim text \'{"sent":"geheim-geheim"}\''
    echo geheim-geheim >token
    cp token body
    once --bearer-token-file token --data-file body "$s/x"
    exits 26
    says 'repeats a header that was sent'
    once --bearer-token-file token --expect-json /sent=other "$s/y"
    exits 1
    once --bearer-token-file token --expect-header 'X-You-Sent: other' "$s/y"
    exits 1
    says_not geheim
}

@test "several servers, and how many of them are enough" {
    start_http s <<<$'/a 200\n/b 503 / 200\n/c 503'
    http "$s/a" "$s/b"
    exits 0
    says "$s/a: ready after"
    http --min-targets 2 "$s/a" "$s/b" "$s/c"
    exits 0
    http --stable 200ms "$s/a"
    exits 0
    took_at_least 200
    run_tool wait-for-http --timeout 1s --log-format json "$s/c"
    exits 124
    json 'any(each["event"] == "attempt" and each["class"] == 26 for each in lines)'
}

@test "a unix socket is asked as a server is" {
    "$python" - >unix.log 2>&1 <<'PY' &
import http.server, os, socketserver
class Server(socketserver.UnixStreamServer):
    def get_request(self):
        return self.socket.accept()[0], ("local", 0)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ok?a=b" and self.headers["Host"] == "localhost" else 404)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"UP")
Server("app.sock", Handler).serve_forever()
PY
    echo $! >>pids
    http --expect UP "http+unix://$PWD/app.sock:/ok?a=b"
    exits 0
    ends_saying "http\+unix://$PWD/app.sock:/ok: ready"
    http_proxy=http://127.0.0.1:1 once "http+unix://$PWD/app.sock"
    exits 26
    once "http+unix:///absent.sock:/"
    exits 1
    says 'no such socket: /absent.sock'
    for operand in http+unix:app.sock http+unix://app.sock:/ http+unix:///:/ "http+unix:///$(printf 'x%.0s' {1..120}):/"; do
        once "$operand"
        refuses_naming http+unix
    done
}

### TLS and proxies

@test "what is wrong with a certificate ends the run, with tls-check's codes" {
    for name in ip expired; do
        cat "$name.pem" "$name.key" >"$name.both"
    done
    start_http good --cert ip.both <<<$'/x 200'
    start_http old --cert expired.both <<<$'/x 200'
    http --trust-store root.crt "$good/x"
    exits 0
    http --trust-store other.crt "$good/x"
    exits 20
    http --trust-store root.crt "https://localhost:${good##*:}/x"
    exits 21
    http --trust-store absent "$good/x"
    exits 27
    http --trust-store root.crt --timeout 5s "$old/x"
    [ "$status" = 22 ] || [ "$status" = 21 ]
    http "https://${good##*https://}/x" --warn-only --trust-store other.crt
    exits 0
    start_tcp plain "127.0.0.1:0 say HTTP/1.1\\x20400\\x20Bad\\x20Request\r\n\r\n"
    http "https://127.0.0.1:${plain[0]}/x" --trust-store root.crt
    exits 24
}

@test "a client certificate is shown" {
    cat ip.pem ip.key >both
    cat ca.crt root.crt >clients
    start_http s --cert both --clients clients <<<$'/x 200'
    once --trust-store root.crt --client-cert client.crt --client-key client.key "$s/x"
    exits 0
    [ "$(requests s /x '"client": true')" = 1 ]
    once --client-key client.key "$s/x"
    refuses_naming --client-key
}

@test "--trust any verifies nothing, and nothing secret goes with it" {
    cat ip.pem ip.key >both
    start_http s --cert both <<<$'/x 200 text UP'
    once --trust any --expect UP "$s/x"
    exits 0
    SSL_CERT_FILE=/absent once --trust any "https://localhost:${s##*:}/x"
    exits 0
    echo secret >token
    for option in --bearer-token-file=token --header-file=token --basic-auth-file=token '--header=A: b' --client-cert=client.crt --data-file=token --trust-store=root.crt; do
        once --trust any "$option" "$s/x"
        exits 2
        says "${option%%=*}"
    done
}

@test "a proxy that refuses ends the run; one that has trouble does not" {
    start_http p <<<$'/x 407\n/y 502 / 200'
    run_tool wait-for-http --proxy "$p" http://somewhere.test/x
    exits 29
    says 'the proxy .* \(from --proxy\) answered 407'
    http --proxy "$p" http://somewhere.test/y
    exits 0
}

@test "nginx: statuses, compressed bodies, a server that is reloaded" {
    own_network
    certificate server /CN=localhost "subjectAltName=DNS:localhost"
    mkdir -p www
    seq 1 2000 >www/numbers
    run_nginx <<<"server { listen 127.0.0.1:8001; listen 127.0.0.1:8443 ssl; listen unix:$PWD/nginx.sock; location /no { return 403; } }"
    http --expect $'\n2000\n' --expect-header 'content-encoding: gzip' http://127.0.0.1:8001/numbers
    exits 0
    http --expect-regex '^1999$' --trust-store ca.pem https://localhost:8443/numbers
    exits 0
    http --expect 2000 "http+unix://$PWD/nginx.sock:/numbers"
    exits 0
    once http://127.0.0.1:8001/no
    exits 26
}

# has_asked N: so many requests have come, or more.
has_asked() {
    [ "$(requests s)" -ge "$1" ]
}

@test "attempts without end take no more memory" {
    not_emulated
    release_build
    cat ip.pem ip.key >both
    start_http s --cert both <<<$'/x 503'
    start_tool wait-for-http --timeout 0 --interval 1ms --max-interval 1ms --trust-store root.crt "$s/x"
    until_true 60 has_asked 50
    local before after
    before=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$tool/status")
    until_true 120 has_asked 500
    after=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$tool/status")
    [ "$after" -lt $((before + 400)) ] || report "$before kB after 50 attempts, $after kB after 500"
}
