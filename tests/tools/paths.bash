# The tools' main paths, for tests that watch them from outside: play_TOOL walks them with $runner in front of the tool (strace, a
# sandbox, valgrind) and sees to it that each ends as it should.
#
# Read after lib.bash, fetch-config.bash and tls.bash (from which the certificates are):
# shellcheck shell=bash disable=SC2034,SC2046,SC2154

runner=()

# mode CODE TOOL [ARGUMENT]...: a run behind $runner ends with CODE.
mode() {
    inside=("${runner[@]}")
    run_tool "${@:2}"
    inside=()
    exits "$1"
}

# stopped SIGN TOOL [ARGUMENT]...: a run is sent SIGTERM once the command SIGN succeeds.
stopped() {
    local sign=$1
    shift
    : >err # what the run before said is not this one's
    inside=("${runner[@]}")
    start_tool "$@"
    inside=()
    until_true 20 eval "$sign"
    # Behind strace, the tool is its child; in front of its steps, it is itself.
    if [ "$(readlink -f "/proc/$tool/exe")" = "$(readlink -f "$bin/$1")" ]; then
        kill -TERM "$tool"
    else
        kill -TERM "$(pgrep -P "$tool" || echo "$tool")"
    fi
    wait_tool
    exits 143
}

play_wait_for_dns() {
    start_dns dns <<<$'db.test A 192.0.2.1\nlate.test A from 2 192.0.2.2\nlate.test A NXDOMAIN\nquiet.test * SILENT'
    mode 0 wait-for-dns --nameserver "$dns" db.test. late.test. --interval 1ms
    mode 0 wait-for-dns --nameserver "$dns" --tcp db.test. --write peers --write-format json
    grep -q 192.0.2.1 peers
    mode 0 wait-for-dns --nameserver "$dns" --gone no.test. --stable 50ms
    mode 1 wait-for-dns --nameserver "$dns" --once no.test. --termination-log log
    mode 124 wait-for-dns --nameserver "$dns" --timeout 300ms quiet.test. --log-format json
    mode 0 wait-for-dns --hosts localhost.
    mode 2 wait-for-dns --nonsense
    stopped "err_has attempt" wait-for-dns --nameserver "$dns" no.test.
}

play_wait_for_tcp() {
    start_dns dns <<<'db.test A 127.0.0.1'
    start_tcp port "127.0.0.1:0 say READY / hold" "[::1]:0" "unix:socket" "127.0.0.1:0 bound" \
        '127.0.0.1:0 read PING say "-LOADING\r\n" / read PING say "+OK\r\n+PONG\r\n" hold' '127.0.0.1:0 say "220 ready\r\n" hold'
    mode 0 wait-for-tcp --expect READY "127.0.0.1:${port[0]}"
    mode 0 wait-for-tcp "[::1]:${port[1]}" unix:socket --stable 50ms
    mode 0 wait-for-tcp --nameserver "$dns" "db.test:${port[0]}" --send 'hello\n' --all-addresses
    mode 0 wait-for-tcp --gone "127.0.0.1:${port[3]}"
    echo secret >redis-password # `password` is a link to that of the certificates
    mode 0 wait-for-tcp --protocol redis --password-file redis-password "127.0.0.1:${port[4]}"
    mode 0 wait-for-tcp --protocol smtp "127.0.0.1:${port[5]}"
    mode 1 wait-for-tcp --once "127.0.0.1:${port[3]}" --termination-log log
    mode 124 wait-for-tcp --timeout 300ms "localhost:${port[3]}" --log-format json
    stopped "err_has attempt" wait-for-tcp "127.0.0.1:${port[3]}"
}

play_wait_for_file() {
    mkdir folder
    echo ready >file
    ln -s file link
    start_tcp port "unix:socket"
    mode 0 wait-for-file file folder socket link --stable 50ms
    mode 0 wait-for-file --expect ready --min-size 1 file
    mode 0 wait-for-file --gone absent
    mode 1 wait-for-file --once absent/below --termination-log log
    mode 124 wait-for-file --timeout 300ms --type socket file --log-format json
    stopped "err_has attempt" wait-for-file absent
}

# The runner stands inside of a network of the test's own.
play_wait_for_ping() {
    own_network
    begin "${inside[@]}" "$python" "$servers/icmp.py" --ready icmp.ready 10.9.0.10=answer fd00:9::10=answer 10.9.0.11=report=3.1 10.9.0.12=silent
    until_true 10 test -e icmp.ready
    start_dns dns <<<'db.test A 10.9.0.10'
    runner=("${inside[@]}" "${runner[@]}")
    mode 0 wait-for-ping 10.9.0.10 fd00:9::10 --stable 50ms
    mode 0 wait-for-ping --nameserver "$dns" db.test.
    mode 0 wait-for-ping --gone 10.9.0.11
    mode 1 wait-for-ping --once 10.9.0.11 --termination-log log
    mode 124 wait-for-ping --timeout 300ms 10.9.0.12 --log-format json
    stopped "err_has attempt" wait-for-ping --attempt-timeout 100ms 10.9.0.12
}

