#!/usr/bin/env bats
# fetch-config against a server that lies, stalls and cuts off (tests/servers/http.py). What all tools share is in
# common.bats; real servers are in fetch-config-servers.bats.
#
# start_http sets the variables that are named in its calls, run_tool sets `elapsed` and last_line; templates have dollars:
# shellcheck disable=SC2154,SC2034,SC2016

load lib
load fetch-config

### Pairs, paths, standard output

@test "a file is fetched with the mode 0644, whatever the umask, and its directories are made" {
    start_http h <<<'/a 200 text "hello\n"'
    umask 077
    run_tool fetch-config "$h/a=./x/y/a"
    exits 0
    ends_saying "$h/a: fetched after .*; 6 bytes"
    silent_output
    [ "$(cat x/y/a)" = hello ]
    [ "$(stat -c %a x/y/a)" = 644 ]
    [ "$(stat -c %a x/y)" = 755 ]
    no_litter
}

@test "a pair is split at the last = before a path; anything else is a usage error" {
    start_http h <<<'/a=/b 200 text x'
    run_tool fetch-config "$h/a=/b=./e"
    exits 0
    [ -f e ]
    run_tool fetch-config "$h/a"
    refuses_naming "$h/a"
    run_tool fetch-config "$h/a=b"
    refuses_naming "$h/a"
    run_tool fetch-config
    exits 2
    run_tool fetch-config "$h/a=./e" "$h/b=./e"
    refuses_naming ./e
    run_tool fetch-config "$h/a" "$h/b" -o ./e
    refuses_naming --output
}

@test "standard output gets the whole body, and nothing of one that is cut off" {
    start_http h <<<$'/a 200 text "hello\\n"\n/b 200 short 100 50'
    run_tool fetch-config "$h/a" -o -
    exits 0
    [ "$output" = hello ]
    run_tool fetch-config "$h/b=-" --once
    exits 1
    silent_output
}

@test "standard output that nobody reads holds it no longer than --timeout" {
    start_http h <<<'/a 200 size 3000000'
    mkfifo pipe
    : >out
    begin sh -c 'exec sleep 60 <pipe'
    status=0
    begun=$(milliseconds)
    timeout 20 "$bin/fetch-config" "$h/a=-" --timeout 800ms >pipe 2>err 3>&- || status=$?
    elapsed=$(($(milliseconds) - begun))
    gather
    exits 124
    took_at_least 700
    took_less_than 5000
    ends_saying "not fetched: -: timed out before everything was written; hint: nobody reads"
    run_tool fetch-config "$h/a=./whole"
    "$bin/fetch-config" "$h/a=-" --timeout 20s 3>&- | { sleep 0.5 && cat >slowly; }
    cmp slowly whole
}

@test "/dev/null is not replaced, and waits for a server" {
    start_http h <<<'/a 503 / 200 text hello'
    run_tool fetch-config "$h/a" -o /dev/null --interval 50ms
    exits 0
    [ -c /dev/null ]
    [ "$(attempts)" = 2 ]
}

@test "another name of standard output is standard output, a file too" {
    start_http h <<<'/a 200 text hello'
    run_tool fetch-config "$h/a=/proc/self/fd/1"
    exits 0
    [ "$output" = hello ]
    run_tool fetch-config "$h/a" -o /dev/fd/1
    exits 0
    [ "$output" = hello ]
}

@test "a full place for temporaries is told" {
    unshare -m true 2>/dev/null || skip "needs root: mount namespaces"
    start_http h <<<'/a 200 size 3000000'
    mkdir full
    own_files "mount -t tmpfs -o size=1m none $PWD/full"
    TMPDIR=$PWD/full run_tool fetch-config "$h/a=-"
    exits 1
    ends_saying "the temporary file cannot be written: No space left.*TMPDIR"
    silent_output
}

@test "a set is published atomically" {
    start_http h <<<$'/a 200 text new\n/b 404'
    echo old >a
    run_tool fetch-config "$h/a=./a" "$h/b=./b"
    exits 26
    [ "$(cat a)" = old ]
    [ ! -e b ]
    no_litter
    mkdir -p held
    run_tool fetch-config "$h/a=./a" "$h/a=./held"
    exits 1
    says "held"
    [ "$(cat a)" = old ]
    no_litter
}

@test "when one of a set cannot be had, no body of the others is waited for" {
    start_http h <<<$'/slow 200 slow 1000 1\n/b 404'
    run_tool fetch-config "$h/slow=./a" "$h/b=./b" --timeout 20s
    exits 26
    took_less_than 10000
    ends_saying "2 of 2 targets not fetched: .*/b: HTTP status 404.*/slow: receiving the body"
    [ ! -e a ] && [ ! -e b ]
    no_litter
}

@test "a mounted file as one PATH of a set ends it before anything is asked for" {
    [ "$(id -u)" -eq 0 ] || skip "needs root: mount namespaces"
    start_http h <<<$'/a 200 text new'
    echo old >a
    echo old >b
    own_files "mount --bind '$PWD/b' '$PWD/b'"
    run_tool fetch-config "$h/a=./a" "$h/a=./new" "$h/a=./b"
    exits 1
    ends_saying "b: cannot be replaced: .*mount its directory"
    [ "$(cat a)" = old ]
    [ "$(cat b)" = old ]
    [ ! -e new ]
    [ "$(requests h)" = 0 ]
    no_litter
}

@test "what was put in its place is taken back when a later one cannot be" {
    start_http h <<<$'/a 200 text new\n/b 200 text new'
    echo old >a
    inside=("${traced[@]}" -o /dev/null -e "inject=/^(renameat|rename)$:error=EIO:when=2")
    run_tool fetch-config "$h/a=./new" "$h/a=./a" "$h/b=./b"
    inside=()
    exits 1
    [ "$(cat a)" = old ]
    [ ! -e new ] && [ ! -e b ]
    no_litter
}

@test "fifty files come in one run" {
    start_http h <<<'/a 200 size 1000'
    pairs=()
    for i in {1..50}; do pairs+=("$h/a?$i" -o "./f/$i"); done
    run_tool fetch-config "${pairs[@]}"
    exits 0
    [ "$(find f -type f -size 1000c | wc -l)" = 50 ]
}

@test "a set's directory is listed once, and the container's limit read once" {
    [ -e /usr/bin/strace ] || skip "needs strace"
    local pairs=()
    mkdir to
    echo x >file
    for i in {1..20}; do
        pairs+=("file://$PWD/file=./to/$i")
    done
    inside=("${traced[@]}" -o calls -e "trace=open,openat,getdents64")
    run_tool fetch-config --sandbox off "${pairs[@]}"
    exits 0
    [ "$(find to -type f | wc -l)" = 20 ]
    [ "$(grep -c getdents64 calls)" = 2 ] || report "$(cat calls)" # the second one finds its end
    [ "$(grep -c /proc/self/cgroup calls)" = 1 ] || report "$(cat calls)"
    # What a killed run left of one of them is found among the others all the same.
    : >to/.7.initkit-1-0
    : >to/.20.initkit-1-0
    run_tool fetch-config --sandbox off "${pairs[@]}"
    exits 0
    no_litter
}

@test "a file URL is copied; one that is not there ends it at once" {
    echo hello >a
    run_tool fetch-config "file://$PWD/a=./b"
    exits 0
    [ "$(cat b)" = hello ]
    run_tool fetch-config "file://$PWD/none=./c"
    exits 1
    says "no such file"
    run_tool fetch-config "file://$PWD=./c"
    exits 1
    says "directory"
}

