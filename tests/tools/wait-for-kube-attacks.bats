#!/usr/bin/env bats
# wait-for-kube against an API server that lies, floods, loops and breaks off. What is worst is first: a verdict "ready" that
# nothing but a lie stands for, then requests or memory without bound, then words that mislead.
#
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load lib
load fetch-config
load tls
load kube

# answers VERB TIMES STATUS BODY: the next ones get that.
answers() {
    tell answer "{\"verb\":\"$1\",\"times\":$2,\"status\":$3,\"body\":$4}"
}

# sends LINE: all watches get this line.
sends() {
    tell send "$("$python" -c 'import json, sys; print(json.dumps({"line": sys.argv[1]}))' "$1")"
}

# event TYPE OBJECT: an event of a watch, at version 1005.
event() {
    sends "{\"type\":\"$1\",\"object\":$2}"
}

# flooded: the running tool has used half a second of CPU time.
flooded() {
    local fields
    read -ra fields <"/proc/$tool/stat"
    [ "$((fields[13] + fields[14]))" -ge 50 ]
}

no_list='the answer is no list of objects that can be read'

### A false "ready"

@test "what is no list is not an empty one: nothing is gone because a Status, a page or another answer has no items" {
    start_kube
    put "$jobs_path" migrate '{}'
    local body
    for body in '{\"kind\":\"Status\",\"metadata\":{\"resourceVersion\":\"7\"},\"status\":\"Failure\",\"code\":500}' \
        '{\"kind\":\"JobList\",\"metadata\":{\"resourceVersion\":\"7\"}}' '{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[]}' \
        '{\"kind\":\"JobList\",\"metadata\":{},\"items\":[]}' '{\"kind\":\"Table\",\"metadata\":{\"resourceVersion\":\"7\"},\"rows\":[]}' \
        '<html>' '' '[]' 'null' '{\"kind\":\"JobList\",\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[]} x'; do
        answers list 1 200 "\"$body\""
        kube --once --for deleted job/migrate
        exits 1
        ends_saying "$no_list"
    done
}

@test "a list whose chunks are of two versions, or that goes on where it began, is none" {
    start_kube
    put "$pods_path" web "$ready"
    answers list 1 200 '"{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"a\"},\"items\":[]}"'
    answers list 1 200 '"{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"6\"},\"items\":[]}"'
    kube --once --for deleted pod/web
    exits 1
    ends_saying "$no_list"
    rm kube.log
    answers list 1000000 200 '"{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"a\"},\"items\":[]}"'
    kube --once --for deleted pod/web
    exits 1
    ends_saying "$no_list"
    [ "$(asked_kube)" = 2 ]
}

@test "objects of another namespace or kind are not those that are waited for" {
    start_kube
    waits job/migrate
    event ADDED "{\"kind\":\"Job\",\"metadata\":{\"name\":\"migrate\",\"namespace\":\"other\",\"resourceVersion\":\"1005\"},\"status\":$complete}"
    until_true 20 err_has 'an event that cannot be read'
    until_true 20 requests_are 2 watch
    event MODIFIED "{\"kind\":\"CronJob\",\"metadata\":{\"name\":\"migrate\",\"namespace\":\"shop\",\"resourceVersion\":\"1005\"},\"status\":$complete}"
    until_true 20 requests_are 3 limit
    until_true 20 requests_are 3 watch
    event ADDED "{\"kind\":\"Job\",\"metadata\":{\"name\":\"other\",\"namespace\":\"shop\",\"resourceVersion\":\"1005\"},\"status\":$complete}"
    event BOOKMARK "{\"kind\":\"Job\",\"metadata\":{\"name\":\"migrate\",\"resourceVersion\":\"1006\"},\"status\":$complete}"
    event NONSENSE "{\"kind\":\"Job\",\"metadata\":{\"name\":\"migrate\",\"resourceVersion\":\"1007\"},\"status\":$complete}"
    tell break
    until_true 20 requests_are 1 '"resourceVersion": "1007"'
    kill -0 "$tool"
    answers list 1 200 "\"{\\\"kind\\\":\\\"JobList\\\",\\\"metadata\\\":{\\\"resourceVersion\\\":\\\"7\\\"},\\\"items\\\":[{\\\"metadata\\\":{\\\"name\\\":\\\"x\\\",\\\"namespace\\\":\\\"other\\\"}}]}\""
    kube --once --for exists job/x
    exits 1
    ends_saying "$no_list"
    put "$jobs_path" migrate "$complete"
    wait_tool
    exits 0
}

