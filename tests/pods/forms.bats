#!/usr/bin/env bats
# The forms of examples/ for existing workloads: each is rendered (Kustomize by kubectl, the Helm chart by Go's template engine), and what
# it makes of a workload is checked: the init containers, their order, their restrictions, and that the tools take their words.

bats_require_minimum_version 1.5.0

HERE=$BATS_TEST_DIRNAME
TOP=$(cd "$HERE/../.." && pwd)
VERSION=$(sed -n 's/^VERSION := //p' "$TOP/Makefile")
bin=${INITKIT_BIN:-$TOP/build/bin}

setup() {
    unset "${!INITKIT_@}" # no variable of the caller's may steer a tool
    cd "$BATS_TEST_TMPDIR" || return
    mkdir rendered
}

needs_kustomize() {
    kubectl kustomize --help >/dev/null 2>&1 || skip "needs kubectl"
    # Debian 12's has no components.
    mkdir probe
    echo '{apiVersion: kustomize.config.k8s.io/v1alpha1, kind: Component}' >probe/kustomization.yaml
    ! kubectl kustomize probe 2>&1 | grep -q 'unknown field\|invalid Kind' || skip "needs kubectl 1.21"
}

# has_containers FILE LINE...: these are the init containers of the rendered workload, in this order: name and words of each. Ours are
# restricted as all in examples/ are, and their words are accepted.
has_containers() {
    local found
    found=$("$HERE/forms.py" containers "$1")
    diff <(printf '%s\n' "${@:2}") - <<<"$found"
    run -0 "$HERE/examples.py" "$VERSION" rendered
    [ -z "$output" ]
    while read -r _ words; do
        [ -z "$words" ] || accepted "$words"
    done <<<"$found"
}

# accepted WORDS: a mistake behind them is the first that is found, before any step begins.
accepted() {
    local words
    read -ra words <<<"${1#initkit run }"
    run -2 "$bin/initkit" run --termination-log= "${words[@]}" --then copy-agent --no-such-option
    [[ $output = "initkit run: step "*", copy-agent: --no-such-option: "* ]] || {
        echo "$output"
        return 1
    }
}

chain='init initkit run --timeout 3m wait-for-tcp mydb:3306 --and wait-for-dns myservice --then tls-check --warn-only controller.example.com:443'

@test "words that the tools do not take are found by this file's own check" {
    accepted "wait-for-tcp mydb:3306"
    accepted "initkit run wait-for-tcp mydb:3306 --and wait-for-dns x"
    run ! accepted "wait-for-tcp --no-such mydb:3306"
    run ! accepted "initkit run wait-for-tcp mydb:3306 --then nothing"
}

### Kustomize

# overlay COMPONENT: shop with that component; it has an init container of its own.
overlay() {
    cp -r "$TOP/examples/kustomize" .
    sed -i "s|\.\./init-chain|../$1|" kustomize/shop/kustomization.yaml
    sed -i 's|^      containers:|      initContainers: [{name: own, image: own}]\n&|' kustomize/shop/deployment.yaml
    kubectl kustomize kustomize/shop >rendered/shop.yaml
}

@test "Kustomize: the components put their container before a Deployment's own ones" {
    needs_kustomize
    overlay init-chain
    has_containers rendered/shop.yaml 'wait-for-mydb wait-for-tcp --timeout 3m mydb:3306' own
    rm -r kustomize
    overlay init-run
    has_containers rendered/shop.yaml "$chain" own
}

### Helm

# helm VALUES: renders the file `included`, which stands in a Deployment's template; the values are JSON.
helm() {
    GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=${GOCACHE:-$BATS_FILE_TMPDIR/go} go build -o helm "$HERE/helm.go"
    (printf 'spec:\n  template:\n' && cat included) >deployment.yaml
    echo "$1" >values.json
    ./helm values.json "$TOP"/examples/helm/initkit/templates/*.tpl deployment.yaml >rendered/deployment.yaml
}

# page_shows HEADING END: what the chart's page has between two lines, without the fences.
# shellcheck disable=SC2016 # fences
page_shows() {
    sed -n "/^$1/,/^$2/p" "$TOP/examples/helm/initkit/README.md" | sed -n '/^```yaml/,/^```/{/^```/d;p}'
}

@test "Helm: what the chart's page shows is rendered to init containers" {
    page_shows 'and in its Deployment' '`initkit\.registry' >included
    helm '{}'
    has_containers rendered/deployment.yaml 'wait-for-tcp wait-for-tcp mydb:3306' \
        'init initkit run wait-for-tcp mydb:3306 --and wait-for-dns myservice --then tls-check --warn-only controller:443'
}

@test "Helm: registry, tag and mounts are the user's" {
    cat >included <<'TEMPLATE'
    spec:
      initContainers:
        {{- include "initkit.wait-for-dns" (dict "root" $ "targets" (list "mydb" "redis")) | nindent 8 }}
        {{- include "initkit.run" (dict "root" $ "mounts" (list (dict "name" "config" "mountPath" "/config")) "stages" (list
              (list (list "fetch-config" "http://config/a=/config/a")))) | nindent 8 }}
TEMPLATE
    helm '{"initkit": {"registry": "registry.example.org/tools", "tag": "1.2.3"}}'
    [ "$("$HERE/forms.py" containers rendered/deployment.yaml)" = $'wait-for-dns wait-for-dns mydb redis\ninit initkit run fetch-config http://config/a=/config/a' ]
    grep -q '^ *image: registry.example.org/tools/wait:1.2.3$' rendered/deployment.yaml
    grep -q '^ *image: registry.example.org/tools/initkit:1.2.3$' rendered/deployment.yaml
    grep -qF 'volumeMounts: [{"mountPath":"/config","name":"config"}]' rendered/deployment.yaml
}

### Kyverno

# admitted POLICY ANNOTATIONS: a pod with these annotations, and an init container of its own, under the policy.
admitted() {
    command -v kubectl >/dev/null || skip "needs kubectl"
    cat >pod.yaml <<POD
apiVersion: v1
kind: Pod
metadata: {name: shop, annotations: $2}
spec:
  initContainers: [{name: own, image: own}]
  containers: [{name: app, image: app}]
POD
    "$HERE/forms.py" kyverno "$TOP/examples/kyverno/$1.yaml" pod.yaml >rendered/pod.yaml
}

# annotation POLICY: what the head of the policy shows.
annotation() {
    sed -n 's/^# \{0,1\}//p' "$TOP/examples/kyverno/$1.yaml" | /usr/bin/python3 -c '
import json, re, sys, yaml
print(json.dumps(yaml.safe_load(re.search("^ *metadata:.*", sys.stdin.read(), re.S | re.M)[0])["metadata"]["annotations"]))'
}

@test "Kyverno: pods with the annotation get the container, before their own ones; others get none" {
    admitted add-init-chain "$(annotation add-init-chain)"
    has_containers rendered/pod.yaml 'wait-for wait-for-tcp --timeout 3m mydb:3306' own
    admitted add-init-run "$(annotation add-init-run)"
    has_containers rendered/pod.yaml \
        'init initkit run wait-for-tcp mydb:3306 --then tls-check --warn-only controller.example.com:443' own
    for policy in add-init-chain add-init-run; do
        admitted "$policy" '{other: annotation}'
        [ "$("$HERE/forms.py" containers rendered/pod.yaml)" = own ]
    done
}
