#!/usr/bin/env bats
# Why a Job failed and why a Service has no endpoints: what wait-for-kube asks for beyond its list and its watch, and how often.
#
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load lib
load fetch-config
load tls
load kube

services_path=/api/v1/namespaces/shop/services

# fails NAME MESSAGE [FINISHED]: a pod of the Job migrate that ended with exit code 3.
fails() {
    put "$pods_path" "$1" "{\"phase\":\"Failed\",\"containerStatuses\":[{\"name\":\"run\",\"state\":{\"terminated\":{\"exitCode\":3,\"reason\":\"Error\",\"message\":\"$2\",\"finishedAt\":\"${3-2026-11-29T10:00:00Z}\"}}}]}" '{}' '{"job-name":"migrate"}'
}

# pod NAME STATUS: one with the label app=db.
pod() {
    put "$pods_path" "$1" "$2" '{}' '{"app":"db"}'
}

waiting='{"phase":"Pending","containerStatuses":[{"name":"app","ready":false,"state":{"waiting":{"reason":"ImagePullBackOff"}}}]}'

### Jobs

@test "a failed Job is told with its pod's exit code and termination message, by one request" {
    start_kube
    fails migrate-a 'no table'
    fails migrate-b 'relation \"shop\" does not exist\n' 2026-11-29T10:05:00Z
    fails migrate-c 'too old' 2026-11-29T09:00:00Z
    put "$pods_path" other "$ready" '{}' '{"job-name":"other"}'
    put "$jobs_path" migrate '{}'
    waits job/migrate
    put "$jobs_path" migrate "$failed"
    wait_tool
    exits 1
    ends_saying 'has failed: BackoffLimitExceeded: Job has reached the specified backoff limit; pod migrate-b: run ended with exit code 3: relation "shop" does not exist; gave up'
    [ "$(asked_kube pods)" = 1 ]
    [ "$(asked_kube '"limit": "20", "labelSelector": "job-name=migrate"')" = 1 ]
    put "$jobs_path" migrate "$failed" '{}' '{"app":"x"}'
    kube --once job -l app=x
    exits 1
    ends_saying 'migrate: has failed.*; pod migrate-b: run ended'
}

@test "of a long message with several lines the last is told; kills and evictions by their reasons" {
    start_kube
    put "$jobs_path" migrate "$failed"
    fails migrate-a "$(printf 'line %s\\n' {1..60})the disk is full\\n"
    kube job/migrate
    exits 1
    ends_saying 'exit code 3: the disk is full;'
    put "$pods_path" migrate-a '{"phase":"Failed","containerStatuses":[{"name":"run","state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]}' '{}' '{"job-name":"migrate"}'
    kube job/migrate
    ends_saying 'pod migrate-a: run ended with exit code 137, OOMKilled;'
    put "$pods_path" migrate-a '{"phase":"Failed","reason":"Evicted","message":"The node was low on resource: memory."}' '{}' '{"job-name":"migrate"}'
    kube job/migrate
    ends_saying 'pod migrate-a: Evicted: The node was low on resource'
}

@test "what cannot be read of the pods changes nothing but the words" {
    start_kube
    put "$jobs_path" migrate "$failed"
    local answer
    for answer in '"status":403,"message":"forbidden"' '"status":500,"message":"x"' '"status":0' '"status":200,"body":"nonsense"' \
        '"status":200,"body":"{\"kind\":\"Status\",\"metadata\":{}}"' '"status":302' '"status":200,"body":""'; do
        tell answer "{\"verb\":\"list\",\"path\":\"/pods\",\"times\":1,$answer}"
        kube job/migrate
        exits 1
        ends_saying 'not ready: has failed: BackoffLimitExceeded: Job has reached the specified backoff limit; gave up'
    done
    kube job/migrate # there is no pod
    exits 1
    ends_saying 'backoff limit; gave up'
    tell answer '{"verb":"list","path":"/pods","times":1000,"status":-1}'
    kube job/migrate
    exits 1
    ends_saying 'backoff limit; gave up'
    kube --timeout 1s job/migrate
    exits 1
    ends_saying 'backoff limit; gave up'
    rm kube.log
    start_tool wait-for-kube --server "$kube" -n shop job/migrate
    until_true 20 asks_more_than 0 '/pods.*job-name=migrate'
    kill -TERM "$tool"
    wait_tool
    exits 143
    ends_saying 'has failed: BackoffLimitExceeded.*stopped by SIGTERM'
}

