#!/usr/bin/env bats
# fetch-config against real servers: nginx with and without TLS, tinyproxy.
#
# start_http sets the variables that are named in its calls, run_tool sets last_line; a test's exports are its own:
# shellcheck disable=SC2154,SC2034,SC2016,SC2030,SC2031

load lib
load fetch-config

# start_nginx: plain on $plain, TLS on $secure, mutual TLS on $mutual, basic authentication under /private/.
start_nginx() {
    certificate server /CN=localhost "subjectAltName=DNS:localhost,IP:127.0.0.1"
    certificate client /CN=client ""
    mkdir -p www/private
    echo hello >www/page
    echo secret >www/private/page
    seq 1 200000 >www/large
    read -r plain_port secure_port mutual_port < <(free_port 3)
    plain=http://127.0.0.1:$plain_port secure=https://127.0.0.1:$secure_port mutual=https://127.0.0.1:$mutual_port
    printf 'user:%s\n' "$(openssl passwd -1 geheim)" >htpasswd
    run_nginx <<CONF
    server {
        listen 127.0.0.1:$plain_port;
        location /private/ { auth_basic x; auth_basic_user_file $PWD/htpasswd; }
        location /moved { return 301 /page; }
        location /up { return 302 $secure/page; }
    }
    server {
        listen 127.0.0.1:$secure_port ssl;
        location /down { return 302 $plain/page; }
    }
    server {
        listen 127.0.0.1:$mutual_port ssl;
        ssl_client_certificate $PWD/ca.pem; ssl_verify_client on;
    }
CONF
    until_true 10 "$bin/fetch-config" -q --once "$plain/page" -o /dev/null
}

@test "nginx: files, gzip, redirects, basic authentication" {
    start_nginx
    run_tool fetch-config "$plain/large=./large" "$plain/page=./page" "$plain/moved=./moved"
    exits 0
    cmp large www/large
    [ "$(cat moved)" = hello ]
    grep -q 'GET /large' logs/access.log
    [ "$(awk '/large/ { print $10 }' logs/access.log)" -lt "$(stat -c %s www/large)" ]
    run_tool fetch-config "$plain/private/page=./p"
    exits 26
    ends_saying "401.*credentials"
    echo user:geheim >auth
    run_tool fetch-config "$plain/private/page=./p" --basic-auth-file auth
    exits 0
    [ "$(cat p)" = secret ]
}

@test "TLS: the company's CA as PEM, and the verdicts of tls-check" {
    start_nginx
    run_tool fetch-config "$secure/page=./a" --trust-store ca.pem
    exits 0
    [ "$(cat a)" = hello ]
    run_tool fetch-config "$secure/page=./b"
    exits 20
    ends_saying "CN=test-root"
    run_tool fetch-config "https://127.0.0.2:1/page=./b" --trust-store none.pem
    exits 27
    ends_saying "none.pem"
    run_tool fetch-config "https://127.0.0.1:$plain_port/page=./b" --trust-store ca.pem
    exits 24
    run_tool fetch-config "$plain/up=./c" --cacert ca.pem
    exits 0
    [ "$(cat c)" = hello ]
    run_tool fetch-config "$plain/up=./d"
    exits 20
    run_tool fetch-config "$secure/down=./d" --cacert ca.pem
    exits 26
    ends_saying "from https to http"
    [ ! -e b ] && [ ! -e d ]
}

@test "TLS: a trust store that takes longer to read than there is time ends with the time" {
    start_nginx
    local i root
    root=$(<ca.pem)
    for ((i = 0; i < 4000; i++)); do echo "$root"; done >many.pem
    run_tool fetch-config --timeout 1ms --trust-store many.pem https://127.0.0.1:1/x=./a
    exits 124
    ends_saying "many\.pem: was not read to its end in time; hint: .*--timeout"
    run_tool fetch-config --timeout 1ms --trust-store ca.pem --client-cert many.pem https://127.0.0.1:1/x=./a
    exits 124
    ends_saying "many\.pem: was not read to its end in time"
    run_tool wait-for-http --timeout 1ms --trust-store many.pem https://127.0.0.1:1/x
    exits 124
    ends_saying "many\.pem: was not read to its end in time"
    echo token >token
    run_tool wait-for-kube --timeout 1ms --server https://127.0.0.1:1 --token-file token -n x --trust-store many.pem job/x
    exits 124
    ends_saying "many\.pem: was not read to its end in time"
}