@test "a path that cannot be written ends it before anything is asked for" {
    start_http h <<<'/a 200 text x'
    touch file
    run_tool fetch-config "$h/a=./file/a"
    exits 1
    [ "$(requests h)" = 0 ]
    run_tool fetch-config "$h/a=./"
    exits 1
}

### Whole or not

@test "bodies that are cut off, reset, or chunked wrongly are tried again" {
    start_http h <<'SCRIPT'
/short 200 short 1000 500 / 200 text whole
/reset 200 reset 1000 500 / 200 text whole
/cut 200 cutchunk abc / 200 text whole
/bad 200 badchunk abc / 200 text whole
/drop drop / 200 text whole
/rst reset / 200 text whole
SCRIPT
    for path in short reset cut bad drop rst; do
        run_tool fetch-config "$h/$path=./$path" --interval 20ms
        exits 0
        [ "$(attempts)" = 2 ]
        [ "$(cat "$path")" = whole ]
    done
    run_tool fetch-config "$h/short=./never" --once
    exits 0
    no_litter
}

@test "a body that is always cut off says where, and leaves nothing" {
    start_http h <<<'/a 200 short 1000 500'
    run_tool fetch-config "$h/a=./a" --timeout 1s
    exits 124
    ends_saying "cut off after 500 of 1000 bytes"
    [ ! -e a ]
    no_litter
}

@test "what is not HTTP, and headers without end, end it at once" {
    start_http h <<<$'/g garbage\n/h headers\n/t 200 badtrailer hello'
    run_tool fetch-config "$h/g=./a"
    exits 1
    ends_saying "the answer is not HTTP"
    run_tool fetch-config "$h/t=./a"
    exits 1
    ends_saying "the answer is not HTTP: Invalid response header"
    run_tool fetch-config "$h/h=./a"
    exits 1
    took_less_than 10000
    [ ! -e a ]
}

# What libcurl cannot read, it takes for 200 if only "http/" is there.
@test "a status line counts only with a version and a number of three digits" {
    local each
    for each in 'HTTP/1.1 2000 OK' 'HTTP/1.1 20000' 'HTTP/1.1 2000' 'HTTP/2.0 503 Service Unavailable' 'HTTP/2 404' 'HTTP/3.0 500 x' 'HTTP/2' \
        'HTTP/1.1\t2000' 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2000 OK'; do
        rm -f port.ready
        start_tcp port "127.0.0.1:0 read /x say '$each\r\nContent-Length: 5\r\n\r\nhello' close"
        run_tool fetch-config "http://127.0.0.1:${port[0]}/x=./a"
        exits 1
        ends_saying "the answer is not HTTP: it is an invalid status line"
        [ ! -e a ]
    done
    for each in 'http/1.1 500 Error' ' HTTP/1.1 200 OK' 'HTTP/1.1'; do
        rm -f port.ready
        start_tcp port "127.0.0.1:0 read /x say '$each\r\nContent-Length: 5\r\n\r\nhello' close"
        run_tool fetch-config "http://127.0.0.1:${port[0]}/x=./a"
        exits 1
        ends_saying "the answer is not HTTP"
        [ ! -e a ]
    done
    for each in 'HTTP/1.1 200' 'HTTP/1.0 200 ' 'HTTP/1.1 200 2000' 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK'; do
        rm -f port.ready a
        start_tcp port "127.0.0.1:0 read /x say '$each\r\nContent-Length: 5\r\n\r\nhello' close"
        run_tool fetch-config "http://127.0.0.1:${port[0]}/x=./a"
        exits 0
        [ "$(cat a)" = hello ]
    done
}

@test "--max-size holds, whether the server tells the size or not" {
    start_http h <<<$'/told 200 size 2000\n/pour 200 pour'
    run_tool fetch-config "$h/told=./a" --max-size 1999
    exits 1
    ends_saying "2000 bytes, more than the 1999 of --max-size"
    run_tool fetch-config "$h/told=./a" --max-size 2000
    exits 0
    run_tool fetch-config "$h/told=./a" --max-size 2000 --max-unpacked-size 1
    exits 0
    run_tool fetch-config "$h/pour=./b" --max-size 1Mi
    exits 1
    ends_saying "more than the 1048576 bytes of --max-size"
    [ ! -e b ]
    no_litter
}

@test "a Content-Encoding is undone, and a bomb refused" {
    start_http h <<<$'/gz 200 gzip "hello\\n"\n/bomb 200 bomb 100'
    run_tool fetch-config "$h/gz=./a"
    exits 0
    [ "$(cat a)" = hello ]
    run_tool fetch-config "$h/bomb=./b" --max-unpacked-size 10Mi
    exits 1
    ends_saying "unpacks to more than the 10485760 bytes"
    [ ! -e b ]
    no_litter
}

@test "a server that stalls is given up after --stall-timeout; one that is merely slow is not" {
    start_http h <<<$'/stall 200 stall 100 / 200 text whole\n/slow 200 slow 8 0.1\n/silent silent'
    run_tool fetch-config "$h/stall=./a" --stall-timeout 300ms --interval 20ms
    exits 0
    says "nothing was received for 300ms"
    run_tool fetch-config "$h/slow=./b" --stall-timeout 400ms --once
    exits 0
    run_tool fetch-config "$h/silent=./c" --stall-timeout 300ms --once
    exits 1
    took_less_than 2000
}

@test "who accepts and does not answer, and who is not there, are told apart at the deadline too" {
    start_tcp peer "127.0.0.1:0" "127.0.0.1:0 full"
    for deadline in "--timeout 700ms" "--timeout 2s --attempt-timeout 300ms" "--timeout 2s --once --attempt-timeout 300ms"; do
        # shellcheck disable=SC2086 # several words
        {
            run_tool fetch-config "https://127.0.0.1:${peer[0]}/a=./a" $deadline
            ends_saying "not fetched: the TLS handshake timed out.*accepts and does not answer: does this port speak TLS"
            run_tool fetch-config "http://127.0.0.1:${peer[0]}/a=./a" $deadline
            ends_saying "not fetched: no answer within the attempt's time.*accepts and does not answer"
            run_tool fetch-config "http://127.0.0.1:${peer[1]}/a=./a" $deadline
            ends_saying "not fetched: no connection within the attempt's time.*packets get lost"
        }
    done
    run_tool fetch-config "http://127.0.0.1:${peer[1]}/a=./a" --once --connect-timeout 300ms
    exits 1
    ends_saying "not fetched: no connection within 300ms"
    run_tool fetch-config "https://config.test/a=./a" --proxy "127.0.0.1:${peer[0]}" --timeout 300ms
    exits 124
    ends_saying "a proxy is in use: http://127.0.0.1:${peer[0]}/, from --proxy"
}

@test "an address that does not answer leaves time for the next one" {
    answer="say 'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi' close"
    start_tcp first "127.0.0.1:0 full" "127.0.0.2:= read GET $answer"
    start_tcp second "127.0.0.2:0 full" "127.0.0.1:= read GET $answer"
    start_dns names <<<'two.test A 127.0.0.1 127.0.0.2'
    for port in "${first[0]}" "${second[0]}"; do
        run_tool fetch-config "http://two.test.:$port/a=./$port" --nameserver "$names" --timeout 2s --once
        exits 0
    done
}

