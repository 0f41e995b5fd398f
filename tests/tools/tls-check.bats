#!/usr/bin/env bats
# tls-check against servers that are trusted, wrong in every way, and lying (tests/servers/tls.py).
#
# `at` expands to several words on purpose; start_tls sets the variables that are named in its calls:
# shellcheck disable=SC2046,SC2154

load lib
load tls

### What passes

@test "a trusted server is ready, said in one line with what was negotiated" {
    start_tls port "good"
    check $(at "${port[0]}")
    exits 0
    silent_output
    [ "$(wc -l <err)" -eq 1 ]
    ends_saying "^tls-check: server\.test: ready after .* \(1 attempt\); TLSv1\.3, TLS_.*, CN=server\.test, valid for [0-9]+ more days$"
}

@test "what badssl.com has that is right passes: no common name in use, many names, curves, TLS 1.2, CBC, static RSA" {
    local i
    start_tls port good manynames p521 "good max=1.2" "rsa max=1.2 ciphers=AES128-SHA:@SECLEVEL=0" nosan ed25519
    for i in "${!port[@]}"; do
        check $(at "${port[i]}")
        exits 0
    done
}

@test "a server that opens later is waited for" {
    start_tls port "good"
    start_tool tls-check --trust-store root.crt --timeout 20s --connect 127.0.0.1:1 server.test
    until_true 10 err_has "connection refused"
    kill -TERM "$tool"
    wait_tool
    exits 143
    ends_saying "not ready: connection refused.*stopped by SIGTERM"
}

@test "an address is a target" {
    start_tls port "ip"
    check "127.0.0.1:${port[0]}"
    exits 0
}

@test "several targets are checked at once, and --min-targets is enough" {
    start_tls port ip good
    check "127.0.0.1:${port[0]}" "127.0.0.1:${port[1]}"
    exits 21
    check --min-targets 1 "127.0.0.1:${port[0]}" "127.0.0.1:${port[1]}"
    exits 0
}

### 20: not trusted

# nothing_misleads FILE: no control but newlines, no line separator, no bidirectional control, nothing invisible.
nothing_misleads() {
    "$python" - "$1" <<'EOF'
import sys, unicodedata
text = open(sys.argv[1], encoding='utf-8').read()
wrong = [hex(ord(c)) for c in text if c != '\n' and unicodedata.category(c) in ('Cc', 'Cf', 'Zl', 'Zp', 'Cn')]
sys.exit(f'{sys.argv[1]}: {wrong}' if wrong else 0)
EOF
}

@test "20: names that mislead eyes and terminals are escaped everywhere, and their URL is in no command" {
    start_tls port hostile
    : >termination
    for format in text json; do
        check --log-format "$format" --termination-log termination --show-chain --report report.json \
            --export-chain chain.pem $(at "${port[0]}")
        exits 20
        for file in out err termination report.json chain.pem; do nothing_misleads "$file" || report "$file"; done
    done
    grep -qF 'O=Example Trust\u202e' out
    grep -qF 'Evil\u0085CA \u2028\ufeff\u009b31m' out
    "$python" - <<'EOF'
import json
ca = json.load(open('report.json'))['targets'][0]['connections'][0]['sent'][1]
assert 'Evil\u0085CA \u2028\ufeff\u009b31m' in ca['subject'] and 'Trust\u202e' in ca['subject'], ca['subject']
assert ca['issuer_url'] == 'http://ca.test/$(touch pasted)', ca['issuer_url']
EOF
    ! grep -qF touch err || report "a URL that is no plain one"
    check --trust-store root.jks $(at "${port[0]}")
    err_has "add the root: keytool -importcert"
    ! grep -qF touch err || report "a URL that is no plain one"
}

@test "20: a missing intermediate is named, and where it is to be had" {
    start_tls port missing
    check $(at "${port[0]}")
    exits 20
    ends_saying "missing intermediate CN=Example Issuing CA, O=Example Trust: the server does not send"
    ends_saying "hint: the server must send its whole chain.*http://ca\.test/issuing\.crt"
}

@test "20: an unknown root, with the closest that the store has and the keytool line that mends it" {
    start_tls port direct
    check --trust-store old.jks --trust-store-password-file password --profile java $(at "${port[0]}")
    exits 20
    ends_saying "unknown issuer CN=Example Global Root G2, O=Example Trust: old\.jks \(1 anchor\) lacks it"
    ends_saying "the closest there is CN=Example Global Root CA, O=Example Trust"
    ends_saying "hint: the server sends only its own certificate: .*the server must send it, too; if it is a root, add it: keytool -importcert .* -keystore old\.jks"
}

@test "20: the intermediate of a private CA that is not sent, although its root is in the store" {
    start_tls port underprivate
    check $(at "${port[0]}")
    exits 20
    ends_saying "unknown issuer CN=Example Private CA.*hint: the server sends only its own certificate: if that issuer is an intermediate, the server must send it"
}

@test "20: a key identifier that does not match its issuer is neither a missing issuer nor another key" {
    start_tls port otheridentifier
    check $(at "${port[0]}")
    exits 20
    ends_saying "CN=server\.test does not match its issuer CN=Example Issuing CA.*its authority key identifier names another key or number"
}

@test "21: an address that the certificate has as a DNS name" {
    start_tls port addressasname
    check --server-name 127.0.0.1 $(at "${port[0]}")
    exits 21
    ends_saying "not for the address 127\.0\.0\.1: it has 127\.0\.0\.1, as a DNS name.*hint: .*subjectAltName=IP:127\.0\.0\.1"
}

