#!/usr/bin/env bats
# Every manifest of examples/ runs as a real pod (podman kube play), with real services in pods beside it: dnsmasq as the
# cluster's DNS, nginx, MariaDB, an object store.
#
bats_require_minimum_version 1.5.0

# Tests run one after another: they share the cluster. Each plays one scene and takes its pods away again.

export FOLDER="$BATS_FILE_TMPDIR/cluster"
load cluster

setup_file() {
    cluster_start
    OBSTACLE=$(cluster_obstacle)
    export OBSTACLE
    [ -z "$OBSTACLE" ] || return 0
    load_images
    build_app
    build_nginx
    build_trust
    build_agent
    build_others
    build_vault
    cp "$HERE"/services/{nginx,shop}.conf "$FOLDER"
    echo '<h1>page</h1>' >"$FOLDER/pages/index.html"
    echo 'greeting: hello' >"$FOLDER/pages/config.yaml"
    cp "$HERE/services/app.yaml" "$FOLDER/pages"
    mkdir -p "$FOLDER/site-1.0/css" "$FOLDER/data" "$FOLDER/mydb-tmp"
    echo body >"$FOLDER/site-1.0/css/site.css"
    tar --create --gzip --file "$FOLDER/pages/site-1.0.tar.gz" --directory "$FOLDER" site-1.0
    echo prices >"$FOLDER/store/models/prices.bin"
    mariadb-install-db --no-defaults --user=root --datadir="$FOLDER/data" --auth-root-authentication-method=normal \
        --skip-test-db >/dev/null 2>&1
    service dns 53
    service servers 20
    service object-store 30
    service_name pages 20
    service_name config-server 20
    service_name config-centre 20
    service_name object-store 30
    name_is controller.example.com 20
}

teardown_file() {
    cluster_stop
}

setup() {
    [ -z "$OBSTACLE" ] || skip "$OBSTACLE"
}

teardown() {
    [ -n "$OBSTACLE" ] || down
    rm -f "$FOLDER"/names/{myservice,members}.*
}

# ends_with_code CONTAINER CODE: podman writes down that a container has ended a little later than `kube play` returns.
ends_with_code() {
    local code=
    for _ in {1..100}; do
        code=$(exit_code "$1")
        [ -z "$code" ] || break
        sleep 0.1
    done
    [ "$code" = "$2" ] || {
        echo "$1 is $(inspect "$1" '{{.State.Status}}') with code ${code:-none}, expected $2"
        cat "$FOLDER/played" || true
        podman ps --all
        podman pod logs --names "$(inspect "$1" '{{.Pod}}')" || true
        false
    }
}

mydb() {
    service mydb 40
    service_name mydb 40
}

@test "scene 1: a web pod waits for two Services, one of which comes late, and then starts" {
    service_name mydb 40
    play 01-wait-for-services &
    until_said web-wait-for-services 'myservice: no such name (NXDOMAIN) (attempt 1)'
    service_name myservice 20
    wait
    app_has_started web-web
    ran_in_order web wait-for-services web
    is_restricted web-wait-for-services
    said web-wait-for-services | grep -qE 'myservice: ready after .* \([0-9]+ attempts\)'
    said web-wait-for-services | grep -qF "mydb.shop.svc.cluster.local"
    message web wait-for-services | grep -q 'ready'
}

# finds NAME: an app's own question, through the cache.
finds() {
    busybox nslookup -type=a "$1.shop.svc.cluster.local" "$SUBNET.54" | grep -q "$SUBNET.20"
}

@test "scene 1 behind a DNS server that keeps denials for 30 s: the late Service is noticed long before, and the app's own question finds it" {
    service caching-dns 54
    service_name mydb 40
    play 01-wait-for-services "dns=$SUBNET.54" &
    until_said web-wait-for-services 'myservice: no such name (NXDOMAIN) (attempt 1)'
    run ! finds other
    sleep 4 # the denials are in the cache by now
    service_name myservice 20
    service_name other 20
    SECONDS=0
    until_said web-wait-for-services 'myservice: ready after'
    [ "$SECONDS" -lt 20 ] # a denial that is kept has 26 s left
    finds myservice
    run ! finds other # for whoever asks as an app does, and too early
    wait
    app_has_started web-web
    service_stop caching-dns
    rm "$FOLDER"/names/other.*
}

