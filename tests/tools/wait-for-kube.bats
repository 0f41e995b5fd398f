#!/usr/bin/env bats
# wait-for-kube against an API server of our own (tests/servers/kube.py).
#
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load lib
load fetch-config
load tls
load kube

### Kinds

@test "a Job: listed once, watched once, ready as soon as it is complete" {
    start_kube
    put "$jobs_path" migrate '{"active":1}'
    put "$jobs_path" other "$failed"
    waits job/migrate
    until_true 20 err_has 'job/migrate: is not complete: 1 active, 0 succeeded, 0 failed'
    put "$jobs_path" migrate "$complete"
    wait_tool
    exits 0
    ends_saying 'job/migrate: ready after'
    [ "$(asked_kube)" = 2 ]
    [ "$(asked_kube '"fieldSelector": "metadata.name=migrate", "limit": "500"')" = 1 ]
    [ "$(asked_kube '"watch": "1", "allowWatchBookmarks": "true", "resourceVersion": "1002"')" = 1 ]
    [ "$(awk -F'"connection": ' '{ print $2 }' kube.log | sort -u | wc -l)" = 1 ]
}

@test "a failed Job ends the run, with its reason" {
    start_kube
    put "$jobs_path" migrate "$failed"
    kube job/migrate
    exits 1
    ends_saying 'has failed: BackoffLimitExceeded: Job has reached the specified backoff limit'
    put "$jobs_path" later '{}'
    rm kube.log
    waits jobs/later
    put "$jobs_path" later "$failed"
    wait_tool
    exits 1
}

@test "a Job that is not there yet is waited for; one that is complete and gone has been seen" {
    start_kube
    waits job/migrate
    until_true 20 err_has 'job/migrate: is not there.*ttlSecondsAfterFinished'
    put "$jobs_path" migrate "$complete"
    tell delete "{\"path\":\"$jobs_path\",\"name\":\"migrate\"}"
    wait_tool
    exits 0
}

@test "a Pod: why its container does not run is told" {
    start_kube
    put "$pods_path" web-0 '{"phase":"Pending","containerStatuses":[{"name":"app","ready":false,"state":{"waiting":{"reason":"ImagePullBackOff"}}}]}'
    waits pod/web-0
    until_true 20 err_has 'pod/web-0: container app is waiting: ImagePullBackOff'
    put "$pods_path" web-0 '{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 nodes are available"}]}'
    until_true 20 err_has 'pod/web-0: is not scheduled: Unschedulable: 0/3 nodes are available'
    put "$pods_path" web-0 '{"phase":"Running","containerStatuses":[{"name":"app","ready":false,"state":{"running":{}}}]}'
    until_true 20 err_has 'container app runs and is not ready'
    put "$pods_path" web-0 "$ready"
    wait_tool
    exits 0
    put "$pods_path" ended '{"phase":"Succeeded"}'
    kube --for complete pod/ended
    exits 0
    put "$pods_path" broken '{"phase":"Failed","reason":"Evicted"}'
    kube --for complete pod/broken
    exits 1
    ends_saying 'is Failed: Evicted'
}