play_fetch_config() {
    mkdir -p archives && (cd archives && "$python" "$servers/archives.py")
    cat ip.pem ip.key >both.pem
    echo 'user:secret' >credentials
    printf object | sha256sum >sum
    start_http s --cert both.pem <<<$'/file 200 size 300000\n/missing 404'
    start_http p <<<$'/text 200 text ${NAME}\n/post 200 echo\n/late 503 / 200 text {}\n/b/k 200 text object\n/b/sum 200 file sum\n/b/refused 403 text <Error><Code>AccessDenied</Code></Error>\n/slow 200 slow 9999 1'
    mode 0 fetch-config --trust-store root.crt "$s/file=./a" --basic-auth-file credentials --client-cert client.crt --client-key client.key
    [ "$(stat -c %s a)" = 300000 ]
    NAME=value mode 0 fetch-config "$p/text=./b/c" --render --mode 0600 --owner "$(id -u):$(id -g)"
    NAME=value mode 0 fetch-config "$p/text=./b/c" --render --if-changed
    [ "$(cat b/c)" = value ]
    # shellcheck disable=SC2016
    echo '${file:./sum}' >with-file
    mode 0 fetch-config "file://$PWD/with-file=./b/c" --render --render-files .
    cmp sum b/c
    mode 0 fetch-config "$p/late=./late" --interval 1ms --validate json --termination-log log
    mode 0 fetch-config -X POST --data-file credentials "$p/post" -o -
    mode 0 fetch-config "file://$PWD/a=/dev/null"
    mode 0 fetch-config "file://$PWD/archives/good.tar.gz=./tree" --extract
    mode 0 fetch-config "file://$PWD/archives/good.zip=./tree" --extract
    local -x AWS_ENDPOINT_URL=$p AWS_REGION=r AWS_ACCESS_KEY_ID=i AWS_SECRET_ACCESS_KEY=s
    mode 0 fetch-config s3://b/k=./object --sha256-url s3://b/sum
    mode 26 fetch-config s3://b/refused=./object
    mode 0 fetch-config http://somewhere.test/text=./proxied --proxy "$p"
    mode 26 fetch-config --trust-store root.crt "$s/missing=./a"
    mode 0 fetch-config --trust-store root.crt "$s/missing=./a" --keep-on-error
    mode 20 fetch-config --trust-store other.crt "$s/file=./a"
    mode 124 fetch-config --timeout 300ms "$p/slow=./slow"
    no_litter
    stopped "err_has MiB" fetch-config "$p/slow=./slow" --progress
    no_litter
}

play_copy_agent() {
    mkdir -p agent/conf volume installed
    head -c 3000000 /dev/urandom >agent/agent.jar
    echo "\${NAME}" >agent/conf/app.xml
    ln -s conf agent/link
    ln agent/agent.jar agent/hard
    mode 0 copy-agent --for-uid "$(id -u)" --mode a+rX agent volume
    mode 0 copy-agent agent volume
    cmp agent/agent.jar volume/agent.jar
    echo more >>agent/conf/app.xml
    rm agent/hard
    # shellcheck disable=SC2016
    echo '${file:./note}' >>agent/conf/app.xml
    echo note >note
    NAME=value mode 0 copy-agent --prune --sync --verify --render '**/*.xml' --render-files . --jobs 2 --termination-log log agent volume
    [ "$(head -n 1 volume/conf/app.xml)" = value ]
    [ ! -e volume/hard ]
    mode 0 copy-agent --version-dir v1 agent versions
    mode 0 copy-agent --version-dir v2 --owner "$(id -u):$(id -g)" agent versions
    [ "$(readlink versions/current)" = v2 ]
    mode 0 copy-agent --dry-run agent volume
    mode 0 copy-agent agent/agent.jar one.jar
    mode 0 copy-agent --install installed
    mode 1 copy-agent --max-bytes 1 agent other
    head -c 500000000 /dev/zero | tr '\0' x >agent/large
    stopped 'ls volume/.initkit-copy-*/*/f' copy-agent agent volume
}

play_tls_check() {
    start_tls port ip "ip status=200" "good speaks=smtp" "- proxy=ok" "- lie=silence"
    local at=(--trust-store root.crt)
    mode 0 tls-check "${at[@]}" "127.0.0.1:${port[0]}" --report report --export-chain chain.pem --show-chain
    mode 0 tls-check "${at[@]}" "https://127.0.0.1:${port[1]}/" --client-cert client.crt --client-key client.key
    mode 0 tls-check "${at[@]}" --starttls smtp $(at "${port[2]}")
    mode 0 tls-check "${at[@]}" --proxy "http://127.0.0.1:${port[3]}" "127.0.0.1:${port[0]}"
    for store in root.jks root.p12; do
        mode 0 tls-check --trust-store "$store" --trust-store-password-file password "127.0.0.1:${port[0]}" --profile java
    done
    mode 20 tls-check --trust-store other.crt "127.0.0.1:${port[0]}" --termination-log log
    mode 27 tls-check --trust-store absent "127.0.0.1:${port[0]}"
    mode 124 tls-check "${at[@]}" --timeout 300ms "127.0.0.1:${port[4]}"
    stopped "err_has attempt" tls-check "${at[@]}" --attempt-timeout 100ms "127.0.0.1:${port[4]}"
}