@test "scene 1: what the container says while it waits is in its log and in the termination message" {
    play 01-wait-for-services name=waiting &
    until_said waiting-wait-for-services 'myservice: no such name'
    message waiting wait-for-services | grep -q 'not ready yet: myservice: no such name'
    service_name myservice 20
    wait
    app_has_started waiting-web
}

@test "scene 2: the database's port accepts before the configuration is fetched, verified against the company's CA" {
    service_stop mydb 2>/dev/null || true
    service_name mydb 40
    (sleep 1 && service mydb 40) &
    play 02-database-then-config
    app_has_started shop-shop
    ran_in_order shop wait-for-mydb fetch-configuration shop
    is_restricted shop-wait-for-mydb
    is_restricted shop-fetch-configuration
    said shop-wait-for-mydb | grep -qE 'mydb:3306: ready after'
    said shop-shop | grep -q '/app/config.yaml 644'
    said shop-shop | grep -q 'greeting: hello'
}

@test "scene 2: a server that the company's CA has not signed: code 20, no file, and the app does not start" {
    [ -e "$FOLDER/mydb.yaml" ] || mydb
    cp "$FOLDER/controller-ca.crt" "$FOLDER/objects/company-ca/ca.crt"
    run ! play 02-database-then-config
    cp "$FOLDER/company.crt" "$FOLDER/objects/company-ca/ca.crt"
    ends_with_code shop-fetch-configuration 20
    message shop fetch-configuration | grep -q 'CN=company Root'
    [ "$(inspect shop-shop '{{.State.Status}}')" = created ]
}

@test "scene 3: nginx, without rights and with a read-only root, serves the page that was fetched" {
    play 03-web-page
    is_restricted page-fetch-page
    address=$(podman pod inspect page | grep -o '"InfraContainerID": "[^"]*"' | cut -d'"' -f4)
    address=$(inspect "$address" '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}')
    for _ in {1..50}; do
        page=$(busybox wget -q -O - "http://$address:8080/index.html" 2>/dev/null) && break
        sleep 0.1
    done
    [ "$page" = '<h1>page</h1>' ]
}

agent_is_there() {
    app_has_started "$1-app"
    is_restricted "$1-copy-agent"
    said "$1-app" | grep -qE '^/opt/appdynamics/javaagent.jar [0-7]+ 300000'
    said "$1-app" | grep -qE '^/opt/appdynamics/ver1/conf/app-agent-config.xml 6.. '
    said "$1-app" | grep -qx '<app/>'
}

@test "scene 4a: the tool is installed for the agent's image, which has no shell; the agent can write its logs" {
    play 04a-agent-installed-tool
    ran_in_order agent-installed-tool install-copy-agent copy-agent app
    agent_is_there agent-installed-tool
    said agent-installed-tool-app | grep -q 'wrote /opt/appdynamics/ver1/logs'
    said agent-installed-tool-copy-agent | grep -q 'copied'
}

@test "scene 4b: an image of the agent's files and the tool" {
    play 04b-agent-own-image
    agent_is_there agent-own-image
    said agent-own-image-app | grep -q 'wrote /opt/appdynamics/ver1/logs'
}

@test "scene 4c: the agent's image as a volume" {
    play 04c-agent-image-volume
    agent_is_there agent-image-volume
}

@test "scene 4d: an operator's cp -r, unchanged, by the image's link" {
    play 04d-agent-cp
    app_has_started agent-cp-app
    is_restricted agent-cp-copy-agent
    said agent-cp-app | grep -qE '^/opt/appdynamics/javaagent.jar [0-7]+ 300000'
}

@test "scene 5: the controller is trusted by the agent's JKS store" {
    trust_store controller-ca
    play 05-controller-trust
    app_has_started controller-trust-app
    is_restricted controller-trust-check-controller
    said controller-trust-check-controller | grep -q 'controller.example.com:443: ready'
}