@test "what has replicas is available when all of the newest generation are" {
    start_kube
    local apps=/apis/apps/v1/namespaces/shop
    put $apps/deployments web '{"observedGeneration":1,"replicas":2,"updatedReplicas":2,"availableReplicas":2}' '{"replicas":2}'
    kube --once deploy/web
    exits 1
    ends_saying 'has not seen generation 2'
    put $apps/deployments web '{"observedGeneration":2,"replicas":3,"updatedReplicas":2,"availableReplicas":2}' '{"replicas":2}'
    kube --once deployment/web
    ends_saying '1 replicas of an old version'
    put $apps/deployments web '{"observedGeneration":2,"replicas":2,"updatedReplicas":2,"availableReplicas":1}' '{"replicas":2}'
    kube --once deployments/web
    ends_saying '1 of 2 replicas are available, 2 are of the newest version'
    put $apps/deployments web '{"observedGeneration":2,"replicas":2,"updatedReplicas":2,"availableReplicas":2}' '{"replicas":2}'
    kube --once deployment/web
    exits 0
    put $apps/statefulsets db '{"observedGeneration":2,"currentRevision":"a","updateRevision":"b","updatedReplicas":1,"readyReplicas":3}' '{"replicas":3}'
    kube --once sts/db
    ends_saying '3 of 3 replicas are ready, 1 are of the newest version'
    put $apps/statefulsets db '{"observedGeneration":2,"currentRevision":"b","updateRevision":"b","currentReplicas":3,"readyReplicas":3}' '{"replicas":3}'
    kube --once sts/db
    exits 0
    put $apps/daemonsets log '{"observedGeneration":2,"desiredNumberScheduled":2,"updatedNumberScheduled":2,"numberAvailable":1}'
    kube --once ds/log
    ends_saying '1 of 2 replicas are available'
    put $apps/daemonsets log '{"observedGeneration":2,"desiredNumberScheduled":2,"updatedNumberScheduled":2,"numberAvailable":2}'
    kube --once ds/log
    exits 0
}

@test "a Service is ready with so many ready endpoints in its EndpointSlices" {
    start_kube
    slice mydb-a mydb false
    slice web-a web true
    kube --once service/mydb
    exits 1
    ends_saying 'svc|service/mydb: not ready: 0 of 1 endpoint is ready'
    waits svc/mydb svc/web
    until_true 20 err_has 'svc/web: ready after'
    [ "$(asked_kube 'service-name in \(mydb,web\)')" -gt 0 ]
    slice mydb-b mydb true
    wait_tool
    exits 0
    slice mydb-c mydb true # the same pod in another slice, as with two address families
    kube --once --min-endpoints 2 service/mydb
    exits 1
    ends_saying '1 of 2 endpoints are ready'
    slice mydb-d mydb true true
    kube --once --min-endpoints 2 service/mydb
    exits 0
    ends_saying '2 endpoints'
    kube --once service/none
    ends_saying 'there is no Service of that name'
    exits 1
}

@test "conditions, values, existence, claims, definitions and custom kinds" {
    start_kube
    put /api/v1/namespaces/shop/persistentvolumeclaims data '{"phase":"Pending"}'
    kube --once pvc/data
    ends_saying 'is Pending, not Bound'
    put /api/v1/namespaces/shop/persistentvolumeclaims data '{"phase":"Bound"}'
    kube --once pvc/data
    exits 0
    put /apis/apiextensions.k8s.io/v1/customresourcedefinitions a.example.com '{"conditions":[{"type":"Established","status":"False","reason":"Installing"}]}'
    kube --once crd/a.example.com
    ends_saying 'condition Established is False: Installing'
    put /api/v1/namespaces/shop/configmaps settings
    kube --once cm/settings
    exits 0
    put /apis/cert-manager.io/v1/namespaces/shop/certificates web '{"conditions":[{"type":"Ready","status":"True"}],"revision":3}'
    kube --once --api-version cert-manager.io/v1 --for condition=Ready certificates/web
    exits 0
    kube --once --api-version cert-manager.io/v1 --for condition=Ready=False certificates/web
    ends_saying 'condition Ready is True'
    kube --once --api-version cert-manager.io/v1 --for json=/status/revision=3 certificates/web
    exits 0
    kube --once --api-version cert-manager.io/v1 --for json=/status/revision=4 certificates/web
    ends_saying '/status/revision is not 4, but 3'
    exits 1
    tell put '{"path":"/api/v1/namespaces/shop/secrets","object":{"metadata":{"name":"db"},"data":{"password":"Z2VoZWlt"}}}'
    kube --once --for json=/data/password=x secret/db
    ends_saying '/data/password has another value'
    kube --once --api-version v1 --for json=/data/password=x secrets/db
    ends_saying '/data/password has another value'
    says_not Z2VoZWlt
}

