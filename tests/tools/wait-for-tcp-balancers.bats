#!/usr/bin/env bats
# wait-for-tcp against balancers that accept for servers that are not there: HAProxy, nginx, and one that closes late.
#
# start_tcp sets the variable that is named in its call:
# shellcheck disable=SC2154

load lib

# start_haproxy OPTIONS-OF-THE-SERVER: $front to $back.
start_haproxy() {
    read -r front back <<<"$(free_port 2)"
    cat >haproxy.cfg <<CONF
defaults
    mode tcp
    timeout connect 5s
    timeout client 1m
    timeout server 1m
frontend in
    bind 127.0.0.1:$front
    default_backend out
backend out
    server one 127.0.0.1:$back $*
CONF
    begin haproxy -q -db -f haproxy.cfg
    until_true 10 busybox nc -w 1 127.0.0.1 "$front" </dev/null
}

@test "HAProxy with its defaults closes after three seconds: a hold of four sees it, the server's start too" {
    start_haproxy
    run_tool wait-for-tcp --timeout 6s --hold 4s "127.0.0.1:$front"
    exits 124
    says "accepted, then closed by"
    start_tool wait-for-tcp --timeout 60s --hold 4s "127.0.0.1:$front"
    until_true 20 err_has "accepted, then closed by"
    start_tcp port "127.0.0.1:$back"
    wait_tool
    exits 0
}

@test "HAProxy that checks its server closes at once: the usual hold is enough" {
    start_haproxy check inter 100ms fall 1 rise 1
    run_tool wait-for-tcp --timeout 2s "127.0.0.1:$front"
    exits 124
    ends_saying "accepted, then (closed|reset) by"
    start_tool wait-for-tcp --timeout 60s "127.0.0.1:$front"
    until_true 20 err_has "accepted, then"
    start_tcp port "127.0.0.1:$back"
    wait_tool
    exits 0
}

@test "nginx as a balancer of streams closes at once" {
    local module=/usr/lib/nginx/modules/ngx_stream_module.so
    [ -e $module ] || skip "nginx has no stream module here"
    read -r front back <<<"$(free_port 2)"
    cat >nginx.conf <<CONF
load_module $module;
user $(id -un);
daemon off;
master_process off;
pid $PWD/nginx.pid;
error_log $PWD/error.log;
events { worker_connections 64; }
stream { server { listen 127.0.0.1:$front; proxy_pass 127.0.0.1:$back; } }
CONF
    begin nginx -c "$PWD/nginx.conf" -e "$PWD/error.log"
    until_true 10 busybox nc -w 1 127.0.0.1 "$front" </dev/null
    run_tool wait-for-tcp --timeout 2s "127.0.0.1:$front"
    exits 124
    ends_saying "accepted, then (closed|reset) by"
    start_tool wait-for-tcp --timeout 60s "127.0.0.1:$front"
    until_true 20 err_has "accepted, then"
    start_tcp port "127.0.0.1:$back"
    wait_tool
    exits 0
}

# A sidecar short of CPU: mostly it closes within the usual hold, now and then long after it.
@test "a proxy that closes late, now and then, is never ready by one lucky attempt" {
    start_tcp port "127.0.0.1:0 close / wait 0.3 close / close / wait 1 close / wait 2 close / wait 3 close / wait 1 close"
    run_tool wait-for-tcp --timeout 15s "127.0.0.1:${port[0]}"
    exits 124
    ends_saying "accepted, then closed by"
}