@test "scene 5: with a store whose root is another one: code 20, and the missing root by name" {
    trust_store company
    run ! play 05-controller-trust
    trust_store controller-ca
    ends_with_code controller-trust-check-controller 20
    message controller-trust check-controller | grep -q 'controller-ca Root'
    [ "$(inspect controller-trust-app '{{.State.Status}}')" = created ]
}

@test "scene 6: three members, of which one comes late, are written for the app in one step" {
    service_name members 61 62
    (sleep 1 && service_name members 61 62 63) &
    play 06-cluster-members
    app_has_started member-member
    is_restricted member-find-members
    said member-member | grep -q '^/members/peers 644'
    [ "$(said member-member | grep -cE "^$SUBNET.6[123]\$")" = 3 ]
}

@test "scene 7: a configuration is rendered from a ConfigMap and a Secret, and the secret is in no log" {
    play 07-rendered-config
    app_has_started rendered-app
    is_restricted rendered-render
    said rendered-app | grep -q 'host: mydb'
    said rendered-app | grep -q 'port: 3306'
    said rendered-app | grep -q 'password: "correct-horse"'
    said rendered-app | grep -qF "greeting: \${spring.application.name}"
    run ! grep -q correct-horse <(said rendered-render) "$FOLDER/rendered/render"
}

@test "scene 8: the files are the app user's, with the modes it wants, and it can write its cache" {
    play 08-files-for-the-app
    app_has_started files-for-the-app-app
    is_restricted files-for-the-app-copy-plugins 1001
    said files-for-the-app-app | grep -qx 1001
    said files-for-the-app-app | grep -q '^/plugins/one.jar 640'
    said files-for-the-app-app | grep -q 'wrote /plugins/cache'
}

@test "scene 9: an object from S3, with a signature that botocore accepts, and an archive that is unpacked" {
    play 09-load-data
    app_has_started data-app
    ran_in_order data load-data unpack-source app
    is_restricted data-load-data
    is_restricted data-unpack-source
    said data-app | grep -q '^/data/prices.bin 644 7'
    said data-app | grep -q '^/data/site/css/site.css 644 5'
}

@test "scene 10: the pod registers itself" {
    play 10-register
    app_has_started registered-app
    is_restricted registered-register
    [ "$(cat "$FOLDER/requests/v1/agent/service/register")" = '{"Name": "web", "Port": 8080}' ]
}

@test "scene 11: a WAR file comes from its own image" {
    play 11-war-file
    app_has_started war-tomcat
    is_restricted war-copy-war
    said war-tomcat | grep -q '^/usr/local/tomcat/webapps/sample.war 644 50000'
}

@test "scene 16: the app starts once the other one and its database are UP" {
    echo '{"status":"UP","components":{"db":{"status":"DOWN"}}}' >"$FOLDER/pages/actuator-health.json"
    play 16-http-answer &
    until_said after-health-wait-for-health '/components/db/status is not UP, but "DOWN"'
    echo '{"status":"UP","components":{"db":{"status":"UP"}}}' >"$FOLDER/pages/actuator-health.json"
    wait
    app_has_started after-health-app
    is_restricted after-health-wait-for-health
    said after-health-wait-for-health | grep -qE 'ready after .*; HTTP 200'
}

@test "scene 24: the app starts once the gRPC server serves its service" {
    play 24-grpc-health &
    until_said after-stock-wait-for-stock 'no such name (NXDOMAIN)'
    service stock 61
    service_name stock 61
    wait
    app_has_started after-stock-app
    is_restricted after-stock-wait-for-stock
    said after-stock-wait-for-stock | grep -qF 'the health status is SERVICE_UNKNOWN, expected SERVING'
    said after-stock-wait-for-stock | grep -qE 'ready after .*; SERVING'
    service_stop stock
}

