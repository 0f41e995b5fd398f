#!/usr/bin/env bats
# fetch-config: what people run into, named as what it is.
#
# start_http sets the variables that are named in its calls, run_tool sets last_line:
# shellcheck disable=SC2154,SC2034

load lib
load fetch-config

@test "plain HTTP to a port that speaks TLS" {
    certificate server /CN=localhost "subjectAltName=DNS:localhost,IP:127.0.0.1"
    cat server.pem server.key >both.pem
    start_http tls --cert both.pem <<<$'/a 200 text x'
    run_tool fetch-config "${tls/https/http}/a=./a" --once
    [ "$status" -ne 0 ]
    ends_saying "this port speaks TLS|does this port speak TLS"
    start_tcp alert "127.0.0.1:0 read GET say '\x15\x03\x01\x00\x02\x02\x16'"
    run_tool fetch-config "http://127.0.0.1:${alert[0]}/a=./a" --once
    exits 1
    ends_saying "the answer is not HTTP: it is TLS.*hint: this port speaks TLS: write https://"
    start_http h <<<$'/go 400 text "Client sent an HTTP request to an HTTPS server.\\n"'
    run_tool fetch-config "$h/go=./a"
    exits 26
    ends_saying "HTTP status 400 Bad Request: this port speaks TLS.*write https://"
    [ ! -e a ]
}

@test "a server that speaks HTTP/2 alone, and one that speaks something else" {
    certificate server /CN=localhost "subjectAltName=DNS:localhost"
    port=$(free_port)
    begin openssl s_server -accept "$port" -cert server.pem -key server.key -alpn h2 -quiet 2>/dev/null
    until_true 10 openssl s_client -connect "127.0.0.1:$port" -alpn h2 </dev/null
    run_tool fetch-config "https://localhost:$port/a=./a" --trust-store ca.pem --once
    exits 24
    ends_saying "alert: no application protocol.*hint: HTTP/2 is not supported here"
    says_not "--alpn"
    start_tcp frames "127.0.0.1:0 read GET say '\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64'" \
        "127.0.0.1:0 read GET say 'SSH-2.0-OpenSSH_9.2\r\n'"
    run_tool fetch-config "http://127.0.0.1:${frames[0]}/a=./a" --once
    exits 1
    ends_saying "the answer is HTTP/2, although HTTP/1.1 was requested.*HTTP/2 is not supported here"
    run_tool fetch-config "http://127.0.0.1:${frames[1]}/a=./a" --once
    exits 1
    ends_saying "the answer is not HTTP: it is SSH.*is this the right port"
    [ ! -e a ]
}

@test "an end without TLS's close_notify" {
    certificate server /CN=localhost "subjectAltName=DNS:localhost,IP:127.0.0.1"
    cat server.pem server.key >both.pem
    start_http tls --cert both.pem <<<$'/open 200 open 100'
    run_tool fetch-config "$tls/open=./a" --trust-store ca.pem --once
    exits 1
    ends_saying "ended without TLS's close_notify, maybe too early after 100 bytes.*a body without length could be cut"
    [ ! -e a ]
}

@test "a header that is too large" {
    { printf '/line 200 X-Long:' && head -c 150000 /dev/zero | tr '\0' x && printf ' text x\n'; } | start_http line
    run_tool fetch-config "http://127.0.0.1:$(head -n 1 line.ready)/line=./a" --once
    exits 1
    ends_saying "the answer's header is too large: a line of more than 100 KB"
    start_http h <<<$'/more headers'
    run_tool fetch-config "$h/more=./a" --once
    exits 1
    ends_saying "the answer's header is too large"
}

@test "407: whether a user and password were given, and whether there is a proxy at all" {
    start_http p <<<$'/a 407 text x'
    echo user:geheim >auth
    run_tool fetch-config "http://config/a=./a" --proxy "$p"
    exits 29
    ends_saying "407.*the proxy requires a user and password, and none were given: --proxy-auth-file"
    run_tool fetch-config "http://config/a=./a" --proxy "$p" --proxy-auth-file auth
    exits 29
    ends_saying "407.*are the user and password for the proxy right"
    run_tool fetch-config "$p/a=./a"
    exits 29
    ends_saying "407.*no proxy is configured"
}

