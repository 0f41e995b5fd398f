#!/usr/bin/env bats
# fetch-config and bodies that are coded, framed, cut off and empty: nothing but the origin's own bytes is ever published.
#
# start_http sets the variables that are named in its calls, run_tool sets last_line:
# shellcheck disable=SC2154,SC2034

load lib
load fetch-config

# publishes_only PATTERN CODING/FRAMING...: each, whole and cut at twenty places (the first of them is an empty body), over a file that
# is there. PATTERN: "all" if the whole one is right, "none" if not even that is.
publishes_only() {
    local expected=$1 way cut code wanted
    shift
    for way; do
        for cut in whole {0..19}; do
            echo old >into
            code=0
            "$bin/fetch-config" -q --once "$bodies/$way/$cut=./into" 2>err || code=$?
            wanted=1
            [ "$expected $cut" != "all whole" ] || wanted=0
            [ "$code" = "$wanted" ] || report "$way/$cut: exit $code: $(cat err)"
            if [ "$code" = 0 ]; then
                cmp into origin
            else
                [ "$(cat into)" = old ] || report "$way/$cut: the file has changed"
            fi
        done
    done
    no_litter
}

@test "bodies in each coding and framing, whole and cut: the origin's bytes or nothing" {
    seq 1 20000 >origin
    start_bodies origin
    publishes_only all identity/length-broken identity/chunked-broken
    publishes_only all {gzip,zstd,members,frames}/{length,chunked,close}
    publishes_only none trailing/{length,chunked,close}
    "$bin/fetch-config" -q --once "$bodies/identity/close/whole=./into"
    cmp into origin
}

@test "what does not come to its end is tried again; what goes on behind it is not" {
    seq 1 1000 | gzip >whole.gz
    head -c 1000 whole.gz >cut.gz
    { head -c -1 whole.gz && printf '\377'; } >damaged.gz
    { cat whole.gz && echo page; } >longer.gz
    start_http h <<SCRIPT
/cut 200 Content-Encoding:gzip file cut.gz / 200 Content-Encoding:gzip file whole.gz
/damaged 200 Content-Encoding:gzip file damaged.gz / 200 Content-Encoding:gzip file whole.gz
/longer 200 Content-Encoding:gzip file longer.gz
SCRIPT
    run_tool fetch-config "$h/cut=./a" "$h/damaged=./b" --interval 20ms
    exits 0
    says "the body was cut off: its gzip stream is incomplete"
    says "Content-Encoding cannot be decoded: its gzip stream is damaged"
    seq 1 1000 | cmp - a
    seq 1 1000 | cmp - b
    run_tool fetch-config "$h/longer=./c"
    exits 1
    ends_saying "has more bytes after the end of its gzip stream"
    [ "$(requests h /longer)" = 1 ]
}

@test "a Content-Encoding that was not asked for is named at once" {
    start_http h <<<$'/br 200 Content-Encoding:br text x\n/two 200 Content-Encoding:zstd Content-Encoding:gzip text x\n/known 200 Content-Encoding:gzip text x'
    run_tool fetch-config "$h/br=./a"
    exits 1
    ends_saying "Content-Encoding is br: only gzip and zstd are supported.*gzip, zstd was requested"
    [ "$(requests h /br '"accept-encoding": "gzip, zstd"')" = 1 ]
    run_tool fetch-config "$h/two=./a"
    exits 1
    ends_saying "Content-Encoding is zstd, gzip"
    run_tool fetch-config "$h/br=./a" --header "Accept-Encoding: br"
    exits 1
    ends_saying "br was requested"
    [ "$(requests h /br '"accept-encoding": "br"')" = 1 ]
    [ ! -e a ]
}

