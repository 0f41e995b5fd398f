#!/usr/bin/env bats
# fetch-config --resume: a body that broke off is gone on with, and never with the rest of another.
#
# run_tool and start_ranges set variables:
# shellcheck disable=SC2154,SC2034

load lib
load fetch-config

prepare() {
    seq 1 50000 >origin
}

# start_ranges FILE: sets $ranges to a server of ranges.py; its requests go to ranges.requests.
start_ranges() {
    begin "${inside[@]}" "$python" "$servers/ranges.py" --ready ranges.ready --log ranges.requests "$1"
    until_true 10 test -e ranges.ready
    ranges=http://127.0.0.1:$(cat ranges.ready)
}

# resumes PATH [OPTION]...: into ./into, with --resume.
resumes() {
    echo old >into
    run_tool fetch-config "$ranges/$1=./into" --resume --interval 20ms "${@:2}"
}

@test "a body that breaks off again and again is gone on with, and its checksum is that of the whole" {
    start_ranges origin
    resumes good --sha256 "$(sha256sum <origin | cut -d' ' -f1)"
    exits 0
    ends_saying "$(stat -c %s origin) bytes, resumed 3 times"
    says "the body was cut off after [0-9]+ of $(stat -c %s origin) bytes"
    cmp into origin
    [ "$(requests ranges /good)" = 4 ]
    [ "$(requests ranges /good '"range": null, "if_range": null, "encoding": "identity"')" = 1 ]
    [ "$(requests ranges /good '"range": "bytes=[1-9][0-9]*-", "if_range": "..one.."')" = 3 ]
    resumes busy
    exits 0
    says "HTTP status 503"
    ends_saying "resumed 1 time"
    cmp into origin
    resumes modified
    exits 0
    ends_saying "resumed 1 time"
    cmp into origin
    [ "$(requests ranges /modified '"if_range": "[A-Z][a-z][a-z], ')" = 1 ]
    no_litter
}

@test "standard output, an archive and a checksum alone are gone on with, too" {
    mkdir tree
    cp origin tree/file
    tar -czf archive.tgz tree
    start_ranges archive.tgz
    run_tool fetch-config "$ranges/good=./dest" --extract --resume --interval 20ms
    exits 0
    ends_saying "resumed 3 times, 2 entries"
    cmp dest/tree/file origin
    run_tool fetch-config "$ranges/busy=-" --resume --interval 20ms
    exits 0
    cmp out archive.tgz
    run_tool fetch-config "$ranges/modified" -o /dev/null --resume --interval 20ms --sha256 "$(sha256sum <archive.tgz | cut -d' ' -f1)"
    exits 0
    ends_saying "resumed 1 time"
}

@test "without --resume, and where nothing identifies the body, it is fetched again" {
    start_ranges origin
    run_tool fetch-config "$ranges/good=./into" --interval 20ms
    exits 0
    cmp into origin
    for each in young weak none coded unsized; do
        resumes "$each"
        exits 0
        cmp into origin
    done
    [ "$(requests ranges / '"range": "')" = 0 ]
}

@test "a server that sends something else than the rest is detected, and the whole is fetched again" {
    local each
    start_ranges origin
    for each in lying:another.version nameless:another.version overlap:Content-Range grown:Content-Range short:Content-Range \
        parts:"Content-Range missing" unlike:Content-Length packed:"Content-Encoding gzip" beyond:"HTTP status 416" notmodified:"HTTP status 304" precondition:"HTTP status 412"; do
        resumes "${each%%:*}"
        exits 0
        says "${each#*:}.*fetched again"
        says_not "resumed [0-9]+ time"
        cmp into origin
        [ "$(requests ranges "/${each%%:*}")" = 3 ]
        [ "$(requests ranges "/${each%%:*}" '"range": "')" = 1 ]
    done
    resumes other2xx
    exits 0
    says "HTTP status 207 with Content-Range .*only a part was sent"
    cmp into origin
    no_litter
}

@test "a part that no Range asked for is refused, whatever the status" {
    echo old >into
    start_http h <<'SCRIPT'
/part 200 "Content-Range:bytes 5-9/10" text 56789
/unknown 203 "Content-Range:bytes 0-4/*" text 01234
/whole 200 "Content-Range:bytes 0-4/5" text 01234
/pages 200 "Content-Range:items 0-24/66" text 01234
SCRIPT
    for each in part unknown; do
        run_tool fetch-config "$h/$each=./into"
        exits 1
        ends_saying "HTTP status 20[03] with Content-Range bytes .*: only a part was sent"
        [ "$(cat into)" = old ]
    done
    for each in whole pages; do
        run_tool fetch-config "$h/$each=./into"
        exits 0
        [ "$(cat into)" = 01234 ]
    done
}

@test "another version, a server without ranges, and a redirect elsewhere begin the body anew" {
    start_ranges origin
    "$python" -c 'open("other", "wb").write(open("origin", "rb").read()[::-1])'
    resumes changed
    exits 0
    cmp into other
    resumes ignoring
    exits 0
    cmp into origin
    resumes moved
    exits 0
    cmp into other
    [ "$(requests ranges /elsewhere '"range": null')" = 1 ]
    [ "$(requests ranges /moved '"range": "bytes')" = 1 ]
}

@test "a part that is never gone on with leaves no trace" {
    start_ranges origin
    echo old >into
    run_tool fetch-config "$ranges/good=./into" --resume --once
    exits 1
    ends_saying "the body was cut off"
    [ "$(cat into)" = old ]
    no_litter
    start_http h <<'SCRIPT'
/a 200 'ETag:"x"' short 1000 500 / silent
SCRIPT
    start_tool fetch-config "$h/a=./into" --resume --interval 20ms
    until_true 10 err_has "cut off after 500 of 1000 bytes"
    until_true 10 grep -q '"range": "bytes=500-"' h.requests
    kill -TERM "$tool"
    wait_tool
    exits 143
    [ "$(cat into)" = old ]
    no_litter
}

@test "nginx goes on with what is cut off on the way, over http and https" {
    command -v nginx >/dev/null || skip "nginx is not installed"
    certificate server /CN=localhost "subjectAltName=DNS:localhost"
    mkdir -p www
    head -c 3000000 /dev/urandom >www/large
    touch -d '1 hour ago' www/large
    read -r plain secure <<<"$(free_port 2)"
    run_nginx <<<"server { listen 127.0.0.1:$plain; listen 127.0.0.1:$secure ssl; }"
    until_true 10 "$bin/fetch-config" -q --once "http://127.0.0.1:$plain/large" -o /dev/null
    begin "$python" "$servers/relay.py" --ready relays "tcp $plain down=1000000 first=2" "tcp $secure down=1000000 first=2"
    until_true 10 test -e relays
    mapfile -t relays <relays
    run_tool fetch-config "http://127.0.0.1:${relays[0]}/large=./a" --resume --interval 20ms
    exits 0
    ends_saying "resumed 2 times"
    cmp a www/large
    run_tool fetch-config "https://localhost:${relays[1]}/large=./b" --trust-store ca.pem --resume --interval 20ms
    exits 0
    ends_saying "resumed 2 times"
    cmp b www/large
    [ "$(grep -c '" 206 ' logs/access.log)" = 4 ]
}