@test "an event DELETED of another namespace takes nothing away, and a list that is cut has not all" {
    start_kube
    put "$pods_path" web "$ready"
    waits --for deleted pod/web
    event DELETED '{"kind":"Pod","metadata":{"name":"web","namespace":"other","resourceVersion":"1005"}}'
    until_true 20 err_has 'an event that cannot be read'
    kill -TERM "$tool"
    wait_tool
    exits 143
    answers list 1 200 '"{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"7\",\"remainingItemCount\":3},\"items\":[]}"'
    kube --once --for deleted pod/web
    exits 1
    ends_saying "$no_list"
}

@test "what was known before a watch ended does not count while the next one is not answered" {
    start_kube
    put "$pods_path" web "$ready"
    answer_silence() { tell answer '{"verb":"watch","times":1000,"status":-1}'; }
    waits --stable 4s --interval 10ms --attempt-timeout 500ms --timeout 6s pod/web
    answer_silence
    tell break
    wait_tool
    exits 124
}

@test "a server that does not know the version of its own list, as after a restore, is listed anew" {
    start_kube
    put "$jobs_path" migrate '{}'
    for status in 400 410 504; do
        rm -f kube.log
        tell answer "{\"verb\":\"watch\",\"times\":1,\"status\":$status,\"message\":\"resource version\"}"
        waits --interval 10ms job/migrate
        until_true 20 requests_are 2 limit
        until_true 20 requests_are 2 watch
        kill -TERM "$tool"
        wait_tool
        exits 143
    done
}

@test "a selector that does not fit into a URL is refused, not left out; names that do not fit are looked for among all" {
    start_kube
    put "$pods_path" web "$ready" '{}' '{"app":"web"}'
    local long services
    long=$(printf 'app notin (%s)' "$(printf 'x,%.0s' {1..3100})x")
    kube --once pod -l "$long,app=db"
    refuses_naming --selector
    kube --once pod -l "$long$long$long,app=db"
    refuses_naming --selector
    services=$(printf 'service/a-service-with-a-rather-long-name-%s ' {1..400})
    slice web-a a-service-with-a-rather-long-name-7 true
    slice other other true
    # shellcheck disable=SC2086 # several words
    kube --once --min-targets 1 $services
    exits 0
    # shellcheck disable=SC2086
    kube --once --min-targets 2 $services
    exits 1
    [ "$(asked_kube labelSelector)" = 0 ]
}

### Requests and memory

@test "410 for ever, and watches that end at once: the delays grow, whatever a list says between" {
    start_kube
    put "$jobs_path" migrate '{}'
    tell answer '{"verb":"watch","times":1000000,"status":410,"message":"too old"}'
    kube --timeout 8s --interval 100ms job/migrate
    exits 124
    ends_saying 'is not complete'
    [ "$(asked_kube)" -lt 60 ] || report "$(asked_kube) requests"
}

@test "Retry-After: a day is a minute at most" {
    start_kube
    tell answer '{"verb":"list","times":1,"status":429,"message":"busy","headers":{"Retry-After":"1000000000"}}'
    kube --timeout 2s job/migrate
    exits 124
    ends_saying '429 Too Many Requests: busy'
    [ "$(asked_kube)" = 1 ]
}

@test "a flood of bookmarks, half lines, blank lines, and events without end keep neither SIGTERM nor an event from being seen" {
    start_kube
    waits job/migrate
    local bookmark='{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Job\",\"metadata\":{\"resourceVersion\":\"1005\"}}}'
    tell flood "{\"line\":\"$bookmark\",\"times\":20000}"
    tell flood '{"line":"","times":20000}'
    put "$jobs_path" migrate "$complete"
    wait_tool
    exits 0
    [ "$(grep -c attempt err)" -lt 10 ] || report "attempts for bookmarks"
    start_kube
    waits job/migrate
    tell flood "{\"line\":\"$bookmark\",\"times\":100000000}"
    until_true 20 flooded
    kill -TERM "$tool"
    wait_tool
    exits 143
}

