#!/usr/bin/env bats
# fetch-config behind the servers and proxies that people have between it and an origin that cuts off: nothing but the origin's own bytes
# is ever published. Each test has a network of its own, so that ports are nobody else's.
#
# start_bodies sets a variable:
# shellcheck disable=SC2154,SC2034

load lib
load fetch-config

prepare() {
    own_network
    seq 1 20000 >origin
    start_bodies origin
    origin_port=${bodies##*:}
    mkdir -p logs tmp
    chmod -R a+rwX . "$BATS_TEST_TMPDIR"
}

# answers URL [OPTION]...: the whole body comes.
answers() {
    "${inside[@]}" "$bin/fetch-config" -q --once "$1/identity/length/whole" -o ./first "${@:2}" && cmp first origin
}

# fetched_or_not WAY CUT URL [OPTION]...: one body, over a file that is there. Exit 0 means the origin's bytes; anything else, the old ones.
fetched_or_not() {
    local way=$1 cut=$2 url=$3 code=0
    shift 3
    echo old >into
    "${inside[@]}" "$bin/fetch-config" -q --once "$url/$way/$cut=./into" "$@" 2>err || code=$?
    if [ "$code" = 0 ]; then
        cmp -s into origin || report "$way/$cut: exit 0, and not the origin's bytes"
    else
        [ "$(head -c 10 into)" = old ] || report "$way/$cut: exit $code, and the file has changed"
        [ "$cut" != whole ] || [[ $way == trailing/* ]] || report "$way/whole: exit $code: $(cat err)"
    fi
}

# only_the_origin_through URL [OPTION]...: each coding and framing, whole, empty and cut at twenty places. What is cut before it is framed
# is, without a coding, the origin's body: so there it is framed as the whole, in the ways of $uncoded.
uncoded=(identity/length-broken identity/chunked-broken)
only_the_origin_through() {
    local way cut
    until_true 20 answers "$@"
    for way in "${uncoded[@]}" {gzip,zstd,members,frames,trailing}/{length,chunked,close}; do
        for cut in whole empty {0..19}; do
            fetched_or_not "$way" "$cut" "$@"
        done
    done
    no_litter
}

@test "nginx, which compresses" {
    certificate server /CN=localhost "subjectAltName=DNS:localhost"
    run_nginx <<<"server { listen 127.0.0.1:8001; location / { proxy_pass $bodies; proxy_http_version 1.1; } }"
    only_the_origin_through http://127.0.0.1:8001
}

@test "Apache, which compresses" {
    modules=/usr/lib/apache2/modules
    [ -d "$modules" ] || skip "Apache is not installed"
    {
        for module in mpm_event authz_core proxy proxy_http filter deflate; do
            echo "LoadModule ${module}_module $modules/mod_$module.so"
        done
        cat <<CONF
Listen 127.0.0.1:8002
ServerName localhost
ServerRoot $PWD
PidFile $PWD/apache.pid
ErrorLog $PWD/logs/error.log
SetOutputFilter DEFLATE
ProxyPass / $bodies/
CONF
    } >apache.conf
    begin "${inside[@]}" apache2 -X -f "$PWD/apache.conf"
    only_the_origin_through http://127.0.0.1:8002
}

# It ends a chunked body properly that broke off: that cannot be found out. And it keeps the connection for six seconds when a body with a length
# breaks off.
@test "lighttpd" {
    command -v lighttpd >/dev/null || skip "lighttpd is not installed"
    cat >lighttpd.conf <<CONF
server.modules = ("mod_proxy")
server.bind = "127.0.0.1"
server.port = 8003
server.document-root = "$PWD/tmp"
server.upload-dirs = ("$PWD/tmp")
server.errorlog = "$PWD/logs/error.log"
proxy.server = ("" => (("host" => "127.0.0.1", "port" => $origin_port)))
CONF
    begin "${inside[@]}" lighttpd -D -f lighttpd.conf
    uncoded=()
    only_the_origin_through http://127.0.0.1:8003
    fetched_or_not identity/length-broken 7 http://127.0.0.1:8003
}

@test "HAProxy, which compresses" {
    command -v haproxy >/dev/null || skip "HAProxy is not installed"
    cat >haproxy.conf <<CONF
defaults
    mode http
    timeout connect 5s
    timeout client 10s
    timeout server 10s
    compression algo gzip
listen between
    bind 127.0.0.1:8004
    server origin 127.0.0.1:$origin_port
CONF
    begin "${inside[@]}" haproxy -db -f haproxy.conf
    only_the_origin_through http://127.0.0.1:8004
}

# When it streams, and a body breaks off before the client is served, it may end what it has properly: without a coding, that cannot be found
# out. Those bodies it has to fetch first.
@test "Varnish, which undoes gzip and caches" {
    command -v varnishd >/dev/null || skip "Varnish is not installed"
    cat >between.vcl <<VCL
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "$origin_port"; }
sub vcl_backend_response {
    if (bereq.url ~ "^/identity/") { set beresp.do_stream = false; }
}
VCL
    begin "${inside[@]}" varnishd -F -j none -T none -n "$PWD/varnish" -a 127.0.0.1:8005 -f "$PWD/between.vcl" \
        -s malloc,32m -p workspace_client=64k >/dev/null 2>&1
    only_the_origin_through http://127.0.0.1:8005
}

@test "squid, as a proxy" {
    command -v squid >/dev/null || skip "squid is not installed"
    cat >squid.conf <<CONF
http_port 127.0.0.1:8006
http_access allow all
cache_mem 32 MB
access_log none
cache_log $PWD/logs/cache.log
cache_store_log none
pid_filename none
coredump_dir $PWD/tmp
shutdown_lifetime 0 seconds
pinger_enable off
CONF
    begin "${inside[@]}" squid -N -f "$PWD/squid.conf"
    only_the_origin_through "$bodies" --proxy http://127.0.0.1:8006
}