@test "deleted: as soon as it is gone, not while it is on its way" {
    start_kube
    put "$pods_path" old "$ready"
    waits --for deleted pod/old
    until_true 20 err_has 'pod/old: is still there'
    tell delete "{\"path\":\"$pods_path\",\"name\":\"old\"}"
    wait_tool
    exits 0
    ends_saying 'gone after'
    kube --once --for deleted pod/never
    exits 0
}

@test "a selector: all that it matches, and at least so many" {
    start_kube
    kube --once pod -l app=db
    ends_saying 'pod -l app=db: not ready: 0 of 1 objects match the selector'
    exits 1
    put "$pods_path" db-0 "$ready" '{}' '{"app":"db"}'
    put "$pods_path" db-1 '{"phase":"Pending"}' '{}' '{"app":"db"}'
    put "$pods_path" web '{"phase":"Pending"}' '{}' '{"app":"web"}'
    waits pods -l app=db --min-objects 3
    until_true 20 err_has 'db-1: is Pending \(1 of 2 are as they should be\)'
    put "$pods_path" db-1 "$ready" '{}' '{"app":"db"}'
    until_true 20 err_has '2 of 3 objects match'
    put "$pods_path" db-2 "$ready" '{}' '{"app":"db"}'
    wait_tool
    exits 0
    ends_saying '3 objects'
}

### The API

@test "a long list comes in chunks, and one whose beginning is too old is begun again" {
    start_kube --chunk 7
    for number in {1..30}; do
        put "$pods_path" "p$number" "$ready" '{}' '{"app":"x"}'
    done
    kube --once pod -l app=x --min-objects 30
    exits 0
    [ "$(asked_kube continue)" = 4 ]
    rm kube.log
    tell answer '{"verb":"list","times":0,"status":0}'
    kube --once pod/p1 pod/p30
    exits 0
    [ "$(asked_kube)" = 5 ]
}

@test "a watch that breaks, or whose time is over, goes on where it was" {
    start_kube
    waits job/migrate
    tell break
    until_true 20 requests_are 2 watch
    [ "$(asked_kube limit)" = 1 ]
    tell bookmark
    tell break
    until_true 30 requests_are 3 watch
    [ "$(asked_kube '"resourceVersion": "1001"')" = 1 ] || report "$(cat kube.log)"
    put "$jobs_path" migrate "$complete"
    wait_tool
    exits 0
    [ "$(asked_kube limit)" = 1 ]
}

@test "410: what is too old is listed anew, and what has gone meanwhile is gone" {
    start_kube
    put "$jobs_path" migrate '{"active":1}'
    waits --for deleted job/migrate
    until_true 20 err_has 'still there'
    tell answer '{"verb":"watch","times":1,"status":410,"message":"too old resource version"}'
    tell break
    until_true 20 requests_are 2 limit
    tell delete "{\"path\":\"$jobs_path\",\"name\":\"migrate\"}"
    tell expire
    wait_tool
    exits 0
}

@test "410 within a watch, and events that cannot be read" {
    start_kube
    waits job/migrate
    tell send '{"line":"{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}"}'
    until_true 20 requests_are 2 limit
    until_true 20 requests_are 2 watch
    tell send '{"line":"no JSON"}'
    until_true 20 err_has 'the watch brought what is not JSON'
    until_true 20 requests_are 3 limit
    until_true 20 requests_are 3 watch
    tell send '{"line":"{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":500,\"message\":\"etcd is away\"}}"}'
    until_true 20 err_has 'the watch ended: etcd is away'
    put "$jobs_path" migrate "$complete"
    wait_tool
    exits 0
}