@test "a user and password in a proxy variable are used, with a warning that does not show them" {
    start_http p <<<$'/a 200 text content'
    http_proxy=http://us%40er:geh%3Aeim@${p#http://} run_tool fetch-config "http://config/a=./a"
    exits 0
    says "http_proxy: holds a user and password"
    says_not "geh"
    [ "$(requests p /a "\"proxy-authorization\": \"Basic $(printf 'us@er:geh:eim' | base64)\"")" = 1 ]
    echo file:secret >auth
    http_proxy=http://user:geheim@${p#http://} run_tool fetch-config "http://config/a=./a" --proxy-auth-file auth
    exits 0
    [ "$(requests p /a "Basic $(printf 'file:secret' | base64)")" = 1 ]
    run_tool fetch-config "http://config/a=./a" --proxy "http://user:geheim@${p#http://}"
    refuses_naming --proxy-auth-file
    http_proxy=http://127.0.0.1:1 no_proxy='*.0.0.1, *.svc' run_tool fetch-config "$p/a=./a" --once
    exits 1
}

@test "a secret for a proxy goes to one proxy" {
    echo user:geheim >auth
    http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:2 run_tool fetch-config http://config/a=./a --proxy-auth-file auth
    refuses_naming "http_proxy and https_proxy name different proxies"
    http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1/ run_tool fetch-config http://config/a=./a --proxy-auth-file auth --once
    exits 1
    https_proxy=http://127.0.0.1:2 http_proxy=http://127.0.0.1:1 run_tool fetch-config http://config/a=./a --proxy-auth-file auth --once -x http://127.0.0.1:3
    exits 1
}

@test "what the Kubernetes API refuses, in its own words" {
    start_http k <<'SCRIPT'
/api 403 Content-Type:application/json text '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"configmaps \\"app\\" is forbidden: User \\"system:serviceaccount:shop:default\\" cannot get resource","reason":"Forbidden","code":403}\n'
SCRIPT
    run_tool fetch-config "$k/api=./a"
    exits 26
    ends_saying 'HTTP status 403 Forbidden: configmaps "app" is forbidden: User "system:serviceaccount:shop:default" cannot get resource.*RoleBinding'
}

@test "characters that a server sends cannot leave the line, in the log and in the termination message" {
    printf '%s' '{"kind":"Status","message":"a\u0007b\u202e\n c\u001b[2Jd \u0085"}' >status.json
    printf '%s' '{"kind":"Status","message":"nul\u0000"}' >nul.json
    start_http h <<<$'/odd 403 file status.json\n/nul 403 file nul.json'
    : >message
    run_tool fetch-config "$h/odd=./a" --once --termination-log message
    exits 26
    ends_saying '403 Forbidden: a\\x07b\\u202e\\x0a c\\x1b\[2Jd \\u0085;'
    [ "$(<message)" = "$(tail -n 1 err)" ]
    [ "$(LC_ALL=C tr -d '[:print:]' <message | wc -c)" = 0 ]
    run_tool fetch-config "$h/nul=./a" --once --termination-log message
    exits 26
    ends_saying "403 Forbidden; gave up"
    [ "$(<message)" = "$(tail -n 1 err)" ]
}

@test "a Kubernetes API that repeats the token in its message is not quoted" {
    start_http k <<<$'/api 401 text \'{"kind":"Status","message":"token s3cr3t-s3cr3t is unknown","code":401}\''
    echo s3cr3t-s3cr3t >token
    run_tool fetch-config -v --termination-log "$PWD/reason" "$k/api=./a" --bearer-token-file token
    exits 26
    ends_saying "HTTP status 401 Unauthorized"
    says_not s3cr3t
}