@test "TLS: wrong name, expired, unfit" {
    certificate other /CN=other "subjectAltName=DNS:other.example"
    certificate old /CN=old "subjectAltName=IP:127.0.0.1" 0
    certificate clients /CN=clients $'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=clientAuth'
    cat other.pem other.key >other
    cat old.pem old.key >old
    cat clients.pem clients.key >clients
    start_http a --cert other <<<'/a 200 text x'
    start_http b --cert old <<<'/a 200 text x'
    start_http c --cert clients <<<'/a 200 text x'
    run_tool fetch-config "$a/a=./x" --cacert ca.pem
    exits 21
    ends_saying "other.example"
    sleep 1
    run_tool fetch-config "$b/a=./x" --cacert ca.pem
    exits 22
    run_tool fetch-config "$c/a=./x" --cacert ca.pem
    exits 28
    ends_saying "not meant for servers"
    [ ! -e x ]
}

@test "TLS: a client certificate, as PEM and as PKCS#12, and without one" {
    start_nginx
    run_tool fetch-config "$mutual/page=./a" --cacert ca.pem
    exits 23
    run_tool fetch-config "$mutual/page=./a" --cacert ca.pem --cert client.pem --key client.key
    exits 0
    echo changed >password
    openssl pkcs12 -export -in client.pem -inkey client.key -out client.p12 -passout file:password
    run_tool fetch-config "$mutual/page=./b" --cacert ca.pem --client-cert client.p12 --client-key-password-file password
    exits 0
    run_tool fetch-config "$mutual/page=./c" --cacert ca.pem --cert client.pem --key server.key
    exits 23
}

# A redirect leads anywhere, and whoever asks would learn who the client is, and might pass it on.
@test "TLS: a client certificate is shown to the host of the URL, never to where it redirects" {
    certificate server /CN=127.0.0.1 subjectAltName=IP:127.0.0.1
    certificate client /CN=client ""
    cat server.pem server.key >both
    start_http other --cert both --clients ca.pem <<<$'/b 200 text b\n/own 200 text own'
    printf '%s\n' "/a 302 Location:$other/b" "/here 302 Location:/c" "/c 200 text c" >first.steps
    start_http first --cert both --clients ca.pem <first.steps
    mine=(--cacert ca.pem --cert client.pem --key client.key)
    run_tool fetch-config "$first/a=./a" "$first/here=./c" "${mine[@]}"
    exits 0
    [ "$(cat a c)" = bc ]
    [ "$(requests first "" '"client": true')" = 3 ]
    [ "$(requests other)" = 1 ]
    [ "$(requests other /b '"client": false')" = 1 ]
    # A connection that it was shown on is not used for the redirect, nor the other way round.
    run_tool fetch-config "$first/a=./a" "$other/own=./own" "$first/a=./again" "${mine[@]}"
    exits 0
    [ "$(requests other /own '"client": true')" = 1 ]
    [ "$(requests other /b '"client": true')" = 0 ]
    [ "$(requests other /b '"client": false')" = 3 ]
    run_tool fetch-config "$first/a=-" --sha256-url "$other/b" "${mine[@]}"
    exits 1
    [ "$(requests other /b '"client": true')" = 0 ]
}

@test "TLS: a server that is redirected to and requires a client certificate is told apart" {
    start_nginx
    cat server.pem server.key >both
    start_http first --cert both <<<"/a 302 Location:$mutual/page"
    run_tool fetch-config "$first/a=./a" --cacert ca.pem --cert client.pem --key client.key
    exits 23
    ends_saying "requires a client certificate, and --client-cert is for another server; .*never to one that it redirects to"
}