@test "scene 12: an init container fails: 124, the reason in the termination message, the app does not start" {
    for pod in never on-failure always; do
        run ! play 12-failure only=$pod
        ends_with_code $pod-wait-for-nowhere 124
        message $pod wait-for-nowhere | grep -q '^wait-for-tcp: nowhere:3306: not ready: .*timed out after 2'
        [ "$(message $pod wait-for-nowhere | wc -l)" -le 1 ]
        [ "$(message $pod wait-for-nowhere | wc -c)" -le 1024 ]
        [ "$(inspect $pod-app '{{.State.Status}}')" = created ]
        down
    done
}

@test "scene 12: the next run of the same pod, as a kubelet would start it, is ready when the port is there" {
    run ! play 12-failure only=on-failure
    service_name nowhere 40
    [ -e "$FOLDER/mydb.yaml" ] || mydb
    podman start --attach on-failure-wait-for-nowhere
    ends_with_code on-failure-wait-for-nowhere 0
    message on-failure wait-for-nowhere | grep -q 'nowhere:3306: ready'
    rm "$FOLDER"/names/nowhere.*
}

@test "scene 13: a pod that waits for ever is deleted within a second, and says what it waited for" {
    play 13-deleted-while-waiting &
    until_said deleted-wait-for-ever 'not-yet: no such name'
    begin=$(date +%s%N)
    podman stop --time 20 deleted-wait-for-ever >/dev/null
    took=$((($(date +%s%N) - begin) / 1000000))
    wait || true
    echo "took $took ms"
    [ "$took" -lt 1000 ]
    ends_with_code deleted-wait-for-ever 143
    message deleted wait-for-ever | grep -q 'not-yet: .*SIGTERM'
}

@test "scene 14: all five tools, from one image, within cpu 100m and 32 MiB" {
    [ -e "$FOLDER/mydb.yaml" ] || mydb
    play 14-small-limits
    app_has_started small-app
    ran_in_order small dns tcp fetch copy tls app
    for name in dns tcp fetch copy tls; do
        is_restricted small-$name
    done
    said small-app | grep -q '^/copy/index.html 644'
}

@test "scene 14 once more: each tool does its work under the seccomp profile of examples/, applied by runc" {
    [ -e "$FOLDER/mydb.yaml" ] || mydb
    play 14-small-limits seccomp=initkit.json
    app_has_started small-app
    for name in dns tcp fetch copy tls; do
        has_profile small-$name
    done
    run ! has_profile small-app
    said small-app | grep -q '^/copy/index.html 644'
}

@test "scene 15: the whole chain: names, a port, a rendered configuration, an agent, and its controller by the agent's own JKS" {
    [ -e "$FOLDER/mydb.yaml" ] || mydb
    service_name myservice 20
    play 15-whole-chain
    app_has_started shop-app
    ran_in_order shop wait-for-names wait-for-mydb fetch-configuration copy-agent check-controller app
    for name in wait-for-names wait-for-mydb fetch-configuration copy-agent check-controller; do
        is_restricted shop-$name
    done
    said shop-app | grep -q 'url: jdbc:mysql://mydb:3306/shop'
    said shop-app | grep -qE '^/opt/appdynamics/javaagent.jar [0-7]+ 300000'
    said shop-check-controller | grep -q 'controller.example.com:8181: ready'
}

# tell_api VERB JSON: what the API server has from now on (tests/servers/kube.py).
tell_api() {
    curl -sSf --cacert "$FOLDER/cluster-ca.crt" --data-binary "$2" "https://$API_SERVER:6443/-/$1" >/dev/null
}

# migration STATUS: the Job's.
migration() {
    tell_api put '{"path":"/apis/batch/v1/namespaces/shop/jobs","object":{"metadata":{"name":"migrate"},"spec":{},"status":'"$1"'}}'
}