@test "20: a root that is nowhere is no missing intermediate, although the intermediate says where it is to be had" {
    start_tls port good
    check --trust-store old.jks --trust-store-password-file password --profile java $(at "${port[0]}")
    exits 20
    ends_saying "unknown issuer CN=Example Global Root G2, O=Example Trust: old\.jks \(1 anchor\) lacks it"
    ends_saying "hint: add the root from http://ca\.test/root\.crt: keytool -importcert .* -keystore old\.jks"
    check --trust-store old.crt $(at "${port[0]}")
    exits 20
    ends_saying "hint: add the root's PEM from http://ca\.test/root\.crt to old\.crt"
    hint_leads_there "subject=CN = server.test"
}

@test "20: a hint's openssl line is whole, or not there" {
    start_tls port good
    local label
    printf -v label '%060d' 0
    check --trust-store old.crt --server-name "a$label.server.test" --connect "127.0.0.1:${port[0]}" "a$label.b$label.server.test"
    exits 20
    ends_saying " -servername a$label\.server\.test\$"
    check --trust-store old.crt --connect "127.0.0.1:${port[0]}" "a$label.b$label.c$label.server.test"
    exits 20
    ends_saying "hint: add the root's PEM from http://ca\.test/root\.crt to old\.crt\$"
}

@test "20: an untrusted root that the server sends" {
    start_tls port strangerroot
    check $(at "${port[0]}")
    exits 20
    ends_saying "untrusted root CN=Unrelated Root, O=Somebody Else: the server sends it, root\.crt \(1 anchor\) lacks it"
}

@test "20: a self-signed certificate" {
    start_tls port selfsigned
    check $(at "${port[0]}")
    exits 20
    ends_saying "self-signed certificate CN=server\.test, which is not in root\.crt"
}

@test "20: a CA of the same name with another key" {
    start_tls port twinned
    check $(at "${port[0]}")
    exits 20
    ends_saying "root\.crt has a CN=Example Global Root G2, O=Example Trust, but with another key"
}

@test "20: an intermediate as anchor is for Java alone, which says so" {
    start_tls port good
    check --trust-store ca.crt $(at "${port[0]}")
    exits 20
    ends_saying "Java would trust it as it is \(tls-check --profile java\)"
    check --trust-store ca.jks --trust-store-password-file password --profile java $(at "${port[0]}")
    exits 0
    says "only Java trusts this: the intermediate CN=Example Issuing CA.* is an anchor"
}

@test "20: several servers that all show one unknown issuer are a sign of a proxy that opens TLS" {
    local hint="2 servers of different names all show this issuer: a proxy in between may intercept TLS"
    start_tls port stranger strangertwo good
    start_dns dns <<'ZONE'
server.test A 127.0.0.1
two.test A 127.0.0.1 127.0.0.2
ZONE
    check --nameserver "$dns" --report report.json "server.test.:${port[0]}" "two.test.:${port[1]}"
    exits 20
    ends_saying "2 of 2 targets not ready: .*unknown issuer CN=Unrelated Root.*hint: $hint.* add its PEM to root\.crt"
    [ "$(grep -o "$hint" report.json | wc -l)" -eq 4 ]
    # One server with two names; one whose issuer is known; one name alone.
    check --nameserver "$dns" "server.test.:${port[0]}" "two.test.:${port[0]}"
    exits 20
    says_not "$hint"
    check --nameserver "$dns" "server.test.:${port[2]}" "two.test.:${port[1]}"
    exits 20
    says_not "$hint"
    check --nameserver "$dns" --all-addresses "two.test.:${port[1]}"
    exits 20
    says_not "of different names"
}

### 21: names

@test "21: another name, with those that are there" {
    start_tls port elsewhere
    check $(at "${port[0]}")
    exits 21
    ends_saying "the certificate is not for server\.test: it has elsewhere\.test, other\.test"
}

@test "21: an address that is not in the certificate" {
    start_tls port good
    check "127.0.0.1:${port[0]}"
    exits 21
    ends_saying "not for 127\.0\.0\.1: it has server\.test"
}

@test "21: Java sends no name without a dot, and says so" {
    start_tls port "elsewhere sni=good"
    check --profile java --connect "127.0.0.1:${port[0]}" controller
    exits 21
    ends_saying "Java sends no server name \(SNI\) for a name without a dot"
}

@test "--server-name is sent and verified instead of the host" {
    start_tls port "elsewhere sni=good"
    check --server-name server.test "127.0.0.1:${port[0]}"
    exits 0
    check --server-name wrong.test "127.0.0.1:${port[0]}"
    exits 21
}

@test "--profile strict does not look at the common name" {
    start_tls port nosan
    check $(at "${port[0]}")
    exits 0
    check --profile strict $(at "${port[0]}")
    exits 21
}

@test "of a name with very many addresses each attempt takes some, and the next one others" {
    command -v strace >/dev/null || skip "no strace"
    not_emulated
    own_network # where nothing of 10.0.0.0/8 can be reached
    start_dns dns <<<'many.test A MANY 300'
    inside+=("${traced[@]}" -qq -e trace=connect -o calls)
    run_tool tls-check --trust-store root.crt --timeout 4s -4 --nameserver "$dns" --no-search many.test:443
    exits 124
    says "network unreachable"
    sed -nE 's/.*AF_INET.*inet_addr\("(10\.[0-9.]+)"\).*/\1/p' calls | head -n 600 >tried
    [ "$(head -n 256 tried | sort -u | wc -l)" -eq 256 ]
    [ "$(head -n 300 tried | sort -u | wc -l)" -eq 300 ] || report "the second attempt begins where the first one ended"
}

@test "the name is resolved, and --all-addresses wants each of its addresses to pass" {
    start_tls port good
    start_dns dns <<'ZONE'
one.test A 127.0.0.1
two.test A 127.0.0.1 127.0.0.2
ZONE
    check --server-name server.test --all-addresses --nameserver "$dns" "one.test.:${port[0]}"
    exits 0
    check --server-name server.test --nameserver "$dns" "two.test.:${port[0]}"
    exits 0
    run_tool tls-check --trust-store root.crt --timeout 1s --server-name server.test --all-addresses --nameserver "$dns" \
        "two.test.:${port[0]}"
    exits 124
    ends_saying "1 of 2 addresses pass; 127\.0\.0\.2: connection refused"
}

