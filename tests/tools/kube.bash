# What the tests of wait-for-kube share: an API server of our own (tests/servers/kube.py), what is put into it, and what it was asked for.
# shellcheck shell=bash disable=SC2034,SC2154

# start_kube [OPTION]...: sets $kube to http://127.0.0.1:PORT.
start_kube() {
    local scheme=http
    case " $* " in *" --cert "*) scheme=https ;; esac
    rm -f kube.ready
    begin "${inside[@]}" "$python" "$servers/kube.py" --ready kube.ready --log kube.log "$@"
    until_true 10 test -e kube.ready
    kube=$scheme://127.0.0.1:$(cat kube.ready)
}

# kube VERB [JSON]: what the server is to do.
tell() {
    curl -sfk -o told -X POST --data-binary "${2-}" "$kube/-/$1" || report "the server does not take $1"
}

jobs_path=/apis/batch/v1/namespaces/shop/jobs
pods_path=/api/v1/namespaces/shop/pods
slices_path=/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices

# put PATH NAME [STATUS [SPEC [LABELS]]]
put() {
    tell put "{\"path\":\"$1\",\"object\":{\"metadata\":{\"name\":\"$2\",\"generation\":2,\"labels\":${5:-{\}}},\"spec\":${4:-{\}},\"status\":${3:-{\}}}}"
}

complete='{"conditions":[{"type":"SuccessCriteriaMet","status":"True"},{"type":"Complete","status":"True"}]}'
failed='{"failed":7,"conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded","message":"Job has reached the specified backoff limit"}]}'
ready='{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}'

# slice NAME SERVICE READY...: an EndpointSlice with an endpoint for each true or false; its pods are SERVICE-0, SERVICE-1, …
slice() {
    local each endpoints='' number=0
    for each in "${@:3}"; do
        endpoints+="${endpoints:+,}{\"addresses\":[\"10.0.0.$number\"],\"conditions\":{\"ready\":$each},\"targetRef\":{\"kind\":\"Pod\",\"name\":\"$2-$number\"}}"
        number=$((number + 1))
    done
    tell put "{\"path\":\"$slices_path\",\"object\":{\"metadata\":{\"name\":\"$1\",\"labels\":{\"kubernetes.io/service-name\":\"$2\"}},\"endpoints\":[$endpoints]}}"
}

# asked [REGEX]: how many requests of the API have come, whose log line has REGEX.
asked_kube() {
    [ -e kube.log ] || touch kube.log
    grep -Ec -- "${1-}" kube.log || true
}

# requests_are N REGEX: so many of them have come.
requests_are() {
    [ "$(asked_kube "$2")" = "$1" ]
}

# asks_more_than N REGEX: more of them have come.
asks_more_than() {
    [ "$(asked_kube "$2")" -gt "$1" ]
}

kube() {
    run_tool wait-for-kube --server "$kube" -n shop "$@"
}

# waits [ARGUMENT]...: one in the background, whose watch has begun.
waits() {
    local watches
    : >err
    watches=$(asked_kube watch)
    start_tool wait-for-kube --server "$kube" -n shop "$@"
    until_true 20 asks_more_than "$watches" watch
}
