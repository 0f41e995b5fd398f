#!/usr/bin/env bats
# tls-check --profile java beside a real JVM: the same servers, stores, names and client certificates (tests/tls/cases).
#
# shellcheck disable=SC2154

load lib
load tls

@test "a JVM and --profile java come to the same verdict in all cases of the table" {
    mkdir classes
    javac -d classes "$repository/tests/tls/Client.java"
    run --separate-stderr "$repository/tests/tls/compare.py" "$bin/tls-check" "$certificates" classes
    echo "$output"
    [ "$status" -eq 0 ]
    [[ ${lines[-1]} =~ ^([0-9]+)\ cases\ compared\ with\ 0\ differences$ ]]
    [ "${BASH_REMATCH[1]}" -ge 60 ]
}