### 22: lifetime

@test "22: expired, with the date and the clock" {
    start_tls port expired
    check $(at "${port[0]}")
    exits 22
    ends_saying "the certificate CN=server\.test expired on 2021-01-01T00:00:00Z.*hint:.*clock here is wrong: it says 20[0-9][0-9]-"
}

@test "22: an expired intermediate is named" {
    start_tls port underexpiredca
    check $(at "${port[0]}")
    exits 22
    ends_saying "the intermediate CN=Example Expired CA, O=Example Trust expired on 2021"
}

@test "22: fewer days left than --min-days, and a warning below --warn-days" {
    start_tls port good
    check --min-days 1000 $(at "${port[0]}")
    exits 22
    ends_saying "expires on .*, in [0-9]+ days.*--min-days 1000"
    check --warn-days 1000 $(at "${port[0]}")
    exits 0
    says "expires on .*, in [0-9]+ days; hint: it must be renewed soon"
}

@test "not valid yet is waited for, and --verify-time judges as of then" {
    start_tls port future good
    run_tool tls-check --trust-store root.crt --timeout 1s $(at "${port[0]}")
    exits 124
    ends_saying "is not valid before 2040-01-01T00:00:00Z.*hint: the clock here says"
    [ "$(attempts)" -ge 2 ]
    check --verify-time 2035-01-01T00:00:00Z $(at "${port[1]}")
    exits 22
    ends_saying "judged as of --verify-time 2035-01-01T00:00:00Z"
}

@test "--verify-time counts in its own time zone" {
    start_tls port future
    check --verify-time 2040-01-01T01:30:00+02:00 $(at "${port[0]}")
    exits 22
    ends_saying "is not valid before 2040-01-01T00:00:00Z"
    check --verify-time 2039-12-31T23:30:00.5-01:00 $(at "${port[0]}")
    says_not "is not valid before"
    says "judged as of|ready after"
    for zone in +24:00 +2:00 +02:60 +0200 "" UTC; do
        run_tool tls-check --verify-time "2040-01-01T00:00:00$zone" server.test
        refuses_naming --verify-time
    done
    local day
    for day in 2027-02-29 2027-02-31 2027-04-31 2100-02-29; do
        run_tool tls-check --verify-time "${day}T12:00:00Z" server.test
        refuses_naming --verify-time
    done
    check --verify-time 2036-02-29T23:59:59Z $(at "${port[0]}")
    ends_saying "judged as of --verify-time 2036-02-29T23:59:59Z"
}

### 23: the client's certificate

@test "24: what the server would speak is in the hint: old versions, other ciphers, a post-quantum group" {
    local i hint
    start_tls port "- lie=only version=0302 suite=000a" "- lie=only version=0303 suite=0005" "- lie=only version=0304 suite=1302 group=11ec" \
        "- lie=only version=0304 suite=1301 group=0021" "- lie=alert"
    while read -r i hint; do
        check --report report.json $(at "${port[i]}")
        exits 24
        ends_saying "the server ended the handshake \(alert: (protocol version|handshake failure)\).*hint: it would negotiate $hint"
        grep -q '"hint":"it would negotiate' report.json
    done <<'END'
0 TLSv1\.1 with TLS_RSA_WITH_3DES_EDE_CBC_SHA: no current client supports TLS 1\.0 and 1\.1
1 TLSv1\.2 with TLS_RSA_WITH_RC4_128_SHA, which no client should take
2 TLSv1\.3 with the post-quantum group X25519MLKEM768, which clients support only since 2025.*here: --groups X25519MLKEM768
3 TLSv1\.3 with TLS_AES_128_GCM_SHA256 and the group brainpoolP512r1tls13
END
    check $(at "${port[4]}")
    exits 24
    ends_saying "hint: no cipher, group or signature in common, or no certificate for that name"
    # Through a proxy as well, and with both reasons told.
    start_tls proxy "- proxy=ok"
    check -x "http://127.0.0.1:${proxy[0]}" --server-name server.test "127.0.0.1:${port[2]}"
    exits 24
    ends_saying "hint: it would negotiate TLSv1\.3 with the post-quantum group X25519MLKEM768"
}

@test "--groups offers these groups" {
    start_s_server port -cert good.pem -key good.key -cert_chain good.pem -groups P-521
    check --report report.json --groups P-521:X25519 $(at "$port")
    exits 0
    grep -q '"group":"secp521r1"' report.json
    check --groups X25519MLKEM768:X25519 $(at "$port")
    exits 24
    ends_saying "hint: it would negotiate TLSv1\.3 with TLS_AES_256_GCM_SHA384 and the group P-521"
    check --groups NONE $(at "$port")
    exits 2
    ends_saying "--groups: \"NONE\" names a group that is not known"
    check --groups '?X25519' $(at "$port")
    refuses_naming --groups
}

@test "--large-hello: a way on which first messages of more than one packet are dropped is told, and tried again" {
    start_tls port good "good drops=1200" "good client=required max=1.2"
    check --large-hello $(at "${port[0]}")
    exits 0
    check $(at "${port[1]}")
    exits 0
    run_tool tls-check --trust-store root.crt --timeout 2s --attempt-timeout 500ms --large-hello $(at "${port[1]}")
    exits 124
    ends_saying "the server does not answer a ClientHello of over 1400 bytes, although it answers a shorter one.*Go 1\.24, Java 25.*hint: .*ClientHello of more than one packet"
    check --attempt-timeout 500ms --large-hello $(at "${port[1]}")
    exits 24
    # A second connection that is not made tells nothing of large messages.
    start_tls proxy "- proxy=ok accepts=1"
    check --large-hello -x "http://127.0.0.1:${proxy[0]}" --server-name server.test "127.0.0.1:${port[0]}"
    exits 1
    ends_saying "in a second connection \(--large-hello\): the proxy .*: the connection ended while asking the proxy"
    # What is wrong without it comes first.
    check --large-hello --trust-store other.crt $(at "${port[0]}")
    exits 20
    check --large-hello --client-cert client.pem $(at "${port[2]}")
    exits 0
}