@test "a header that tells two lengths, or none that is a number, is refused at once" {
    start_http h <<SCRIPT
/list 200 Content-Length:9,8 chunks whole
/hex 200 Content-Length:0x4 open 4
/differ 200 Content-Length:6 text whole
/both 200 Content-Length:5 chunks whole
/coded 200 Transfer-Encoding:gzip open 4
/same 200 Content-Length:5 text whole
SCRIPT
    run_tool fetch-config "$h/hex=./a"
    exits 1
    ends_saying "the answer's Content-Length is .*0x4.*: expected one number"
    run_tool fetch-config "$h/differ=./a"
    exits 1
    ends_saying "Content-Length is .*6, 5"
    run_tool fetch-config "$h/list=./a"
    exits 1
    run_tool fetch-config "$h/both=./a"
    exits 1
    ends_saying "both Content-Length .5. and Transfer-Encoding"
    run_tool fetch-config "$h/coded=./a"
    exits 1
    ends_saying "Transfer-Encoding is not supported: .*gzip"
    run_tool fetch-config "$h/same=./same"
    exits 0
    [ "$(cat same)" = whole ]
    [ ! -e a ]
}

@test "a length or encoding with blanks around its name is refused, not passed over" {
    local each
    for each in 'Content-Length : 9' 'Content-Length\t: 9' ' Content-Length: 9' 'Transfer-Encoding : chunked' \
        'Content-Encoding : gzip' 'Content-Range : bytes 0-4/9'; do
        rm -f port.ready
        start_tcp port "127.0.0.1:0 read /x say 'HTTP/1.1 200 OK\r\n$each\r\n\r\nhello' close"
        run_tool fetch-config "http://127.0.0.1:${port[0]}/x=./a"
        exits 1
        ends_saying "the answer has a (Content|Transfer)-[A-Z][a-z]+ with blanks around its name, which is not valid HTTP"
        [ ! -e a ]
    done
    # Others are the server's own business.
    rm port.ready
    start_tcp port "127.0.0.1:0 read /x say 'HTTP/1.1 200 OK\r\nServer : x\r\nContent-Length: 5\r\n\r\nhello' close"
    run_tool fetch-config "http://127.0.0.1:${port[0]}/x=./a"
    exits 0
    [ "$(cat a)" = hello ]
}

@test "an empty body, and an answer without one, leave a good file alone" {
    start_http h <<<$'/empty 200 text ""\n/204 204 text ""\n/205 205 text ""\n/small 200 text abc'
    echo good >a
    run_tool fetch-config "$h/empty=./a"
    exits 1
    ends_saying "the body is empty.*--min-size"
    for each in 204 205; do
        run_tool fetch-config "$h/$each=./a"
        exits 1
        ends_saying "HTTP status $each: the answer has no body"
        run_tool fetch-config "$h/$each" -o /dev/null
        exits 0
        run_tool fetch-config "$h/$each" -X POST
        exits 0
    done
    run_tool fetch-config "$h/small=./a" --min-size 4
    exits 1
    ends_saying "is 3 bytes, less than the 4 of --min-size"
    [ "$(cat a)" = good ]
    run_tool fetch-config "$h/empty" -o /dev/null
    exits 0
    run_tool fetch-config "$h/empty=./a" --min-size 0
    exits 0
    [ ! -s a ]
    no_litter
}

@test "a request's body is sent again when the server has closed a connection that was kept" {
    start_http h <<<$'/a 503 text busy / drop / 200 echo'
    seq 1 1000 >data
    run_tool fetch-config "$h/a" -o ./a --data-file data --interval 20ms
    exits 0
    cmp a data
    [ "$(requests h /a)" = 3 ]
    says_not rewind
}

@test "nginx with gzip_static, and a .gz that is cut" {
    command -v nginx >/dev/null || skip "nginx is not installed"
    certificate server /CN=localhost "subjectAltName=DNS:localhost"
    mkdir -p www
    seq 1 20000 >www/whole
    gzip -k www/whole
    cp www/whole www/cut
    head -c 20000 www/whole.gz >www/cut.gz
    : >www/none
    : >www/none.gz
    port=$(free_port)
    run_nginx <<<"server { listen 127.0.0.1:$port; gzip_static always; }"
    until_true 10 "$bin/fetch-config" -q --once "http://127.0.0.1:$port/whole=./whole"
    cmp whole www/whole
    for each in cut none; do
        echo old >a
        run_tool fetch-config "http://127.0.0.1:$port/$each=./a" --once
        exits 1
        ends_saying "the body was cut off: its gzip stream is incomplete"
        [ "$(cat a)" = old ]
    done
    no_litter
}
