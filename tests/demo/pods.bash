# Sourced by tests/demo/run --pods: the stage with real pods (podman kube play, as root), and MariaDB as the database.
# shellcheck shell=bash disable=SC2034 # AS_PODS and elapsed are for the story

AS_PODS="as pods (podman)"
PATH=$PATH:/usr/sbin
touch "$FOLDER/subnet"
. "$TOP/tests/pods/cluster.bash"

stage_stop() {
    cluster_stop || true
}

need_programs() {
    local program
    for program in podman buildah runc busybox dnsmasq nginx mariadbd mariadb-install-db openssl tar; do
        command -v "$program" >/dev/null && continue
        echo "demo: $program is missing; install what the pods need: deps/packages pods" >&2
        exit 1
    done
}

build_tools() {
    local tool
    mkdir -p "$FOLDER/root/bin"
    for tool in initkit $("$BIN/initkit" --list); do
        cp "$BIN/$tool" "$FOLDER/root/bin"
    done
    image "registry.example.com/initkit/"{initkit,wait}":$VERSION" <<<'ENV PATH=/bin'
}

stage_start() {
    local obstacle
    need_programs
    cluster_start >/dev/null 2>&1 || true # what does not work here is reported by the next lines
    obstacle=$(cluster_obstacle)
    if [ -n "$obstacle" ]; then
        echo "demo: no pods: $obstacle" >&2
        exit 1
    fi
    build_tools
    build_app
    chmod -R a+rX "$AGENT"
    mkdir -p "$FOLDER/data" "$FOLDER/mydb-tmp"
    mariadb-install-db --no-defaults --user=root --datadir="$FOLDER/data" --auth-root-authentication-method=normal \
        --skip-test-db >/dev/null 2>&1
    certificate config-server controller-ca # another port of the same nginx wants it
    cp "$TOP"/tests/pods/services/{nginx,shop}.conf "$FOLDER"
    service dns 53
    service servers 20
}

# here WORDS: words of a manifest as they are here: the same.
here() {
    echo "$1"
}

# Until then its name leads to nginx's pod, which refuses, as a Service without endpoints does.
open_database() {
    service mydb 40
    service_name mydb 40
}

start_shell_loop() {
    podman run --detach --name shell-loop --network none --entrypoint /bin/busybox machine:test \
        sh -c 'echo waiting; until false; do busybox sleep 0.1; done' >/dev/null
}

# delete POD-CONTAINER SECONDS: SIGTERM, and SIGKILL after that time. Sets elapsed (milliseconds).
delete() {
    local begun
    begun=$(milliseconds)
    podman stop --time "$2" "$1" >/dev/null 2>&1
    elapsed=$(($(milliseconds) - begun))
}