@test "24: an alert before any request for a certificate is not about the client's; internal_error is tried again" {
    local alert
    start_tls port "- lie=alert alert=49" "- lie=alert alert=46" "- lie=alert alert=80"
    for alert in 0 1; do
        check $(at "${port[alert]}")
        exits 24
        ends_saying "the server ended the handshake \(alert: (access denied|certificate unknown)\).*hint: it had not asked for a client certificate"
    done
    run_tool tls-check --timeout 1s --trust-store root.crt $(at "${port[2]}")
    exits 124
    ends_saying "alert: internal error.*hint: .*no certificate for that name yet"
}

@test "23: one is wanted and none given, in TLS 1.2 and 1.3, with and without HTTP" {
    local target
    start_tls port "good max=1.2 client=required" "good min=1.3 client=required"
    for target in server.test https://server.test/; do
        for i in 0 1; do
            check --connect "127.0.0.1:${port[i]}" "$target"
            exits 23
            ends_saying "requires a client certificate, and none was given \(--client-cert\)"
        done
    done
}

@test "23: one of another issuer is refused after the handshake, with the issuers that would do" {
    start_s_server port -cert good.pem -key good.key -cert_chain good.pem -tls1_3 -Verify 3 -verify_return_error -CAfile clients.ca
    check $(at "$port")
    exits 23
    ends_saying "none was given.*hint: it must be from an issuer that the server names: CN=Example"
    check --client-cert clientother.pem $(at "$port")
    exits 23
    ends_saying "the server refuses the client certificate CN=agent.*hint: it must be from an issuer that the server names: CN=Example Issuing CA"
}

@test "a server that asks for a client certificate and hangs up without an alert is not ready" {
    local how
    start_tls port "good min=1.3 client=optional hangs=up" "good min=1.3 client=optional hangs=reset" \
        "good min=1.3 client=optional hangs=notify" "good min=1.3 hangs=up" "stranger min=1.3 client=optional hangs=up"
    for how in 0 1 2; do
        check $(at "${port[how]}")
        exits 1
        ends_saying "the server asked for a client certificate, got none, and closed the connection.*; hint: .*insist on one \(--client-cert\)"
        check --client-cert client.pem --client-cert-accepted $(at "${port[how]}")
        exits 1
        ends_saying "the server asked for a client certificate, got one, and closed the connection.*; hint: .*accept this one"
    done
    # It is tried again.
    run_tool tls-check --timeout 1s --trust-store root.crt $(at "${port[0]}")
    exits 124
    ends_saying "got none, and closed the connection"
    # One that asked for nothing may do so, and what is wrong with the chain comes first.
    check $(at "${port[3]}")
    exits 0
    check $(at "${port[4]}")
    exits 20
}

@test "23: expired, and not meant for clients" {
    start_tls port "good min=1.3 client=required" "good max=1.2 client=required"
    for i in 0 1; do
        check --client-cert clientexpired.pem $(at "${port[i]}")
        exits 23
        ends_saying "hint: it expired on 2021-01-01T00:00:00Z"
        check --client-cert clientserver.pem $(at "${port[i]}")
        exits 23
        ends_saying "hint: its extended key usage lacks clientAuth"
    done
}

@test "23: nginx lets the handshake through and says HTTP 400" {
    local nginx_port
    nginx_port=$(free_port)
    cat >nginx.conf <<END
daemon off; master_process off; pid $PWD/pid; error_log stderr crit;
events { }
http {
    access_log off;
    server {
        listen 127.0.0.1:$nginx_port ssl;
        ssl_certificate $PWD/good.pem;
        ssl_certificate_key $PWD/good.key;
        ssl_client_certificate $PWD/clients.ca;
        ssl_verify_client on;
        ssl_verify_depth 3;
        location / { return 204; }
    }
}
END
    begin /usr/sbin/nginx -c "$PWD/nginx.conf" -p "$PWD" 2>nginx.err
    until_true 10 run_tool wait-for-tcp --once "127.0.0.1:$nginx_port"
    check --connect "127.0.0.1:$nginx_port" https://server.test/
    exits 23
    ends_saying "requires a client certificate, and none was given"
    check --connect "127.0.0.1:$nginx_port" --client-cert client.pem --client-cert-accepted https://server.test/
    exits 0
    check --connect "127.0.0.1:$nginx_port" --client-cert clientother.pem https://server.test/
    exits 23
}

@test "23: a key that does not match is told without a connection" {
    check --client-cert client.crt --client-key clientother.key 127.0.0.1:1
    exits 23
    ends_saying "the private key in clientother\.key does not match the certificate in client\.crt"
}

@test "a client certificate passes in every form: PEM, encrypted PEM, PKCS#12, old PKCS#12, JKS and JCEKS with a key password" {
    start_tls port "good min=1.3 client=required"
    check --client-cert client.pem $(at "${port[0]}")
    exits 0
    check --client-cert client.crt --client-key client.key $(at "${port[0]}")
    exits 0
    check --client-cert client.crt --client-key client.encrypted.key --client-key-password-file secret $(at "${port[0]}")
    exits 0
    check --client-cert client.p12 --client-key-password-file password $(at "${port[0]}")
    exits 0
    check --client-cert legacy.p12 --client-key-password-file password $(at "${port[0]}")
    exits 0
    check --client-cert client.jks --client-key-password-file separate $(at "${port[0]}")
    exits 0
    check --client-cert client.jceks --client-key-password-file separate $(at "${port[0]}")
    exits 0
}