@test "a server that sends more pods than were asked for, or repeats the token, is read no further" {
    start_kube
    echo sesame-open-yourself >token
    put "$jobs_path" migrate "$failed"
    fails a 'for sesame-open-yourself'
    kube --token-file token job/migrate
    exits 1
    says_not sesame
    local number
    for number in {10..40}; do
        fails "migrate-$number" "message $number" "2026-11-29T10:$number:00Z"
    done
    "$python" -c '
import json, sys, urllib.request
pods = json.load(urllib.request.urlopen(sys.argv[1] + "/api/v1/namespaces/shop/pods"))
print(json.dumps({"verb": "list", "path": "/pods", "times": 1, "status": 200, "body": json.dumps(pods)}))' "$kube" >pods
    curl -sf -o told --data-binary @pods "$kube/-/answer"
    kube job/migrate
    exits 1
    ends_saying 'message 28' # the twentieth
}

### Services

@test "why a Service has no endpoints" {
    start_kube
    kube --once service/db
    exits 1
    ends_saying '0 of 1 endpoint is ready: there is no Service of that name'
    put "$services_path" db '{}' '{"selector":{"app":"db"}}'
    kube --once service/db
    exits 1
    ends_saying '0 of 1 endpoint is ready: selector app=db matches no pod;'
    pod db-0 "$waiting"
    kube --once service/db
    ends_saying '0 of 1 endpoint is ready: selector app=db matches pods that are not ready: db-0: container app is waiting: ImagePullBackOff'
    pod db-0 "$ready"
    kube --once service/db
    ends_saying 'selector app=db matches pods that are all ready, 1 of them'
    put "$services_path" db '{}' '{"selector":{"app":"db","tier":"x"}}'
    kube --once service/db
    ends_saying 'selector app=db,tier=x matches no pod'
    put "$services_path" db '{}' '{}'
    kube --once service/db
    ends_saying 'the Service has no selector'
    put "$services_path" db '{}' '{"type":"ExternalName","externalName":"db.example.com"}'
    kube --once service/db
    ends_saying 'a Service of type ExternalName has none'
}

@test "what RBAC does not let read is left out, and not asked for again" {
    start_kube
    put "$services_path" db '{}' '{"selector":{"app":"db"}}'
    tell answer '{"verb":"list","path":"/pods","times":1,"status":403,"message":"forbidden"}'
    kube --once service/db
    exits 1
    ends_saying '0 of 1 endpoint is ready: selector app=db, and pods cannot be listed'
    tell answer '{"verb":"list","path":"/services","times":1000,"status":403,"message":"forbidden"}'
    kube --once service/db
    exits 1
    ends_saying '0 of 1 endpoint is ready;.*hint: there is no EndpointSlice'
    says_not forbidden
    rm kube.log
    kube --timeout 3s --interval 100ms service/db
    exits 124
    [ "$(asked_kube /services)" = 1 ]
}

@test "it is asked for late and seldom: not for a wait that is soon over, and not at each attempt" {
    start_kube
    put "$services_path" db '{}' '{"selector":{"app":"db"}}'
    waits --timeout 6s --interval 100ms service/db
    until_true 20 err_has '0 of 1 endpoint is ready'
    until_true 20 err_has 'selector app=db matches no pod'
    wait_tool
    exits 124
    ends_saying 'selector app=db matches no pod'
    [ "$(asked_kube /services)" = 1 ]
    [ "$(asked_kube /pods)" = 1 ]
    rm kube.log
    waits service/db
    slice db-a db true
    wait_tool
    exits 0
    [ "$(asked_kube)" = 2 ]
}

@test "a Service that becomes ready while it is asked why it is not" {
    start_kube
    tell answer '{"verb":"list","path":"/services","times":1000,"status":-1}'
    waits --timeout 4s --interval 100ms service/db service/web
    until_true 20 asks_more_than 0 '/services'
    slice db-a db true
    slice web-a web true
    wait_tool
    exits 0
}

@test "words of an earlier state are not told of a later one" {
    start_kube
    put "$services_path" db '{}' '{"selector":{"app":"db"}}'
    waits --timeout 10s --interval 100ms --min-endpoints 2 service/db
    until_true 20 err_has '0 of 2 endpoints are ready: selector app=db matches no pod'
    slice db-a db true
    until_true 20 err_has '1 of 2 endpoints are ready; |1 of 2 endpoints are ready \('
    kill -TERM "$tool"
    wait_tool
    says_not '1 of 2 endpoints are ready: selector'
}