start_api_server() {
    [ ! -e "$FOLDER/api-server.pem" ] || return 0
    authority cluster-ca
    certificate "$API_SERVER" cluster-ca
    cat "$FOLDER/$API_SERVER".{crt,key} >"$FOLDER/api-server.pem"
    mkdir "$FOLDER/serviceaccount"
    cp "$FOLDER/cluster-ca.crt" "$FOLDER/serviceaccount/ca.crt"
    printf shop >"$FOLDER/serviceaccount/namespace"
    printf token-of-this-pod >"$FOLDER/serviceaccount/token"
    service api-server 60
    for _ in {1..100}; do
        [ ! -e "$FOLDER/api-server.ready" ] || return 0
        sleep 0.1
    done
    return 1
}

@test "scene 17: the app starts once the migration is complete and the database has endpoints" {
    start_api_server
    migration '{"active":1}'
    play 17-kubernetes-objects &
    until_said after-migration-wait-for-migration 'job/migrate:'
    until_said after-migration-wait-for-migration 'service/mydb:'
    run ! grep -q ': ready after' <(said after-migration-wait-for-migration)
    migration '{"conditions":[{"type":"Complete","status":"True"}]}'
    until_said after-migration-wait-for-migration 'job/migrate: ready'
    tell_api put '{"path":"/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices","object":{"metadata":{"name":"mydb-1",
        "labels":{"kubernetes.io/service-name":"mydb"}},"endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":true}}]}}'
    wait
    app_has_started after-migration-app
    is_restricted after-migration-wait-for-migration
    said after-migration-wait-for-migration | grep -q 'service/mydb: ready after'
    # One list and one watch for each kind.
    [ "$(grep -c '"watch"' "$FOLDER/api-server.log")" = 2 ]
}

@test "scene 17: a migration that failed: 1, with the reason, and the app does not start" {
    start_api_server
    migration '{"conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded","message":"too often"}]}'
    run ! play 17-kubernetes-objects
    ends_with_code after-migration-wait-for-migration 1
    message after-migration wait-for-migration | grep -q 'job/migrate: has failed: BackoffLimitExceeded: too often'
    [ "$(inspect after-migration-app '{{.State.Status}}')" = created ]
}

@test "scene 18: a sidecar writes the secret, and the app starts when it is there and not empty" {
    play 18-sidecar-secret
    app_has_started with-secret-app
    is_restricted with-secret-wait-for-secret
    said with-secret-wait-for-secret | grep -qE '/vault/secrets/database: (no such file|is empty)'
    said with-secret-wait-for-secret | grep -q '/vault/secrets/database: ready after .*; 23 bytes'
    said with-secret-app | grep -q password=correct-horse
    run ! grep -q correct-horse <(said with-secret-wait-for-secret) "$FOLDER/with-secret/wait-for-secret"
}

@test "scene 22: the same chain in one container, and what it must not hold up is told" {
    [ -e "$FOLDER/mydb.yaml" ] || mydb
    service_name myservice 20
    play 22-one-container
    app_has_started shop-app
    is_restricted shop-init
    said shop-init | grep -q 'mydb:3306: ready after'
    said shop-init | grep -q 'initkit run: 5 of 5 steps done after'
    grep -q 'initkit run: 5 of 5 steps done after' "$FOLDER/shop/init"
    said shop-app | grep -q 'url: jdbc:mysql://mydb:3306/shop'
    said shop-app | grep -qE '^/opt/appdynamics/javaagent.jar [0-7]+ 300000'
}

@test "scene 22: under its own seccomp profile" {
    [ -e "$FOLDER/mydb.yaml" ] || mydb
    service_name myservice 20
    play 22-one-container seccomp=initkit-run.json
    app_has_started shop-app
    has_profile shop-init initkit-run.json
}