@test "objects and lines of any length fit into 32 MiB, or are refused in words" {
    release_build
    start_kube
    put "$jobs_path" small '{}'
    own_memory_limit $((32 * 1024 * 1024))
    local spec
    for spec in '"x" * 5000000' '[[[]]] * 400000'; do
        "$python" -c "import json; print(json.dumps({'path': '$jobs_path', 'object': {'metadata': {'name': 'big'}, 'spec': $spec}}))" >big
        curl -sf -o told --data-binary @big "$kube/-/put"
        kube --once job/big
        exits 1
        ends_saying "$no_list"
    done
    waits --interval 10ms job/small
    tell flood '{"line":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","times":100000,"end":""}'
    until_true 20 err_has 'the watch brought an object of more than 4194304 bytes'
    until_true 20 requests_are 2 'small.*limit'
    put "$jobs_path" small "$complete"
    wait_tool
    exits 0
}

@test "a server that ends each connection without an answer is asked less and less often" {
    start_kube
    put "$jobs_path" migrate '{}'
    tell answer '{"verb":"watch","times":1000000,"status":0}'
    kube --timeout 8s --interval 100ms job/migrate
    exits 124
    [ "$(asked_kube)" -lt 60 ] || report "$(asked_kube) requests"
}

### Words

@test "a token file that is empty, or has more than a line, while it is rotated" {
    start_kube
    echo one >token
    waits --interval 10ms --token-file token job/migrate
    : >token
    tell break
    until_true 20 err_has 'job/migrate: --token-file: token: is empty'
    printf 'a\nb\n' >token
    until_true 20 err_has '--token-file: token: holds a control byte'
    rm token
    until_true 20 err_has '--token-file: token: No such file'
    printf 'two\n' >token
    put "$jobs_path" migrate "$complete"
    wait_tool
    exits 0
    says_not bearer-token-file
}

@test "what repeats the token is not quoted" {
    start_kube
    echo sesame-open-yourself >token
    put "$jobs_path" a '{"conditions":[{"type":"Failed","status":"True","reason":"X","message":"Bearer sesame-open-yourself"}]}'
    kube --once --token-file token job/a
    exits 1
    ends_saying 'what it says repeats a secret'
    says_not sesame
    waits --token-file token job/b
    event ERROR '{"code":500,"message":"not for sesame-open-yourself"}'
    until_true 20 err_has 'the watch ended: the API reports an error'
    put "$jobs_path" sesame-open-yourself '{}' '{}' '{"app":"x"}'
    run_tool wait-for-kube --server "$kube" -n shop --once --token-file token job -l app=x
    exits 1
    says_not sesame
}

@test "odd values of --for and --selector are refused before anything is asked" {
    kube=http://127.0.0.1:1
    kube pod --selector ' '
    refuses_naming --selector
    local state
    for state in ' ' Complete delete jsonpath=x condition condition= condition== condition=Ready= json json= json==x json=x json=/~2; do
        kube --for "$state" job/a
        refuses_naming --for
    done
}

### Signals and times

@test "SIGTERM and --timeout in each phase" {
    start_kube
    put "$jobs_path" migrate '{}'
    start_tcp peer "127.0.0.1:0" "127.0.0.1:0 full"
    start_dns names <<<'api.test * SILENT'
    tell answer '{"verb":"list","times":1000,"status":-1,"path":"/pods"}'
    tell answer '{"verb":"watch","times":1000,"status":-1,"path":"/secrets"}'
    tell answer '{"verb":"list","times":1000,"status":429,"path":"/configmaps","message":"busy","headers":{"Retry-After":"50"}}'
    local phase
    for phase in "--server http://api.test.:80 --nameserver $names job/a" "--server http://127.0.0.1:${peer[1]} job/a" \
        "--server https://127.0.0.1:${peer[0]} --trust-store root.crt job/a" \
        "--server https://127.0.0.1:1 --trust-store root.crt --proxy http://127.0.0.1:${peer[0]} job/a" \
        "--server $kube pod/a" "--server $kube secret/a" "--server $kube configmap/a" "--server $kube job/migrate"; do
        # shellcheck disable=SC2086 # several words
        {
            run_tool wait-for-kube -n shop --timeout 1s $phase
            exits 124
            start_tool wait-for-kube -n shop $phase
            until_true 20 listens_for_signals "$tool"
            kill -TERM "$tool"
            wait_tool
            exits 143
            ends_saying 'stopped by SIGTERM'
            start_tool wait-for-kube -n shop --interval 10ms --attempt-timeout 300ms $phase
            until_true 20 err_has '\(attempt 1\)'
            kill -TERM "$tool"
            wait_tool
            exits 143
            ends_saying 'stopped by SIGTERM'
        }
    done
}