@test "URLs without a host, and redirects to such and to a user and password" {
    for url in http:///x https:// http://:80/x 'http://?x'; do
        run_tool fetch-config "$url" -o ./a
        refuses_naming "the host is empty"
    done
    start_http h <<<$'/user 302 Location:http://user:geheim@127.0.0.1/x text x\n/none 302 Location:http:///x text x'
    run_tool fetch-config "$h/user=./a"
    exits 26
    ends_saying "redirects to a URL that cannot be followed: the URL holds a user and password"
    says_not "geheim|--basic-auth-file"
    run_tool fetch-config "$h/none=./a"
    exits 26
    ends_saying "redirects to a URL that cannot be followed: the host is empty"
}

@test "headers: an empty file, and an origin with nothing for it" {
    : >empty
    printf '\n\n' >lines
    for file in empty lines; do
        run_tool fetch-config http://127.0.0.1:1/a=./a --header-file $file
        refuses_naming "$file: is empty"
    done
    for option in --header --header-file --bearer-token-file --basic-auth-file; do
        run_tool fetch-config https://h/a=./a $option https://h/VALUE
        refuses_naming $option
        says "expected ORIGIN=VALUE"
    done
}

@test "--sha256-url: sums as BSD, openssl and Windows write them, and sums of another kind" {
    local sum
    echo content >file
    sum=$(sha256sum <file | cut -d' ' -f1)
    sha256sum --tag file >bsd
    openssl dgst -sha256 file >of-openssl
    { printf '\xef\xbb\xbf' && sha256sum file | sed 's/$/\r/'; } >windows
    sha512sum file >long
    for sums in bsd of-openssl windows; do
        run_tool fetch-config "file://$PWD/file=./$sums.out" --sha256-url "file://$PWD/$sums"
        exits 0
        cmp file "$sums.out"
    done
    run_tool fetch-config "file://$PWD/file=./long.out" --sha256-url "file://$PWD/long"
    exits 1
    ends_saying "long holds SHA-512 sums: expected SHA-256"
    { echo "$sum  one/file" && echo "${sum:1}0  two/file"; } >both
    run_tool fetch-config "file://$PWD/file=./both.out" --sha256-url "file://$PWD/both"
    exits 1
    ends_saying "both has several SHA-256 for file"
    sed "s/$sum/${sum/[0-9]/a}/; s/${sum:0:8}/00000000/" bsd >wrong
    run_tool fetch-config "file://$PWD/file=./wrong.out" --sha256-url "file://$PWD/wrong"
    exits 1
    ends_saying "its SHA-256 is $sum, not"
}

@test "options that say what becomes of a file are refused where there is none; --min-size holds without one" {
    start_http h <<<$'/a 200 text hello\n/b 200 text hello'
    for option in "--mode 0600" "--owner 0" --if-changed; do
        for path in - /dev/null /dev/stderr; do
            # shellcheck disable=SC2086 # two words
            run_tool fetch-config "$h/a" -o $path $option
            refuses_naming "${option%% *}: expected a PATH that is a file"
        done
    done
    [ "$(requests h /a)" = 0 ]
    run_tool fetch-config "$h/a=-" "$h/b=./b" --mode 0600
    exits 0
    [ "$(stat -c %a b)" = 600 ]
    run_tool fetch-config "$h/a" -o /dev/null --min-size 6
    exits 1
    ends_saying "is 5 bytes, less than the 6 of --min-size"
    run_tool fetch-config "$h/a" -o ./a --render-prefix X
    refuses_naming --render-prefix
}

@test "S3: the bucket is in another region, which the answer's header names" {
    start_http s3 <<<$'/bucket/key 301 x-amz-bucket-region:eu-west-1 text "<Error><Code>PermanentRedirect</Code><Endpoint>s3</Endpoint></Error>"'
    AWS_REGION=us-east-1 AWS_ENDPOINT_URL=$s3 AWS_ACCESS_KEY_ID=id AWS_SECRET_ACCESS_KEY=key run_tool fetch-config s3://bucket/key=./a
    exits 26
    ends_saying "HTTP status 301: PermanentRedirect.*set AWS_REGION to eu-west-1"
}