@test "--client-cert-accepted wants proof: a server that says nothing gives none, an answer does" {
    start_tls port "good client=required" "good"
    check --client-cert client.pem --client-cert-accepted $(at "${port[0]}")
    exits 0
    check --client-cert client.pem --client-cert-accepted $(at "${port[1]}")
    exits 23
    ends_saying "the server does not ask for a client certificate"
}

@test "23: a client certificate that is not sent, as its key or issuer does not fit, is none that was accepted" {
    local tls
    for tls in -tls1_2 -tls1_3; do
        # The client's key is EC; the server lets everybody pass.
        start_s_server port -cert good.pem -key good.key -cert_chain good.pem "$tls" -verify 3 -client_sigalgs RSA+SHA256:rsa_pss_rsae_sha256
        check --client-cert client.pem $(at "$port")
        exits 0
        says "CN=agent was not sent: its key \(EC prime256v1\) can make no signature that the server accepts"
        check --client-cert client.pem --client-cert-accepted --report report.json $(at "$port")
        exits 23
        ends_saying "CN=agent was not sent.*hint: a certificate with another kind of key"
        grep -q '"client_certificate":{"wanted":true,"given":true,"sent":false,"accepted":"unknown"' report.json
        start_s_server port -cert good.pem -key good.key -cert_chain good.pem "$tls" -verify 3 -CAfile other.crt
        check --profile java --client-cert client.p12 --client-key-password-file password $(at "$port")
        exits 0
        says "Java sends none"
        check --profile java --client-cert client.p12 --client-key-password-file password --client-cert-accepted $(at "$port")
        exits 23
        ends_saying "Java sends none of its 1 client certificates.*hint: it must be from an issuer that the server names: CN=Unrelated Root"
    done
}

### 24: protocol

@test "24: no version, no cipher in common" {
    start_tls port "good max=1.2" "rsa max=1.2 ciphers=NULL:@SECLEVEL=0" "rsa max=1.2 ciphers=AES128-SHA:@SECLEVEL=0"
    check --min-tls 1.3 $(at "${port[0]}")
    exits 24
    ends_saying "alert: protocol version"
    check $(at "${port[1]}")
    exits 24
    ends_saying "it would negotiate TLSv1\\.2 with TLS_RSA_WITH_NULL_SHA256"
}

@test "24: plain HTTP, SSH and garbage on the port are recognised" {
    start_tls port "- lie=http" "- lie=ssh" "- lie=garbage"
    check $(at "${port[0]}")
    exits 24
    ends_saying "speaks plain HTTP on this port, not TLS"
    check $(at "${port[1]}")
    exits 24
    ends_saying "speaks SSH on this port"
    check $(at "${port[2]}")
    exits 24
    ends_saying "is not TLS \(it begins with bytes 0xff 0x00\)"
}

@test "24: no application protocol in common" {
    start_s_server port -cert good.pem -key good.key -cert_chain good.pem -alpn h2
    check --alpn h2,http/1.1 --report report.json $(at "$port")
    exits 0
    grep -q '"alpn":"h2"' report.json
    check --alpn spdy/1 $(at "$port")
    exits 24
    ends_saying "alert: no application protocol.*--alpn"
}

@test "24: Diffie-Hellman with 1,024 bits, which Java takes" {
    start_tls port "rsa max=1.2 dh=dh1024 ciphers=DHE:@SECLEVEL=0"
    check $(at "${port[0]}")
    exits 24
    ends_saying "the key exchange is weak: Diffie-Hellman with too few bits"
    check --profile java $(at "${port[0]}")
    exits 0
}

@test "24: a key exchange that is signed over SHA-1, though it was not offered" {
    start_tls port "- lie=dh bits=2048 digest=sha1" "- lie=dh bits=2048"
    for profile in default strict; do
        check --profile "$profile" $(at "${port[0]}")
        exits 24
        ends_saying "the server signs in a way that was not offered"
    done
    check --attempt-timeout 1s $(at "${port[1]}") # which signs as it should, and then says no more
    exits 1
    ends_saying "the TLS handshake timed out"
}

### 25: pins

@test "25: a pin that no key of the chain has; any key of it will do" {
    start_tls port good
    check --pin-sha256 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= $(at "${port[0]}")
    exits 25
    ends_saying "no key in the chain is pinned; the certificate's is sha256//"
    local pin
    pin=$(openssl x509 -in root.crt -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64)
    check --pin-sha256 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= --pin-sha256 "sha256//$pin" $(at "${port[0]}")
    exits 0
}

### 26: HTTP

@test "26: a status outside the range; 5xx is waited for" {
    start_tls port "good status=404" "good status=503" "good status=204" "good status=401"
    check --connect "127.0.0.1:${port[0]}" https://server.test/nothing
    exits 26
    ends_saying "HTTP status 404, wanted 200-399"
    run_tool tls-check --trust-store root.crt --timeout 1s --connect "127.0.0.1:${port[1]}" https://server.test/
    exits 124
    [ "$(attempts)" -ge 2 ]
    check --http-path /health $(at "${port[2]}")
    exits 0
    check --http-path /health --http-status 401 $(at "${port[3]}")
    exits 0
}

### 28: unfit

@test "28: weak keys and signatures, wrong purpose, what a CA may not sign" {
    start_tls port rsa1024 sha1 clientonly underbadca underpath undernamedca unknowncritical
    for i in "${!port[@]}"; do
        check $(at "${port[i]}")
        exits 28
    done
    check --profile java $(at "${port[0]}")
    exits 0
    says "only Java trusts this: .*weak key \(RSA 1024\)"
}