@test "a last attempt that the deadline cuts off does not hide what an earlier one has found" {
    start_tcp peer '127.0.0.1:0 read "\\r\\n\\r\\n" close / hold'
    run_tool fetch-config "http://127.0.0.1:${peer[0]}/a=./a" --timeout 1s
    exits 124
    ends_saying "not fetched: the connection (ended without an|broke before the) answer; timed out.*2 attempts"
}

@test "one byte a second is ended by the deadline" {
    start_http h <<<'/slow 200 slow 1000 1'
    run_tool fetch-config "$h/slow=./a" --timeout 1500ms
    exits 124
    ends_saying "not fetched: the transfer did not end in time after [0-9]+ of 1000 bytes"
    took_less_than 3000
    [ ! -e a ]
    no_litter
}

### Statuses and patience

@test "statuses outside 2xx end it with 26, those of --retry-status are tried again" {
    start_http h <<<$'/a 404\n/b 503 / 429 / 200 text x\n/c 404 / 200 text x\n/d 304\n/e 503'
    run_tool fetch-config "$h/a=./a"
    exits 26
    ends_saying "404 Not Found.*hint"
    run_tool fetch-config "$h/b=./b" --interval 20ms
    exits 0
    [ "$(attempts)" = 3 ]
    run_tool fetch-config "$h/c=./c" --interval 20ms --retry-status 404
    exits 0
    run_tool fetch-config "$h/d=./d"
    exits 26
    run_tool fetch-config "$h/e=./e" --once
    exits 26
    run_tool fetch-config "$h/e=./e" --timeout 300ms --interval 50ms
    exits 124
    run_tool fetch-config "$h/e=./e" --retry-status 5xx
    refuses_naming --retry-status
    run_tool fetch-config "$h/a=./a" --warn-only
    exits 0
}

@test "Retry-After is honoured: seconds and dates" {
    start_http h <<<'/a 429 Retry-After:1 / 200 text x'
    run_tool fetch-config "$h/a=./a" --interval 20ms
    exits 0
    took_at_least 1000
    says "asks to wait 1s"
    date=$(LC_ALL=C date -u -d '+3 seconds' '+%a, %d %b %Y %H:%M:%S GMT')
    start_http g <<<"/a 503 'Retry-After:$date' / 200 text x"
    run_tool fetch-config "$g/a=./a" --interval 20ms
    exits 0
    took_at_least 1000
}

@test "a Retry-After that passes the deadline ends it now" {
    start_http h <<<'/a 429 Retry-After:99999999999999999999'
    run_tool fetch-config "$h/a=./a" --timeout 5s
    exits 26
    ends_saying "asks to wait 24h.*of --timeout are left"
    took_less_than 2000
}

@test "nothing of a query is shown anywhere" {
    start_http h <<<$'/a 404\n/b 302 Location:/a?geheim'
    run_tool fetch-config "$h/a?geheim" -o ./a -v --log-format json
    exits 26
    says_not geheim
    run_tool fetch-config "$h/b?geheim" -o ./a -v
    says_not geheim
    run_tool fetch-config "http://user:geheim@host/a=./a"
    exits 2
    says_not geheim
    says "basic-auth-file"
    run_tool fetch-config "$h/a=./a" -x http://user:geheim@proxy:1
    exits 2
    says_not geheim
}

### Redirects and secrets

@test "redirects are followed, a loop is not for ever" {
    start_http h <<<$'/a 302 Location:/b\n/b 307 Location:c\n/c 200 text there\n/loop 301 Location:/loop\n/none 302'
    run_tool fetch-config "$h/a=./a"
    exits 0
    [ "$(cat a)" = there ]
    run_tool fetch-config "$h/a=./b" --max-redirs 1
    exits 26
    run_tool fetch-config "$h/loop=./b"
    exits 26
    ends_saying "redirected more than 5 times"
    [ "$(requests h /loop)" = 6 ]
    run_tool fetch-config "$h/none=./b"
    exits 26
    run_tool fetch-config "$h/a=./b" --max-redirs 0
    exits 26
    [ ! -e b ]
}

@test "no secret and no custom header goes to another host, another port, or a file" {
    http_ports=2
    start_http h <<<$'/other 302 Location:http://localhost:{0}/b\n/port 302 Location:http://127.0.0.1:{1}/b\n/same 302 Location:/b\n/b 200 text x\n/file 302 Location:file:///etc/passwd'
    echo 'X-Vault-Token: geheim-1' >headers
    echo geheim-2 >token
    for path in other port; do
        run_tool fetch-config "$h/$path=./a" --header-file headers --bearer-token-file token -H 'X-Mine: geheim-3'
        exits 0
    done
    [ "$(requests h /b geheim)" = 0 ]
    [ "$(requests h /other geheim-1.*)" = 1 ]
    run_tool fetch-config "$h/same=./a" --header-file headers --bearer-token-file token -H 'X-Mine: geheim-3'
    exits 0
    for secret in geheim-1 'Bearer geheim-2' geheim-3; do
        [ "$(requests h /b "$secret")" = 1 ]
    done
    run_tool fetch-config "$h/file=./a"
    exits 26
    says_not geheim
}

@test "with several servers a secret has to name its own, and no other gets it" {
    http_ports=2
    start_http h <<<$'/a 200 text a\n/b 200 text b\n/go 302 Location:OTHER/b'
    other=http://127.0.0.1:${h_ports[1]}
    echo geheim-1 >one
    echo user:geheim-2 >two
    echo 'X-Vault-Token: geheim-3' >three
    for option in "--bearer-token-file one" "--basic-auth-file two" "--header-file three" "-H X-A:geheim-4"; do
        # shellcheck disable=SC2086
        run_tool fetch-config "$h/a=./a" "$other/b=./b" $option
        exits 2
        says "several servers \\($h, $other\\): name the one that it is for"
        says_not geheim
    done
    [ "$(requests h)" = 0 ]
    run_tool fetch-config "$h/a=./a" "$other/b=./b" --bearer-token-file "$h=one" --header-file "$h=three" \
        --basic-auth-file "$other=two" -H "$other=X-A: geheim=4"
    exits 0
    [ "$(requests h /a "Bearer geheim-1")" = 1 ]
    [ "$(requests h /a geheim-3)" = 1 ]
    [ "$(requests h /b "Basic $(printf user:geheim-2 | base64)")" = 1 ]
    [ "$(requests h /b "geheim=4")" = 1 ]
    [ "$(requests h /a "geheim=4|Basic")" = 0 ]
    [ "$(requests h /b "Bearer|geheim-3")" = 0 ]
    INITKIT_BEARER_TOKEN_FILE="$h=one"$'\n'"$other=one" run_tool fetch-config "$h/a=./a" "$other/b=./b"
    exits 0
    [ "$(requests h /b "Bearer geheim-1")" = 1 ]
}

@test "a redirect to the server of another pair takes nothing along, neither its own nor the other's" {
    http_ports=2
    start_http h <<<$'/a 200 text a\n/b 200 text b'
    other=http://127.0.0.1:${h_ports[1]}
    start_http r <<<"/go 302 Location:$other/b"
    echo geheim-1 >one
    echo geheim-2 >two
    run_tool fetch-config "$r/go=./go" "$other/a=./a" --bearer-token-file "$r=one" --bearer-token-file "$other=two"
    exits 0
    [ "$(requests r /go geheim-1)" = 1 ]
    [ "$(requests h /a geheim-2)" = 1 ]
    [ "$(requests h /b)" = 1 ]
    [ "$(requests h /b geheim)" = 0 ]
}