@test "401, 403 and 404 are waited out, and told with what an operator needs" {
    start_kube
    put "$jobs_path" migrate "$complete"
    tell answer '{"verb":"list","times":1,"status":401,"message":"Unauthorized"}'
    tell answer '{"verb":"list","times":1,"status":403,"message":"jobs.batch \"migrate\" is forbidden: User \"system:serviceaccount:shop:default\" cannot list resource \"jobs\" in API group \"batch\" in the namespace \"shop\""}'
    tell answer '{"verb":"list","times":1,"status":404,"message":"the server could not find the requested resource"}'
    kube --interval 10ms job/migrate
    exits 0
    says '401 Unauthorized.*automountServiceAccountToken'
    says 'cannot list resource "jobs" in API group "batch" in the namespace "shop".*a Role that allows list and watch of jobs'
    says '404 Not Found.*does this cluster have jobs in batch/v1'
    tell answer '{"verb":"list","times":1,"status":403,"message":"forbidden"}'
    kube --once job/migrate
    exits 26
    tell answer '{"verb":"list","times":99,"status":403,"message":"forbidden"}'
    kube --timeout 1s job/migrate
    exits 124
    ends_saying 'HTTP status 403 Forbidden: forbidden'
}

@test "a watch that is forbidden is told, and nothing that was listed counts as seen for long" {
    start_kube
    put "$jobs_path" migrate '{}'
    tell answer '{"verb":"watch","times":99,"status":403,"message":"cannot watch"}'
    kube --timeout 1s job/migrate
    exits 124
    ends_saying '403 Forbidden: cannot watch'
}

@test "429 with Retry-After is obeyed" {
    start_kube
    put "$jobs_path" migrate "$complete"
    tell answer '{"verb":"list","times":1,"status":429,"message":"too many requests","headers":{"Retry-After":"2"}}'
    kube --interval 1ms job/migrate
    exits 0
    took_at_least 2000
    [ "$(asked_kube)" = 2 ]
}