@test "several things that are wrong are all said, the first by the order of codes" {
    start_tls port expired
    check --trust-store other.crt --server-name wrong.test "127.0.0.1:${port[0]}"
    exits 20
    says "unknown issuer|missing intermediate"
    says "expired on 2021"
    says "not for wrong\.test"
}

### 29: proxies

@test "the ready line has the status of the answer, and where a redirect leads" {
    start_tls port "good status=302 location=https://user:secret@login.test/a?token=secret" "good status=204" "good status=301 location=/login"
    check --report report.json --http-path / $(at "${port[0]}")
    exits 0
    ends_saying "ready after .*, HTTP 302 to https://login\.test/a\$"
    grep -q '"http_status":302,"http_location":"https://login.test/a"' report.json
    if grep secret err report.json; then return 1; fi
    check --http-path / $(at "${port[1]}")
    exits 0
    ends_saying "ready after .*, HTTP 204\$"
    check --http-path / $(at "${port[2]}")
    exits 0
    ends_saying ", HTTP 301 to /login\$"
}

@test "through a proxy, with a password and without" {
    start_tls port good
    start_tls proxy "- proxy=ok" "- proxy=407"
    # The proxy resolves the name: it is not known here.
    check --server-name server.test -x "http://127.0.0.1:${proxy[0]}" "127.0.0.1:${port[0]}"
    exits 0
    printf 'user:secret\n' >credentials
    check --server-name server.test --proxy "http://127.0.0.1:${proxy[1]}" --proxy-auth-file credentials "127.0.0.1:${port[0]}"
    exits 0
    check --server-name server.test -x "http://127.0.0.1:${proxy[0]}" --trust-store other.crt "127.0.0.1:${port[0]}"
    exits 20
    hint_leads_there "subject=CN = server.test"
}

@test "29: what a proxy says behind its consent is no answer of the server's" {
    cat >proxy.py <<'SERVER'
import socket, sys, threading
server = socket.create_server(("127.0.0.1", 0))
open("proxy.port", "w").write(str(server.getsockname()[1]))
client, _ = server.accept()
client.recv(4096)
client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
client.recv(4096)
SERVER
    python3 proxy.py 3>&- &
    until [ -s proxy.port ]; do sleep 0.05; done
    check -x "http://127.0.0.1:$(cat proxy.port)" --http-path / server.test
    exits 29
    ends_saying "the proxy sends plain text after it agreed to the tunnel"
}

@test "29: the hint fits what a proxy says: a captive portal, no CONNECT, another authentication, a server that is not up" {
    local says code hint
    while read -r says code hint; do
        start_tls proxy "- proxy=$says"
        check -x "http://127.0.0.1:${proxy[0]}" server.test
        exits "$code"
        ends_saying "answers HTTP ${says%%,*};.*hint: $hint"
    done <<'END'
302 29 it redirects: is it a captive portal
405 29 it does not understand CONNECT
400 29 it does not understand CONNECT
407,Negotiate,NTLM 29 it offers Negotiate, NTLM, and only Basic is supported here
407,Negotiate,Basic 29 it wants a user and a password by Negotiate, Basic: --proxy-auth-file
503 29 the proxy cannot connect to the server: is the server up
END
}

@test "what goes wrong in the tunnel names the proxy" {
    start_tls port "- lie=reset" stranger "- lie=silence"
    start_tls proxy "- proxy=ok"
    local way="through the proxy 127\.0\.0\.1:${proxy[0]} \(from --proxy\)"
    check --server-name server.test -x "http://127.0.0.1:${proxy[0]}" "127.0.0.1:${port[0]}"
    exits 1
    ends_saying "in the handshake.*, $way"
    check --server-name server.test -x "http://127.0.0.1:${proxy[0]}" "127.0.0.1:${port[1]}"
    exits 20
    ends_saying "unknown issuer.*, $way"
    check --attempt-timeout 300ms --server-name server.test -x "http://127.0.0.1:${proxy[0]}" "127.0.0.1:${port[2]}"
    exits 1
    ends_saying "the TLS handshake timed out, $way"
}

@test "29: a proxy that says no; one that is not there or in trouble is waited for" {
    start_tls proxy "- proxy=403" "- proxy=407" "- proxy=502" "- proxy=garbage"
    check -x "http://127.0.0.1:${proxy[0]}" server.test
    exits 29
    ends_saying "the proxy 127\.0\.0\.1:${proxy[0]} \(from --proxy\) answers HTTP 403"
    check -x "http://127.0.0.1:${proxy[1]}" server.test
    exits 29
    ends_saying "--proxy-auth-file"
    run_tool tls-check --trust-store root.crt --timeout 1s -x "http://127.0.0.1:${proxy[2]}" server.test
    exits 124
    check -x "http://127.0.0.1:${proxy[3]}" server.test
    exits 29
    ends_saying "does not answer as an HTTP proxy"
}

@test "a proxy that is not there, or does not answer, is named with where it comes from" {
    start_tls proxy "- proxy=silence" "- lie=close"
    check -x http://127.0.0.1:1 server.test
    exits 1
    ends_saying "not ready: the proxy 127\.0\.0\.1:1 \(from --proxy\): connection refused"
    run_tool tls-check --trust-store root.crt --timeout 500ms -x "http://127.0.0.1:${proxy[0]}" server.test
    exits 124
    ends_saying "the proxy 127\.0\.0\.1:${proxy[0]} \(from --proxy\): no answer within the attempt's time"
    INITKIT_TLS_CHECK_PROXY=http://127.0.0.1:${proxy[1]} check server.test
    exits 1
    ends_saying "the proxy 127\.0\.0\.1:${proxy[1]} \(from INITKIT_TLS_CHECK_PROXY\): the connection ended while asking the proxy"
    INITKIT_PROXY=http://127.0.0.1:1 check server.test
    ends_saying "the proxy 127\.0\.0\.1:1 \(from INITKIT_PROXY\): connection refused"
    INITKIT_PROXY=http://127.0.0.1:2 check -x http://127.0.0.1:1 server.test
    ends_saying "the proxy 127\.0\.0\.1:1 \(from --proxy\): connection refused"
}

