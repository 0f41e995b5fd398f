# What the tests of fetch-config share: the lying HTTP server, what it was asked for, and what may not be left behind.
# shellcheck shell=bash disable=SC2034,SC2154

# start_http NAME [OPTION]... with a script on standard input (see http.py): sets NAME to http://127.0.0.1:PORT; with
# http_ports=N the array NAME_ports has all ports. Its requests go to NAME.requests.
start_http() {
    local name=$1 scheme=http
    shift
    case " $* " in *" --cert "*) scheme=https ;; esac
    cat >"$name.script"
    begin "${inside[@]}" "$python" "$servers/http.py" --ready "$name.ready" --log "$name.requests" \
        --ports "${http_ports:-1}" "$@" "$name.script"
    until_true 10 test -e "$name.ready"
    mapfile -t "${name}_ports" <"$name.ready"
    printf -v "$name" '%s://127.0.0.1:%s' "$scheme" "$(head -n 1 "$name.ready")"
}

# start_bodies FILE: sets $bodies to a server of bodies.py.
start_bodies() {
    begin "${inside[@]}" "$python" "$servers/bodies.py" --ready bodies.ready "$1"
    until_true 10 test -e bodies.ready
    bodies=http://127.0.0.1:$(cat bodies.ready)
}

# requests NAME [PATH [REGEX]]: how many requests came, of those to PATH, whose log line has REGEX.
requests() {
    [ -e "$1.requests" ] || touch "$1.requests"
    grep -F "\"path\": \"${2-}" "$1.requests" | grep -Ec -- "${3-}" || true
}

# Nothing of a temporary is left in the test's directory.
no_litter() {
    local left
    left=$(find . -name '*.initkit-*')
    [ -z "$left" ] || report "left behind: $left"
}

# certificate NAME SUBJECT EXTENSIONS [DAYS]: NAME.pem and NAME.key, signed by ca.pem, which is made at the first call.
certificate() {
    if [ ! -f ca.pem ]; then
        openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=test-root -days 30
    fi 2>/dev/null
    {
        openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2"
        openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -out "$1.pem" -days "${4:-30}" \
            -extfile <(echo "$3")
    } 2>/dev/null
}

# run_nginx with what goes into its http block on standard input; certificate server has been called. Serves the folder www.
run_nginx() {
    mkdir -p www logs tmp
    {
        cat <<CONF
user $(id -un);
daemon off;
master_process off;
pid $PWD/nginx.pid;
error_log $PWD/logs/error.log;
events { worker_connections 64; }
http {
    access_log $PWD/logs/access.log;
    client_body_temp_path $PWD/tmp; proxy_temp_path $PWD/tmp; fastcgi_temp_path $PWD/tmp;
    uwsgi_temp_path $PWD/tmp; scgi_temp_path $PWD/tmp;
    gzip on; gzip_min_length 1; gzip_types *; gzip_http_version 1.0;
    ssl_certificate $PWD/server.pem; ssl_certificate_key $PWD/server.key;
    root $PWD/www;
CONF
        cat
        echo "}"
    } >nginx.conf
    chmod -R a+rX . "$BATS_TEST_TMPDIR"
    begin "${inside[@]}" nginx -c "$PWD/nginx.conf" 2>/dev/null
}
