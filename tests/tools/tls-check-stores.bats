#!/usr/bin/env bats
# Trust stores as keytool, openssl and distributions write them, whole and broken; and what the AppDynamics agent would do.
#
# shellcheck disable=SC2030,SC2031,SC2034,SC2046,SC2154

load lib
load tls

@test "a trust store is told by its content: PEM, DER, PKCS#12, JKS, JCEKS, a directory" {
    local store
    start_tls port good
    for store in root.crt root.der root.p12 root.jks root.jceks pkcs12-named.jks; do
        check --trust-store "$store" --trust-store-password-file password $(at "${port[0]}")
        exits 0
        says_not "no password|changed"
    done
    mkdir folder
    cp root.crt folder/some-name
    check --trust-store folder $(at "${port[0]}")
    exits 0
}

@test "several trust stores add up, and system is one of them" {
    start_tls port good
    check --trust-store other.crt --trust-store root.crt $(at "${port[0]}")
    exits 0
    SSL_CERT_FILE=root.crt check --trust-store other.crt --trust-store system $(at "${port[0]}")
    exits 0
    SSL_CERT_FILE=root.crt run_tool tls-check --once $(at "${port[0]}")
    exits 0
    SSL_CERT_FILE=other.crt run_tool tls-check --once $(at "${port[0]}")
    exits 20
}

@test "27: a store that is absent, empty, truncated, changed, or no store" {
    : >empty
    echo "no store at all" >text
    local store
    for store in absent empty text truncated.jks truncated.p12 corrupt.jks; do
        check --trust-store "$store" --trust-store-password-file password 127.0.0.1:1
        exits 27
        ends_saying "$store: "
    done
    mkdir nothing
    check --trust-store nothing 127.0.0.1:1
    exits 27
    ends_saying "holds no trusted certificate"
}