@test "a URL's query, user and password are shown nowhere" {
    start_tls port "good status=404"
    : >term
    local form
    for form in text json; do
        check --log-format "$form" -v --termination-log term --report report.json --show-chain \
            --connect "127.0.0.1:${port[0]}" "https://server.test/health?token=secret"
        exits 26
        says "https://server\.test/health"
        if grep -H secret out err term report.json; then return 1; fi
    done
    for form in https://user:secret@server.test/ "https://server.test/a b?token=secret" "server.test/?token=secret"; do
        check "$form"
        exits 2
        says_not secret
    done
}

@test "a user and a password in a proxy's URL are refused" {
    run_tool tls-check -x http://user:secret@127.0.0.1:3128 server.test
    refuses_naming --proxy
    says_not secret@
}

### STARTTLS

@test "STARTTLS by each protocol" {
    local protocol
    for protocol in smtp imap pop3 postgres mysql ldap; do
        start_tls port "good speaks=$protocol"
        check --starttls "$protocol" $(at "${port[0]}")
        exits 0
    done
}

@test "STARTTLS refused is 24; a server that is busy is waited for" {
    start_tls port "- speaks=smtp lie=refuse" "- speaks=postgres lie=refuse" "- speaks=mysql lie=refuse" "- lie=ssh"
    check --starttls smtp $(at "${port[0]}")
    exits 24
    ends_saying "does not start TLS: it refuses the command \(\"502 not implemented\"\)"
    check --starttls postgres $(at "${port[1]}")
    exits 24
    ends_saying "TLS disabled"
    run_tool tls-check --trust-store root.crt --timeout 1s --starttls mysql $(at "${port[2]}")
    exits 124
    ends_saying "Too many connections"
    check --starttls imap $(at "${port[3]}")
    exits 24
}

### Lying peers

@test "peers that stall at any step are given up at the deadline" {
    local lie
    for lie in silence hello slow; do
        start_tls port "- lie=$lie"
        run_tool tls-check --trust-store root.crt --timeout 1s $(at "${port[0]}")
        exits 124
        ends_saying "the TLS handshake timed out"
        took_less_than 3000
    done
    start_tls port "- proxy=silence" "- lie=silence" "good http=no"
    run_tool tls-check --trust-store root.crt --timeout 500ms -x "http://127.0.0.1:${port[0]}" server.test
    exits 124
    run_tool tls-check --trust-store root.crt --timeout 500ms --starttls smtp $(at "${port[1]}")
    exits 124
    run_tool tls-check --trust-store root.crt --timeout 500ms --http-path / $(at "${port[2]}")
    exits 124
    ends_saying "waiting for the HTTP answer"
}

@test "peers that close, reset, flood and never end are told, and cost no memory" {
    not_emulated
    local lie
    for lie in close reset; do
        start_tls port "- lie=$lie"
        run_tool tls-check --trust-store root.crt --timeout 1s $(at "${port[0]}")
        exits 124
        ends_saying "in the handshake"
    done
    for lie in endless flood alerts alert; do
        start_tls port "- lie=$lie"
        (
            [[ $bin != *sanitized* ]] && ulimit -v 65536
            check $(at "${port[0]}")
            exits 24
        )
    done
}

@test "SIGTERM ends it at once in every phase" {
    local phase
    start_tls port "- lie=silence" "good http=no" "- proxy=silence"
    for phase in "--connect 127.0.0.1:${port[0]} server.test" "--connect 127.0.0.1:${port[0]} --starttls imap server.test" \
        "--connect 127.0.0.1:${port[1]} https://server.test/" "-x http://127.0.0.1:${port[2]} server.test"; do
        # shellcheck disable=SC2086 # several words
        start_tool tls-check --trust-store root.crt --timeout 20s $phase
        until_true 5 listens_for_signals "$tool"
        sleep 0.3
        local begun
        begun=$(milliseconds)
        kill -TERM "$tool"
        wait_tool
        exits 143
        [ $(($(milliseconds) - begun)) -lt 500 ]
        ends_saying "stopped by SIGTERM"
    done
}

### What is written

@test "--report is JSON that tells everything, whatever the verdict" {
    start_tls port elsewhere
    check --report report.json $(at "${port[0]}")
    exits 21
    "$python" - <<'END'
import json
report = json.load(open("report.json"))
assert report["version"] == 1 and report["code"] == 21
target = report["targets"][0]
assert target["host"] == "server.test" and not target["ready"] and target["reasons"][0]["class"] == 21
connection = target["connections"][0]
assert connection["protocol"] == "TLSv1.3" and not connection["passed"]
assert [c["subject"] for c in connection["chain"]] == ["CN=server.test", "CN=Example Issuing CA, O=Example Trust", "CN=Example Global Root G2, O=Example Trust"]
assert connection["sent"][0]["dns_names"] == ["elsewhere.test", "other.test"] and connection["chain_from_server"] == 2
END
}

