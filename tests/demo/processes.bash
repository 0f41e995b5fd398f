# Sourced by tests/demo/run: the stage without containers. A pod's init containers are plain processes, one after another; the
# servers are on a loopback address of this run. Neither root nor a network is needed.
# shellcheck shell=bash disable=SC2034 # AS_PODS and elapsed are for the story
#
# Words that each stage has: stage_start, stage_stop, open_database, here, play, down, said, message, exit_code,
# start_shell_loop, delete.

SUBNET=127.$((RANDOM % 200 + 20)).$((RANDOM % 250 + 1))
AS_PODS="as plain processes (a container's / is ./ here)"
PATH=$PATH:/usr/sbin

# A pod that still runs is stopped first, so that it starts no more containers while they are killed. The shell would report each of them.
stage_stop() {
    local pid
    for pid in $(jobs -p); do
        kill -STOP "$pid" || continue
        pkill -KILL -P "$pid" || true
        kill -KILL "$pid" || true
    done
    wait || true
    rm -rf "$FOLDER"
} 2>/dev/null

### Servers

start() {
    "$@" &
    started=$!
}

# accepts NUMBER PORT: somebody listens there, at the address that ends in NUMBER.
accepts() {
    (: <"/dev/tcp/$SUBNET.$1/$2") 2>/dev/null
}

# usual_port ADDRESS PORT: that port, or a free one where it cannot be had.
usual_port() {
    /usr/bin/python3 - "$@" <<'CODE'
import socket, sys
def free(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind((sys.argv[1], port))
        udp.bind(tcp.getsockname())
        return tcp.getsockname()[1]
try:
    print(free(int(sys.argv[2])))
except OSError:
    print(free(0))
CODE
}

dns_port=$(usual_port "$SUBNET.53" 53)
database_port=$(usual_port "$SUBNET.20" 3306)
config_port=$(usual_port "$SUBNET.20" 8888)
CONTROLLER_PORT=$(usual_port "$SUBNET.20" 8181)
# A container's environment, with nothing of ours; [VARIABLE=VALUE]... COMMAND... may follow.
surroundings=(env -i PATH="$BIN:$PATH" INITKIT_NAMESERVER="$SUBNET.53:$dns_port" INITKIT_RESOLV_CONF="$FOLDER/resolv.conf"
    INITKIT_TERMINATION_LOG=)

# dnsmasq in the place of the cluster's DNS.
start_dns() {
    local user=()
    [ "$(id -u)" != 0 ] || user=(--user=root)
    start dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= "${user[@]}" --port="$dns_port" \
        --listen-address="$SUBNET.53" --bind-interfaces --no-resolv --no-hosts --local=/#/ --cache-size=0 \
        --hostsdir="$FOLDER/names" --log-facility=- 2>"$FOLDER/dnsmasq.log"
    printf 'nameserver %s\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n' \
        "$SUBNET.53" >"$FOLDER/resolv.conf"
    until_true 10 accepts 53 "$dns_port" || fail "dnsmasq does not answer" "$FOLDER/dnsmasq.log"
}

# One nginx as the configuration server and as the controller.
start_nginx() {
    sed -e "s|/folder|$FOLDER|g" -e "s|listen 8888|listen $SUBNET.20:$config_port|" \
        -e "s|listen 8181|listen $SUBNET.20:$CONTROLLER_PORT|" "$TOP/tests/pods/services/shop.conf" >"$FOLDER/shop.conf"
    cat >"$FOLDER/nginx.conf" <<CONF
user root; daemon off; master_process off; pid $FOLDER/nginx.pid; error_log $FOLDER/nginx.log;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path $FOLDER/tmp; proxy_temp_path $FOLDER/tmp; fastcgi_temp_path $FOLDER/tmp;
    uwsgi_temp_path $FOLDER/tmp; scgi_temp_path $FOLDER/tmp;
    include shop.conf;
}
CONF
    start nginx -e "$FOLDER/nginx.log" -c "$FOLDER/nginx.conf" 2>"$FOLDER/nginx.start"
    until_true 10 accepts 20 "$config_port" || fail "nginx does not start" "$FOLDER/nginx.log"
}