# pbmac1 ROUNDS: what PKCS12 MacData is with PBMAC1 (RFC 9879) and so many rounds, as a file around root.p12's contents.
pbmac1() {
    "$python" - root.p12 "$1" <<'PYTHON'
import sys


def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    head = bytes([size]) if size < 128 else bytes([0x80 | (size.bit_length() + 7) // 8]) + size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag]) + head + body


def element(data, at):
    size, at_content = data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, at_content = int.from_bytes(data[at + 2 : at + 2 + count], "big"), at + 2 + count
    return data[at : at_content + size], at_content, at_content + size


def oid(*bytes_):
    return der(6, bytes(bytes_))


data = open(sys.argv[1], "rb").read()
_, at, _ = element(data, 0)
version, _, at = element(data, at)
contents, _, at = element(data, at)
rounds = int(sys.argv[2])
number = der(2, rounds.to_bytes(rounds.bit_length() // 8 + 1, "big"))
hmac = der(0x30, oid(0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x09), der(5))
pbkdf2 = der(
    0x30,
    oid(0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0C),
    der(0x30, der(4, b"saltsalt"), number, der(2, b"\x20"), hmac),
)
pbmac1 = der(0x30, oid(0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0E), der(0x30, pbkdf2, hmac))
mac = der(0x30, der(0x30, pbmac1, der(4, b"\x00" * 32)), der(4, b"saltsalt"), der(2, b"\x01"))
sys.stdout.buffer.write(der(0x30, version, contents, mac))
PYTHON
}

# What cannot be interrupted is bounded, for all of a file together: neither the deadline nor a signal would be heard.
@test "27: a file that would take hours of key derivation is refused at once, in whatever way it asks for them" {
    local file
    start_tls port good
    openssl pkcs12 -export -nokeys -in root.crt -iter 2500001 -nomaciter -passout pass:changeit -out safe.p12
    openssl pkcs12 -export -nokeys -in root.crt -iter 1300000 -passout pass:changeit -out together.p12
    pbmac1 2147483647 >pbmac1.p12
    for file in safe together pbmac1; do
        check --trust-store "$file.p12" --trust-store-password-file password $(at "${port[0]}")
        exits 27
        ends_saying "$file.p12: asks for more than 2500000 rounds of key derivation"
    done
    check --trust-store pbmac1.p12 $(at "${port[0]}")
    exits 27
    ends_saying "asks for more than 2500000 rounds of key derivation"
    pbmac1 1000 >few.p12 # the digest is not that of the password
    check --trust-store few.p12 --trust-store-password-file password $(at "${port[0]}")
    exits 27
    ends_saying "the password is wrong, or the file was changed"
    openssl pkcs8 -topk8 -in client.key -iter 1000 -passout pass:secret -out usual.key
    openssl pkcs8 -topk8 -in client.key -iter 2500001 -passout pass:secret -out absurd.key
    check --client-cert client.crt --client-key absurd.key --client-key-password-file secret $(at "${port[0]}")
    exits 27
    ends_saying "absurd.key: asks for more than 2500000 rounds of key derivation"
    check --client-cert client.crt --client-key usual.key --client-key-password-file secret $(at "${port[0]}")
    exits 0
    openssl pkcs12 -export -in client.crt -inkey client.key -iter 1300000 -nomaciter -passout pass:secret -out clientslow.p12
    check --client-cert clientslow.p12 --client-key-password-file secret $(at "${port[0]}")
    exits 27
    ends_saying "clientslow.p12: asks for more than 2500000 rounds of key derivation"
}

@test "27: --profile java takes no client certificate that a JVM does not load" {
    start_tls port "good client=required"
    openssl x509 -in client.crt -outform DER -out client.der
    local file
    for file in client.pem client.der client.jceks; do
        check --profile java --client-cert "$file" --client-key-password-file separate $(at "${port[0]}")
        exits 27
        ends_saying "$file: is (PEM|DER|JCEKS), which Java does not load as a key store; hint: convert it: (openssl|keytool) "
    done
    check --profile java --client-cert client.p12 --client-key client.key --client-key-password-file password $(at "${port[0]}")
    exits 27
    ends_saying "client.key: is PEM, which Java does not load as a key store"
    check --profile java --client-cert client.jks --client-key-password-file separate $(at "${port[0]}")
    exits 0
}

@test "27: a wrong password; none is a warning for JKS" {
    start_tls port good
    check --trust-store root.jks --trust-store-password-file wrong $(at "${port[0]}")
    exits 27
    ends_saying "the password is wrong, or the file was changed"
    check --trust-store root.p12 --trust-store-password-file wrong $(at "${port[0]}")
    exits 27
    check --trust-store root.jks --trust-store-password-file absent $(at "${port[0]}")
    exits 27
    check --trust-store root.jks $(at "${port[0]}")
    exits 0
    says "no password was given, so its integrity cannot be checked"
}

@test "PKCS#12 without a password: a guess that fits is a warning, and Java guesses none" {
    start_tls port good
    check --trust-store root.p12 $(at "${port[0]}")
    exits 0
    says "opened with the password \"changeit\", although no password was given"
    check --trust-store empty.p12 $(at "${port[0]}")
    exits 0
    says "opened with"
    check --profile java --trust-store root.p12 $(at "${port[0]}")
    exits 27
    ends_saying "holds no trusted certificate that Java sees; hint: root\.p12: is encrypted, and without a password Java reads nothing"
}

@test "what Java does not see in a PKCS#12 file is said, and counts for nothing with --profile java" {
    start_tls port good
    check --trust-store blind.p12 --trust-store-password-file password $(at "${port[0]}")
    exits 0
    says "Java will see 0 of its 1 certificates as trusted"
    check --profile java --trust-store blind.p12 --trust-store-password-file password $(at "${port[0]}")
    exits 27
    ends_saying "holds no trusted certificate that Java sees"
}

@test "the system's bundle and Java's cacerts are read" {
    start_tls port good
    local store
    for store in /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/java/cacerts; do
        [ -e "$store" ] || continue
        check --trust-store "$store" --report report.json $(at "${port[0]}")
        exits 20
        "$python" -c 'import json; assert json.load(open("report.json"))["trust_store"]["anchors"] > 100'
    done
}

@test "a JKS store that tests/tls/make-jks wrote is what keytool reads, and what is read here" {
    start_tls port good
    "$repository/tests/tls/make-jks" made.jks changeit other.crt root.crt
    keytool -list -keystore made.jks -storetype JKS -storepass changeit >list
    grep -q 'contains 2 entries' list
    grep -q '^root,.*trustedCertEntry' list
    check --trust-store made.jks --trust-store-password-file password $(at "${port[0]}")
    exits 0
    says_not "no password|changed"
}

@test "PEM with a broken part is used without it, and says so" {
    start_tls port good
    { cat root.crt; echo "-----BEGIN CERTIFICATE-----"; echo "AAAA"; echo "-----END CERTIFICATE-----"; } >part.pem
    check --trust-store part.pem $(at "${port[0]}")
    exits 0
    says "1 of its PEM blocks is truncated or corrupt"
}

@test "a bundle that OpenSSL refuses, or reads in part, is used, and it is told whom that will fail" {
    local text="joined.pem: clients that use OpenSSL \(curl, Python, Node\.js\) cannot read this file"
    start_tls port good
    { printf '%s' "$(cat other.crt)"; cat root.crt; } >joined.pem
    check --trust-store joined.pem $(at "${port[0]}")
    exits 0
    says "$text: two blocks are joined without a newline"
    ! openssl verify -CAfile joined.pem ca.crt || report "OpenSSL reads it"
    { cat root.crt; printf '%s\n' "-----BEGIN X509 CRL-----" AAAA "-----END X509 CRL-----"; } >joined.pem
    check --trust-store joined.pem $(at "${port[0]}")
    exits 0
    says "$text: a certificate, CRL or key in it is broken"
    ! openssl verify -CAfile joined.pem ca.crt || report "OpenSSL reads it"
    { cat root.crt; sed '3s/^/!/' other.crt; } >joined.pem
    check --trust-store joined.pem $(at "${port[0]}")
    exits 0
    says "$text: one block has something between its lines"
    ! openssl verify -CAfile joined.pem ca.crt || report "OpenSSL reads it"
    # One that does not begin its line is not seen by OpenSSL.
    { sed '1s/^/x/' root.crt; cat other.crt; } >joined.pem
    check --trust-store joined.pem $(at "${port[0]}")
    exits 0
    says "joined.pem: clients that use OpenSSL .* will find 1 of its 2 certificates"
    # What is beside the blocks, settings, a key and long lines harm nobody.
    {
        echo "# junk -- of people"
        openssl x509 -in root.crt -addtrust serverAuth -trustout
        cat client.key client.encrypted.key
        echo "-----BEGIN CERTIFICATE-----"
        openssl x509 -in other.crt -outform DER | base64 -w0
        printf '\n-----END CERTIFICATE-----\r\n'
    } >joined.pem
    check --trust-store joined.pem $(at "${port[0]}")
    exits 0
    says_not "OpenSSL"
    openssl verify -purpose sslserver -CAfile joined.pem -untrusted ca.crt good.crt
}

@test "27: what a file is that holds certificates in another way is named, with the line that makes it usable" {
    local file words
    openssl crl2pkcs7 -nocrl -certfile root.crt -out p7.pem
    openssl crl2pkcs7 -nocrl -certfile root.crt -outform DER -out p7.der
    iconv -f UTF-8 -t UTF-16 root.crt >utf16.pem
    iconv -f UTF-8 -t UTF-16LE root.crt >utf16le.pem
    base64 root.jks >jks.b64
    base64 -w0 root.p12 >p12.b64
    base64 root.crt >pem.b64
    "$python" - <<'END'
jks, p12, pem = (open(name, "rb").read() for name in ("root.jks", "root.p12", "root.crt"))
open("utf8.jks", "wb").write(jks.decode("utf-8", "replace").encode())
open("utf8.p12", "wb").write(p12.decode("utf-8", "replace").encode())
open("latin.jks", "wb").write(jks.decode("latin-1").encode())
open("oneline.pem", "wb").write(pem.replace(b"\n", b"\\n"))
open("indented.pem", "wb").write(b"".join(b"    " + line for line in pem.splitlines(True)))
open("store.bks", "wb").write(b"\0\0\0\2\0\0\0\x14" + b"salt" * 5 + b"\0\0\6\0" + b"x" * 200)
pbes2 = b"\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d\x30\x02\x05\x00"
data = pbes2 + b"\x04\x04data"
open("store.bcfks", "wb").write(bytes([0x30, len(data) + 6, 0x30, len(data)]) + data + b"\x04\x02xx")
END
    while read -r file words; do
        check --trust-store "$file" 127.0.0.1:1
        exits 27
        ends_saying "$file: is $words"
    done <<'END'
p7.pem PKCS#7, which is not supported.*hint: .*openssl pkcs7 -print_certs -in p7\.pem -out NEW\.pem
p7.der PKCS#7 \(DER\).*hint: .*openssl pkcs7 -inform DER -print_certs -in p7\.der
utf16.pem text in UTF-16.*hint: .*iconv -f UTF-16 -t UTF-8 utf16\.pem
utf16le.pem text in UTF-16
jks.b64 the base64 of a store.*hint: .*encoded twice\? base64 -d jks\.b64
p12.b64 the base64 of a store
pem.b64 the base64 of a store
utf8.jks a binary store that was converted as if it were text.*hint: .*binaryData
utf8.p12 a binary store that was converted as if it were text
latin.jks a binary store that was converted as if it were text
oneline.pem PEM with "\\n" as two characters
indented.pem PEM whose lines are indented
store.bks BKS or UBER
store.bcfks BCFKS
END
    # The lines do what they promise.
    openssl pkcs7 -inform DER -print_certs -in p7.der -out NEW.pem
    start_tls port good
    check --trust-store NEW.pem $(at "${port[0]}")
    exits 0
    printf '%b' "$(cat oneline.pem)" >NEW.pem
    check --trust-store NEW.pem $(at "${port[0]}")
    exits 0
    # The same for the client's.
    base64 client.p12 >client.b64
    check --client-cert client.b64 127.0.0.1:1
    exits 27
    ends_saying "client\.b64: is the base64 of a store"
}

@test "a second certificate behind one of DER does not count, and that is told" {
    start_tls port good
    openssl x509 -in other.crt -outform DER >two.der
    cat root.der >>two.der
    check --trust-store two.der $(at "${port[0]}")
    exits 20
    says "two.der: only its first certificate is used, [0-9]+ bytes follow it"
}

@test "27: a store that may not be read: whose it is, with what mode, and who asks" {
    cp root.crt denied.pem
    chmod 0640 denied.pem
    inside=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    check --trust-store denied.pem 127.0.0.1:1
    exits 27
    ends_saying "denied\.pem: Permission denied.*hint: it belongs to 0:0 with mode 0640, and this runs as 65534:65534"
    mkdir -m 700 closed
    cp root.crt closed
    check --trust-store closed/root.crt 127.0.0.1:1
    exits 27
    ends_saying "hint: UID 65534, GID [0-9]+, as which this runs, may not enter a directory on its path"
}

@test "27: client certificates and keys that do not open" {
    check --client-cert absent.pem 127.0.0.1:1
    exits 27
    check --client-cert client.crt 127.0.0.1:1
    exits 27
    ends_saying "client\.crt: holds no private key"
    check --client-cert client.crt --client-key client.encrypted.key 127.0.0.1:1
    exits 27
    ends_saying "the private key needs a password"
    check --client-cert client.crt --client-key client.encrypted.key --client-key-password-file wrong 127.0.0.1:1
    exits 27
    ends_saying "cannot be decrypted with that password"
    check --client-cert client.jks --client-key-password-file password 127.0.0.1:1
    exits 27
    ends_saying "the key of entry \"agent\" cannot be decrypted with that password"
}

@test "a client key that is encrypted in the old way, whatever the cipher" {
    start_tls port "good client=required"
    local cipher
    for cipher in aes-128-cbc aes-192-cbc aes-256-cbc des-ede3-cbc des-ede-cbc aes-128-cfb aes-256-cfb8 aes-192-ofb aes-256-ctr \
        des-ede3-cfb chacha20; do
        openssl pkey -in client.key -traditional "-$cipher" -passout pass:secret -out old.key
        grep -qi "DEK-Info: $cipher," old.key
        check --client-cert client.crt --client-key old.key --client-key-password-file secret $(at "${port[0]}")
        exits 0
    done
    check --client-cert client.crt --client-key old.key --client-key-password-file password $(at "${port[0]}")
    exits 27
    ends_saying "cannot be decrypted with that password"
}

### --as-agent

# agent_info DIRECTORY ELEMENT VALUE...
agent_info() {
    mkdir -p "$1"
    local file=$1/controller-info.xml
    shift
    {
        echo '<?xml version="1.0"?><controller-info><!-- <controller-host>commented.out</controller-host> -->'
        while [ $# -gt 0 ]; do
            echo "<$1>$2</$1>"
            shift 2
        done
        echo '</controller-info>'
    } >"$file"
}

# alter FROM TO CERTIFICATE OFFSET: a copy of a store with one bit turned over in that certificate of it.
alter() {
    openssl x509 -in "$3" -outform DER -out altered.der
    "$python" - "$1" "$2" altered.der "$4" <<'END'
import sys

_, store, altered, certificate, offset = sys.argv
data, der = bytearray(open(store, "rb").read()), open(certificate, "rb").read()
data[data.index(der) + range(len(der))[int(offset)]] ^= 1
open(altered, "wb").write(data)
END
}

@test "27: a key store that was changed is told by its digest, where its own password is known" {
    start_tls port "ip client=required"
    alter client.jks signature.jks client.crt -3
    local store
    for store in client.jks signature.jks; do
        agent_info agent/conf controller-host 127.0.0.1 controller-port "${port[0]}" controller-ssl-enabled true \
            use-ssl-client-auth true asymmetric-keystore-filename "$store" asymmetric-keystore-password changeit \
            asymmetric-key-password separate asymmetric-key-alias AGENT
        cp root.jks agent/conf/cacerts.jks
        cp "$store" agent/conf/
        check --as-agent appd --agent-dir agent
        [ "$store" = signature.jks ] || exits 0
    done
    exits 27
    ends_saying "signature\.jks: the password is wrong, or the file was changed.*hint: show with: keytool -list"
}

@test "27: a key store that was changed is told by its key or its certificates, or else it is a warning" {
    start_tls port "good client=required"
    check --client-cert clientsame.jks --client-key-password-file password $(at "${port[0]}")
    exits 0
    says_not "changed"
    # The key has a password of its own, and nobody gave the store's.
    check --client-cert client.jks --client-key-password-file separate $(at "${port[0]}")
    exits 0
    says "client\.jks: the password is the key's and not that of the store, or the file was changed, so its integrity"
    # Its first byte: no certificate any more. A byte of its signature: the server sees it.
    alter clientsame.jks certificate.jks client.crt 0
    check --client-cert certificate.jks --client-key-password-file password $(at "${port[0]}")
    exits 27
    ends_saying "certificate\.jks: certificate 1 of entry \"agent\" is corrupt"
    alter clientsame.jks signature.jks client.crt -3
    check --client-cert signature.jks --client-key-password-file password $(at "${port[0]}")
    exits 23
    says "signature\.jks: .*or the file was changed"
    # A byte of the key, which lies before its certificates.
    "$python" - <<'END'
data = bytearray(open("clientsame.jks", "rb").read())
data[150] ^= 1
open("key.jks", "wb").write(data)
END
    check --client-cert key.jks --client-key-password-file password $(at "${port[0]}")
    exits 27
    ends_saying "the key of entry \"agent\" cannot be decrypted with that password"
}

@test "--as-agent takes controller and store from controller-info.xml, and Java's rules" {
    start_tls port ip
    agent_info agent/ver20.8.0.30686/conf controller-host 127.0.0.1 controller-port "${port[0]}" controller-ssl-enabled true
    cp root.jks agent/ver20.8.0.30686/conf/cacerts.jks
    check --as-agent appd --agent-dir agent
    exits 0
    says "agent: controller host 127\.0\.0\.1 \(from agent/ver20\.8\.0\.30686/conf/controller-info\.xml\)"
    says "agent: trust store agent/ver20\.8\.0\.30686/conf/cacerts\.jks \(the agent's own\)"
    says "agent: speaks TLSv1\.2 at most \(its default\)"
    check --as-agent appd --agent-dir agent --max-tls 1.3
    ends_saying "127\.0\.0\.1:${port[0]}: ready.*TLSv1\.3"
    JAVA_TOOL_OPTIONS=-Dappdynamics.agent.ssl.protocol=TLSv1.3 check --as-agent appd --agent-dir agent
    ends_saying "127\.0\.0\.1:${port[0]}: ready.*TLSv1\.3"
    check --as-agent appd --agent-dir agent
    ends_saying "127\.0\.0\.1:${port[0]}: ready.*TLSv1\.2"
}

@test "--as-agent: a JVM that is told to speak disabled versions alone connects to nobody: 24" {
    local option
    start_tls port ip
    agent_info agent/ver20.8.0.30686/conf controller-host 127.0.0.1 controller-port "${port[0]}" controller-ssl-enabled true
    cp root.jks agent/ver20.8.0.30686/conf/cacerts.jks
    for option in -Dappdynamics.agent.ssl.protocol=TLSv1 -Djdk.tls.client.protocols=TLSv1,TLSv1.1; do
        JAVA_TOOL_OPTIONS=$option check --as-agent appd --agent-dir agent
        exits 24
        ends_saying "configured for TLSv1.* only \(from JAVA_TOOL_OPTIONS\), which Java has disabled"
    done
    JAVA_TOOL_OPTIONS=-Djdk.tls.client.protocols=TLSv1.1,TLSv1.2 check --as-agent appd --agent-dir agent
    exits 0
}

@test "--as-agent: the wrong root in cacerts.jks is 20, and names the one that is missing" {
    start_tls port ip
    agent_info agent/ver20.8.0.30686/conf controller-host 127.0.0.1 controller-port "${port[0]}" controller-ssl-enabled true
    cp old.jks agent/ver20.8.0.30686/conf/cacerts.jks
    check --as-agent appd --agent-dir agent
    exits 20
    ends_saying "cacerts\.jks .*the closest there is CN=Example Global Root CA"
}

@test "--as-agent: variables beat system properties, those beat the newest version's file, that beats the shared one" {
    start_tls port ip
    agent_info agent/conf controller-host 127.0.0.4 controller-port 4 controller-ssl-enabled true
    agent_info agent/ver20.8.0/conf controller-host 127.0.0.3 controller-port 3
    export JAVA_TOOL_OPTIONS="-Dappdynamics.controller.hostName=127.0.0.2 '-Dappdynamics.controller.port=2'"
    APPDYNAMICS_CONTROLLER_HOST_NAME=127.0.0.1 APPDYNAMICS_CONTROLLER_PORT=${port[0]} check --as-agent appd --agent-dir agent \
        --trust-store root.jks
    exits 0
    says "controller host 127\.0\.0\.1 \(from APPDYNAMICS_CONTROLLER_HOST_NAME\)"
    says "TLS true \(from agent/conf/controller-info\.xml\)"
    check --as-agent appd --agent-dir agent --trust-store root.jks
    says "controller host 127\.0\.0\.2 \(from JAVA_TOOL_OPTIONS\)"
    ends_saying "127\.0\.0\.2:2: not ready"
    unset JAVA_TOOL_OPTIONS
    check --as-agent appd --agent-dir agent --trust-store root.jks
    ends_saying "127\.0\.0\.3:3: not ready"
}

@test "--as-agent without cacerts.jks: a controller on premises is not validated, which is a warning" {
    start_tls port elsewhere
    agent_info agent/conf controller-host 127.0.0.1 controller-port "${port[0]}" controller-ssl-enabled true
    check --as-agent appd --agent-dir agent
    exits 0
    says "takes any certificate of a controller on premises"
    says "not for 127\.0\.0\.1"
    # What AppDynamics runs is validated, whatever controller the settings name.
    local host
    for host in x.saas.appdynamics.com x.saas.appdynamics.com.; do
        SSL_CERT_FILE=root.crt check --as-agent appd --agent-dir agent --connect "127.0.0.1:${port[0]}" "$host"
        exits 21
        says_not "takes any certificate"
    done
}

@test "--as-agent validates where it is not known that the agent does not" {
    start_tls port stranger
    APPDYNAMICS_CONTROLLER_HOST_NAME=127.0.0.1 APPDYNAMICS_CONTROLLER_PORT=${port[0]} SSL_CERT_FILE=root.crt \
        check --as-agent appd --server-name server.test
    exits 20
    says "the agent has no cacerts.jks that is known .--agent-dir."
    agent_info agent/conf controller-host 127.0.0.1 controller-port "${port[0]}" controller-ssl-enabled true
    check --as-agent appd --agent-dir agent --server-name server.test
    exits 0
    ln -s cacerts.jks agent/conf/cacerts.jks # leads to itself: it is there, and cannot be read
    check --as-agent appd --agent-dir agent --server-name server.test
    exits 27
}

@test "--as-agent: client certificate, proxy, and a password that is never shown" {
    start_tls port "ip client=required"
    start_tls proxy "- proxy=ok"
    agent_info agent/conf controller-host 127.0.0.1 controller-port "${port[0]}" controller-ssl-enabled true \
        use-ssl-client-auth true asymmetric-keystore-filename client.jks asymmetric-keystore-password changeit \
        asymmetric-key-password separate asymmetric-key-alias agent
    cp root.jks agent/conf/cacerts.jks
    cp client.jks agent/conf/client.jks
    JAVA_TOOL_OPTIONS="-Dappdynamics.http.proxyHost=127.0.0.1 -Dappdynamics.http.proxyPort=${proxy[0]}" \
        check --as-agent appd --agent-dir agent
    exits 0
    says "proxy host 127\.0\.0\.1 \(from JAVA_TOOL_OPTIONS\)"
    says_not "changeit|separate"
}

@test "--as-agent tells the port that nobody named, and where the agent looks for the store that somebody did" {
    mkdir -p agent/conf
    agent_info agent/conf controller-host 127.0.0.1 controller-ssl-enabled true controller-keystore-filename own.jks
    cp root.jks agent/conf/own.jks
    check --as-agent appd --agent-dir agent
    says "agent: controller port 8181 \(the default on premises, for TLS\)"
    says "agent: trust store agent/conf/own\.jks \(where it looks for that name\)"
    ends_saying "^tls-check: 127\.0\.0\.1:8181: not ready"
    APPDYNAMICS_CONTROLLER_HOST_NAME=none.saas.appdynamics.com check --as-agent appd --connect 127.0.0.1:1
    says "agent: controller port 443 \(the default for SaaS\)"
}

@test "--as-agent reads controller-info.xml as XML: attributes, CDATA; what is not XML is refused" {
    start_tls port ip
    mkdir -p agent/conf
    cp root.jks agent/conf/cacerts.jks
    cat >agent/conf/controller-info.xml <<END
<controller-info><controller-host type="name"><![CDATA[127.0.0.1]]></controller-host>
<controller-port>&#x3${port[0]:0:1};${port[0]:1}</controller-port><controller-ssl-enabled>true</controller-ssl-enabled></controller-info>
END
    check --as-agent appd --agent-dir agent
    exits 0
    says "agent: controller host 127\.0\.0\.1"
    echo '<controller-info><controller-host>x</controller-info>' >agent/conf/controller-info.xml
    check --as-agent appd --agent-dir agent
    exits 2
    ends_saying "controller-info\.xml: line 1: mismatched tag"
}

@test "--as-agent: passwords that the agent keeps encrypted are not taken for passwords" {
    start_tls port "ip client=required"
    agent_info agent/conf controller-host 127.0.0.1 controller-port "${port[0]}" controller-ssl-enabled true \
        use-encrypted-credentials true controller-keystore-password a1b2c3 use-ssl-client-auth true \
        asymmetric-keystore-filename clientsame.jks asymmetric-keystore-password d4e5f6
    cp root.jks agent/conf/cacerts.jks
    cp clientsame.jks agent/conf
    check --as-agent appd --agent-dir agent --client-key-password-file password
    exits 0
    says "the agent's password for agent/conf/cacerts\.jks is encrypted \(use-encrypted-credentials, from .*--trust-store-password-file"
    says "cacerts\.jks: no password was given"
    says_not "a1b2c3|d4e5f6|password is wrong"
    check --as-agent appd --agent-dir agent
    exits 27
    says "the agent's passwords for agent/conf/clientsame\.jks are encrypted.*--client-key-password-file has to name one"
}

@test "Java's proxy for https and its exceptions, with --as-agent and --java-options" {
    start_tls port ip
    start_tls proxy "- proxy=403"
    export JAVA_TOOL_OPTIONS="-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=${proxy[0]} -Dhttp.nonProxyHosts=*.internal"
    check --java-options --trust-store root.jks "127.0.0.1:${port[0]}"
    exits 29
    ends_saying "the proxy 127\.0\.0\.1:${proxy[0]} \(from JAVA_TOOL_OPTIONS\) answers HTTP 403"
    JDK_JAVA_OPTIONS="-Dhttp.nonProxyHosts=*.internal|127.*" check --java-options --trust-store root.jks "127.0.0.1:${port[0]}"
    exits 0
    JDK_JAVA_OPTIONS="-Dhttp.nonProxyHosts=*.internal|127.*" check --java-options --trust-store root.jks "127.0.0.1:${port[0]}" other.test
    exits 2
    ends_saying "http\.nonProxyHosts excludes some of the targets"
    agent_info agent/conf controller-host 127.0.0.1 controller-port "${port[0]}" controller-ssl-enabled true
    cp root.jks agent/conf/cacerts.jks
    check --as-agent appd --agent-dir agent
    exits 29
    JAVA_TOOL_OPTIONS="-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=${proxy[0]} -Dhttp.nonProxyHosts=x" check --as-agent appd --agent-dir agent
    exits 29
    # For https Java by itself does not look at http.proxyHost.
    JAVA_TOOL_OPTIONS="-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=${proxy[0]} -Dhttp.nonProxyHosts=x" \
        check --java-options --trust-store root.jks "127.0.0.1:${port[0]}"
    exits 0
}

@test "--java-options: trust store and key store of any Java agent, and Java's rules" {
    unset JAVA_HOME
    start_tls port "ip client=optional" "rsa1024"
    check_java() {
        run_tool tls-check --once --java-options "$@"
    }
    export JAVA_TOOL_OPTIONS="-javaagent:dd.jar -Djavax.net.ssl.trustStore=other.jks -Djavax.net.ssl.trustStorePassword=changeit"
    check_java "127.0.0.1:${port[0]}"
    exits 20
    says "agent: trust store of the JVM other\.jks \(from JAVA_TOOL_OPTIONS\)"
    JDK_JAVA_OPTIONS="-Djavax.net.ssl.trustStore=root.jks -Djavax.net.ssl.keyStore=clientsame.jks -Djavax.net.ssl.keyStorePassword=changeit" \
        check_java --client-cert-accepted "127.0.0.1:${port[0]}"
    exits 0
    says "agent: trust store of the JVM root\.jks \(from JDK_JAVA_OPTIONS\)"
    _JAVA_OPTIONS="-Djavax.net.ssl.trustStore=other.jks" JDK_JAVA_OPTIONS="-Djavax.net.ssl.trustStore=root.jks" check_java "127.0.0.1:${port[0]}"
    exits 20
    says "agent: trust store of the JVM other\.jks \(from _JAVA_OPTIONS\)"
    says_not changeit
    JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=root.jks" check_java $(at "${port[1]}")
    exits 0
    says "only Java trusts this: the certificate CN=server\.test has a weak key"
    JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=root.jks -Djavax.net.ssl.trustStorePassword=wrong" check_java $(at "${port[1]}")
    exits 27
    JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=NUL -Djavax.net.ssl.trustStoreType=Windows-ROOT" check_java $(at "${port[1]}")
    exits 27
    ends_saying "javax\.net\.ssl\.trustStoreType Windows-ROOT \(from JAVA_TOOL_OPTIONS\) is not supported"
    mkdir -p home/lib/security
    cp root.jks home/lib/security/cacerts
    JAVA_HOME=home JAVA_TOOL_OPTIONS=-Xmx1g check_java $(at "${port[1]}")
    exits 0
    says "no javax\.net\.ssl\.trustStore is set.*home/lib/security/cacerts"
    check_java --as-agent appd 127.0.0.1:1
    exits 2
    ends_saying "--java-options and --as-agent do not go together"
}

@test "--as-agent without a controller is refused" {
    check --as-agent appd
    exits 2
    ends_saying "the controller's host is not set.*APPDYNAMICS_CONTROLLER_HOST_NAME"
}

@test "a certificate that the file itself trusts for something else, or for nothing, is no anchor" {
    start_tls port good
    openssl x509 -in root.crt -trustout -addtrust serverAuth -out servers.pem
    openssl x509 -in root.crt -trustout -addtrust emailProtection -out mail.pem
    openssl x509 -in root.crt -trustout -addreject serverAuth -out rejected.pem
    openssl x509 -in root.crt -trustout -setalias plain -out plain.pem
    local store
    for store in servers plain; do
        check --trust-store "$store.pem" $(at "${port[0]}")
        exits 0
    done
    for store in mail rejected; do
        grep -q "BEGIN TRUSTED" "$store.pem"
        check --trust-store "$store.pem" $(at "${port[0]}")
        exits 27
        ends_saying "1 of its certificates is not trusted for servers, by what is set in the file"
    done
    mkdir many
    cp mail.pem rejected.pem other.crt many
    check --trust-store many $(at "${port[0]}")
    exits 20
}

@test "a PKCS#12 file without a digest is used, with a warning, password or none" {
    start_tls port good
    openssl pkcs12 -export -nokeys -nomac -in root.crt -certpbe NONE -passout pass: -out open.p12
    check --trust-store open.p12 $(at "${port[0]}")
    exits 0
    says "open.p12: has no digest, so its integrity cannot be checked"
    openssl pkcs12 -export -nomac -in client.crt -inkey client.key -certpbe NONE -keypbe NONE -passout pass: -out client-open.p12
    check --client-cert client-open.p12 $(at "${port[0]}")
    exits 0
    says "client-open.p12: has no digest"
    openssl pkcs12 -export -nokeys -nomac -in root.crt -passout pass:changeit -out nomac.p12
    check --trust-store nomac.p12 --trust-store-password-file password $(at "${port[0]}")
    exits 0
    says "nomac.p12: has no digest, so its integrity cannot be checked"
}

@test "27: a directory of more files, or longer ones, than any store has" {
    mkdir files long
    (cd files && seq 1 5001 | xargs touch)
    check --trust-store files 127.0.0.1:1
    exits 27
    ends_saying "files: has more than 5000 files, or more than 64 MiB in them"
    for i in {1..5}; do truncate -s 15M "long/$i"; done
    check --trust-store long 127.0.0.1:1
    exits 27
    ends_saying "long: has more than 5000 files, or more than 64 MiB"
}

# Whoever can write into the volume that a store is in must not be able to keep the tool busy.
@test "a store of thousands that differ in their last byte is read as fast as any, and duplicates count once" {
    start_tls port good
    "$python" - >store.pem <<'PYTHON'
import base64


def der(tag, *parts):
    body = b"".join(parts)
    size = bytes([len(body)]) if len(body) < 128 else b"\x82" + len(body).to_bytes(2, "big")
    return bytes([tag]) + size + body


def attribute(kind, text):
    return der(0x31, der(0x30, bytes([6, 3, 0x55, 4, kind]), der(0x0C, text)))


name = der(0x30, attribute(10, b"Example Trust"), attribute(3, b"Example Issuing CA"))
for number in range(20000):
    tail = der(4, b"x" * 440 + number.to_bytes(4, "big"))
    fields = der(0x30, der(2, b"\x01"), der(0x30), der(0x30), der(0x30), name, tail)
    print("-----BEGIN CERTIFICATE-----")
    print(base64.encodebytes(der(0x30, fields)).decode(), end="")
    print("-----END CERTIFICATE-----")
PYTHON
    check --trust-store store.pem $(at "${port[0]}")
    exits 20
    says "more than 5000 certificates: the others are ignored, and not trusted"
    cat root.crt other.crt root.crt root.crt >twice.pem
    check --trust-store twice.pem --report report.json $(at "${port[0]}")
    exits 0
    grep -q '"anchors":2' report.json
}