@test "an API server that goes away comes back: connections that end, are refused, or answer nothing" {
    start_kube
    local port=${kube##*:}
    tell answer '{"verb":"list","times":1,"status":0}'
    tell answer '{"verb":"list","times":1,"status":-1}'
    put "$jobs_path" migrate '{}'
    waits --interval 10ms --attempt-timeout 300ms job/migrate
    says_so() { err_has 'no answer within' && err_has 'ended without an answer'; }
    until_true 20 says_so
    kill -9 "$(head -n 1 pids)"
    until_true 20 err_has 'connection refused'
    rm kube.ready
    begin "$python" "$servers/kube.py" --ready kube.ready --log kube.log --port "$port" --version 5000
    until_true 10 test -e kube.ready
    put "$jobs_path" migrate "$complete"
    wait_tool
    exits 0
}

@test "lists that lie: no JSON, cut, without a version, too large an object" {
    start_http s <<<"$jobs_path"$' 200 text nonsense / 200 text \'{"items":[]}\' / 200 text \'{"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"x"\' / 200 text \'{"metadata":{"resourceVersion":"1"},"items":[{"spec":{}}]}\' / 200 short 100 5'
    kube=$s
    for _ in 1 2 3 4; do
        kube --once --for deleted job/migrate
        exits 1
        ends_saying 'no list of objects that can be read'
    done
    kube --once --for deleted job/migrate
    exits 1
}

### Whom it asks

@test "in a pod: the service account's files, TLS by its CA, a token that is read again" {
    cat ip.pem ip.key >both
    echo one >tokens
    start_kube --cert both --token tokens
    mkdir -p account
    cp root.crt account/ca.crt
    printf one >account/token
    printf shop >account/namespace
    own_files "mkdir -p /var/run/secrets/kubernetes.io 2>/dev/null; mount -t tmpfs none /var/run/secrets; mkdir -p /var/run/secrets/kubernetes.io; cp -r '$PWD/account' /var/run/secrets/kubernetes.io/serviceaccount"
    export KUBERNETES_SERVICE_HOST=127.0.0.1 KUBERNETES_SERVICE_PORT=${kube##*:}
    put "$jobs_path" migrate "$complete"
    run_tool wait-for-kube job/migrate
    exits 0
    echo two >tokens
    run_tool wait-for-kube --once job/migrate
    exits 26
    ends_saying '401 Unauthorized'
    says_not 'one'
    "${inside[@]}" sh -c 'printf two >/var/run/secrets/kubernetes.io/serviceaccount/token'
    run_tool wait-for-kube job/migrate
    exits 0
    run_tool wait-for-kube --trust-store other.crt job/migrate
    exits 20
}

@test "a token that is rotated while it waits" {
    cat ip.pem ip.key >both
    echo one >tokens
    start_kube --cert both --token tokens
    echo one >token
    waits --token-file token --trust-store root.crt job/migrate
    echo two >tokens
    echo two >token
    tell break
    until_true 20 requests_are 2 watch
    put "$jobs_path" migrate "$complete"
    wait_tool
    exits 0
    says_not 401
}

@test "through a proxy: its user and password, a watch in its tunnel, and what the variables say" {
    cat ip.pem ip.key >both
    echo one >token
    echo user:secret >auth
    start_kube --cert both --token token
    start_tls proxies "- proxy=407" "- proxy=403"
    local via=http://127.0.0.1:${proxies[0]}
    local -a there=(--token-file token --trust-store root.crt)
    kube "${there[@]}" --proxy "$via" job/migrate
    exits 29
    ends_saying "the proxy $via/ \(from --proxy\) answered 407"
    waits "${there[@]}" --proxy "$via" --proxy-auth-file auth job/migrate
    put "$jobs_path" migrate "$complete"
    wait_tool
    exits 0
    echo nonsense >broken
    kube "${there[@]}" --proxy "$via" --proxy-auth-file broken job/migrate
    refuses_naming --proxy-auth-file
    export HTTPS_PROXY=http://127.0.0.1:${proxies[1]}
    kube "${there[@]}" job/migrate
    exits 29
    ends_saying 'from HTTPS_PROXY\) answered 403.*no_proxy'
    kube "${there[@]}" --proxy '' job/migrate
    exits 0
    NO_PROXY=127.0.0.0/8 kube "${there[@]}" job/migrate
    exits 0
    HTTP_PROXY=$HTTPS_PROXY kube --once --server http://127.0.0.1:1 job/migrate
    exits 1
    ends_saying 'connection refused'
}

@test "what makes no sense is refused before anything is asked" {
    kube=http://127.0.0.1:1
    for operand in job nonsense/x job/ job/a/b job/.. 'job/a b' 'service'; do
        kube "$operand"
        exits 2
    done
    kube job/a -l app=b
    exits 2
    kube --for complete deployment/a
    exits 2
    kube --for nonsense job/a
    refuses_naming --for
    kube --for json=status job/a
    refuses_naming --for
    unset KUBERNETES_SERVICE_HOST
    run_tool wait-for-kube -n shop job/a
    exits 2
    says 'KUBERNETES_SERVICE_HOST is not set'
    run_tool wait-for-kube -n shop --server ftp://a job/a
    refuses_naming --server
    run_tool wait-for-kube -n shop --server "$kube" --token-file absent job/a
    refuses_naming --token-file
    for version in '' / v1/ ../v1 a/b/c 'v 1'; do
        kube --api-version "$version" x/a
        [ -z "$version" ] || refuses_naming --api-version
    done
    run_tool wait-for-kube
    exits 2
}

@test "SIGTERM while a watch is silent; --stable; several kinds at once" {
    start_kube
    waits job/migrate
    kill -TERM "$tool"
    wait_tool
    exits 143
    put "$jobs_path" migrate "$complete"
    slice a mydb true
    kube --stable 300ms job/migrate service/mydb
    exits 0
    took_at_least 300
}

@test "kubectl reads the same server: it is no invention of ours" {
    command -v kubectl >/dev/null || skip "needs kubectl"
    start_kube
    tell put "{\"path\":\"$jobs_path\",\"object\":{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"migrate\",\"namespace\":\"shop\"},\"spec\":{},\"status\":$complete}}"
    export HOME=$PWD KUBECONFIG=/dev/null
    kubectl --server "$kube" -n shop get jobs | grep -q '^migrate '
    kubectl --server "$kube" -n shop describe job migrate | grep -q '^Namespace: *shop'
    kubectl --server "$kube" -n shop wait --for=condition=complete job/migrate --timeout=20s
    kube job/migrate
    exits 0
}