# A server whose port refuses until the file `open` is there.
start_database() {
    start /usr/bin/python3 "$TOP/tests/servers/tcp.py" --ready "$FOLDER/database" \
        "$SUBNET.20:$database_port when $FOLDER/open hold" 2>"$FOLDER/database.log"
    until_true 10 test -s "$FOLDER/database" || fail "the database does not start" "$FOLDER/database.log"
}

fail() {
    echo "demo: $1:" >&2
    cat "$2" >&2
    exit 1
}

stage_start() {
    mkdir "$FOLDER/state" "$FOLDER/tmp"
    start_dns
    start_nginx
    start_database
}

open_database() {
    touch "$FOLDER/open"
}

### Pods

# here WORDS: words of a manifest as they are here: a container's / is its folder, and ports that could not be had are others.
here() {
    sed -E -e 's#(^| |=)/#\1./#g' -e "s/\<mydb:3306/mydb:$database_port/; s/\<config-server:8888/config-server:$config_port/" <<<"$1"
}

# run_container POD NAME [VARIABLE=VALUE]... -- COMMAND...
run_container() {
    local state=$FOLDER/state/$1-$2 words=() variables=() status=0 word
    shift 2
    while [ "$1" != -- ]; do
        variables+=("$1")
        shift
    done
    for word in "${@:2}"; do words+=("$(here "$word")"); done
    : >"$state.termination"
    "${surroundings[@]}" INITKIT_TERMINATION_LOG="$state.termination" "${variables[@]}" "${first[@]}" "${words[@]}" \
        >"$state.log" 2>&1 &
    echo $! >"$state.pid"
    wait $! 2>/dev/null || status=$?
    rm "$state.pid"
    echo "$status" >"$state.exit"
    return "$status"
}

# What the app finds.
run_app() {
    { cat etc/app/app.yaml && ls opt/appdynamics/javaagent.jar && echo ready; } >"$FOLDER/state/$1-app.log" 2>&1
}

# play EXAMPLE only=POD: the init containers in order, then the app; false if one fails.
play() {
    local pod=${2#only=} lines line
    mkdir -p "$FOLDER/root/opt"
    ln -s "$AGENT" "$FOLDER/root/agent"
    cd "$FOLDER/root" || return
    mapfile -t lines < <("$TOP/tests/demo/containers" "$TOP/examples/$1.yaml" "$pod")
    for line in "${lines[@]}"; do
        eval "run_container $pod $line" || return
    done
    run_app "$pod"
}

down() {
    rm -rf "$FOLDER/root" "$FOLDER"/state/*
}

said() {
    cat "$FOLDER/state/$1.log" 2>/dev/null
}

# The termination message of POD's container.
message() {
    cat "$FOLDER/state/$1-$2.termination" 2>/dev/null
}

# The exit code of a container that has ended.
exit_code() {
    cat "$FOLDER/state/$1.exit" 2>/dev/null
}

### Deletion

# Only what runs as PID 1 has no default actions for signals, and so containers here are PID 1 of a namespace where that can be.
first=(unshare --pid --fork --kill-child)
[ "$(id -u)" = 0 ] || first+=(--user --map-current-user)
"${first[@]}" true 2>/dev/null || first=()

# Starts a shell that waits, as a container; false where it would not be PID 1.
start_shell_loop() {
    [ "${#first[@]}" != 0 ] || return
    run_container shell loop -- sh -c 'echo waiting; until false; do sleep 0.1; done' &
}

# delete POD-CONTAINER SECONDS: SIGTERM, and SIGKILL after that time. Sets elapsed (milliseconds).
delete() {
    local pid begun
    until_true 10 test -s "$FOLDER/state/$1.pid"
    pid=$(cat "$FOLDER/state/$1.pid")
    pid=$(pgrep -P "$pid" || echo "$pid")
    begun=$(milliseconds)
    kill -TERM "$pid"
    until_true "$2" test -s "$FOLDER/state/$1.exit" || kill -KILL "$pid"
    until_true 5 test -s "$FOLDER/state/$1.exit"
    elapsed=$(($(milliseconds) - begun))
}