@test "TLS: a weak key exchange or signature is 24, as in tls-check" {
    certificate rsa /CN=127.0.0.1 subjectAltName=IP:127.0.0.1
    openssl dhparam -dsaparam -out dh1024 1024 2>/dev/null
    begin "$python" "$servers/tls.py" --ready ready --certificates . "rsa max=1.2 dh=dh1024 ciphers=DHE:@SECLEVEL=0" \
        "- lie=dh bits=2048 digest=sha1" "- lie=dh bits=512"
    until_true 20 test -e ready
    mapfile -t ports <ready
    run_tool fetch-config "https://127.0.0.1:${ports[0]}/a=./x" --cacert ca.pem --once
    exits 24
    ends_saying "Diffie-Hellman with too few bits"
    run_tool fetch-config "https://127.0.0.1:${ports[1]}/a=./x" --cacert ca.pem --once
    exits 24
    ends_saying "the server signs in a way that was not offered"
    run_tool fetch-config "https://127.0.0.1:${ports[2]}/a=./x" --cacert ca.pem --once
    exits 24
    [ ! -e x ]
}

@test "TLS: no variable of the libraries has an effect: SSLKEYLOGFILE, OPENSSL_CONF, CURL_SSL_BACKEND and others" {
    start_nginx
    printf 'openssl_conf = c\n[c]\nssl_conf = s\n[s]\nsystem_default = d\n[d]\nCipherString = NULL\nMinProtocol = None\n' >config
    inside=(env SSLKEYLOGFILE="$PWD/keys" OPENSSL_CONF="$PWD/config" OPENSSL_MODULES="$PWD" OPENSSL_ENGINES="$PWD" QLOGDIR="$PWD/qlog"
        CURL_SSL_BACKEND=none HOME="$PWD" LOCALDOMAIN=localdomain.test RES_OPTIONS=ndots:9 CARES_HOSTS="$PWD/hosts"
        HOSTALIASES="$PWD/hosts" TZ=:/nowhere LC_ALL=xx MUSL_LOCPATH="$PWD" ALL_PROXY=http://127.0.0.1:1)
    echo "machine 127.0.0.1 login somebody password geheim" >.netrc
    find . >before
    run_tool fetch-config "$secure/page=./a" --cacert ca.pem --once
    exits 0
    run_tool tls-check "127.0.0.1:$secure_port" --cacert ca.pem --once
    exits 0
    [ "$(find . | grep -vxFf before | sort | tr '\n' ' ')" = "./a ./err ./out " ] || report "more files: $(find . | grep -vxFf before)"
}

@test "TLS: a peer that sends handshake messages without end is ended" {
    mkdir peer
    begin "$python" "$servers/tls.py" --ready ready --certificates peer "- lie=flood" "- lie=silence"
    until_true 20 test -e ready
    run_tool fetch-config "https://127.0.0.1:$(head -n 1 ready)/a=./x" --timeout 20s
    exits 24
    ends_saying "sends data without end"
    took_less_than 10000
    run_tool fetch-config "https://127.0.0.1:$(tail -n 1 ready)/a=./x" --timeout 1s
    exits 124
    ends_saying "not fetched: (in )?the TLS handshake;? timed out" # on a busy machine the end of the run may come first
    took_less_than 3000
    [ ! -e x ]
}

@test "TLS: a set over one host makes few connections" {
    start_nginx
    pairs=()
    for i in {1..40}; do pairs+=("$secure/page?$i" -o "./f/$i"); done
    run_tool fetch-config "${pairs[@]}" --cacert ca.pem
    exits 0
    [ "$(cat f/* | sort -u)" = hello ]
    [ "$(find f -type f | wc -l)" = 40 ]
}

# start_proxy [LINE]...
start_proxy() {
    proxy_port=$(free_port)
    {
        printf '%s\n' "Port $proxy_port" "Listen 127.0.0.1" "Timeout 20" "LogFile \"$PWD/proxy.log\"" \
            "PidFile \"$PWD/proxy.pid\"" "MaxClients 20" "Allow 127.0.0.1" "$@"
    } >proxy.conf
    begin tinyproxy -d -c proxy.conf >/dev/null 2>&1
    until_true 10 bash -c "exec 9<>/dev/tcp/127.0.0.1/$proxy_port"
}

@test "a proxy: by option, by variable, with exceptions, for http and https" {
    start_nginx
    start_proxy "ConnectPort $secure_port"
    proxy=http://127.0.0.1:$proxy_port
    run_tool fetch-config "$plain/page=./a" --proxy "$proxy"
    exits 0
    run_tool fetch-config "$secure/page=./b" -x "127.0.0.1:$proxy_port" --cacert ca.pem
    exits 0
    grep -q "CONNECT.*$secure_port" proxy.log
    [ "$(grep -c 'Request.*GET.*page' proxy.log)" = 1 ]
    http_proxy=$proxy run_tool fetch-config "$plain/page=./c"
    exits 0
    [ "$(grep -c 'Request.*GET.*page' proxy.log)" = 2 ]
    HTTP_PROXY=$proxy run_tool fetch-config "$plain/page=./c"
    http_proxy=$proxy no_proxy=127.0.0.0/8 run_tool fetch-config "$plain/page=./c"
    [ "$(grep -c 'Request.*GET.*page' proxy.log)" = 2 ]
    https_proxy=http://127.0.0.1:1 run_tool fetch-config "$secure/page=./c" --cacert ca.pem --once
    exits 1
    ends_saying "127.0.0.1:1.*https_proxy"
    INITKIT_PROXY=http://127.0.0.1:1 run_tool fetch-config "$plain/page=./c" --once
    exits 1
    ends_saying "127.0.0.1:1.*from INITKIT_PROXY"
    INITKIT_FETCH_CONFIG_PROXY=ftp://proxy run_tool fetch-config "$plain/page=./c"
    refuses_naming INITKIT_FETCH_CONFIG_PROXY
}

@test "a proxy that says no is 29: without a password, with a wrong one, to a port that it forbids" {
    start_nginx
    start_proxy "BasicAuth user geheim" "ConnectPort $secure_port"
    proxy=http://127.0.0.1:$proxy_port
    run_tool fetch-config "$plain/page=./a" -x "$proxy"
    exits 29
    run_tool fetch-config "$secure/page=./a" -x "$proxy" --cacert ca.pem
    exits 29
    ends_saying "407"
    echo user:geheim >auth
    run_tool fetch-config "$plain/page=./a" "$secure/page=./b" -x "$proxy" --proxy-auth-file auth --cacert ca.pem
    exits 0
    run_tool fetch-config "$mutual/page=./c" -x "$proxy" --proxy-auth-file auth --cacert ca.pem
    exits 29
    ends_saying "403"
    says_not geheim
}

@test "a proxy that refuses with a page without end is left at once" {
    start_tcp peer "127.0.0.1:0 read CONNECT say 'HTTP/1.1 407 No\\r\\nProxy-Authenticate: Basic realm=x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n7fffffff\\r\\n' pour 2000000000"
    run_tool fetch-config "https://config.test/a=./a" -x "127.0.0.1:${peer[0]}" --timeout 20s
    exits 29
    ends_saying "answered 407 Proxy"
    took_less_than 4000 # it pours for five seconds
}

@test "no header of the user's goes to a proxy" {
    start_nginx
    start_http p <<<$'/page 200 text x'
    run_tool fetch-config "$secure/page=./a" -x "$p" -H 'X-Token: geheim' --cacert ca.pem --once
    [ "$(requests p "" geheim)" = 0 ]
    run_tool fetch-config "http://config.example/page=./a" -x "$p" -H 'X-Token: geheim' --once
    exits 0
    [ "$(requests p /page)" = 1 ]
}

@test "a key-value store by plain HTTP, and registering with it" {
    start_http c <<<$'/v1/kv/app 200 text "a: 1\\n"\n/v1/agent/service/register 200'
    echo '{"Name":"app"}' >service.json
    run_tool fetch-config "$c/v1/kv/app?raw" -o ./app.yaml --validate auto
    exits 0
    run_tool fetch-config "$c/v1/agent/service/register" -X PUT --data-file service.json
    exits 0
}