play_run() {
    start_tcp port "127.0.0.1:0 / hold" "127.0.0.1:0 bound"
    local open=127.0.0.1:${port[0]} shut=127.0.0.1:${port[1]}
    mode 0 initkit run --termination-log log wait-for-tcp "$open" --and wait-for-tcp "$open" --then wait-for-tcp "$open"
    mode 0 initkit run --log-format json wait-for-tcp --warn-only --once "$shut" --exec "$bin/initkit" wait-for-tcp "$open"
    mode 1 initkit run wait-for-tcp "$shut" --and wait-for-tcp --once "$shut"
    mode 124 initkit run --timeout 300ms wait-for-tcp "$shut"
    mode 2 initkit run wait-for-godot
    stopped "err_has attempt" initkit run wait-for-tcp "$shut"
}

play_wait_for_http() {
    cat ip.pem ip.key >both.pem
    echo token >token
    start_http s --cert both.pem <<<$'/up 200 text \'{"status":"UP"}\''
    start_http p <<<$'/up 503 / 200 text \'{"status":"UP"}\'\n/bomb 200 bomb 3\n/led 302 Location:/up\n/quiet silent'
    mode 0 wait-for-http --trust-store root.crt "$s/up" --bearer-token-file token --client-cert client.crt --client-key client.key
    mode 0 wait-for-http "$p/up" --interval 1ms --expect UP --expect-regex '"(UP|OK)"' --expect-json /status=UP --expect-header content-length:
    mode 0 wait-for-http -v "$p/led" --max-redirs 1 --status 200 --stable 50ms
    mode 0 wait-for-http --trust any "$s/up" -X POST
    start_http2 g "head message:2 trailers:grpc-status=0" "head message:1 trailers:grpc-status=0"
    mode 0 wait-for-http "grpc://$g/shop.Orders" --interval 1ms -H 'X-Tenant: shop'
    start_http2 t --cert both.pem "head message:1 trailers:grpc-status=0"
    mode 0 wait-for-http --trust-store root.crt "grpcs://$t"
    start_http2 c "close"
    mode 1 wait-for-http --once "grpc://$c"
    mode 1 wait-for-http --once "$p/bomb" --expect never --termination-log log
    mode 1 wait-for-http --once http+unix:///absent:/
    mode 20 wait-for-http --trust-store other.crt "$s/up" --log-format json
    mode 124 wait-for-http --timeout 300ms "$p/missing" --data-file token
    stopped "err_has attempt" wait-for-http --attempt-timeout 100ms "$p/quiet"
}

# put_object PATH OBJECT: into the API server that runs.
put_object() {
    curl -sfk -o told --data-binary "{\"path\":\"$1\",\"object\":$2}" "https://127.0.0.1:$(cat kube.ready)/-/put"
}

play_wait_for_kube() {
    local jobs=/apis/batch/v1/namespaces/shop/jobs core=/api/v1/namespaces/shop
    cat ip.pem ip.key >both.pem
    echo token >token
    rm -f kube.ready
    begin "$python" "$servers/kube.py" --ready kube.ready --log kube.log --cert both.pem --token token
    until_true 10 test -e kube.ready
    local there=(--server "https://127.0.0.1:$(cat kube.ready)" -n shop --token-file token) at
    at=("${there[@]}" --trust-store root.crt)
    put_object $jobs '{"metadata":{"name":"migrate"},"status":{"conditions":[{"type":"Complete","status":"True"}]}}'
    put_object $jobs '{"metadata":{"name":"broken"},"status":{"conditions":[{"type":"Failed","status":"True"}]}}'
    put_object $core/pods '{"metadata":{"name":"broken-a","labels":{"job-name":"broken","app":"db"}},"status":{"containerStatuses":[{"name":"run","state":{"terminated":{"exitCode":3,"message":"no"}}}]}}'
    put_object $core/services '{"metadata":{"name":"mydb"},"spec":{"selector":{"app":"db"}}}'
    mode 0 wait-for-kube "${at[@]}" job/migrate
    mode 1 wait-for-kube "${at[@]}" job/broken
    mode 1 wait-for-kube "${at[@]}" --once service/mydb
    mode 0 wait-for-kube "${at[@]}" job/migrate job/migrate --stable 50ms -v
    mode 1 wait-for-kube "${at[@]}" --once pod -l app=x --termination-log log
    mode 124 wait-for-kube "${at[@]}" --timeout 300ms service/mydb --log-format json
    mode 20 wait-for-kube "${there[@]}" --trust-store other.crt job/migrate
    mode 1 wait-for-kube --once --server http://127.0.0.1:1 -n shop job/x
    mode 2 wait-for-kube "${at[@]}" nonsense/x
    stopped "grep -q 'watch.*configmaps\|configmaps.*watch' kube.log" wait-for-kube "${at[@]}" configmap/late
}