@test "--metrics is Prometheus' text format, whatever the verdict" {
    start_tls port good expired
    check --metrics m.prom --warn-days 1000 --connect "127.0.0.1:${port[0]}" server.test 'https://server.test/a"b\c'
    exits 0
    grep -qx 'initkit_tls_check_ready{target="server.test"} 1' m.prom
    grep -qx 'initkit_tls_check_class{target="server.test"} 0' m.prom
    grep -qx 'initkit_tls_check_warnings{target="server.test"} 1' m.prom
    grep -qx 'initkit_tls_check_days_left{target="server.test",address="127.0.0.1"} 399' m.prom
    grep -qx 'initkit_tls_check_code 0' m.prom
    grep -qxF 'initkit_tls_check_ready{target="https://server.test/a\"b\\c"} 1' m.prom
    [ "$(stat -c %a m.prom)" = 644 ]
    # Each line is what the format allows, and no name stands twice.
    "$python" - <<'END'
import re
seen = set()
for line in open("m.prom"):
    assert re.fullmatch(r'# (HELP [a-z_]+ .+|TYPE [a-z_]+ gauge)|[a-z_]+(\{[a-z]+="([^"\\]|\\["\\n])*"(,[a-z]+="([^"\\]|\\["\\n])*")*\})? -?[0-9]+', line.rstrip("\n")), line
    if line.startswith("# TYPE"):
        assert line not in seen, line
        seen.add(line)
assert len(seen) == 8, seen
END
    check --metrics m.prom $(at "${port[1]}")
    exits 22
    grep -qx 'initkit_tls_check_ready{target="server.test"} 0' m.prom
    grep -qx 'initkit_tls_check_class{target="server.test"} 22' m.prom
    grep -q 'initkit_tls_check_days_left{.*} -[0-9]' m.prom
    check --metrics - $(at "${port[0]}")
    prints '^initkit_tls_check_code 0$'
    check --metrics nowhere/m.prom $(at "${port[0]}")
    exits 1
    ends_saying "nowhere/m\.prom: cannot be written"
}

@test "--issuer: an issuer of the chain has to fit, whatever the trust store holds" {
    start_tls port good stranger
    for pattern in "Example Issuing" "example global root" "CN=Example Issuing*Example Trust" "*"; do
        check --issuer "$pattern" $(at "${port[0]}")
        exits 0
    done
    check --issuer Nobody --issuer "Example Issuing" $(at "${port[0]}")
    exits 0
    check --issuer "Example" --trust-store other.crt $(at "${port[1]}")
    exits 20
    ends_saying "no issuer in the chain is Example: the certificate's is CN=Unrelated Root, O=Somebody Else.*hint: .*a proxy in between"
    check --issuer "*Issuing" $(at "${port[0]}")
    exits 20
    check --issuer "" $(at "${port[0]}")
    refuses_naming --issuer
}

@test "--max-validity: 28 for a certificate that is made for longer" {
    start_tls port good
    check --max-validity 400d $(at "${port[0]}")
    exits 0
    check --max-validity 9600h $(at "${port[0]}")
    exits 0
    check --max-validity 398d $(at "${port[0]}")
    exits 28
    ends_saying "the certificate CN=server\.test is valid for 400 days in all, more than the 398 of --max-validity"
    for value in 0d 398days x -1d; do
        check --max-validity="$value" $(at "${port[0]}")
        refuses_naming --max-validity
    done
}

@test "--show-chain is for people, --export-chain for openssl" {
    start_tls port good
    check --show-chain --export-chain sent.pem $(at "${port[0]}")
    exits 0
    prints "^  0  CN=server\.test$"
    prints "from the trust store, EC prime256v1"
    [ "$(grep -c BEGIN sent.pem)" -eq 2 ]
    openssl verify -CAfile root.crt -untrusted sent.pem sent.pem
}

@test "a report that cannot be written is 1, not ready" {
    start_tls port good
    check --report nowhere/report.json $(at "${port[0]}")
    exits 1
    ends_saying "nowhere/report\.json: cannot be written"
}

### The run

@test "what is wrong for good ends the run at once, and --wait-for-trust waits until it is mended" {
    start_tls port good
    cp other.crt store.pem
    run_tool tls-check --timeout 20s --trust-store store.pem $(at "${port[0]}")
    exits 20
    took_less_than 5000
    start_tool tls-check --timeout 20s --wait-for-trust --trust-store store.pem $(at "${port[0]}")
    until_true 10 err_has "missing intermediate|unknown issuer"
    cat root.crt >store.pem
    wait_tool
    exits 0
}

@test "an attempt whose time is over before it can connect is one that failed" {
    local i root
    # Read again for an attempt more than a second later; this takes longer than that attempt has.
    root=$(<root.crt)
    for ((i = 0; i < 4000; i++)); do echo "$root"; done >store.pem
    run_tool tls-check --trust-store store.pem --attempt-timeout 1ms --interval 1200ms --timeout 2s 127.0.0.1:1
    exits 124
    says "store\.pem: was not read to its end in time.*--attempt-timeout"
    run_tool tls-check --trust-store store.pem --timeout 1ms 127.0.0.1:1
    exits 124
    ends_saying "not ready: store\.pem: was not read to its end in time"
}

@test "--warn-only says the verdict and exits 0" {
    start_tls port expired
    check --warn-only $(at "${port[0]}")
    exits 0
    ends_saying "not ready: .*expired"
}

@test "options that do not go together, and values that make no sense, are refused" {
    run_tool tls-check --min-tls 1.3 --max-tls 1.2 server.test
    refuses_naming --min-tls
    run_tool tls-check --client-key client.key server.test
    refuses_naming --client-key
    run_tool tls-check --pin-sha256 short server.test
    refuses_naming --pin-sha256
    run_tool tls-check --verify-time yesterday server.test
    refuses_naming --verify-time
    run_tool tls-check --http-status 9 server.test
    refuses_naming --http-status
    run_tool tls-check --http-status 204 server.test
    refuses_naming --http-path
    run_tool tls-check http://server.test
    refuses_naming http://server.test
    run_tool tls-check https://user:secret@server.test/
    exits 2
    run_tool tls-check
    refuses_naming TARGET
}