@test "a checksum's server gets what names it, and nothing else" {
    http_ports=2
    start_http h <<<"/a 200 text a
/sums 200 text $(printf a | sha256sum | cut -d' ' -f1)"
    other=http://127.0.0.1:${h_ports[1]}
    echo geheim-1 >one
    echo geheim-2 >two
    run_tool fetch-config "$h/a=./a" --sha256-url "$other/sums" --bearer-token-file one
    exits 0
    [ "$(requests h /a geheim-1)" = 1 ]
    [ "$(requests h /sums geheim)" = 0 ]
    run_tool fetch-config "$h/a=./a" --sha256-url "$other/sums" --bearer-token-file "$h=one" --bearer-token-file "$other=two"
    exits 0
    [ "$(requests h /sums geheim-2)" = 1 ]
}

@test "secrets that cannot be meant are refused before anything is asked" {
    echo geheim >token
    echo user:geheim >auth
    printf 'Authorization: geheim\n' >file
    run_tool fetch-config http://h/a=./a --bearer-token-file token --basic-auth-file auth
    refuses_naming "--bearer-token-file: does not go with --basic-auth-file"
    run_tool fetch-config http://h/a=./a --bearer-token-file token --header-file file
    refuses_naming "Authorization would be sent 2 times"
    says_not geheim
    run_tool fetch-config http://h/a=./a --bearer-token-file token --bearer-token-file http://h:80=token
    refuses_naming "--bearer-token-file: does not go with another one"
    run_tool fetch-config https://a/a=./a https://b/b=./b --bearer-token-file https://c=token
    refuses_naming "--bearer-token-file: no URL has the origin https://c"
    run_tool fetch-config https://a/a=./a --bearer-token-file https://a/a=token
    refuses_naming "--bearer-token-file: expected ORIGIN=VALUE"
    run_tool fetch-config https://a/a=./a --bearer-token-file https://user:word@a=token
    refuses_naming "--bearer-token-file"
    says_not word@
    run_tool fetch-config https://a/a=./a http://b/b=./b --bearer-token-file http://b=token
    refuses_naming "--bearer-token-file: http://b/ is not encrypted"
    run_tool fetch-config https://a/a=./a --bearer-token-file https://a=
    refuses_naming --bearer-token-file
    local option
    for option in "--bearer-token-file token" "--header-file file" "--bearer-token-file https://bucket.s3.c.amazonaws.com=token"; do
        # shellcheck disable=SC2086
        AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_REGION=c run_tool fetch-config s3://bucket/a=./a $option
        refuses_naming "an Authorization header does not go with s3://"
    done
}

@test "secrets are read again for each attempt and never shown" {
    start_http h <<<'/a 503 / 200 text x'
    echo user:geheim >basic
    start_tool fetch-config "$h/a=./a" --basic-auth-file basic --interval 1s -v
    until_true 5 err_has 503
    echo user:anders >basic
    wait_tool
    exits 0
    [ "$(requests h /a "Basic $(printf user:geheim | base64)")" = 1 ]
    [ "$(requests h /a "Basic $(printf user:anders | base64)")" = 1 ]
    says_not 'geheim|anders'
}

@test "headers with CR, LF or no name are refused, in files too" {
    printf 'X-A: b\r\n' >crlf
    run_tool fetch-config http://h/a=./a --header-file crlf
    refuses_naming --header-file
    printf 'X-A: b\n geheim\n' >folded
    run_tool fetch-config http://h/a=./a --header-file folded
    refuses_naming "line 2"
    says_not geheim
    run_tool fetch-config http://h/a=./a -H $'X-A: b\r\nX-B: c'
    refuses_naming -H
    run_tool fetch-config http://h/a=./a -H 'Content-Length: 3'
    refuses_naming -H
    run_tool fetch-config http://h/a=./a --bearer-token-file none
    refuses_naming --bearer-token-file
}

### Checks

@test "a SHA-256 that does not match is permanent, and belongs to its pair" {
    start_http h <<<$'/a 200 text a\n/b 200 text b'
    a=$(printf a | sha256sum | cut -d' ' -f1)
    b=$(printf b | sha256sum | cut -d' ' -f1)
    run_tool fetch-config "$h/a=./a" "$h/b=./b" --sha256 "$a" --sha256 "${b^^}"
    exits 0
    run_tool fetch-config "$h/a=./c" "$h/b=./d" --sha256 "$b" --sha256 "$a"
    exits 1
    says "SHA-256"
    [ ! -e c ]
    run_tool fetch-config "$h/a=./c" --sha256 abc
    refuses_naming --sha256
    run_tool fetch-config "$h/a=./c" --sha256 "$a" --sha256 "$b"
    refuses_naming --sha256
}

@test "a SHA-256 may come from a URL" {
    a=$(printf a | sha256sum | cut -d' ' -f1)
    start_http h <<<"/a 200 text a
/sums 200 text '$a  a\n${a//[0-9]/0}  b\n'
/wrong 200 text '${a//[0-9]/0}'
/later 503 / 200 text $a"
    run_tool fetch-config "$h/a=./a" --sha256-url "$h/sums"
    exits 0
    run_tool fetch-config "$h/a=./a" --sha256-url "$h/later" --interval 20ms
    exits 0
    run_tool fetch-config "$h/a=./b" --sha256-url "$h/wrong"
    exits 1
    run_tool fetch-config "$h/a=./b" --sha256-url "$h/none"
    exits 26
    ends_saying "sha256-url"
    [ ! -e b ]
}

@test "with --if-changed a file that is the same is not touched" {
    start_http h <<<$'/a 200 text same / 200 text different'
    printf same >a
    touch -d 2001-01-01 a
    chmod 600 a
    before=$(stat -c '%i %Y %Z %a' a)
    run_tool fetch-config "$h/a=./a" --if-changed
    exits 0
    ends_saying unchanged
    [ "$(stat -c '%i %Y %Z %a' a)" = "$before" ]
    no_litter
    run_tool fetch-config "$h/a=./a" --if-changed
    exits 0
    [ "$(cat a)" = different ]
}

@test "a set of two thousand files fits into 32 MiB" {
    not_emulated
    release_build
    local i pairs=()
    echo content >source
    for ((i = 0; i < 2000; i++)); do pairs+=("file://$PWD/source=./set/$i"); done
    own_memory_limit 33554432
    run_tool fetch-config -q "${pairs[@]}"
    exits 0
    [ "$(find set -type f -size 8c | wc -l)" = 2000 ]
}

@test "standard error under each of its names is written to, not replaced" {
    start_http h <<<$'/a 200 text "body\\n"'
    for path in /dev/stderr /dev/fd/2 /proc/self/fd/2; do
        before=$(readlink /dev/stderr)
        run_tool fetch-config "$h/a=$path"
        exits 0
        says "^body$"
        [ "$(readlink /dev/stderr)" = "$before" ]
    done
}

@test "a name as long as a name may be" {
    start_http h <<<$'/a 200 text x'
    name=$(printf '%0255d' 7)
    umlauts=$(printf 'a'; printf 'ü%.0s' {1..127})
    for each in "$name" "$umlauts"; do
        run_tool fetch-config "$h/a=./$each"
        exits 0
        [ "$(cat "$each")" = x ]
    done
    run_tool fetch-config "$h/a=./${name}0"
    exits 1
    ends_saying "File name too long|too long"
    no_litter
}

