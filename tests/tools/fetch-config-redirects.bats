#!/usr/bin/env bats
# Where a server may lead fetch-config, and where credentials may be asked for: addresses that only this node reaches. In a network
# namespace of its own, with an address that is no loopback's.
#
# start_http and start_dns set the variables that are named in their calls, run_tool sets others:
# shellcheck disable=SC2154

load lib
load fetch-config

# own_network: servers and tools run in a network with the addresses 10.9.0.1 and 10.9.0.2; the test ends where that is not to be had.
own_network() {
    network=initkit-$$-$BATS_TEST_NUMBER
    PATH=$PATH:/usr/sbin
    ip netns add "$network" 2>/dev/null || skip "needs root, for a network of its own"
    ip -n "$network" link set lo up
    ip -n "$network" address add 10.9.0.1/32 dev lo
    ip -n "$network" address add 10.9.0.2/32 dev lo
    inside=(ip netns exec "$network")
}

clean_up() {
    [ -z "${network-}" ] || ip netns delete "$network"
}

@test "a redirect from elsewhere to what only this node reaches is not followed" {
    own_network
    start_http near <<<'/a 200 text x'
    start_dns names <<<$'near.test A 127.0.0.1\nmixed.test A 10.9.0.2 127.0.0.1\nmeta.test A 169.254.169.254'
    local port=${near##*:} place n=0
    local places=("127.0.0.1:$port" "127.9.9.9:$port" "localhost:$port" "[::1]:$port" "[::ffff:127.0.0.1]:$port" "0.0.0.0:$port"
        "2130706433:$port" "0x7f.1:$port" "near.test:$port" "mixed.test:$port" 169.254.169.254 meta.test "[fe80::1]" "[fd00:ec2::254]")
    for place in "${places[@]}"; do
        printf '/%s 302 Location:http://%s/a\n' "$((n++))" "$place"
    done >steps
    start_http far --address 10.9.0.1 <steps
    for ((n = 0; n < ${#places[@]}; n++)); do
        run_tool fetch-config --nameserver "$names" --timeout 20s "http://10.9.0.1:${far##*:}/$n=./a"
        exits 26
        ends_saying "not fetched: redirected to http://.*: is .*, an address that only this node reaches.*hint: .*--allow-local-redirects"
        [ ! -e a ]
    done
    [ "$(requests near)" = 0 ]
    run_tool fetch-config --allow-local-redirects "http://10.9.0.1:${far##*:}/0=./a"
    exits 0
    INITKIT_ALLOW_LOCAL_REDIRECTS=true run_tool fetch-config --nameserver "$names" "http://10.9.0.1:${far##*:}/8=./a"
    exits 0
    [ "$(requests near)" = 2 ]
}

@test "a redirect between servers elsewhere is followed, and so is one from this node's own" {
    own_network
    start_http near <<<'/a 200 text x'
    start_http far --address 10.9.0.1 <<<"/a 200 text y
/back 302 Location:$near/a"
    start_http other --address 10.9.0.2 <<<"/a 302 Location:http://10.9.0.1:${far##*:}/a"
    start_http own <<<"/a 302 Location:$near/a
/far 302 Location:http://10.9.0.1:${far##*:}/a
/back 302 Location:http://10.9.0.1:${far##*:}/back"
    run_tool fetch-config "http://10.9.0.2:${other##*:}/a=./a"
    exits 0
    [ "$(cat a)" = y ]
    run_tool fetch-config "$own/a=./a"
    exits 0
    [ "$(cat a)" = x ]
    run_tool fetch-config "$own/far=./a"
    exits 0
    [ "$(cat a)" = y ]
    run_tool fetch-config "$own/back=./b"
    exits 26
    ends_saying "redirected to $near/a: is 127\\.0\\.0\\.1, an address that only this node reaches"
    [ ! -e b ]
}

@test "the checksum's server does not lead here either" {
    own_network
    start_http near <<<"/sum 200 text $(printf x | sha256sum | cut -d' ' -f1)"
    start_http far --address 10.9.0.1 <<<"/a 200 text x
/sum 302 Location:$near/sum"
    run_tool fetch-config "http://10.9.0.1:${far##*:}/a=./a" --sha256-url "http://10.9.0.1:${far##*:}/sum"
    exits 26
    ends_saying "--sha256-url: redirected to $near/sum: is 127"
    [ "$(requests near)" = 0 ]
}

@test "behind a proxy, which looks names up, what is local goes by its letters" {
    local place n=0
    for place in localhost:1 a.localhost 127.0.0.1:1 "[::1]:1" 169.254.169.254; do
        echo "/$((n++)) 302 Location:http://$place/a"
    done >steps
    echo "/on 302 Location:http://elsewhere.test/a" >>steps
    echo "/a 200 text x" >>steps
    start_http proxy <steps
    for n in 0 1 2 3 4; do
        run_tool fetch-config -x "$proxy" "http://far.test/$n=./a"
        exits 26
        ends_saying "an address that only this node reaches"
    done
    run_tool fetch-config -x "$proxy" "http://far.test/on=./a"
    exits 0
    [ "$(requests proxy)" = 7 ]
}

@test "container credentials are not asked for at a localhost that is elsewhere" {
    own_network
    unshare -m true 2>/dev/null || skip "needs root: mount namespaces"
    start_http far --address 10.9.0.1 <<<'/creds 200 text "{}"'
    echo "10.9.0.1 localhost" >hosts
    # shellcheck disable=SC2016
    inside+=(unshare -m sh -ec 'mount --bind "$0" /etc/hosts; exec "$@"' "$PWD/hosts")
    AWS_ENDPOINT_URL=http://10.9.0.1:${far##*:} AWS_REGION=x AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost:${far##*:}/creds \
        run_tool fetch-config s3://b/k=./a
    exits 1
    ends_saying "is 10\\.9\\.0\\.1, which is not this host: nothing was sent there"
    [ "$(requests far)" = 0 ]
}