@test "scene 22: before an app without init containers: the compose file's variables and restrictions" {
    [ -e "$FOLDER/mydb.yaml" ] || mydb
    podman build --quiet --pull=never --tag registry.example.com/shop/shop-with-init:2.0.1 \
        --file "$TOP/examples/22-entry-point.Containerfile" "$FOLDER/objects" >/dev/null
    local options
    mapfile -d '' options < <(/usr/bin/python3 - "$TOP/examples/22-entry-point.compose.yaml" <<'CODE'
import sys, yaml
shop = yaml.safe_load(open(sys.argv[1]))["services"]["shop"]
words = [f"--env={name}={value}" for name, value in shop["environment"].items()]
words += [f"--tmpfs={path}" for path in shop["tmpfs"]] + ["--read-only"] * shop["read_only"]
words += [f"--cap-drop={each}" for each in shop["cap_drop"]] + [f"--security-opt={each.split(':')[0]}" for each in shop["security_opt"]]
sys.stdout.write("".join(word + "\0" for word in [*words, shop["image"]]))
CODE
)
    [ "${#options[@]}" -ge 6 ]
    podman run --detach --name entry --network "$NETWORK" --dns "$CLUSTER_DNS" --dns-search shop.svc.cluster.local "${options[@]}" >/dev/null
    until_said entry 'ready'
    said entry | grep -q 'initkit run: 2 of 2 steps done after'
    said entry | grep -q 'url: jdbc:mysql://mydb:3306/shop'
    [ "$(podman exec entry /bin/busybox readlink /proc/1/exe)" = /bin/busybox ]
    podman rm --force --time 0 entry >/dev/null
    # Without steps it does not start.
    run -2 podman run --rm --network none registry.example.com/shop/shop-with-init:2.0.1
    [[ $output = *"a TOOL is missing"* ]]
}

@test "scene 19: a host that answers an echo request, over a socket that needs no capability" {
    play 19-host-answers &
    until_said behind-gateway-wait-for-gateway 'gateway.example.com: no such name'
    name_is gateway.example.com 20
    wait
    app_has_started behind-gateway-app
    is_restricted behind-gateway-wait-for-gateway
    said behind-gateway-wait-for-gateway | grep -q 'gateway.example.com: ready after'
}

@test "scene 23: databases are waited for until they say that they serve, and the password is in no log" {
    local programs folder
    folder=$(mktemp -d) # where PostgreSQL's user may go
    programs=$(dirname "$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | tail -n 1)")
    chown postgres "$folder"
    setpriv --reuid postgres --regid postgres --clear-groups "$programs/initdb" --no-sync --auth trust --username postgres \
        --pgdata "$folder/data" >/dev/null
    mv "$folder" "$FOLDER/postgres"
    echo 'host all all all scram-sha-256' >>"$FOLDER/postgres/data/pg_hba.conf"
    touch "$FOLDER/postgres/data/standby.signal"
    service databases 50
    service_name postgres 50
    service_name redis 50
    play 23-databases &
    until_said orders-wait-for-postgres 'PostgreSQL is starting, recovering or shutting down: "57P03'
    podman exec databases-postgres setpriv --reuid postgres --clear-groups "$programs/pg_ctl" promote -D /data >/dev/null
    wait
    app_has_started orders-orders
    ran_in_order orders wait-for-postgres wait-for-redis orders
    is_restricted orders-wait-for-redis
    said orders-wait-for-postgres | grep -q 'postgres:5432: ready after .*; it asks for credentials'
    said orders-wait-for-redis | grep -q 'redis:6379: ready after'
    run ! grep -q correct-horse <(said orders-wait-for-redis) "$FOLDER/orders/wait-for-redis"
    service_stop databases
}

@test "any user will do: the same pods with another UID" {
    [ -e "$FOLDER/mydb.yaml" ] || mydb
    play 02-database-then-config runAsUser=12345 runAsGroup=12345 fsGroup=12345
    is_restricted shop-fetch-configuration 12345
    app_has_started shop-shop
    down
    play 14-small-limits runAsUser=12345 runAsGroup=12345 fsGroup=12345
    is_restricted small-copy 12345
    app_has_started small-app
}

@test "each manifest of examples/ is played by a test here" {
    for file in "$TOP"/examples/[0-9]*.yaml; do
        name=$(basename "$file" .yaml)
        [[ $name != *.compose ]] || continue # it has its own test above
        grep -qE "play $name( |\$)" "$BATS_TEST_FILENAME"
    done
}

@test "every container of ours in examples/ is restricted, has small limits, and this version" {
    run "$HERE/examples.py" "$VERSION" "$TOP/examples"
    [ -z "$output" ]
}