@test "the same file under two names is refused" {
    mkdir -p real/sub
    ln -s real link
    for other in ././same .//same "$PWD/same" "./real/../same" "./real/sub/../../same"; do
        run_tool fetch-config "http://127.0.0.1:1/a=./same" "http://127.0.0.1:1/b=$other"
        exits 2
        ends_saying "is the PATH of two pairs"
    done
    run_tool fetch-config "http://127.0.0.1:1/a=./link/new/a" "http://127.0.0.1:1/b=./real//new/./a"
    exits 2
    run_tool fetch-config "http://127.0.0.1:1/a=./dir" "http://127.0.0.1:1/b=./dir/" --extract
    exits 2
    start_http h <<<$'/a 200 text a\n/b 200 text b'
    run_tool fetch-config "$h/a=./link/same" "$h/b=./same" "$h/a=./new/same" "$h/b=./new/other"
    exits 0
    [ "$(cat real/same same new/same new/other)" = abab ]
}

@test "where the = may be a part of the URL or of the request, nothing is split" {
    start_http h <<<$'/a 200 echo'
    echo sent >data
    for each in "$h/a?next=/path" "$h/a?b=./path"; do
        run_tool fetch-config "$each"
        exits 2
        ends_saying "not clear whether the last = is part of the URL; hint: .*--output PATH"
        run_tool fetch-config "$each" -X POST
        exits 2
    done
    run_tool fetch-config "$h/a=./path" --data-file data
    exits 2
    [ ! -e path ]
    run_tool fetch-config "$h/a?next=/path" "$h/a?b=./path" -o ./one -o ./two --data-file data
    exits 0
    [ "$(cat one two)" = $'sent\nsent' ]
    [ "$(requests h '/a?next=/path"')" = 1 ]
    run_tool fetch-config "$h/a?next=/path" "$h/a" -o ./one
    exits 2
    ends_saying "output: given 1 times for 2 URLs"
}

@test "with --if-changed another mode or owner is a change" {
    start_http h <<<$'/a 200 text same'
    printf same >a
    chmod 644 a
    run_tool fetch-config "$h/a=./a" --if-changed --mode 0600
    exits 0
    [ "$(stat -c %a a)" = 600 ]
    before=$(stat -c '%i %Z' a)
    run_tool fetch-config "$h/a=./a" --if-changed --mode 0600 --owner "$(id -u):$(id -g)"
    exits 0
    ends_saying unchanged
    [ "$(stat -c '%i %Z' a)" = "$before" ]
    [ "$(id -u)" = 0 ] || return 0
    run_tool fetch-config "$h/a=./a" --if-changed --mode 0600 --owner 65532:65532
    exits 0
    [ "$(stat -c %u:%g a)" = 65532:65532 ]
}

@test "--keep-on-error keeps only what a run can have published" {
    start_http h <<<$'/a 404'
    mkdir -p volume/lost+found volume/.initkit-extract-x file full
    echo old >full/old
    run_tool fetch-config "$h/a=./volume" --extract --keep-on-error
    exits 26
    run_tool fetch-config "$h/a=./full" --extract --keep-on-error
    exits 0
    ends_saying "404.*kept the file"
    for path in /dev/null - ; do
        run_tool fetch-config "$h/a=$path" --keep-on-error
        exits 26
    done
}

@test "--keep-on-error keeps what is there, and fails where nothing is" {
    start_http h <<<$'/a 404\n/b 200 text new'
    echo old >a
    run_tool fetch-config "$h/a=./a" --keep-on-error
    exits 0
    ends_saying "404.*kept the file"
    [ "$(cat a)" = old ]
    run_tool fetch-config "$h/a=./none" --keep-on-error
    exits 26
    run_tool fetch-config "$h/a=./a" "$h/b=./none" --keep-on-error
    exits 26
    run_tool fetch-config "http://127.0.0.1:1/a=./a" --keep-on-error --timeout 300ms
    exits 0
    [ "$(cat a)" = old ]
}

@test "--mode and --owner" {
    start_http h <<<'/a 200 text x'
    run_tool fetch-config "$h/a=./a" --mode 0600
    exits 0
    [ "$(stat -c %a a)" = 600 ]
    run_tool fetch-config "$h/a=./a" --mode 99
    refuses_naming --mode
    [ "$(id -u)" -eq 0 ] || return 0
    run_tool fetch-config "$h/a=./a" --chown 1234:5678
    exits 0
    [ "$(stat -c %u:%g a)" = 1234:5678 ]
}

### Rendering, validation

@test "a template is filled in before it is published, and nothing else is" {
    printf 's3cret\n' >password
    printf 'a: ${A}\nb: ${B:-x}\nc: $host ${a.b} $${A}\np: ${file:%s/password}\n' "$PWD" >template.yaml
    A='${B}' run_tool fetch-config "file://$PWD/template.yaml=./a.yaml" --render --validate yaml
    exits 0
    [ "$(cat a.yaml)" = $'a: ${B}\nb: x\nc: $host ${a.b} ${A}\np: s3cret' ]
    says_not s3cret
    APP_A=1 A=2 run_tool fetch-config "file://$PWD/template.yaml=./b.yaml" --render --render-prefix APP_
    exits 0
    grep -q 'a: ${A}' b.yaml
}

@test "a value is written so that it is valid in JSON, YAML, a shell script, a URL" {
    export ODD=$'it\'s "so": \\ #\n\t${A} \xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80=' BYTES=$'\xFF'
    printf '{"a": ${json:ODD}, "b": ${json:NOT_SET:-no "value", but ${ODD}}}' >template.json
    run_tool fetch-config "file://$PWD/template.json=./a.json" --render --validate json
    exits 0
    python3 -c 'import json, os; a = json.load(open("a.json"))
assert a == {"a": os.environ["ODD"], "b": "no \"value\", but " + os.environ["ODD"]}, a'
    printf 'a: ${yaml:ODD}\n${yaml:ODD}: [${yaml:NOT_SET:-- x}]\n' >template.yaml
    run_tool fetch-config "file://$PWD/template.yaml=./a.yaml" --render --validate yaml
    exits 0
    python3 -c 'import yaml, os; a = yaml.safe_load(open("a.yaml")); odd = os.environ["ODD"]
assert a == {"a": odd, odd: ["- x"]}, a'
    printf 'a=${sh:ODD}\nb=${sh:BYTES}\nc=${base64:ODD}\nd=${urlencode:ODD}\n' >template.sh
    run_tool fetch-config "file://$PWD/template.sh=./a.sh" --render
    exits 0
    # shellcheck disable=SC2016 # for sh
    sh -c '. ./a.sh && [ "$a" = "$ODD" ] && [ "$b" = "$BYTES" ] && [ "$(printf %s "$c" | base64 -d)" = "$ODD" ] &&
        [ "$(python3 -c "import sys, urllib.parse as u; print(u.unquote(sys.argv[1]))" "$d")" = "$ODD" ]'
    printf '{"a":\n ${json:BYTES}}' >template
    run_tool fetch-config "file://$PWD/template=./b" --render
    exits 1
    ends_saying "cannot be rendered: line 2, column 2: BYTES: its value is not UTF-8"
    [ ! -e b ]
}

@test "a template that names what has no end is refused at once, with other errors too" {
    printf '%s\n' '${file:/dev/zero}' '${NOT_SET_HERE}${file:/dev/zero}' >template
    run_tool fetch-config "file://$PWD/template=./a" --render
    exits 1
    says "line 1, column 1: /dev/zero: is not a file"
    says "line 2, column 16: /dev/zero: is not a file"
    [ ! -e a ]
}

@test "a template from a server reads only files below --render-files" {
    mkdir -p secret/..data-1 public
    echo token >secret/..data-1/token
    echo outside >public/outside
    ln -s ..data-1 secret/..data
    ln -s ..data/token secret/token # as the kubelet mounts a Secret
    ln -s ../public/outside secret/out
    ln -s /etc/passwd secret/absolute
    start_http h <<<"/token 200 text 't: \${file:$PWD/secret/token}'
/out 200 text '\${file:$PWD/secret/out}'
/absolute 200 text '\${file:$PWD/secret/absolute}'
/dots 200 text '\${file:$PWD/secret/../public/outside}'
/environ 200 text '\${file:/proc/self/environ}'"
    local name
    for name in token out absolute dots environ; do
        run_tool fetch-config "$h/$name=./a" --render
        exits 1
        ends_saying "line 1, column [14]: /.*: is not below a directory of --render-files"
        run_tool fetch-config "$h/$name=./a" --render --render-files public
        exits 1
        ends_saying "is not below a directory of --render-files"
    done
    for injected in none openat2:error=ENOSYS openat2:error=EPERM; do
        inside=()
        [ "$injected" = none ] || inside=("${traced[@]}" -o trace -e trace=openat2 -e "inject=$injected")
        run_tool fetch-config "$h/token=./a" --render --render-files "$PWD/public" --render-files "$PWD/secret"
        exits 0
        [ "$(cat a)" = "t: token" ]
        [ "$injected" = none ] || grep -q INJECTED trace
        for name in out absolute dots; do
            run_tool fetch-config "$h/$name=./b" --render --render-files "$PWD/secret"
            exits 1
            ends_saying "leads out of the directory of --render-files"
        done
        [ ! -e b ]
        rm a
    done
    inside=()
    # A template that is here already could be read by whoever wrote it.
    printf '${file:%s/public/outside}' "$PWD" >template
    run_tool fetch-config "file://$PWD/template=./a" --render
    exits 0
    run_tool fetch-config "file://$PWD/template=./b" --render --render-files "$PWD/secret"
    exits 1
    [ ! -e b ]
}

@test "what does not parse shows nothing of the secrets that were filled in" {
    start_http h <<<$'/a.json 200 text \'{"password": ${PASSWORD}}\'\n/a.yaml 200 text \'password: "${PASSWORD}\'\n/a.xml 200 text "<a>${PASSWORD}</b>"'
    local ending
    for ending in json yaml xml; do
        PASSWORD=S3cret run_tool fetch-config -v "$h/a.$ending=./a" --render --validate "$ending"
        exits 1
        says "invalid (JSON|YAML|XML)"
        says_not S3cret
    done
}

@test "all errors of a template are told with line and column, and nothing is written" {
    printf '${NONE}\n  ${OTHER:?is needed}\n' >template
    run_tool fetch-config "file://$PWD/template=./a" --render
    exits 1
    says "line 1, column 1: .*NONE"
    says "line 2, column 3: .*is needed"
    [ ! -e a ]
    no_litter
}

@test "what does not parse is not published; the error names line and column" {
    start_http h <<<$'/a.json 200 text "{\\n  \\"a\\": 1,\\n}"\n/a.yaml 200 text "a: b\\n c: d\\n"\n/a.xml 200 text "<a>\\n<b></a>"\n/good.json 200 text [1]'
    run_tool fetch-config "$h/a.json=./a.json" --validate json
    exits 1
    ends_saying "line 3, column 1"
    run_tool fetch-config "$h/a.yaml=./a.yaml" --validate auto
    exits 1
    ends_saying "line 2, column 3"
    run_tool fetch-config "$h/a.xml=./a.xml" --validate auto
    exits 1
    ends_saying "line 2, column 6"
    run_tool fetch-config "$h/good.json=./good.json" --validate auto
    exits 0
    run_tool fetch-config "$h/good.json=./good.json" --validate xml
    exits 1
    [ ! -e a.json ] && [ ! -e a.yaml ] && [ ! -e a.xml ]
    no_litter
}

@test "what is published nowhere is filled in and parsed all the same" {
    start_http h <<<$'/bad.json 200 text {\n/good.json 200 text {}\n/template 200 text ${NOT_SET_HERE}\n/filled 200 text [${NUMBER}]'
    for place in "-o /dev/null" "-X GET"; do
        # shellcheck disable=SC2086 # two words
        {
            run_tool fetch-config "$h/bad.json" $place --validate json
            exits 1
            ends_saying "invalid JSON: line 1, column"
            run_tool fetch-config "$h/bad.json" $place --validate auto
            exits 1
            run_tool fetch-config "$h/good.json" $place --validate json
            exits 0
            silent_output
            run_tool fetch-config "$h/template" $place --render
            exits 1
            ends_saying "line 1, column 1: NOT_SET_HERE is not set"
            NUMBER=1 run_tool fetch-config "$h/filled" $place --render --validate json
            exits 0
            silent_output
            NUMBER=x run_tool fetch-config "$h/filled" $place --render --validate json
            exits 1
        }
    done
    no_litter
}

### Other methods

@test "--request and --data-file send a body, and need no PATH" {
    start_http h <<<$'/v1 200 text ok\n/echo 200 echo\n/again 503 / 200 text ok\n/away 307 Location:http://localhost:{0}/echo'
    printf '{"Name":"app"}' >service.json
    run_tool fetch-config "$h/v1" -X PUT --data-file service.json -H 'Content-Type: application/json'
    exits 0
    [ "$(requests h /v1 PUT.*Name)" = 1 ]
    run_tool fetch-config "$h/echo" -o - --data-file service.json
    exits 0
    [ "$output" = '{"Name":"app"}' ]
    [ "$(requests h /echo POST)" = 1 ]
    run_tool fetch-config "$h/again" --data-file service.json --interval 20ms
    exits 0
    [ "$(requests h /again Name)" = 2 ]
    run_tool fetch-config "$h/away" --data-file service.json
    exits 26
    ends_saying "another host"
    run_tool fetch-config "$h/v1" -X 'PUT /x'
    refuses_naming -X
    run_tool fetch-config "$h/v1" -X DELETE
    exits 0
    [ "$(requests h /v1 DELETE)" = 1 ]
}

@test "--progress reports progress" {
    start_http h <<<'/slow 200 slow 25 0.1'
    run_tool fetch-config "$h/slow=./a" --progress
    exits 0
    says '[0-9]+ %'
}

### Names

@test "names are resolved through DNS with the search list, and %n is the namespace" {
    start_http h <<<'/a 200 text x'
    port=${h##*:}
    start_dns d <<'ZONE'
config.shop.svc.cluster.local A 127.0.0.1
ZONE
    printf 'nameserver %s\nsearch shop.svc.cluster.local svc.cluster.local\noptions ndots:5\n' 127.0.0.1 >resolv.conf
    run_tool fetch-config "http://config:$port/a=./a" --nameserver "$d" --resolv-conf resolv.conf
    exits 0
    POD_NAMESPACE=shop run_tool fetch-config "http://config.%n.svc.cluster.local.:$port/a=./b" --nameserver "$d" \
        --resolv-conf resolv.conf
    exits 0
    run_tool fetch-config "http://other:$port/a=./c" --nameserver "$d" --resolv-conf resolv.conf --timeout 500ms
    exits 124
    ends_saying "NXDOMAIN|does not exist|no such name"
}

@test "a redirect to a host that is not there yet does not hide the host that redirects" {
    start_http h <<<'/a 302 "Location:http://mirror:{0}/b"'
    port=${h##*:}
    start_dns d <<<'files.test A 127.0.0.1'
    printf 'nameserver 127.0.0.1\nsearch shop.svc.test svc.test test\noptions ndots:5\n' >resolv.conf
    run_tool fetch-config "http://files:$port/a=./a" --nameserver "$d" --resolv-conf resolv.conf --timeout 3s \
        --max-interval 200ms
    exits 124
    says "/a: redirected to http://mirror:$port/b: no such name"
    says_not "/a: no such name"
}

### Signals, kills

@test "SIGTERM ends it at once in every phase, and leaves nothing" {
    start_http h <<<$'/silent silent\n/stall 200 stall 100\n/pour 200 pour\n/retry 503'
    start_tcp full "127.0.0.1:0 full"
    echo old >a
    for url in "$h/silent" "$h/stall" "$h/pour" "$h/retry" "http://127.0.0.1:${full[0]}/"; do
        start_tool fetch-config "$url=./a" --max-size 1Ti --interval 10s
        until_true 5 listens_for_signals "$tool"
        sleep 0.3
        begun=$(milliseconds)
        kill -TERM "$tool"
        wait_tool
        elapsed=$(($(milliseconds) - begun))
        exits 143
        took_less_than 5000
        ends_saying "stopped by SIGTERM"
        [ "$(cat a)" = old ]
        no_litter
    done
}

@test "SIGTERM while it renders and parses" {
    seq -f 'k%.0f: v' 1 4000000 >large.yaml
    for work in "--validate yaml" "--render --validate yaml"; do
        # shellcheck disable=SC2086 # two words
        start_tool fetch-config "file://$PWD/large.yaml=./a" $work
        until_true 5 listens_for_signals "$tool"
        sleep 0.2
        begun=$(milliseconds)
        kill -TERM "$tool"
        wait_tool
        elapsed=$(($(milliseconds) - begun))
        exits 143
        took_less_than 5000
        ends_saying "stopped by SIGTERM"
        [ ! -e a ]
        no_litter
    done
}

@test "what takes longer to copy, fill in and parse than there is time ends with the time" {
    truncate -s 200G sparse
    seq -f 'k%.0f: v' 1 4000000 >large.yaml
    run_tool fetch-config "file://$PWD/sparse" -o /dev/null --max-size 1Ti --timeout 300ms
    exits 124
    ends_saying "it was being copied"
    took_less_than 3000
    { printf '%s' '${NOT_SET_HERE:-' && cat large.yaml && echo '}'; } >default
    { echo '<a' && seq -f 'k%.0f="v"' 1 2000000 && echo '/>'; } >tag.xml
    { echo "<!DOCTYPE a [<!ENTITY e '$(head -c 60000 /dev/zero | tr '\0' x)'>]><a>" && head -c 20000000 /dev/zero | tr '\0' ' ' &&
        yes '&e;' | head -n 30000 && echo '</a>'; } >entity.xml
    for work in "tag.xml=./a --validate xml" "entity.xml=./a --validate xml"; do
        # shellcheck disable=SC2086 # several words
        run_tool fetch-config "file://$PWD/"$work --timeout 500ms
        exits 124
        ends_saying "it was being validated"
        [ ! -e a ]
    done
    for work in "large.yaml=./a --validate yaml" "large.yaml=./a --render" "default=./a --render"; do
        # shellcheck disable=SC2086 # several words
        run_tool fetch-config "file://$PWD/"$work --timeout 20ms
        exits 124
        ends_saying "it was being (copied|validated|rendered)"
        took_less_than 3000
        [ ! -e a ]
    done
    no_litter
}

@test "a comparison for --if-changed ends with the time" {
    echo same >a
    echo same >b
    inside=("${traced[@]}" -o trace -P "$PWD/a" -e trace=read -e inject=read:delay_enter=4s:when=1)
    run_tool fetch-config "file://$PWD/b=./a" --if-changed --timeout 2s
    exits 124
    ends_saying "not fetched: it was being compared with the file that is there"
    grep -q INJECTED trace || grep -q DELAYED trace || report "nothing was delayed: $(cat trace)"
    no_litter
}

@test "a name that occurs twice in an object of JSON is refused" {
    printf '{"a": 1,\n "b": {"c": 1, "\\u0063": 2}}' >twice.json
    run_tool fetch-config "file://$PWD/twice.json=./a" --validate json
    exits 1
    ends_saying "invalid JSON: line 2, column [0-9]+: duplicate object key"
    [ ! -e a ]
}

@test "YAML with more %TAG lines than anyone needs is refused, not parsed for minutes" {
    { seq -f '%%TAG !%.0f! tag:x' 1 200000 && printf -- '---\na: 1\n'; } >tags.yaml
    run_tool fetch-config "file://$PWD/tags.yaml=./a" --validate yaml
    exits 1
    ends_saying "cannot be validated: more than 1000 %TAG lines"
    [ ! -e a ]
    { seq -f '%%TAG !%.0f! tag:x' 1 900 && printf -- '---\na: !9!b 1\n'; } >tags.yaml
    run_tool fetch-config "file://$PWD/tags.yaml=./a" --validate yaml
    exits 0
}

@test "YAML has to be a mapping or a list, with anchors for its aliases and each key once" {
    printf '<!DOCTYPE html>\n<html><body>Not here</body></html>\n' >page
    : >empty
    printf '# only this\n---\n---\n' >nothing
    echo "Not Found" >text
    printf 'a: &x 1\nb: *y\n' >"alias"
    printf 'a: &x 1\n---\nb: *x\n' >other
    printf 'a: 1\nb: {c: 2, "c": 3}\n' >twice
    printf 'a: 1\nb: 2\na: 3\n' >again
    for each in page:text empty:nothing nothing:nothing text:text alias:line.2,.column.4:.the.alias other:line.3 \
        twice:line.2,.column.11:.duplicate.key again:line.3,.column.1:.duplicate.key; do
        run_tool fetch-config "file://$PWD/${each%%:*}=./a" --validate yaml --min-size 0
        exits 1
        ends_saying "invalid YAML: .*${each#*:}"
    done
    cat >good <<'YAML'
---
# a comment alone
---
base: &base {a: 1, "1": x, 1: y, yes: 1, "yes": 2}
list: [*base, {a: 1}, {a: 2}]
<<: *base
? [complex, key]
: 1
base2: &base {a: 1}
a: {a: {a: 1}}
---
- &x 1
- *x
YAML
    run_tool fetch-config "file://$PWD/good=./a" --validate yaml
    exits 0
    cmp a good
    run_tool fetch-config "file://$PWD/page=./b" --validate auto
    exits 0
    ends_saying "not validated: its name has no known ending"
}

@test "YAML in more levels than anyone needs is refused, not parsed for minutes" {
    "$python" -c 'print("[" * 2000 + "]" * 2000)' >good.yaml
    "$python" -c 'print("[" * 3000000)' >deep.yaml
    "$python" -c 'print("- " * 3000000)' >block.yaml
    run_tool fetch-config "file://$PWD/good.yaml=./a" --validate yaml
    exits 0
    for each in deep block; do
        run_tool fetch-config "file://$PWD/$each.yaml=./b" --validate yaml
        exits 1
        ends_saying "cannot be validated: line 1: more than 2048 levels"
        took_less_than 10000
    done
    [ ! -e b ]
}

@test "whenever it is killed, the file is old, new or absent, and the next run removes what is left" {
    start_http h <<<'/a 200 size 3000000'
    run_tool fetch-config "$h/a=./whole"
    for i in {1..25}; do
        [ $((i % 2)) = 0 ] && echo old >a || rm -f a
        start_tool fetch-config "$h/a=./a"
        sleep "0.0$((RANDOM % 40 + 10))"
        { kill -9 "$tool" && wait "$tool"; } 2>/dev/null || true
        [ ! -e a ] || cmp -s a whole || [ "$(cat a)" = old ]
    done
    run_tool fetch-config "$h/a=./a"
    exits 0
    cmp a whole
    no_litter
}

@test "JSON that would take more memory than the container has is refused with a reason, not killed" {
    not_emulated
    release_build
    "$python" -c 'import json; print(json.dumps([{"id": i, "name": f"name {i}"} for i in range(100000)]))' >large.json
    start_http h <<<$'/a 200 file large.json\n/b 200 text [1]'
    own_memory_limit 33554432
    run_tool fetch-config "$h/a=./a" --validate json
    exits 1
    ends_saying "cannot be validated: its values would take more than 16 MiB of memory.*memory limit"
    [ ! -e a ]
    run_tool fetch-config "$h/b=./b" --validate json
    exits 0
}

@test "JSON whose values no memory limit would do for has another hint, and a body of the worst kind is no danger" {
    not_emulated
    "$python" -c 'print("[" + "{}," * 700000 + "{}]")' >objects.json
    "$python" -c 'print("[" + "[]," * 700000 + "[]]")' >arrays.json
    run_tool fetch-config "file://$PWD/objects.json=./a" --validate json
    exits 1
    ends_saying "cannot be validated: its values would take more than 128 MiB of memory.*leave it out"
    [ ! -e a ]
    release_build
    start_http h <<<$'/objects 200 file objects.json\n/arrays 200 file arrays.json'
    own_memory_limit 33554432
    for each in objects arrays; do
        run_tool fetch-config "$h/$each=./a" --validate json
        exits 1
        ends_saying "more than 16 MiB of memory.*raise the container's memory limit"
        [ ! -e a ]
    done
}

@test "what takes more memory to unpack or parse than the container has is refused with a reason, not killed" {
    not_emulated
    release_build
    "$python" - <<'MADE'
import os
noise = os.urandom(6 << 20)
open("far", "wb").write(noise * 12)
open("text.yaml", "w").write('a: "' + "x" * (40 << 20) + '"')
open("deep.xml", "w").write("<a>" * (3 << 20))
open("attribute.xml", "w").write('<a b="' + "x" * (40 << 20) + '"/>')
MADE
    zstd -q --long=27 far -o far.zst
    tar -cf - far | zstd -q --long=27 >far.tar.zst
    start_http h <<<$'/far 200 Content-Encoding:zstd file far.zst\n/far.tar.zst 200 file far.tar.zst'
    own_memory_limit 33554432
    for each in text.yaml deep.xml attribute.xml; do
        run_tool fetch-config "file://$PWD/$each=./a" --validate auto
        exits 1
        ends_saying "cannot be validated: not enough memory.*memory limit"
    done
    run_tool fetch-config "$h/far.tar.zst=./dest" --extract
    exits 1
    ends_saying "cannot be unpacked: .*memory.*than the container has"
    run_tool fetch-config "$h/far=./a"
    exits 1
    ends_saying "Content-Encoding cannot be decoded.*more memory than the container has"
    [ ! -e a ]
    no_litter
}

@test "where nothing can be written, what goes to standard output is kept in memory, and not in all of it" {
    not_emulated
    release_build
    unshare -m true 2>/dev/null || skip "needs root: mount namespaces"
    start_http h <<<$'/small 200 size 4000000\n/large 200 size 12000000'
    own_memory_limit 33554432
    # shellcheck disable=SC2016 # for the inner shell
    inside=(env -u TMPDIR unshare -m sh -ec 'mount --bind /tmp /tmp; mount -o remount,bind,ro /tmp; echo $$ >"$0/cgroup.procs"; exec "$@"' "$memory_cgroup")
    run_tool fetch-config "$h/small=-"
    exits 0
    [ "$(wc -c <out)" = 4000000 ]
    run_tool fetch-config "$h/large=-"
    exits 1
    ends_saying "more than fits into memory, 8 MiB; .*TMPDIR"
    silent_output
    run_tool fetch-config "$h/large" -o /dev/null
    exits 0
}

@test "memory that cannot be had for TLS is 3, with a hint, and never the server's fault" {
    not_emulated
    release_build
    certificate server /CN=127.0.0.1 subjectAltName=IP:127.0.0.1
    cat server.pem server.key >both.pem
    start_http h --cert both.pem <<<'/a 200 text x'
    local size seen=
    touch termination
    for size in {1100..2400..50}; do
        inside=(prlimit "--data=${size}000")
        "${inside[@]}" "$bin/fetch-config" --version &>version || continue # the kernel does not start it with so little
        run_tool fetch-config "$h/a=./a" --cacert ca.pem --once --termination-log termination
        seen+=$status
        [ "$status" -eq 0 ] && continue
        exits 3
        ends_saying "fetch-config: out of memory; hint: raise the container's memory limit"
        [ "$(tail -n 1 err)" = "$(<termination)" ]
    done
    [[ $seen == 3*0 ]] || report "expected both ends: $seen"
    no_litter
}

@test "memory that cannot be had while JSON is parsed is 3, and leaves nothing" {
    not_emulated
    release_build
    "$python" -c 'print("[" + "{}," * 400000 + "{}]")' >objects.json
    # shellcheck disable=SC2016 # for the inner shell
    inside=(sh -c 'ulimit -v 65536 && exec "$0" "$@"')
    run_tool fetch-config "file://$PWD/objects.json=./a" --validate json
    exits 3
    ends_saying "out of memory"
    [ ! -e a ]
    no_litter
}

@test "memory stays flat for a body of 300 MiB" {
    not_emulated
    release_build
    truncate -s 300M zeros
    start_http h <<<'/a 200 pour' # before the limit, which is the tool's alone
    own_memory_limit 16777216
    run_tool fetch-config "$h/a=./a" --max-size 300Mi
    exits 1
    ends_saying "max-size"
}

# Whoever may write there can make any number of them.
@test "sweeping up what looks like its own does not keep a run past its time" {
    release_build
    mkdir -p volume/.config.initkit-0-0
    (cd volume && touch .config.initkit-0-0/kept .config.initkit-9-{1..40})
    echo fetched >source
    inside=("${traced[@]}" -o /dev/null -e trace=unlinkat -e inject=unlinkat:delay_enter=100000)
    run_tool fetch-config "file://$PWD/source=./volume/config"
    exits 0
    cmp source volume/config
    [ "$(find volume -name '.config.initkit-9-*' | wc -l)" -gt 30 ]
    [ -e volume/.config.initkit-0-0/kept ]
}

@test "what is wrong for good keeps its own hint, however little this process ran" {
    start_http h <<<'/f 404 text gone'
    inside=("${traced[@]}" -o /dev/null -e trace=connect -e inject=connect:delay_exit=1500000)
    run_tool fetch-config "$h/f=./f"
    inside=()
    exits 26
    says_not 'this process did not run'
}
