# Sourced by the tests here: a cluster in small, made of podman, with its own storage, network and DNS.
# shellcheck shell=bash
#
# A folder holds all of it (FOLDER), and cluster_stop leaves nothing behind. What podman 4.3's `kube play` cannot do is
# told in tests/pods/manifest.

# Under its own name per run: podman keeps the addresses that a killed run had taken in one place for all storages.
NETWORK=initkit-${FOLDER//[^a-zA-Z0-9]/}
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
. "$HERE/surroundings.bash"
VERSION=$("$TOP/build/bin/initkit" --version | awk 'NR == 1 { print $2 }')

podman() {
    CONTAINERS_CONF=$FOLDER/containers.conf command podman --root "$FOLDER/storage" --runroot "$FOLDER/run" \
        --tmpdir "$FOLDER/tmp" "$@"
}

# The network's first three numbers, and where its DNS and its API server are.
SUBNET=$(cat "$FOLDER/subnet" 2>/dev/null)
export CLUSTER_DNS=$SUBNET.53 API_SERVER=$SUBNET.60

# A network that nobody uses; false if podman can make none.
make_network() {
    local number
    for number in {86..99}; do
        if podman network create --disable-dns --subnet "10.89.$number.0/24" "$NETWORK" >/dev/null 2>&1; then
            SUBNET=10.89.$number
            CLUSTER_DNS=$SUBNET.53
            echo "$SUBNET" >"$FOLDER/subnet"
            return 0
        fi
    done
    return 1
}

# Says why pods cannot run here; nothing if they can.
cluster_obstacle() {
    if [ "$(id -u)" != 0 ]; then
        echo "podman needs root here, for a network of its own"
    elif [ -z "$SUBNET" ]; then
        echo "podman cannot make a network here"
    elif ! podman run --rm --network "$NETWORK" --entrypoint /bin/busybox machine:test true >/dev/null 2>&1; then
        echo "podman cannot run a container here"
    fi
}

cluster_start() {
    mkdir -p "$FOLDER"/{storage,run,tmp,names,objects,images,store/models,pages,requests}
    cat >"$FOLDER/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
default_sysctls = ["net.ipv4.ping_group_range=0 2147483647"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
network_config_dir = "$FOLDER/networks"
CONF
    build_machine
    make_network || true
}

cluster_stop() {
    podman pod rm --all --force --time 0 >/dev/null 2>&1
    podman network rm --force "$NETWORK" >/dev/null 2>&1
    command umount "$FOLDER/storage/overlay" 2>/dev/null
    rm -rf "$FOLDER"
}

### Images

# image NAME...: an image of the files in $FOLDER/root, under these names; more instructions on standard input.
image() {
    local name tags=()
    for name in "$@"; do tags+=(--tag "$name"); done
    tar --create --file "$FOLDER/root.tar" --directory "$FOLDER/root" .
    { echo 'FROM scratch' && echo 'ADD root.tar /' && cat; } >"$FOLDER/Containerfile"
    podman build --quiet "${tags[@]}" --file "$FOLDER/Containerfile" "$FOLDER" >/dev/null
    rm -rf "$FOLDER/root" "$FOLDER/root.tar"
}

# Debian's programs with this machine's /usr, which a pod mounts: the services' image, and by itself a shell (busybox).
build_machine() {
    local link
    mkdir -p "$FOLDER"/root/{dev,etc,proc,run,sys,tmp,usr,var/log/nginx,var/lib/nginx}
    for link in bin lib lib64 sbin; do
        [ ! -e "/usr/$link" ] || ln -s "usr/$link" "$FOLDER/root/$link"
    done
    rm "$FOLDER/root/bin"
    mkdir "$FOLDER/root/bin"
    cp "$(command -v busybox)" "$FOLDER/root/bin/busybox"
    cp /etc/passwd /etc/group "$FOLDER/root/etc"
    image machine:test </dev/null
}

# An app: tells what it finds in its folders, and stays.
build_app() {
    mkdir -p "$FOLDER/root/bin"
    cp "$(command -v busybox)" "$FOLDER/root/bin/busybox"
    cat >"$FOLDER/root/bin/app" <<'APP'
#!/bin/busybox sh
PATH=/bin; for tool in cat find id ls stat sleep touch; do eval "$tool() { busybox $tool \"\$@\"; }"; done
id -u
for folder in /app /etc/app /members /plugins /data /copy /opt/appdynamics /usr/local/tomcat/webapps /vault/secrets; do
    [ -d "$folder" ] || continue
    find "$folder" -type f | while read -r file; do
        echo "$file $(stat -c '%a %s' "$file")"
        [ "$(stat -c %s "$file")" -gt 400 ] || cat "$file"
    done
done
for folder in /opt/appdynamics/ver1/logs /plugins/cache; do
    [ ! -d "$folder" ] || { touch "$folder/written" && echo "wrote $folder"; }
done
echo ready
exec busybox sleep 100000
APP
    chmod +x "$FOLDER/root/bin/app"
    image registry.example.com/shop/web:1.4.2 registry.example.com/shop/shop:2.0.1 registry.example.com/shop/member:3.1.0 \
        tomcat:10.1.34-jre17 <<<'ENTRYPOINT ["/bin/app"]'
}

# nginx as an image of its own, without rights: the program, its libraries, and a configuration.
build_nginx() {
    local file
    mkdir -p "$FOLDER"/root/{etc/nginx,tmp,usr/share/nginx/html,var/log/nginx,var/lib/nginx}
    for file in /usr/sbin/nginx $(ldd /usr/sbin/nginx | grep -o '/[^ ]*'); do
        install -D "$file" "$FOLDER/root$file"
    done
    chmod 1777 "$FOLDER/root/tmp" # an emptyDir of podman's takes it over; a kubelet's is writable by all
    cp /etc/nginx/mime.types /etc/passwd /etc/group "$FOLDER/root/etc"
    cat >"$FOLDER/root/etc/nginx/nginx.conf" <<'NGINX'
daemon off; pid /tmp/nginx.pid; error_log /dev/stderr;
events {}
http {
    access_log off;
    client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;
    server { listen 8080; root /usr/share/nginx/html; }
}
NGINX
    image nginxinc/nginx-unprivileged:1.27.5 <<<'ENTRYPOINT ["/usr/sbin/nginx"]'
}

# The agent's image holds its files and no shell: LICENSE, conf, javaagent.jar, multi-release, ver1.
build_agent() {
    local agent=$AGENT/opt/appdynamics
    agent_files controller-ca
    # The files are root's; the second image has them readable, as a chmod in its build would make them.
    mkdir -p "$FOLDER/root/opt"
    cp -a "$agent" "$FOLDER/root/opt/"
    chmod -R a+rX "$agent" "$FOLDER/root/opt/appdynamics"
    image appdynamics/java-agent:25.1.0 </dev/null
    podman build --quiet --pull=never --tag registry.example.com/shop/appdynamics-agent:25.1.0 \
        --file "$TOP/examples/04b-agent-own-image.Containerfile" "$FOLDER/objects" >/dev/null
}

build_others() {
    mkdir -p "$FOLDER/root"
    head -c 50000 /dev/urandom >"$FOLDER/root/sample.war"
    image registry.example.com/shop/sample-war:1.0 </dev/null
    mkdir -p "$FOLDER"/root/plugins/cache "$FOLDER/root/bin"
    echo plugin >"$FOLDER/root/plugins/one.jar"
    cp "$TOP/build/bin/copy-agent" "$FOLDER/root/bin/"
    image registry.example.com/shop/plugins:1 <<<'ENV PATH=/bin'
}

# What Vault's agent does: after a while, the secret.
build_vault() {
    mkdir -p "$FOLDER/root/bin"
    cp "$(command -v busybox)" "$FOLDER/root/bin/busybox"
    cat >"$FOLDER/root/bin/vault" <<'VAULT'
#!/bin/busybox sh
[ "$*" = "agent -config=/vault/config/agent.hcl" ] && [ -f /vault/config/agent.hcl ] || exit 2
: >/vault/secrets/database
busybox sleep 2
echo password=correct-horse >/vault/secrets/database
exec busybox sleep 100000
VAULT
    chmod +x "$FOLDER/root/bin/vault"
    image hashicorp/vault:1.19.0 <<<'ENTRYPOINT ["/bin/vault"]'
}

load_images() {
    local name
    for name in initkit wait $("$TOP/build/bin/initkit" --list); do
        podman load --quiet --input "$TOP/build/images/$name.tar" >/dev/null
        podman tag "localhost/$name:$VERSION" "registry.example.com/initkit/$name:$VERSION"
    done
}

### Services

# The company's CA for the configuration server, the controller's for the controller, and trust stores as Java has them.
build_trust() {
    local name
    authority company
    authority controller-ca
    certificate config-server company
    certificate controller.example.com controller-ca
    mkdir -p "$FOLDER"/objects/{company-ca,controller-trust}
    cp "$FOLDER/company.crt" "$FOLDER/objects/company-ca/ca.crt"
    for name in controller-ca company; do
        keytool -importcert -noprompt -alias root -storetype JKS -storepass changeit -file "$FOLDER/$name.crt" \
            -keystore "$FOLDER/$name.jks" 2>/dev/null
    done
    trust_store controller-ca
    printf changeit >"$FOLDER/objects/controller-trust/password"
    chmod -R a+rX "$FOLDER/objects"
}

trust_store() {
    install -m 644 "$FOLDER/$1.jks" "$FOLDER/objects/controller-trust/cacerts.jks"
}

# service NAME NUMBER: plays services/NAME.yaml, at the address that ends in NUMBER.
service() {
    sed -e "s|FOLDER|$FOLDER|g" -e "s|TOP|$TOP|g" "$HERE/services/$1.yaml" >"$FOLDER/$1.yaml"
    podman kube play --network "$NETWORK" --ip "$SUBNET.$2" "$FOLDER/$1.yaml" >"$FOLDER/$1.played" 2>&1 || {
        cat "$FOLDER/$1.played" >&2
        return 1
    }
}

service_stop() {
    podman kube down "$FOLDER/$1.yaml" >/dev/null
}

### Playing

# play EXAMPLE [NAME=VALUE]...: plays its pods until the init containers have ended; its exit status is podman's.
play() {
    "$HERE/manifest" "$FOLDER" "$TOP/examples/$1.yaml" "${@:2}" >"$FOLDER/pod.yaml"
    timeout 30 env CONTAINERS_CONF="$FOLDER/containers.conf" podman --root "$FOLDER/storage" --runroot "$FOLDER/run" \
        --tmpdir "$FOLDER/tmp" kube play --network "$NETWORK" --seccomp-profile-root "$TOP/examples/seccomp" "$FOLDER/pod.yaml" >"$FOLDER/played" 2>&1
}

down() {
    podman kube down "$FOLDER/pod.yaml" >/dev/null 2>&1
}

inspect() {
    podman inspect --format "$2" "$1"
}

# The exit code of a container that has ended.
exit_code() {
    inspect "$1" '{{if eq .State.Status "exited"}}{{.State.ExitCode}}{{end}}'
}

said() {
    podman logs "$1" 2>&1
}

# The termination message of POD's container.
message() {
    cat "$FOLDER/$1/$2"
}

app_has_started() {
    [ "$(inspect "$1" '{{.State.Status}}')" = running ] && until_said "$1" ready
}

# until_said CONTAINER TEXT: within ten seconds.
until_said() {
    for _ in {1..100}; do
        ! said "$1" 2>/dev/null | grep -qF -- "$2" || return 0
        sleep 0.1
    done
    said "$1"
    return 1
}

# The init containers of POD, in order, and then its app: each began after the one before had ended.
ran_in_order() {
    local pod=$1 name ended=0 began
    shift
    for name in "$@"; do
        began=$(inspect "$pod-$name" '{{.State.StartedAt.UnixNano}}')
        [ "$began" -ge "$ended" ] || return 1
        ended=$(inspect "$pod-$name" '{{.State.FinishedAt.UnixNano}}')
    done
}

# has_profile CONTAINER [FILE]: the OCI runtime was told to load that profile of examples/seccomp.
has_profile() {
    local config
    config=$(inspect "$1" '{{.OCIConfigPath}}')
    /usr/bin/python3 - "$config" "$TOP/examples/seccomp/${2:-initkit.json}" <<'CODE'
import json, sys
names = lambda entries: sorted({name for entry in entries for name in entry["names"]})
told, profile = json.load(open(sys.argv[1]))["linux"]["seccomp"], json.load(open(sys.argv[2]))
sys.exit(names(told["syscalls"]) != names(profile["syscalls"]) or told["defaultAction"] != profile["defaultAction"])
CODE
}

# A container has no rights, a read-only root, and 32 MiB; and the kernel did not kill it.
is_restricted() {
    local user=${2:-65532}
    [ "$(inspect "$1" '{{.Config.User}}')" = "$user" ] || [ "$(inspect "$1" '{{.Config.User}}')" = "$user:$user" ] || return 1
    [ "$(inspect "$1" '{{.HostConfig.ReadonlyRootfs}}')" = true ] || return 1
    [ "$(inspect "$1" '{{.HostConfig.Memory}}')" = $((32 * 1024 * 1024)) ] || return 1
    [ "$(inspect "$1" '{{.State.OOMKilled}}')" = false ] || return 1
    [ "$(inspect "$1" '{{.EffectiveCaps}}')" = '[]' ]
}
