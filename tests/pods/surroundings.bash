# Sourced by the tests here and by the demonstration: what pods meet, in FOLDER: names in DNS, certificates, an agent's files.
# shellcheck shell=bash
#
# Addresses are SUBNET and a number.

# name_is NAME NUMBER...: the cluster's DNS knows NAME from now on, with addresses that end in these numbers.
name_is() {
    local number
    for number in "${@:2}"; do
        echo "$SUBNET.$number $1"
    done >"$FOLDER/names/.new"
    mv "$FOLDER/names/.new" "$FOLDER/names/$1"
}

service_name() {
    name_is "$1.shop.svc.cluster.local" "${@:2}"
}

# authority FILE [NAME]: a CA of that name, valid for 60 days.
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 60 -subj "/O=Example Trust/CN=${2:-$1 Root}" \
        -keyout "$FOLDER/$1.key" -out "$FOLDER/$1.crt" 2>/dev/null
}

# certificate NAME AUTHORITY: a server's, for that name or IPv4 address.
certificate() {
    local kind=DNS
    [[ ! $1 =~ ^[0-9.]+$ ]] || kind=IP
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$FOLDER/$1.key" 2>/dev/null |
        openssl x509 -req -days 60 -CA "$FOLDER/$2.crt" -CAkey "$FOLDER/$2.key" -extfile <(echo "subjectAltName=$kind:$1") \
            -out "$FOLDER/$1.crt" 2>/dev/null
}

# agent_files AUTHORITY: an agent as its image has it, for image volumes too. It trusts that authority alone, and knows its
# controller, on port CONTROLLER_PORT (8181).
AGENT=$FOLDER/images/appdynamics/java-agent:25.1.0
agent_files() {
    local agent=$AGENT/opt/appdynamics
    mkdir -p "$agent"/{conf,multi-release,ver1/{conf,lib,logs}}
    echo licence >"$agent/LICENSE"
    cat >"$agent/conf/controller-info.xml" <<XML
<controller-info>
  <controller-host>controller.example.com</controller-host>
  <controller-port>${CONTROLLER_PORT:-8181}</controller-port>
  <controller-ssl-enabled>true</controller-ssl-enabled>
</controller-info>
XML
    "$SURROUNDINGS/../tls/make-jks" "$agent/ver1/conf/cacerts.jks" changeit "$FOLDER/$1.crt"
    head -c 300000 /dev/urandom >"$agent/javaagent.jar"
    head -c 100000 /dev/urandom >"$agent/ver1/lib/appagent.jar"
    echo '<app/>' >"$agent/ver1/conf/app-agent-config.xml"
    chmod 0600 "$agent/ver1/conf/app-agent-config.xml"
    chmod 0444 "$agent/LICENSE"
    ln -s ver1 "$agent/current"
}
SURROUNDINGS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
