#!/usr/bin/env bats
# tls-check --profile java beside real JVMs, in front of the same servers, with the same stores, names and client certificates
# (tests/tls/jvm/cases.py, verdicts.md); and what --java-version chooses.
#
# shellcheck disable=SC2046,SC2154

load lib
load tls

# java_check [OPTION]...: as a JVM with the right trust store, at the first port.
java_check() {
    check --profile java --trust-store root.jks --trust-store-password-file password "$@" $(at "${port[0]}")
}

@test "a JVM and --profile java come to the same verdict in all cases, or it is written down why ours is the stricter one" {
    [ -z "$emulated" ] || skip "the JVM is this machine's"
    run --separate-stderr "$python" "$repository/tests/tls/jvm/run" --bin "$bin"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ ${lines[-1]} =~ ^([0-9]+)\ cases\ compared\ with\ 0\ differences$ ]]
    [ "${BASH_REMATCH[1]}" -ge 600 ]
    # What is not here is left out, and said in a line of its own.
    [[ $output == *"JVM 17."*" cases connect"* ]]
}

@test "--java-version chooses: what newer updates refuse is a warning to the older one" {
    start_tls port "rsa max=1.2 ciphers=AES128-SHA:@SECLEVEL=0"
    java_check --java-version 17.0.15
    exits 0
    says "no newer JVM offers the cipher AES128-SHA, without forward secrecy: JDK-8245545"
    java_check
    exits 24
    java_check --java-version 17
    exits 24
    java_check --java-version 21.0.9
    exits 0
    java_check --java-version 25
    exits 24
    says_not "judged as"
    java_check --java-version 26.0.1
    exits 24
    says "--java-version 26\.0\.1: judged as Java 25, the newest whose rules are known here"
}

@test "--java-version takes the trains that are known, with --profile java alone: 2" {
    local version
    for version in 8 11 18 x 17.0 17.1.2 21.0.x ''; do
        run_tool tls-check --once --profile java --java-version="$version" server.test
        [ -z "$version" ] || { exits 2 && ends_saying "--java-version: .* is not a version of Java that is known here: 17, 21, 25"; }
    done
    run_tool tls-check --once --java-version 17 server.test
    exits 2
    ends_saying "--java-version goes with --profile java"
}

@test "of two anchors with one name and key, a JVM may take either: both have to be CAs" {
    local name
    start_tls port good
    printf '[req]\ndistinguished_name=n\n[n]\n[x]\nsubjectKeyIdentifier=hash\n' >plain.conf
    openssl req -x509 -new -key root.key -subj "$(openssl x509 -in root.crt -noout -subject -nameopt compat | sed 's/^subject=//')" \
        -config plain.conf -extensions x -days 90 -out plain.crt
    for name in root,plain plain,root; do
        keytool -importcert -noprompt -alias a -file "${name%,*}.crt" -keystore "$name.p12" -storetype PKCS12 -storepass changeit
        keytool -importcert -noprompt -alias b -file "${name#*,}.crt" -keystore "$name.p12" -storepass changeit
        check --profile java --trust-store "$name.p12" --trust-store-password-file password $(at "${port[0]}")
        exits 28
        ends_saying "Java refuses the certificate CN=Example Global Root G2, O=Example Trust: by its basicConstraints it is not a CA"
    done
}

@test "stores that no JVM loads: 27, and how to make one of it" {
    local store
    mkdir folder
    cp root.crt folder
    cp root.crt cacerts.jks
    for store in root.crt cacerts.jks root.der root.jceks folder; do
        check --profile java --trust-store "$store" --trust-store-password-file password server.test
        exits 27
        ends_saying "$store: is (PEM|DER|JCEKS|a directory), which Java does not load as a trust store; hint: .*keytool -importcert"
    done
}

@test "what only Java minds has words of its own" {
    start_tls port "good" "- chain=good.pem warn=112" "manynames"
    check --profile java --trust-store root.jks --trust-store-password-file password --connect "127.0.0.1:${port[0]}" my_server.test
    exits 21
    ends_saying "Java accepts no certificate for the name my_server\.test: it has an underscore"
    check --profile java --trust-store root.jks --trust-store-password-file password $(at "${port[1]}")
    exits 21
    ends_saying "sends a warning in the handshake, at which Java ends it \(alert: unrecognized name\); .*ServerName"
    check --profile java --trust-store root.jks --trust-store-password-file password $(at "${port[2]}")
    exits 28
    ends_saying "a message of the handshake has [0-9]+ bytes, and Java accepts no more than 32768.*-Djdk\.tls\.maxHandshakeMessageSize="
}
